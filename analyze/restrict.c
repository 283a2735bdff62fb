#include "analyze/restrict.h"

#include "base/number.h"
#include "base/regex.h"
#include "base/text.h"

bool restriction_parse(struct restriction *r, struct pp_str text)
{
    *r = (struct restriction){.kind = RESTRICT_COUNT};
    if (pp_parse_i64(text, &r->count)) {
        return true;
    }
    bool percent = text.len && text.data[text.len - 1] == '%';
    r->kind = RESTRICT_FRACTION;
    if (!pp_parse_double(pp_str_sub(text, 0, text.len - percent), &r->fraction)) {
        return false;
    }
    r->fraction = percent ? r->fraction / 100 : r->fraction;
    return true;
}

static bool shown_as_is(uint32_t code)
{
    /* What str.isprintable() refuses, as far as names meet it: controls, separators, surrogates, private use, unassigned ends. */
    if (code < 0x20 || (code >= 0x7f && code < 0xa1) || code == 0xad) {
        return false;
    }
    return !(pp_text_is_control(code) || code == 0x1680 || (code >= 0x2000 && code <= 0x200f) ||
             (code >= 0x2028 && code <= 0x202f) || (code >= 0x205f && code <= 0x206f) || code == 0x3000 ||
             code == 0xfeff || (code >= 0xd800 && code < 0xf900) || (code & 0xfffe) == 0xfffe || code >= 0xe0000);
}

static void write_hex(struct pp_sink *out, char letter, uint32_t value, int digits)
{
    static const char hex[] = "0123456789abcdef";
    pp_sink_byte(out, '\\');
    pp_sink_byte(out, letter);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
        pp_sink_byte(out, hex[value >> shift & 15]);
    }
}

void write_python_repr(struct pp_sink *out, struct pp_str s)
{
    bool single = pp_str_find(s, '\'') < s.len;
    bool twice = pp_str_find(s, '"') < s.len;
    char quote = single && !twice ? '"' : '\'';
    pp_sink_byte(out, quote);
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        bool valid;
        uint32_t code = pp_utf8_next(s, &at, &valid);
        if (!valid) {
            /* A byte of the command line that is no UTF-8 is a surrogate in Python. */
            write_hex(out, 'u', 0xdc00u + (unsigned char)s.data[from], 4);
        } else if (code == (uint32_t)quote || code == '\\') {
            pp_sink_byte(out, '\\');
            pp_sink_byte(out, (char)code);
        } else if (code == '\n' || code == '\r' || code == '\t') {
            pp_sink_byte(out, '\\');
            pp_sink_byte(out, code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
        } else if (shown_as_is(code)) {
            pp_sink_write(out, s.data + from, at - from);
        } else if (code < 0x100) {
            write_hex(out, 'x', code, 2);
        } else {
            write_hex(out, code < 0x10000 ? 'u' : 'U', code, code < 0x10000 ? 4 : 8);
        }
    }
    pp_sink_byte(out, quote);
}

static void keep_matching(struct stat_table *t, struct pp_regex *regex)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (pp_regex_search(regex, stat_label(t, t->order[i]))) {
            t->order[kept++] = t->order[i];
        }
    }
    t->count = kept;
}

static void write_restriction(struct pp_sink *out, const struct restriction *r)
{
    char number[400];
    switch (r->kind) {
    case RESTRICT_COUNT:
        pp_sink_i64(out, r->count);
        break;
    case RESTRICT_FRACTION:
        pp_format_double_repr(number, r->fraction);
        pp_sink_text(out, number);
        break;
    case RESTRICT_MATCH:
        write_python_repr(out, r->pattern);
        break;
    }
}

/* What a count or fraction leaves of `count` rows. */
static size_t cut(const struct restriction *r, size_t count)
{
    if (r->kind == RESTRICT_FRACTION && r->fraction >= 0 && r->fraction < 1) {
        return (size_t)((double)count * r->fraction + .5);
    }
    return r->kind == RESTRICT_COUNT && r->count >= 0 && (uint64_t)r->count < count ? (size_t)r->count : count;
}

size_t restrictions_reach(const struct restriction *list, size_t count, size_t rows)
{
    for (size_t i = 0; i < count && list[i].kind != RESTRICT_MATCH; i++) {
        rows = cut(&list[i], rows);
    }
    return rows;
}

static void restrict_once(struct stat_table *t, const struct restriction *r, struct pp_sink *message)
{
    size_t before = t->count;
    if (r->kind == RESTRICT_MATCH) {
        struct pp_regex *regex = pp_regex_new(r->pattern, NULL);
        if (!regex) {
            pp_sink_text(message, "   <Invalid regular expression ");
            write_python_repr(message, r->pattern);
            pp_sink_text(message, ">\n");
            return;
        }
        keep_matching(t, regex);
        pp_regex_free(regex);
    }
    t->count = cut(r, t->count);
    if (t->count != before) {
        pp_sink_printf(message, "   List reduced from %zu to %zu due to restriction <", before, t->count);
        write_restriction(message, r);
        pp_sink_text(message, ">\n");
    }
}

void restrict_table(struct stat_table *t, const struct restriction *list, size_t count, struct pp_sink *message)
{
    for (size_t i = 0; i < count; i++) {
        restrict_once(t, &list[i], message);
    }
}
