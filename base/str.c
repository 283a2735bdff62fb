#include "base/str.h"

#include <string.h>

struct pp_str pp_str_of(const char *text)
{
    return text ? (struct pp_str){text, strlen(text)} : (struct pp_str){0};
}

bool pp_str_eq(struct pp_str a, struct pp_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int pp_str_cmp(struct pp_str a, struct pp_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool pp_str_starts(struct pp_str s, struct pp_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.data, prefix.data, prefix.len) == 0);
}

bool pp_str_ends(struct pp_str s, struct pp_str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.data + s.len - suffix.len, suffix.data, suffix.len) == 0);
}

size_t pp_str_find(struct pp_str s, char byte)
{
    const char *found = s.len ? memchr(s.data, byte, s.len) : NULL;
    return found ? (size_t)(found - s.data) : s.len;
}

size_t pp_str_rfind(struct pp_str s, char byte)
{
    for (size_t i = s.len; i-- > 0;) {
        if (s.data[i] == byte) {
            return i;
        }
    }
    return s.len;
}

size_t pp_str_search(struct pp_str s, struct pp_str needle)
{
    if (needle.len == 0) {
        return 0;
    }
    for (size_t at = 0; at + needle.len <= s.len; at++) {
        struct pp_str rest = {s.data + at, s.len - needle.len + 1 - at};
        at += pp_str_find(rest, needle.data[0]);
        if (at + needle.len <= s.len && memcmp(s.data + at, needle.data, needle.len) == 0) {
            return at;
        }
    }
    return s.len;
}

struct pp_str pp_str_sub(struct pp_str s, size_t from, size_t len)
{
    from = from < s.len ? from : s.len;
    size_t rest = s.len - from;
    return (struct pp_str){s.data ? s.data + from : NULL, len < rest ? len : rest};
}

static struct pp_cut cut_at(struct pp_str s, size_t at)
{
    if (at == s.len) {
        return (struct pp_cut){.head = s};
    }
    return (struct pp_cut){{s.data, at}, {s.data + at + 1, s.len - at - 1}, true};
}

struct pp_cut pp_str_cut(struct pp_str s, char byte)
{
    return cut_at(s, pp_str_find(s, byte));
}

struct pp_cut pp_str_rcut(struct pp_str s, char byte)
{
    return cut_at(s, pp_str_rfind(s, byte));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct pp_str pp_str_trim_end(struct pp_str s)
{
    while (s.len && is_space(s.data[s.len - 1])) {
        s.len--;
    }
    return s;
}

struct pp_str pp_str_trim(struct pp_str s)
{
    while (s.len && is_space(s.data[0])) {
        s.data++;
        s.len--;
    }
    return pp_str_trim_end(s);
}

struct pp_str pp_str_basename(struct pp_str s)
{
    struct pp_cut cut = pp_str_rcut(s, '/');
    return cut.found ? cut.tail : s;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    /* A 64x64 multiplication folded: every input bit reaches every output bit. */
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *data, size_t len)
{
    uint64_t word = 0;
    memcpy(&word, data, len);
    return word;
}

uint64_t pp_str_hash(struct pp_str s, uint64_t seed)
{
    /* The secrets come from the seed: whoever does not know it cannot make a product 0 and so collisions. */
    const uint64_t k0 = (seed ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);
    const uint64_t k1 = (seed + UINT64_C(0xd1b54a32d192ed03)) * UINT64_C(0xa0761d6478bd642f);
    uint64_t h = seed ^ (s.len * UINT64_C(0x9e3779b97f4a7c15));
    while (s.len > 16) {
        h = mix(load(s.data, 8) ^ k0, load(s.data + 8, 8) ^ h ^ k1);
        s.data += 16;
        s.len -= 16;
    }
    uint64_t low = s.len >= 8 ? load(s.data, 8) : s.len ? load(s.data, s.len) : 0;
    uint64_t high = s.len > 8 ? load(s.data + s.len - 8, 8) : 0;
    return mix(low ^ k1, mix(high ^ h, k0) ^ k1);
}
