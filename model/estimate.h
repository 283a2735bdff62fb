/* CALLS -> STACKS: an estimate, always marked.
 *
 * A path whose functions have one caller each is exact; any other is estimated by proportional attribution
 *     t(child under path) = edge.ct * t(path) / ct(parent)
 * with bounds  max(0, edge.ct - (ct(parent) - t(path))) <= t <= min(edge.ct, t(path)).
 * Expansion stops at the first repeat of a function on its path (PP_STACK_RECURSION_CUT). Where a file counts calls without times, time is shared
 * out by the calls that found the function not running yet. At last the self times of each function on estimated paths are scaled so that all of
 * the function's add up to its tottime. */
#ifndef PP_MODEL_ESTIMATE_H
#define PP_MODEL_ESTIMATE_H

#include "base/error.h"
#include "model/profile.h"

struct pp_estimate_options {
    size_t
        max_nodes; /* 0: 200,000; the largest paths are expanded first, what is below the others is self, PP_STACK_BUDGET_CUT */
    double min_share; /* paths below this share of the total are not expanded; 0: 1e-6 */
};

/* A STACKS profile with the one metric wall/ns (or samples/count for sampled_calls) and bounds, owned by the caller. Its sum equals the
 * sum of tottime rounded once. Roots: functions nobody calls; where all have callers (Python 3.12+: exec loops), one per source
 * component of the condensed call graph. NULL and *err on failure. */
struct pp_profile *pp_estimate_stacks(const struct pp_profile *p, const struct pp_estimate_options *options,
                                      struct pp_error *err);

#endif
