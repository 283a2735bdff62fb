/* Profiles turned for drawing: reversed, cut at a base function. All give new profiles owned by the caller; NULL and *err on failure. */
#ifndef PP_RENDER_TURN_H
#define PP_RENDER_TURN_H

#include "base/error.h"
#include "model/profile.h"

/* Every stack leaf first: below the root stand the functions that ran, above them who called them. Estimated stacks stay marked: the bounds of a
 * reversed box are 0 and the whole self value of its first-level function, which is exact. */
struct pp_profile *turn_reversed(const struct pp_profile *p, struct pp_error *err);
/* Only stacks that contain one of `names` (compared with the function's name and with the whole folded text), without what is above it; where it
 * occurs twice, from the one nearest the root. PP_USAGE when no stack has one. */
struct pp_profile *turn_at_base(const struct pp_profile *p, const char *const *names, size_t count,
                                struct pp_error *err);

#endif
