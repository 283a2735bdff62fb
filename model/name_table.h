/* Numbers for strings that live elsewhere: as base/intern.h, without copies. */
#ifndef PP_MODEL_NAME_TABLE_H
#define PP_MODEL_NAME_TABLE_H

#include "base/memory.h"
#include "base/str.h"

/* Zero-initialise; name_table_free frees it. */
struct name_table {
    struct name_table_slot *slots;
    size_t mask;
    size_t indexed;                /* strings in the hash table: the first ones */
    uint32_t last;                 /* number given last */
    PP_VEC(struct pp_str) strings; /* by number, borrowed */
};

/* The number of s, in order of first appearance from 0; s must live as long as the table. */
uint32_t name_table_add(struct name_table *table, struct pp_str s);
/* The same for an s that is known to be new: it is put into the hash table only when one is needed. */
uint32_t name_table_append(struct name_table *table, struct pp_str s);
/* Makes room for about `count` strings; a hint. */
void name_table_expect(struct name_table *table, size_t count);
void name_table_free(struct name_table *table);

#endif
