/* What the parts of comparing share. */
#ifndef PP_MODEL_DIFF_PARTS_H
#define PP_MODEL_DIFF_PARTS_H

#include "model/diff.h"

/* Fills the runs' arrays by the rows of diff->match in one common unit. */
bool diff_read_runs(struct pp_diff *diff, const struct pp_profile *const *profiles, bool any_unit,
                    struct pp_error *err);
/* Sets each run's reference and scale. */
bool diff_normalize(struct pp_diff *diff, const struct pp_diff_request *request, struct pp_error *err);
/* Sets p, q, ratio and verdict of all rows and of the whole. */
void diff_judge(struct pp_diff *diff);
/* values[i] = round(from[i] * factor) with what rounding leaves carried on, so that the sum is right to one unit; saturates. */
void diff_scale(int64_t *values, const double *from, size_t count, double factor);

#endif
