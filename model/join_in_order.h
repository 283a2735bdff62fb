/* Two trees as one where the stacks of both stand in one order, as after reading sorted files: in one pass, and the tree that comes out is in that order too. */
#ifndef PP_MODEL_JOIN_IN_ORDER_H
#define PP_MODEL_JOIN_IN_ORDER_H

#include "model/builder.h"

/* One of two profiles that are joined. */
struct join_side {
    const struct pp_profile *profile;
    size_t metric;
    const uint32_t *frames; /* the builder's frame of each of the profile's */
};

/* Adds the metric of side i, which has the decimals of the column, to column i of a builder that has these two and no stacks yet but the root. False, with some stacks added, when a side's stacks are not in the order of a walk that
 * goes through children by their frames' texts, each frame once. */
bool join_in_order(struct pp_builder *b, const struct join_side sides[2]);

#endif
