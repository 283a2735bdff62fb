/* One line of folded stacks:  frame;frame;frame COUNT  or with two counts. */
#ifndef PP_FORMATS_FOLDED_LINE_H
#define PP_FORMATS_FOLDED_LINE_H

#include "base/str.h"

enum folded_kind { FOLDED_BLANK, FOLDED_COMMENT, FOLDED_DATA, FOLDED_BAD };

struct folded_line {
    enum folded_kind kind;
    struct pp_str stack;     /* what stands before the count(s) */
    struct pp_str counts[2]; /* the last count; the one before it in counts[0] when two were asked for */
    unsigned count_count;
};

/* Splits a line (without its end). `columns`: 1 or 2 counts are expected; a line with fewer is FOLDED_BAD. Comments begin with "# " or are "#". */
struct folded_line folded_split(struct pp_str line, unsigned columns);
/* A number of that many digits fits 64 bits. */
enum { FOLDED_SURE_DIGITS = 18 };
/* The shape that most lines have, without the general way: a stack, one space, one count of at most 18 digits and nothing else. False for any other. */
bool folded_quick(struct pp_str line, struct pp_str *stack, int64_t *count);
/* How many of the trailing words of a data line are numbers: 0, 1 or 2 (of two, something must stand before). */
unsigned folded_columns(struct pp_str line);
/* Name, file and line of a frame of exactly the shape "name (file:line)": the last parenthesis, with its opening one and a space before it. False for any
 * other text, also for what would not be written back as it was: "f (a:007)", "f (~:0)", and "f (a.js:3:7)", which has a column too. */
bool folded_place(struct pp_str frame, struct pp_str *name, struct pp_str *file, uint32_t *line);

#endif
