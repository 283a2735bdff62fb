#include "formats/raw/bytes.h"

#include <string.h>

void raw_put(raw_bytes *out, const void *data, size_t len)
{
    if (len) {
        PP_RESERVE(out, out->count + len);
        memcpy(out->at + out->count, data, len);
        out->count += len;
    }
}

void raw_put_u64(raw_bytes *out, uint64_t value)
{
    while (value >= 0x80) {
        *PP_PUSH(out) = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *PP_PUSH(out) = (unsigned char)value;
}

void raw_put_i64(raw_bytes *out, int64_t value)
{
    raw_put_u64(out, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void raw_put_str(raw_bytes *out, struct pp_str s)
{
    raw_put_u64(out, s.len);
    raw_put(out, s.data, s.len);
}

void raw_store32(unsigned char *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

uint32_t raw_load32(const void *at)
{
    const unsigned char *bytes = at;
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bool raw_get_u64(struct pp_str *in, uint64_t *value)
{
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (in->len == 0) {
            return false;
        }
        unsigned char byte = (unsigned char)*in->data;
        in->data++;
        in->len--;
        if (shift == 63 && byte > 1) {
            return false;
        }
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = result;
            return true;
        }
    }
    return false;
}

bool raw_get_i64(struct pp_str *in, int64_t *value)
{
    uint64_t bits;
    if (!raw_get_u64(in, &bits)) {
        return false;
    }
    uint64_t half = bits >> 1;
    *value = bits & 1 ? -1 - (int64_t)half : (int64_t)half;
    return true;
}

bool raw_get_str(struct pp_str *in, struct pp_str *s)
{
    uint64_t len;
    if (!raw_get_u64(in, &len) || len > in->len) {
        return false;
    }
    *s = (struct pp_str){in->data, (size_t)len};
    in->data += len;
    in->len -= (size_t)len;
    return true;
}
