/* The exact data inside the picture. */
#ifndef PP_RENDER_DATA_BLOCK_H
#define PP_RENDER_DATA_BLOCK_H

#include "base/arena.h"
#include "base/error.h"
#include "model/profile.h"

struct data_block {
    struct pp_str base64; /* owned by the arena; empty when the text would be longer than the limit */
    uint64_t bytes;       /* length of the text; when left out, a lower bound on it */
};

/* `p` as folded text (times in ns), front-coded (docs/svg-structure.md), zlib-compressed, in base64. `metric`: the column drawn; with `both`, the columns "before" and "after" are kept.
 * False and *err when it cannot be written as folded text at all. */
bool data_block_make(struct data_block *block, struct pp_arena *arena, const struct pp_profile *p, size_t metric,
                     bool both, uint64_t limit, struct pp_error *err);

#endif
