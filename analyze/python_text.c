#include "analyze/python_text.h"

#include <string.h>

#include "base/number.h"
#include "base/regex.h"
#include "base/text.h"

/* A surrogate in three bytes at s[at], or 0. */
static uint32_t surrogate_at(struct pp_str s, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)s.data + at;
    if (s.len - at < 3 || bytes[0] != 0xed || bytes[1] < 0xa0 || bytes[1] > 0xbf || (bytes[2] & 0xc0) != 0x80) {
        return 0;
    }
    return 0xd000u | (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
}

uint32_t python_next(struct pp_str s, size_t *at)
{
    bool valid;
    size_t from = *at;
    uint32_t code = pp_utf8_next(s, at, &valid);
    if (valid) {
        return code;
    }
    code = surrogate_at(s, from);
    *at = code ? from + 3 : from + 1;
    return code ? code : 0xdc00u + (unsigned char)s.data[from];
}

void python_write(struct pp_sink *out, struct pp_str s)
{
    size_t written = 0;
    for (size_t at = 0; at < s.len; at++) {
        uint32_t code = (unsigned char)s.data[at] == 0xed ? surrogate_at(s, at) : 0;
        if (code >= 0xdc80 && code <= 0xdcff) {
            pp_sink_write(out, s.data + written, at - written);
            pp_sink_byte(out, (char)(code & 0xff));
            at += 2;
            written = at + 1;
        }
    }
    pp_sink_write(out, s.data + written, s.len - written);
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

/* str.isprintable() of a character beyond ASCII: no control, format, surrogate, private or unassigned one, no separator. */
static bool printable(struct pp_regex **hidden, struct pp_str character)
{
    if (!*hidden) {
        *hidden = pp_regex_new(PP_STR("[\\p{C}\\p{Z}]"), NULL);
    }
    return !*hidden || !pp_regex_search(*hidden, character);
}

static void write_code(struct pp_sink *out, uint32_t code, struct pp_str bytes, char quote, struct pp_regex **hidden)
{
    if (code == (uint32_t)quote || code == '\\') {
        pp_sink_byte(out, '\\');
        pp_sink_byte(out, (char)code);
    } else if (code == '\n' || code == '\r' || code == '\t') {
        pp_sink_byte(out, '\\');
        pp_sink_byte(out, code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
    } else if (code < 0x80 ? code >= 0x20 && code < 0x7f
                           : (code < 0xd800 || code > 0xdfff) && printable(hidden, bytes)) {
        pp_sink_str(out, bytes);
    } else if (code < 0x100) {
        write_hex(out, 'x', code, 2);
    } else {
        write_hex(out, code < 0x10000 ? 'u' : 'U', code, code < 0x10000 ? 4 : 8);
    }
}

void python_write_repr(struct pp_sink *out, struct pp_str s)
{
    bool single = pp_str_find(s, '\'') < s.len;
    bool twice = pp_str_find(s, '"') < s.len;
    char quote = single && !twice ? '"' : '\'';
    struct pp_regex *hidden = NULL;
    pp_sink_byte(out, quote);
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t code = python_next(s, &at);
        write_code(out, code, pp_str_sub(s, from, at - from), quote, &hidden);
    }
    pp_sink_byte(out, quote);
    pp_regex_free(hidden);
}

struct pp_str python_word(struct pp_str line)
{
    size_t len = 0;
    while (len < line.len && (!line.data[len] || !strchr(" \t\n\v\f\r", line.data[len]))) {
        len++;
    }
    return pp_str_sub(line, 0, len);
}

bool python_int(struct pp_str word, int64_t *value)
{
    bool negative = word.len && word.data[0] == '-';
    bool digit = false;
    *value = 0;
    for (size_t i = word.len && (negative || word.data[0] == '+'); i < word.len; i++) {
        char c = word.data[i];
        if (c == '_' && digit) {
            digit = false;
            continue;
        }
        digit = c >= '0' && c <= '9';
        if (!digit) {
            return false;
        }
        if (!pp_mul_i64(*value, 10, value) || !pp_add_i64(*value, c - '0', value)) {
            *value = INT64_MAX;
        }
    }
    *value = negative ? -*value : *value;
    return digit;
}
