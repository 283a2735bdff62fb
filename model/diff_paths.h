/* Where in the tree a change is: the few subtrees that carry it. */
#ifndef PP_MODEL_DIFF_PATHS_H
#define PP_MODEL_DIFF_PATHS_H

#include "base/arena.h"
#include "base/error.h"
#include "model/match.h"

/* A call path; the change is in its last function and below, apart from what the other paths that go on below it carry. */
struct pp_diff_path {
    const struct pp_str *names; /* of functions, from the root; in the arena of the call */
    size_t depth;               /* 0: the root */
    int64_t before, after;      /* of the subtree without those of the other paths, in the unit of what is wanted */
    bool estimated;             /* a side knows calls, not stacks, and does not know this path for certain */
};

struct pp_diff_path_sums {
    int64_t left;   /* net change that no path carries */
    bool estimated; /* a side had to be estimated from calls */
};

/* The hierarchical heavy hitters of the change (Cormode et al. 2003): from the leaves up, a subtree is a path of its own when its net change without that of such subtrees below
 * it reaches a tenth of all change (the sum of |change of self| per function). So at most a tenth is left without a path. Largest change first. Takes profiles of stacks or calls; values of each side are scaled such that they add up to what is wanted. NULL and *err on failure; else an array for pp_free with names in `arena`. */
struct pp_diff_path *pp_diff_paths(const struct pp_profile *const sides[2], const double wanted[2], enum pp_match_by by,
                                   struct pp_arena *arena, size_t *count, struct pp_diff_path_sums *sums,
                                   struct pp_error *err);

#endif
