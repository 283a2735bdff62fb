/* Allocation that cannot return NULL, and growable arrays.
 *
 * Out of memory calls a handler that does not return (default: abort; cli/ prints and exits 2). Sizes
 * that come from input must have been checked by the caller first (base/limits.h). */
#ifndef PP_BASE_MEMORY_H
#define PP_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

typedef void pp_oom_handler(size_t wanted_bytes);

/* Sets what is called when memory is out; it must not return. */
void pp_memory_on_oom(pp_oom_handler *handler);
/* Calls the handler; for size computations that overflowed. */
_Noreturn void pp_memory_exhausted(size_t wanted_bytes);
/* `count` * `size` zeroed bytes owned by the caller, freed with pp_free. Never NULL (one byte when 0). */
void *pp_calloc(size_t count, size_t size) __attribute__((returns_nonnull));
/* Resizes an array of `size`-byte elements to `count`; contents kept, new part not zeroed. Takes `old`. */
void *pp_realloc_array(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
/* Frees what pp_calloc / pp_realloc_array / PP_PUSH gave; NULL is allowed. */
void pp_free(void *memory);

/* Says that an array is filled from the front and read in that order, or (false) at random again. A wish, and only large ones are concerned: they get small pages, which are made as
 * they are reached, instead of large ones, which save looking up but can be dear to make in a virtual machine. Growing the array takes it back. */
void pp_memory_in_order(void *array, size_t bytes, bool in_order);

/* Makes room for at least `need` elements: returns the array, doubles *capacity as needed. */
void *pp_grow(void *array, size_t need, size_t *capacity, size_t size) __attribute__((returns_nonnull));

/* A growable array of `type`: declare  PP_VEC(struct x) xs;  zero-initialise; append with *PP_PUSH(&xs) = …;
 * free with pp_free(xs.at). */
#define PP_VEC(type)                                                                                                   \
    struct {                                                                                                           \
        type *at;                                                                                                      \
        size_t count, capacity;                                                                                        \
    }
#define PP_RESERVE(vec, need)                                                                                          \
    ((vec)->capacity >= (need) ? (void)0                                                                               \
                               : (void)((vec)->at = pp_grow((vec)->at, (need), &(vec)->capacity, sizeof *(vec)->at)))
/* An lvalue pointer to one more element, not initialised; valid until the next PP_PUSH. */
#define PP_PUSH(vec) (PP_RESERVE(vec, (vec)->count + 1), (vec)->at + (vec)->count++)

#endif
