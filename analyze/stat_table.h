/* The rows of a CALLS profile as pstat-print works on them: numbers, names made once, an order that sorting and restrictions change. */
#ifndef PP_ANALYZE_STAT_TABLE_H
#define PP_ANALYZE_STAT_TABLE_H

#include "base/arena.h"
#include "base/memory.h"
#include "base/sink.h"
#include "model/profile.h"

struct stat_table {
    const struct pp_profile *profile; /* borrowed */
    const struct pp_call_row
        *rows; /* the profile's: in file order, times in seconds (or samples for profiles of counts) */
    size_t row_count;
    struct pp_str *labels; /* "file:line(name)" per row, made on demand: NULL data = not yet; NULL: none kept yet */
    struct pp_arena arena;
    uint32_t *order; /* row numbers in the order to print; `count` of them */
    size_t count;
    bool sorted; /* false: dictionary order ("Random listing order was used") */
};

/* Takes the rows of `p` (which must have CALLS and stay alive). */
void stat_table_init(struct stat_table *t, const struct pp_profile *p);
void stat_table_free(struct stat_table *t);
/* The standard name of a row / of a function that may have no row. Valid as long as the table. */
struct pp_str stat_label(struct stat_table *t, uint32_t row);
struct pp_str stat_function_label(struct stat_table *t, pp_function_id function);
/* Puts all rows back in file order. */
void stat_table_reset(struct stat_table *t);
/* The longest label of all rows in code points. */
size_t stat_longest_label(struct stat_table *t);

/* Callees of the rows in a table's order: edges grouped by caller, in the order of the callees' rows. Owned by the caller. */
struct stat_callees {
    uint32_t *first,
        *edges; /* edges[first[f]] … edges[first[f + 1] - 1] are edge numbers of function f; none for functions that are not in the order */
};
void stat_callees_init(struct stat_callees *c, const struct stat_table *t);
void stat_callees_free(struct stat_callees *c);

#endif
