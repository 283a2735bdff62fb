/* The exact data inside the picture. */
#ifndef PP_RENDER_DATA_BLOCK_H
#define PP_RENDER_DATA_BLOCK_H

#include "base/arena.h"
#include "base/error.h"
#include "model/profile.h"

/* `p` as folded text (times in ns), zlib-compressed, in base64; owned by the arena. `metric`: the column drawn; two columns named before and after are both
 * kept. Empty with *err set on failure. */
struct pp_str data_block(struct pp_arena *arena, const struct pp_profile *p, size_t metric, struct pp_error *err);

#endif
