/* Rows and edges as the marshal dictionary that pstats.Stats(file) of every Python 3 loads: marshal version 2, no references. */
#include "formats/pstat/pstat.h"

#include <string.h>

#include "base/text.h"

static void put_u32(struct pp_sink *out, uint32_t value)
{
    char bytes[4] = {(char)(value & 0xff), (char)(value >> 8 & 0xff), (char)(value >> 16 & 0xff),
                     (char)(value >> 24 & 0xff)};
    pp_sink_write(out, bytes, sizeof bytes);
}

/* 'i' for 32 bits, else 'l' with 15-bit digits. */
static void put_int(struct pp_sink *out, int64_t value)
{
    if (value >= INT32_MIN && value <= INT32_MAX) {
        pp_sink_byte(out, 'i');
        put_u32(out, (uint32_t)(int32_t)value);
        return;
    }
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[16];
    int32_t count = 0;
    for (; magnitude; magnitude >>= 15) {
        digits[count * 2] = (char)(magnitude & 0xff);
        digits[count * 2 + 1] = (char)(magnitude >> 8 & 0x7f);
        count++;
    }
    pp_sink_byte(out, 'l');
    put_u32(out, (uint32_t)(value < 0 ? -count : count));
    pp_sink_write(out, digits, (size_t)count * 2);
}

static void put_double(struct pp_sink *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    pp_sink_byte(out, 'g');
    put_u32(out, (uint32_t)bits);
    put_u32(out, (uint32_t)(bits >> 32));
}

/* Length of a surrogate encoded as three bytes (WTF-8) at s[at], or 0. */
static size_t surrogate_at(struct pp_str s, size_t at)
{
    const unsigned char *b = (const unsigned char *)s.data + at;
    return s.len - at >= 3 && b[0] == 0xed && b[1] >= 0xa0 && b[1] < 0xc0 && (b[2] & 0xc0) == 0x80 ? 3 : 0;
}

/* Python reads 'u' as UTF-8 with surrogates allowed; a byte that is no UTF-8 becomes U+DC80 + byte - 0x80, as its surrogateescape has it. */
static void put_repaired(struct pp_sink *out, struct pp_str s)
{
    struct pp_sink *text = pp_sink_memory();
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        bool valid;
        size_t surrogate = surrogate_at(s, at);
        if (surrogate) {
            at += surrogate;
            pp_sink_write(text, s.data + from, surrogate);
            continue;
        }
        pp_utf8_next(s, &at, &valid);
        if (valid) {
            pp_sink_write(text, s.data + from, at - from);
        } else {
            char bytes[4];
            size_t len = pp_utf8_put(bytes, 0xdc00u + (unsigned char)s.data[from]);
            pp_sink_write(text, bytes, len);
        }
    }
    struct pp_str repaired = pp_sink_contents(text);
    put_u32(out, (uint32_t)repaired.len);
    pp_sink_str(out, repaired);
    pp_sink_abandon(text);
}

static void put_string(struct pp_sink *out, struct pp_str s)
{
    pp_sink_byte(out, 'u');
    if (pp_utf8_valid(s)) {
        put_u32(out, (uint32_t)s.len);
        pp_sink_str(out, s);
    } else {
        put_repaired(out, s);
    }
}

static void put_tuple(struct pp_sink *out, uint32_t count)
{
    pp_sink_byte(out, '(');
    put_u32(out, count);
}

static void put_key(struct pp_sink *out, const struct pp_profile *p, pp_function_id id)
{
    const struct pp_function *f = pp_profile_function(p, id);
    struct pp_str file = pp_profile_str(p, f->file);
    put_tuple(out, 3);
    put_string(out, file);
    put_int(out, f->line);
    put_string(out, pp_profile_str(p, f->name));
}

static void put_edge(struct pp_sink *out, const struct pp_profile *p, const struct pp_call_edge *edge)
{
    put_key(out, p, edge->caller);
    if (edge->flags & PP_EDGE_COUNT_ONLY) {
        put_int(out, edge->calls);
        return;
    }
    put_tuple(out, 4);
    put_int(out, edge->calls);
    put_int(out, edge->primitive_calls);
    put_double(out, edge->tottime);
    put_double(out, edge->cumtime);
}

static void put_row(struct pp_sink *out, const struct pp_profile *p, const struct pp_call_row *row)
{
    put_key(out, p, row->function);
    put_tuple(out, 5);
    /* What yappi swapped is swapped back: the file loads to the same dictionary. */
    put_int(out, p->counts_swapped ? row->calls : row->primitive_calls);
    put_int(out, p->counts_swapped ? row->primitive_calls : row->calls);
    put_double(out, row->tottime);
    put_double(out, row->cumtime);
    pp_sink_byte(out, '{');
    for (uint32_t e = 0; e < row->edge_count; e++) {
        put_edge(out, p, &p->edges[row->first_edge + e]);
    }
    pp_sink_byte(out, '0');
}

bool pstat_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
                 struct pp_report *report, struct pp_error *err)
{
    (void)options;
    (void)report;
    (void)err;
    pp_sink_byte(out, '{');
    if (p->sampled_calls) {
        put_tuple(out, 1);
        put_string(out, PP_STR("__sampled__"));
        pp_sink_byte(out, 'T');
    }
    for (size_t r = 0; r < p->row_count; r++) {
        put_row(out, p, &p->rows[r]);
    }
    pp_sink_byte(out, '0');
    return true;
}
