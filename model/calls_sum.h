/* Adding CALLS rows one after another with pstats' arithmetic: used by merging files and by merging rows that become equal. */
#ifndef PP_MODEL_CALLS_SUM_H
#define PP_MODEL_CALLS_SUM_H

#include "base/memory.h"
#include "model/builder.h"

struct sum_edge {
    struct pp_call_edge edge;
    uint32_t next; /* next edge of the same row, UINT32_MAX: last */
    uint32_t row;
};

struct sum_row {
    struct pp_call_row row;
    uint32_t first, last; /* edges, UINT32_MAX: none */
};

/* The rows so far, in the order pstats' dictionary would have. Function ids are whatever the caller uses consistently. Zero-initialise. */
struct calls_sum {
    PP_VEC(struct sum_row) rows;
    PP_VEC(struct sum_edge) edges;
    PP_VEC(uint32_t) row_of; /* function -> row + 1, 0: none */
    uint32_t *slots;         /* hash of (row, caller) -> edge + 1 */
    size_t mask;
    bool overflow;
    int64_t calls, primitive_calls; /* totals; set by the caller, calls_sum_count adds with overflow check */
    double tottime;
};

/* Adds value to a counter; overflow is remembered and reported by calls_sum_finish. */
void calls_sum_count(struct calls_sum *sum, int64_t *cell, int64_t value);
/* Adds a row and its `count` edges. A new function keeps the numbers as they are when `as_is` (0 + -0.0 would lose a sign that pstats
 * keeps in the first file), else they are added to 0 as pstats adds later files. A caller the row has already is added to. */
void calls_sum_add(struct calls_sum *sum, const struct pp_call_row *row, const struct pp_call_edge *edges, size_t count,
                   bool as_is);
/* Divides all numbers; call counts are rounded to whole ones, those of 1 and more to 1 at least, and their totals are those of the rounded rows. False
 * if any was rounded. */
bool calls_sum_divide(struct calls_sum *sum, uint64_t divisor);
/* Frees a sum that will not be finished. */
void calls_sum_free(struct calls_sum *sum);
/* Hands all rows and the totals to the builder and frees the sum. */
void calls_sum_finish(struct calls_sum *sum, struct pp_builder *b);

#endif
