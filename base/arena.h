/* Arena: a chain of blocks from which memory is cut and which is freed at once.
 *
 * Zero-initialise a struct pp_arena to start. Memory is zeroed. Allocation never returns NULL: see base/memory.h. */
#ifndef PP_BASE_ARENA_H
#define PP_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct pp_arena_block;

struct pp_arena {
    struct pp_arena_block *block; /* newest block; owns the chain */
};

/* A point to return to. */
struct pp_arena_mark {
    struct pp_arena_block *block;
    size_t used;
};

/* `size` zeroed bytes aligned to `align` (a power of two), owned by the arena. */
void *pp_arena_alloc(struct pp_arena *arena, size_t size, size_t align);
/* The same for count * size, overflow-checked. */
void *pp_arena_array(struct pp_arena *arena, size_t count, size_t size, size_t align);
/* A copy of `s` with a NUL after it (not counted in len), owned by the arena. */
struct pp_str pp_arena_str(struct pp_arena *arena, struct pp_str s);
/* A formatted string owned by the arena, NUL-terminated. */
struct pp_str pp_arena_printf(struct pp_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Remembers the present fill; pp_arena_restore frees everything allocated since. */
struct pp_arena_mark pp_arena_save(const struct pp_arena *arena);
void pp_arena_restore(struct pp_arena *arena, struct pp_arena_mark mark);
/* Frees all blocks; the arena is empty and usable again. */
void pp_arena_free(struct pp_arena *arena);
/* Bytes held in blocks (for memory figures). */
size_t pp_arena_bytes(const struct pp_arena *arena);

#define PP_NEW(arena, type) ((type *)pp_arena_alloc((arena), sizeof(type), _Alignof(type)))
#define PP_NEW_ARRAY(arena, type, count) ((type *)pp_arena_array((arena), (count), sizeof(type), _Alignof(type)))

#endif
