#define _DEFAULT_SOURCE /* madvise */
#include "base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include <sys/mman.h>

/* Tables of this size and more begin at a large page and ask for large pages: they are read at random, and looking up small pages then costs more than
 * the reading. */
enum { LARGE_PAGE = 1 << 21, PAGE = 4096, LARGE_BLOCK = 1 << 20 };

/* The one mutable global of base: a process has one way to die of memory. */
static pp_oom_handler *on_oom;

void pp_memory_on_oom(pp_oom_handler *handler)
{
    on_oom = handler;
#ifdef M_MMAP_THRESHOLD
    /* A fixed threshold: left to itself, glibc raises it as tables are freed, and then growing a table means copying it into new pages, where remapping it
     * would do. */
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

_Noreturn void pp_memory_exhausted(size_t wanted_bytes)
{
    if (on_oom) {
        on_oom(wanted_bytes);
    }
    abort();
}

#ifdef MADV_HUGEPAGE
/* The whole mapping, not only the large pages that fit: a part would split it, and realloc could not remap it any more. It is a wish: where it is refused all works as well,
 * slower. */
static void advise(void *memory, size_t bytes, int advice)
{
    uintptr_t begin = (uintptr_t)memory & ~((uintptr_t)PAGE - 1);
    uintptr_t end = ((uintptr_t)memory + bytes + PAGE - 1) & ~((uintptr_t)PAGE - 1);
    (void)madvise((char *)memory - ((uintptr_t)memory - begin), end - begin, advice);
}
#endif

static void *prefer_large_pages(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (bytes >= LARGE_PAGE) {
        advise(memory, bytes, MADV_HUGEPAGE);
    }
#else
    (void)bytes;
#endif
    return memory;
}

void pp_memory_in_order(void *array, size_t bytes, bool in_order)
{
#ifdef MADV_HUGEPAGE
    if (bytes >= LARGE_PAGE) {
        advise(array, bytes, in_order ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
    }
#else
    (void)array;
    (void)bytes;
    (void)in_order;
#endif
}

/* Zeroed memory that is about to be used is made at once. Left to itself a page is made in two steps when it is first read and then written, and the second one interrupts the
 * processors of all threads. It is a wish, too (Linux 5.14 and later grant it). */
static void make_pages(void *memory, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t begin = ((uintptr_t)memory + PAGE - 1) & ~((uintptr_t)PAGE - 1);
    uintptr_t end = ((uintptr_t)memory + bytes) & ~((uintptr_t)PAGE - 1);
    (void)madvise((char *)memory + (begin - (uintptr_t)memory), end - begin, MADV_POPULATE_WRITE);
#else
    (void)memory;
    (void)bytes;
#endif
}

static void *new_large(size_t bytes)
{
    size_t whole = bytes > SIZE_MAX - LARGE_PAGE ? SIZE_MAX : (bytes + LARGE_PAGE - 1) & ~((size_t)LARGE_PAGE - 1);
    void *memory = aligned_alloc(LARGE_PAGE, whole);
    if (!memory) {
        pp_memory_exhausted(bytes);
    }
    return prefer_large_pages(memory, bytes);
}

void *pp_calloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) {
        pp_memory_exhausted(size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    }
    prefer_large_pages(memory, count * size);
    if (count * size >= LARGE_BLOCK) {
        make_pages(memory, count * size);
    }
    return memory;
}

void *pp_realloc_array(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        pp_memory_exhausted(SIZE_MAX);
    }
    size_t bytes = count * size;
    if (!old && bytes >= LARGE_PAGE) {
        return new_large(bytes);
    }
    void *memory = realloc(old, bytes ? bytes : 1);
    if (!memory) {
        pp_memory_exhausted(bytes);
    }
    return prefer_large_pages(memory, bytes);
}

void pp_free(void *memory)
{
    free(memory);
}

void *pp_grow(void *array, size_t need, size_t *capacity, size_t size)
{
    if (need <= *capacity) {
        return array;
    }
    size_t wanted = *capacity > SIZE_MAX / 2 ? need : *capacity * 2;
    wanted = wanted < need ? need : wanted;
    wanted = wanted < 16 ? 16 : wanted;
    array = pp_realloc_array(array, wanted, size);
    *capacity = wanted;
    return array;
}
