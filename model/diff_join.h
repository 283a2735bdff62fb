/* Two stack profiles as one tree with two columns. */
#ifndef PP_MODEL_DIFF_JOIN_H
#define PP_MODEL_DIFF_JOIN_H

#include "base/error.h"
#include "model/match.h"

/* One tree with the columns "before" and "after" from one metric of each profile, owned by the caller. Frames are equal
 * when their functions match (model/match.h); of a frame that both have, file and line shown are those of `after`.
 * Stacks that a side only estimates stay marked, with open bounds. NULL and *err when the units differ. */
struct pp_profile *pp_diff_joined(const struct pp_profile *before, size_t before_metric, const struct pp_profile *after,
                                  size_t after_metric, enum pp_match_by by, struct pp_error *err);

#endif
