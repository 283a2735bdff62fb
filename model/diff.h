/* Comparing two profiles function by function. */
#ifndef PP_MODEL_DIFF_H
#define PP_MODEL_DIFF_H

#include "base/error.h"
#include "model/profile.h"

/* One function before and after; a side that does not know it has 0s and a false `in_…`. Values in seconds, or in the metric's own unit for counts. */
struct pp_diff_row {
    struct pp_str name, file; /* borrowed from the profiles */
    int64_t line_before, line_after;
    bool in_before, in_after;
    double self_before, self_after, total_before, total_after;
    int64_t calls_before, calls_after;
};

struct pp_diff {
    struct pp_diff_row *rows; /* largest |self delta| first, then by name, file */
    size_t count;
    double sum_before, sum_after;
    bool seconds; /* false: counts */
};

enum pp_diff_match { PP_DIFF_BY_NAME /* file basename and name */, PP_DIFF_BY_LINE, PP_DIFF_BY_PATH };

/* Compares; rows are matched by file basename and name unless asked otherwise (a shifted line is the same function). The caller frees with
 * pp_diff_free and keeps both profiles alive. False and *err when the units differ. */
bool pp_diff_init(struct pp_diff *diff, const struct pp_profile *before, const struct pp_profile *after,
                  enum pp_diff_match match, struct pp_error *err);
void pp_diff_free(struct pp_diff *diff);

#endif
