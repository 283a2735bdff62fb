#include "formats/folded/line.h"

#include "base/number.h"

static size_t skip_digits(struct pp_str s, size_t at)
{
    while (at < s.len && s.data[at] >= '0' && s.data[at] <= '9') {
        at++;
    }
    return at;
}

/* digits, or digits with a point, perhaps with an exponent: "12" "0.5" ".5" "5." "1e-3". No sign: counts are not negative. */
static bool is_number(struct pp_str s)
{
    size_t whole = skip_digits(s, 0);
    size_t at = whole;
    if (at < s.len && s.data[at] == '.') {
        at = skip_digits(s, at + 1);
    }
    if (at == 0 || (whole == 0 && at == 1)) {
        return false;
    }
    if (at < s.len && (s.data[at] == 'e' || s.data[at] == 'E')) {
        at++;
        at += at < s.len && (s.data[at] == '+' || s.data[at] == '-');
        size_t end = skip_digits(s, at);
        return end > at && end == s.len;
    }
    return at == s.len;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '\t';
}

/* The last word of s if it is a number; *rest is what stands before its white space. False if no white space stands before. */
static bool last_number(struct pp_str s, struct pp_str *number, struct pp_str *rest)
{
    size_t at = s.len;
    while (at && !is_gap(s.data[at - 1])) {
        at--;
    }
    *number = pp_str_sub(s, at, s.len);
    if (at == 0 || !is_number(*number)) {
        return false;
    }
    while (at && is_gap(s.data[at - 1])) {
        at--;
    }
    *rest = pp_str_sub(s, 0, at);
    return true;
}

static bool blank(struct pp_str line)
{
    return pp_str_trim(line).len == 0;
}

static bool comment(struct pp_str line)
{
    return line.len && line.data[0] == '#' && (line.len == 1 || line.data[1] == ' ' || line.data[1] == '\t');
}

unsigned folded_columns(struct pp_str line)
{
    struct pp_str number, rest, before;
    if (!last_number(pp_str_trim_end(line), &number, &rest)) {
        return 0;
    }
    return last_number(rest, &number, &before) && before.len ? 2 : 1;
}

struct folded_line folded_split(struct pp_str line, unsigned columns)
{
    struct folded_line split = {.kind = FOLDED_BAD, .count_count = columns};
    line = pp_str_trim_end(line);
    if (line.len == 0 || line.data[0] == '#' || line.data[0] == ' ' || line.data[0] == '\t') {
        if (blank(line) || comment(line)) {
            split.kind = blank(line) ? FOLDED_BLANK : FOLDED_COMMENT;
            return split;
        }
    }
    struct pp_str rest = line;
    for (unsigned i = columns; i-- > 0;) {
        if (!last_number(rest, &split.counts[i], &rest)) {
            return split;
        }
    }
    split.stack = rest;
    split.kind = FOLDED_DATA;
    return split;
}

bool folded_quick(struct pp_str line, struct pp_str *stack, int64_t *count)
{
    int64_t value = 0, place = 1;
    size_t at = line.len, least = line.len > FOLDED_SURE_DIGITS ? line.len - FOLDED_SURE_DIGITS : 0;
    for (; at > least && line.data[at - 1] >= '0' && line.data[at - 1] <= '9'; at--) {
        value += place * (line.data[at - 1] - '0');
        place *= 10;
    }
    if (at == line.len || at < 2 || line.data[at - 1] != ' ' || is_gap(line.data[at - 2]) || line.data[0] == '#' ||
        is_gap(line.data[0])) {
        return false;
    }
    *stack = pp_str_sub(line, 0, at - 1);
    *count = value;
    return true;
}

/* Where the parenthesis opens that the last byte of s closes, or s.len. */
static size_t opening(struct pp_str s)
{
    size_t depth = 0;
    for (size_t at = s.len; at-- > 0;) {
        depth += s.data[at] == ')';
        if (s.data[at] == '(' && --depth == 0) {
            return at;
        }
    }
    return s.len;
}

/* A line number as it would be written back: no leading zero, 32 bits. */
static bool line_number(struct pp_str s, uint32_t *line)
{
    uint64_t number = 0;
    if (s.len > 10 || (s.len > 1 && s.data[0] == '0') || !pp_parse_u64(s, &number) || number > UINT32_MAX) {
        return false;
    }
    *line = (uint32_t)number;
    return true;
}

bool folded_place(struct pp_str frame, struct pp_str *name, struct pp_str *file, uint32_t *line)
{
    if (frame.len < 6 || frame.data[frame.len - 1] != ')') {
        return false;
    }
    size_t open = opening(frame);
    if (open < 2 || open == frame.len || frame.data[open - 1] != ' ') {
        return false;
    }
    struct pp_cut colon = pp_str_rcut(pp_str_sub(frame, open + 1, frame.len - open - 2), ':');
    uint32_t number, before;
    if (!colon.found || colon.head.len == 0 || !line_number(colon.tail, &number)) {
        return false;
    }
    /* "file:line:column" is another shape; "~" stands for no file and would not be written back. */
    struct pp_cut column = pp_str_rcut(colon.head, ':');
    if ((column.found && line_number(column.tail, &before)) || pp_str_eq(colon.head, PP_STR("~"))) {
        return false;
    }
    *name = pp_str_sub(frame, 0, open - 1);
    *file = colon.head;
    *line = number;
    return true;
}
