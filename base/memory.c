#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>

/* The one mutable global of base: a process has one way to die of memory. */
static pp_oom_handler *on_oom;

void pp_memory_on_oom(pp_oom_handler *handler)
{
    on_oom = handler;
}

_Noreturn void pp_memory_exhausted(size_t wanted_bytes)
{
    if (on_oom) {
        on_oom(wanted_bytes);
    }
    abort();
}

void *pp_calloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) {
        pp_memory_exhausted(size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    }
    return memory;
}

void *pp_realloc_array(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        pp_memory_exhausted(SIZE_MAX);
    }
    size_t bytes = count * size;
    void *memory = realloc(old, bytes ? bytes : 1);
    if (!memory) {
        pp_memory_exhausted(bytes);
    }
    return memory;
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
