/* Adding profiles, one after another: memory grows with what they have in common and apart, not with their number. */
#ifndef PP_MODEL_MERGE_H
#define PP_MODEL_MERGE_H

#include "base/error.h"
#include "model/profile.h"

/* A sum in the making. CALLS are added as pstats adds them (order of rows and callers, order of float additions); STACKS by equal frames and metrics of
 * equal name (a metric missing in one is 0 there); samples are put in time order by UTC when all that have samples have an anchor. */
struct pp_merge;

/* What is asked of the whole sum; zero-initialise for a plain one. */
struct pp_merge_plan {
    bool mean; /* the sum is divided by the sum of the weights; a column (pp_merge_part) by those of its own parts */
    uint64_t divisor; /* weights are in units of 1/divisor; 0 means 1 */
    bool weighted;    /* some weight differs from 1: as with `mean`, samples become sums */
};

/* How one profile goes into the sum. */
struct pp_merge_part {
    uint64_t weight; /* how many times it counts; at most PP_MERGE_MOST_WEIGHT */
    struct pp_str
        column; /* not empty: its main metric goes into the column of this name and its other metrics nowhere (STACKS only) */
    struct pp_str root; /* not empty: its stacks stand below a root frame of this name (STACKS only) */
};

#define PP_MERGE_MOST_WEIGHT UINT64_C(1000000000)

/* A new sum; the caller finishes it or frees it. */
struct pp_merge *pp_merge_begin(const struct pp_merge_plan *plan);
/* Adds `p`, which may be freed afterwards. False and *err when it cannot be added (other shape, other unit, no metric in common): the sum is as it was before. */
bool pp_merge_add(struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                  struct pp_error *err);
/* Takes m and gives the sum, owned by the caller: without profiles, one of STACKS with nothing in it. *report (may be NULL) gets what was rounded or could not be
 * kept. NULL and *err when numbers grew past 64 bits. */
struct pp_profile *pp_merge_finish(struct pp_merge *m, struct pp_report *report, struct pp_error *err);
/* Frees a sum that will not be finished; NULL is allowed. */
void pp_merge_free(struct pp_merge *m);

/* The sum of `count` profiles of one shape, owned by the caller, CALLS in the order of pstats.Stats(a, b, c): a, then c, then b. NULL and *err as above. */
struct pp_profile *pp_merge(const struct pp_profile *const *profiles, size_t count, struct pp_error *err);
/* A deep copy. */
struct pp_profile *pp_profile_copy(const struct pp_profile *p, struct pp_error *err);

#endif
