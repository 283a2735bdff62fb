/* Which line an instruction belongs to: the tables of all versions (Objects/lnotab_notes.txt, Objects/locations.md of CPython). */
#ifndef PP_RECORD_LINE_TABLE_H
#define PP_RECORD_LINE_TABLE_H

#include "base/memory.h"
#include "base/str.h"

enum line_table_kind {
    LINE_TABLE_PAIRS,    /* 3.8, 3.9: co_lnotab */
    LINE_TABLE_RANGES,   /* 3.10: co_linetable */
    LINE_TABLE_LOCATIONS /* 3.11 and later: co_linetable with columns */
};
/* The kind of Python 3.minor. */
enum line_table_kind line_table_kind_of(unsigned minor);

/* 0: unknown; columns are counted from 1. */
struct line_position {
    uint32_t line, end_line, column, end_column;
};

/* A place in a table; the first one is all 0 but for the line. */
struct line_mark {
    size_t at;       /* in the table */
    int64_t address; /* of the code, in bytes */
    int64_t line;
};

/* A table with some places of it remembered, so that a look-up in a large one is not a walk from its start. */
struct line_table {
    enum line_table_kind kind;
    struct pp_str bytes; /* borrowed */
    int64_t first_line;
    PP_VEC(struct line_mark) marks; /* freed with line_table_free */
};

/* Where the instruction at byte `offset` of the code stands. Damaged tables give what was known until the damage; an offset before the code
 * (a frame that has not begun) the first line. */
struct line_position line_table_find(struct line_table *table, int64_t offset);
void line_table_free(struct line_table *table);

#endif
