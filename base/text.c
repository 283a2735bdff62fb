#include "base/text.h"

#include <string.h>

#include "base/memory.h"

/* Length of the sequence the lead byte promises, 0 for bytes that lead nothing. */
static size_t promised(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead < 0xe0) {
        return 2;
    }
    if (lead >= 0xe0 && lead < 0xf0) {
        return 3;
    }
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* Decodes at s[at]; returns the length and *code, or 0. Surrogates (WTF-8) are decoded. */
static size_t decode(struct pp_str s, size_t at, uint32_t *code)
{
    const unsigned char *bytes = (const unsigned char *)s.data + at;
    size_t len = promised(bytes[0]);
    if (len == 0 || len > s.len - at) {
        return 0;
    }
    uint32_t value = len == 1 ? bytes[0] : bytes[0] & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (bytes[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[len] || value > 0x10ffff) {
        return 0;
    }
    *code = value;
    return len;
}

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code < 0xe000;
}

uint32_t pp_utf8_next(struct pp_str s, size_t *at, bool *valid)
{
    uint32_t code = 0xfffd;
    size_t len = decode(s, *at, &code);
    bool good = len != 0 && !is_surrogate(code);
    *at += good ? len : 1;
    if (valid) {
        *valid = good;
    }
    return good ? code : 0xfffd;
}

