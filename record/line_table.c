#include "record/line_table.h"

/* A mark for each so many bytes of a table. */
enum { MARK_DISTANCE = 1024 };

/* What the location codes of 3.11 mean; the rest are one byte of columns. */
enum { CODE_TWO_BYTES = 10, CODE_TWO_BYTES_END = 12, CODE_NO_COLUMNS = 13, CODE_LONG = 14, CODE_NONE = 15 };

enum { UNIT = 2, NO_LINE_310 = -128 };

enum line_table_kind line_table_kind_of(unsigned minor)
{
    return minor < 10 ? LINE_TABLE_PAIRS : minor == 10 ? LINE_TABLE_RANGES : LINE_TABLE_LOCATIONS;
}

static uint32_t as_line(int64_t line)
{
    return line > 0 && line <= INT32_MAX ? (uint32_t)line : 0;
}

/* The last mark at or before `offset`. */
static struct line_mark start_at(const struct line_table *table, int64_t offset)
{
    size_t low = 0, high = table->marks.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table->marks.at[middle].address <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? table->marks.at[low - 1] : (struct line_mark){0, 0, table->first_line};
}

/* Remembers the place if it is far enough from the last one. */
static void remember(struct line_table *table, const struct line_mark *mark)
{
    size_t last = table->marks.count ? table->marks.at[table->marks.count - 1].at : 0;
    if (mark->at >= last + MARK_DISTANCE) {
        *PP_PUSH(&table->marks) = *mark;
    }
}

/* Where the table does not say where a statement ends. */
static struct line_position begin_line(int64_t line)
{
    return (struct line_position){.line = as_line(line)};
}

static struct line_position only_line(int64_t line)
{
    return (struct line_position){.line = as_line(line), .end_line = as_line(line)};
}

/* Pairs of bytes: code bytes (unsigned), lines (signed) to add after them. */
static struct line_position find_in_pairs(struct line_table *table, int64_t offset)
{
    struct line_mark mark = start_at(table, offset);
    while (mark.at + 1 < table->bytes.len) {
        int64_t next = mark.address + (unsigned char)table->bytes.data[mark.at];
        if (next > offset) {
            break;
        }
        mark.address = next;
        mark.line += (signed char)table->bytes.data[mark.at + 1];
        mark.at += 2;
        remember(table, &mark);
    }
    return begin_line(mark.line);
}

/* Pairs of bytes: length of a range (unsigned), line of the range against the one before (signed; -128: no line). */
static struct line_position find_in_ranges(struct line_table *table, int64_t offset)
{
    struct line_mark mark = start_at(table, offset);
    while (mark.at + 1 < table->bytes.len) {
        int64_t end = mark.address + (unsigned char)table->bytes.data[mark.at];
        signed char delta = (signed char)table->bytes.data[mark.at + 1];
        int64_t line = mark.line + (delta == NO_LINE_310 ? 0 : delta);
        if (offset < end) {
            return delta == NO_LINE_310 ? (struct line_position){0} : begin_line(line);
        }
        mark = (struct line_mark){mark.at + 2, end, line};
        remember(table, &mark);
    }
    return begin_line(mark.line);
}

/* --- 3.11 and later --- */

struct byte_reader {
    struct pp_str bytes;
    size_t at;
};

static unsigned next_byte(struct byte_reader *r)
{
    return r->at < r->bytes.len ? (unsigned char)r->bytes.data[r->at++] : 0;
}

/* Six bits a byte, low ones first; bit 6 says that more follow. */
static uint32_t next_number(struct byte_reader *r)
{
    uint32_t value = 0;
    unsigned shift = 0, byte;
    do {
        byte = next_byte(r);
        value |= shift < 32 ? (byte & 63) << shift : 0;
        shift += 6;
    } while (byte & 64);
    return value;
}

/* The sign stands in the lowest bit. */
static int64_t next_signed(struct byte_reader *r)
{
    uint32_t value = next_number(r);
    return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

/* Columns 1 from 0-based ones of the file; what is no column stays 0. */
static void set_columns(struct line_position *p, uint32_t column, uint32_t end_column)
{
    p->column = column + 1;
    p->end_column = end_column + 1;
}

/* Reads an entry after its first byte; *line moves on. */
static struct line_position read_location(struct byte_reader *r, unsigned code, int64_t *line)
{
    if (code == CODE_NONE) {
        return (struct line_position){0};
    }
    struct line_position p = {0};
    if (code == CODE_LONG) {
        *line += next_signed(r);
        p.line = as_line(*line);
        p.end_line = as_line(*line + next_number(r));
        p.column = next_number(r);
        p.end_column = next_number(r);
        return p;
    }
    if (code == CODE_NO_COLUMNS) {
        *line += next_signed(r);
        return only_line(*line);
    }
    if (code >= CODE_TWO_BYTES) {
        *line += code - CODE_TWO_BYTES;
        p = only_line(*line);
        unsigned column = next_byte(r);
        set_columns(&p, column, next_byte(r));
        return p;
    }
    p = only_line(*line);
    unsigned byte = next_byte(r);
    unsigned column = code << 3 | byte >> 4;
    set_columns(&p, column, column + (byte & 15));
    return p;
}

static struct line_position find_in_locations(struct line_table *table, int64_t offset)
{
    struct line_mark mark = start_at(table, offset);
    struct line_position found = {0};
    while (mark.at < table->bytes.len) {
        struct byte_reader r = {table->bytes, mark.at};
        unsigned first = next_byte(&r);
        int64_t line = mark.line;
        found = read_location(&r, first >> 3 & 15, &line);
        int64_t end = mark.address + (int64_t)((first & 7) + 1) * UNIT;
        if (offset < end || !(first & 0x80)) {
            break;
        }
        mark = (struct line_mark){r.at, end, line};
        remember(table, &mark);
    }
    return found;
}

struct line_position line_table_find(struct line_table *table, int64_t offset)
{
    if (offset < 0) {
        return begin_line(table->first_line);
    }
    switch (table->kind) {
    case LINE_TABLE_PAIRS:
        return find_in_pairs(table, offset);
    case LINE_TABLE_RANGES:
        return find_in_ranges(table, offset);
    default:
        return find_in_locations(table, offset);
    }
}

void line_table_free(struct line_table *table)
{
    pp_free(table->marks.at);
    *table = (struct line_table){0};
}
