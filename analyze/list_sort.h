/* Sorting arrays of row numbers by a "comes before". */
#ifndef PP_ANALYZE_LIST_SORT_H
#define PP_ANALYZE_LIST_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool list_before(const void *context, uint32_t a, uint32_t b);

/* Stable; for a `before` that is a strict weak order. */
void list_sort(uint32_t *items, size_t count, list_before *before, const void *context);
/* What CPython's list.sort (3.13) makes of it, comparison by comparison, so that even an inconsistent `before` (NaN keys) gives Python's
 * order. Facts: Objects/listsort.txt and Objects/listobject.c. */
void list_sort_as_python(uint32_t *items, size_t count, list_before *before, const void *context);

#endif