size_t pp_utf8_put(char buffer[4], uint32_t code)
{
    if (code < 0x80) {
        buffer[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        buffer[0] = (char)(0xc0 | code >> 6);
        buffer[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        buffer[0] = (char)(0xe0 | code >> 12);
        buffer[1] = (char)(0x80 | (code >> 6 & 0x3f));
        buffer[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    buffer[0] = (char)(0xf0 | code >> 18);
    buffer[1] = (char)(0x80 | (code >> 12 & 0x3f));
    buffer[2] = (char)(0x80 | (code >> 6 & 0x3f));
    buffer[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

bool pp_utf8_valid(struct pp_str s)
{
    bool valid = true;
    for (size_t at = 0; valid && at < s.len;) {
        pp_utf8_next(s, &at, &valid);
    }
    return valid;
}

size_t pp_utf8_count(struct pp_str s)
{
    size_t count = 0;
    for (size_t at = 0; at < s.len; count++) {
        uint32_t code;
        size_t len = decode(s, at, &code);
        at += len ? len : 1;
    }
    return count;
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

size_t pp_text_columns(struct pp_str s)
{
    /* The blocks that matter for names; the C library's wcwidth would depend on the locale. */
    static const struct range none[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},    {0x610, 0x61a},
                                        {0x64b, 0x65f},   {0x200b, 0x200f}, {0x20d0, 0x20ff},  {0xfe00, 0xfe0f},
                                        {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};
    static const struct range wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
                                        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
                                        {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
    size_t columns = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t code = pp_utf8_next(s, &at, NULL);
        if (code >= 0x300 && in_ranges(code, none, sizeof none / sizeof *none)) {
            continue;
        }
        columns += code >= 0x1100 && in_ranges(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
    }
    return columns;
}

bool pp_text_is_control(uint32_t code)
{
    static const struct range controls[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},  {0x200e, 0x200f},
                                            {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfff9, 0xfffb}};
    return (code < 0x20 || code >= 0x7f) && in_ranges(code, controls, sizeof controls / sizeof *controls);
}

/* One shown character: its text in `out` (at most 12 bytes), the length returned, *at moved. */
static size_t show_next(struct pp_str s, size_t *at, char out[16])
{
    static const char hex[] = "0123456789abcdef";
    size_t from = *at;
    bool valid;
    uint32_t code = pp_utf8_next(s, at, &valid);
    size_t len = 0;
    if (valid && !pp_text_is_control(code)) {
        len = *at - from;
        memcpy(out, s.data + from, len);
        return len;
    }
    uint32_t value = valid ? code : (unsigned char)s.data[from];
    out[len++] = '\\';
    out[len++] = value < 0x100 ? 'x' : 'u';
    for (int shift = value < 0x100 ? 4 : 12; shift >= 0; shift -= 4) {
        out[len++] = hex[value >> shift & 15];
    }
    return len;
}

void pp_text_show(struct pp_sink *k, struct pp_str s)
{
    char out[16];
    for (size_t at = 0; at < s.len;) {
        size_t len = show_next(s, &at, out);
        pp_sink_write(k, out, len);
    }
}

void pp_text_show_buffer(char *buffer, size_t size, struct pp_str s)
{
    char out[16];
    size_t used = 0;
    for (size_t at = 0; at < s.len;) {
        size_t len = show_next(s, &at, out);
        size_t reserve = at < s.len ? 4 : 1;
        if (used + len + reserve > size) {
            size_t dots = size > used ? size - used - 1 : 0;
            memcpy(buffer + used, "...", dots < 3 ? dots : 3);
            used += dots < 3 ? dots : 3;
            break;
        }
        memcpy(buffer + used, out, len);
        used += len;
    }
    buffer[used] = '\0';
}

/* Bytes at s[at] that stand for themselves in XML: most names are nothing else. */
static size_t plain_run(struct pp_str s, size_t at)
{
    size_t from = at;
    while (at < s.len && s.data[at] >= ' ' && s.data[at] <= '~' && s.data[at] != '&' && s.data[at] != '<' &&
           s.data[at] != '>' && s.data[at] != '"' && s.data[at] != '\'') {
        at++;
    }
    return at - from;
}

void pp_text_xml(struct pp_sink *k, struct pp_str s)
{
    for (size_t at = 0; at < s.len;) {
        size_t plain = plain_run(s, at);
        pp_sink_write(k, s.data + at, plain);
        at += plain;
        if (at == s.len) {
            break;
        }
        size_t from = at;
        bool valid;
        uint32_t code = pp_utf8_next(s, &at, &valid);
        if (!valid || pp_text_is_control(code) || (code & 0xfffe) == 0xfffe) {
            pp_sink_text(k, "\xef\xbf\xbd");
        } else if (code == '&') {
            pp_sink_text(k, "&amp;");
        } else if (code == '<') {
            pp_sink_text(k, "&lt;");
        } else if (code == '>') {
            pp_sink_text(k, "&gt;");
        } else if (code == '"') {
            pp_sink_text(k, "&quot;");
        } else if (code == '\'') {
            pp_sink_text(k, "&#39;");
        } else {
            pp_sink_write(k, s.data + from, at - from);
        }
    }
}

static void json_escape(struct pp_sink *k, uint32_t code)
{
    static const char hex[] = "0123456789abcdef";
    char out[6] = {'\\', 'u', hex[code >> 12 & 15], hex[code >> 8 & 15], hex[code >> 4 & 15], hex[code & 15]};
    pp_sink_write(k, out, sizeof out);
}

void pp_text_json(struct pp_sink *k, struct pp_str s)
{
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        uint32_t surrogate = 0;
        size_t len = decode(s, at, &surrogate);
        if (len && is_surrogate(surrogate)) {
            json_escape(k, surrogate);
            at += len;
            continue;
        }
        bool valid;
        uint32_t code = pp_utf8_next(s, &at, &valid);
        if (!valid) {
            pp_sink_text(k, "\xef\xbf\xbd");
        } else if (code == '"' || code == '\\') {
            pp_sink_byte(k, '\\');
            pp_sink_byte(k, (char)code);
        } else if (code == '\n') {
            pp_sink_text(k, "\\n");
        } else if (code == '\t') {
            pp_sink_text(k, "\\t");
        } else if (code < 0x20 || code == 0x7f) {
            json_escape(k, code);
        } else {
            pp_sink_write(k, s.data + from, at - from);
        }
    }
}
