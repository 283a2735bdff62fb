#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* The largest block with its header is one large page. */
enum { FIRST_BLOCK = 4096, LARGE_PAGE = 1 << 21 };

/* Memory follows the header; it is zeroed when it is given out, but for strings, which are written at once. */
struct pp_arena_block {
    struct pp_arena_block *before;
    size_t size, used; /* bytes after the header */
    _Alignas(max_align_t) char data[];
};

static struct pp_arena_block *add_block(struct pp_arena *arena, size_t need)
{
    size_t size = arena->block ? arena->block->size * 2 : FIRST_BLOCK;
    size = size > LARGE_PAGE / 2 ? LARGE_PAGE - sizeof(struct pp_arena_block) : size;
    size = size < need ? need : size;
    if (size > SIZE_MAX - sizeof(struct pp_arena_block)) {
        pp_memory_exhausted(size);
    }
    struct pp_arena_block *block = pp_realloc_array(NULL, 1, sizeof *block + size);
    block->before = arena->block;
    block->size = size;
    block->used = 0;
    arena->block = block;
    return block;
}

static void *cut(struct pp_arena *arena, size_t size, size_t align)
{
    struct pp_arena_block *block = arena->block;
    if (size > SIZE_MAX / 2) {
        pp_memory_exhausted(size);
    }
    if (block) {
        size_t at = (block->used + align - 1) & ~(align - 1);
        if (at <= block->size && size <= block->size - at) {
            block->used = at + size;
            return block->data + at;
        }
    }
    block = add_block(arena, size);
    block->used = size;
    return block->data;
}

void *pp_arena_alloc(struct pp_arena *arena, size_t size, size_t align)
{
    return memset(cut(arena, size, align), 0, size);
}

void *pp_arena_array(struct pp_arena *arena, size_t count, size_t size, size_t align)
{
    if (size && count > SIZE_MAX / size) {
        pp_memory_exhausted(SIZE_MAX);
    }
    return pp_arena_alloc(arena, count * size, align);
}

struct pp_str pp_arena_str(struct pp_arena *arena, struct pp_str s)
{
    char *copy = cut(arena, s.len + 1, 1);
    if (s.len) {
        memcpy(copy, s.data, s.len);
    }
    copy[s.len] = '\0';
    return (struct pp_str){copy, s.len};
}

struct pp_str pp_arena_printf(struct pp_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = pp_arena_alloc(arena, len < 0 ? 1 : (size_t)len + 1, 1);
    if (len > 0) {
        vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    return (struct pp_str){text, len < 0 ? 0 : (size_t)len};
}

struct pp_arena_mark pp_arena_save(const struct pp_arena *arena)
{
    return (struct pp_arena_mark){arena->block, arena->block ? arena->block->used : 0};
}

void pp_arena_restore(struct pp_arena *arena, struct pp_arena_mark mark)
{
    while (arena->block != mark.block) {
        struct pp_arena_block *gone = arena->block;
        arena->block = gone->before;
        pp_free(gone);
    }
    if (arena->block) {
        arena->block->used = mark.used;
    }
}

void pp_arena_free(struct pp_arena *arena)
{
    pp_arena_restore(arena, (struct pp_arena_mark){0});
}

size_t pp_arena_bytes(const struct pp_arena *arena)
{
    size_t bytes = 0;
    for (const struct pp_arena_block *block = arena->block; block; block = block->before) {
        bytes += sizeof *block + block->size;
    }
    return bytes;
}
