/* Adding profiles. */
#ifndef PP_MODEL_MERGE_H
#define PP_MODEL_MERGE_H

#include "base/error.h"
#include "model/profile.h"

/* The sum of `count` profiles of one shape, owned by the caller. CALLS are added exactly as pstats.Stats(a, b, c) adds them (a, then c, then b; order of rows and
 * callers, order of float additions, totals per file); STACKS by equal frames and metrics of equal name (a metric missing in one is 0
 * there); samples are put in time order by UTC when all have an anchor. Different shapes or units: NULL and *err. */
struct pp_profile *pp_merge(const struct pp_profile *const *profiles, size_t count, struct pp_error *err);
/* A deep copy. */
struct pp_profile *pp_profile_copy(const struct pp_profile *p, struct pp_error *err);

#endif
