#include "formats/folded/line.h"

#include "base/number.h"

/* The last word of s if it is a number (digits, perhaps with a point and an exponent); *rest is what stands before its white space. */
static bool last_number(struct pp_str s, struct pp_str *number, struct pp_str *rest)
{
    size_t at = s.len;
    bool digit = false;
    while (at && s.data[at - 1] != ' ' && s.data[at - 1] != '\t') {
        char c = s.data[--at];
        bool is_digit = c >= '0' && c <= '9';
        digit = digit || is_digit;
        if (!is_digit && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-') {
            return false;
        }
    }
    char first = at < s.len ? s.data[at] : 'x';
    if (!digit || !((first >= '0' && first <= '9') || first == '.')) {
        return false;
    }
    *number = pp_str_sub(s, at, s.len);
    *rest = pp_str_sub(s, 0, at ? at - 1 : 0);
    while (rest->len && (rest->data[rest->len - 1] == ' ' || rest->data[rest->len - 1] == '\t')) {
        rest->len--;
    }
    return at > 0;
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

bool folded_place(struct pp_str frame, struct pp_str *name, struct pp_str *file, uint32_t *line)
{
    if (frame.len < 6 || frame.data[frame.len - 1] != ')') {
        return false;
    }
    struct pp_cut colon = pp_str_rcut(pp_str_sub(frame, 0, frame.len - 1), ':');
    uint64_t number;
    if (!colon.found || colon.tail.len > 10 || !pp_parse_u64(colon.tail, &number) || number > UINT32_MAX) {
        return false;
    }
    /* A leading zero would not be written back as it was. */
    if (colon.tail.len > 1 && colon.tail.data[0] == '0') {
        return false;
    }
    size_t open = colon.head.len;
    while (open && !(colon.head.data[open - 1] == '(' && open > 1 && colon.head.data[open - 2] == ' ')) {
        open--;
    }
    if (open < 3 || open == colon.head.len) {
        return false;
    }
    *name = pp_str_sub(frame, 0, open - 2);
    *file = pp_str_sub(colon.head, open, colon.head.len);
    *line = (uint32_t)number;
    return true;
}
