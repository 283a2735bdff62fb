#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

bool pp_add_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return false;
    }
    *out = sum;
    return true;
}

int64_t pp_add_saturating(int64_t a, int64_t b)
{
    int64_t sum;
    return !__builtin_add_overflow(a, b, &sum) ? sum : b > 0 ? INT64_MAX : INT64_MIN;
}

int64_t pp_subtract_saturating(int64_t a, int64_t b)
{
    int64_t difference;
    return !__builtin_sub_overflow(a, b, &difference) ? difference : b < 0 ? INT64_MAX : INT64_MIN;
}

int64_t pp_int_saturating(double value)
{
    const double limit = 9223372036854775808.0; /* 2^63 */
    return value >= limit ? INT64_MAX : value <= -limit ? INT64_MIN : value == value ? (int64_t)value : 0;
}

bool pp_mul_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product)) {
        return false;
    }
    *out = product;
    return true;
}

bool pp_parse_u64(struct pp_str s, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (s.len == 0) {
        return false;
    }
    *out = value;
    return true;
}

bool pp_parse_i64(struct pp_str s, int64_t *out)
{
    bool negative = s.len && s.data[0] == '-';
    uint64_t value;
    if (s.len && (negative || s.data[0] == '+')) {
        s = pp_str_sub(s, 1, s.len);
    }
    if (!pp_parse_u64(s, &value) || value > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool pp_parse_double(struct pp_str s, double *out)
{
    char buffer[512];
    if (s.len == 0 || s.len >= sizeof buffer || s.data[0] == ' ' || memchr(s.data, 'x', s.len) ||
        memchr(s.data, 'X', s.len)) {
        return false;
    }
    memcpy(buffer, s.data, s.len);
    buffer[s.len] = '\0';
    char *end;
    double value = strtod(buffer, &end);
    if (end != buffer + s.len) {
        return false;
    }
    *out = value;
    return true;
}

enum { MAX_DECIMALS = 9 };

/* The exponent of "…e-3"; false if it is not a small integer. */
static bool parse_exponent(struct pp_str s, int64_t *exponent)
{
    return pp_parse_i64(s, exponent) && *exponent > -400 && *exponent < 400;
}

static bool scale_up(int64_t *value, int64_t times)
{
    for (; times > 0 && *value; times--) {
        if (!pp_mul_i64(*value, 10, value)) {
            return false;
        }
    }
    return true;
}

/* Digits of "12.50" as 1250 with 2 decimals; digits past what int64 or MAX_DECIMALS hold set *rounded. */
static bool parse_digits(struct pp_str s, int64_t *value, int64_t *decimals, bool *rounded)
{
    bool point = false;
    size_t digits = 0;
    *value = 0;
    *decimals = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';
        if (s.data[i] == '.' && !point) {
            point = true;
        } else if (digit > 9) {
            return false;
        } else {
            digits++;
            if (point && *decimals >= MAX_DECIMALS) {
                *rounded = *rounded || digit != 0;
                continue;
            }
            if (!pp_mul_i64(*value, 10, value) || !pp_add_i64(*value, digit, value)) {
                return false;
            }
            *decimals += point;
        }
    }
    return digits > 0;
}

bool pp_parse_decimal(struct pp_str s, int64_t *value, unsigned *decimals, bool *rounded)
{
    bool negative = s.len && s.data[0] == '-';
    struct pp_str rest = negative || (s.len && s.data[0] == '+') ? pp_str_sub(s, 1, s.len) : s;
    size_t e = pp_str_find(rest, 'e');
    e = e == rest.len ? pp_str_find(rest, 'E') : e;
    int64_t exponent = 0, places;
    *rounded = false;
    if (e < rest.len && !parse_exponent(pp_str_sub(rest, e + 1, rest.len), &exponent)) {
        return false;
    }
    if (!parse_digits(pp_str_sub(rest, 0, e), value, &places, rounded)) {
        return false;
    }
    places -= exponent;
    if (places < 0 && !scale_up(value, -places)) {
        return false;
    }
    places = places < 0 ? 0 : places;
    for (; places > 0 && *value % 10 == 0 && places > MAX_DECIMALS; places--) {
        *value /= 10;
    }
    for (; places > MAX_DECIMALS; places--) {
        *rounded = *rounded || *value != 0;
        *value /= 10;
    }
    for (; places > 0 && *value % 10 == 0; places--) {
        *value /= 10;
    }
    *value = negative ? -*value : *value;
    *decimals = (unsigned)places;
    return true;
}

static size_t format_u64(char *buffer, uint64_t value)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < count; i++) {
        buffer[i] = digits[count - 1 - i];
    }
    return count;
}

size_t pp_format_decimal(char *buffer, int64_t value, unsigned decimals)
{
    size_t at = 0;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0) {
        buffer[at++] = '-';
    }
    uint64_t power = 1;
    for (unsigned i = 0; i < decimals; i++) {
        power *= 10;
    }
    at += format_u64(buffer + at, magnitude / power);
    uint64_t fraction = magnitude % power;
    if (fraction) {
        buffer[at++] = '.';
        for (power /= 10; fraction; power /= 10) {
            buffer[at++] = (char)('0' + fraction / power);
            fraction %= power;
        }
    }
    buffer[at] = '\0';
    return at;
}

/* Python's repr of the digits "d.ddde±x": fixed for exponents -4 … 15, else scientific. */
static size_t lay_out(char *out, const char *digits, size_t count, int exponent)
{
    size_t at = 0;
    if (exponent < -4 || exponent >= 16) {
        out[at++] = digits[0];
        if (count > 1) {
            out[at++] = '.';
            memcpy(out + at, digits + 1, count - 1);
            at += count - 1;
        }
        return at + (size_t)snprintf(out + at, 8, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    }
    if (exponent < 0) {
        out[at++] = '0';
        out[at++] = '.';
        for (int zero = -1; zero > exponent; zero--) {
            out[at++] = '0';
        }
    }
    for (size_t i = 0; i < count || (int)i <= exponent; i++) {
        if (exponent >= 0 && (int)i == exponent + 1) {
            out[at++] = '.';
        }
        out[at++] = i < count ? digits[i] : '0';
    }
    if (exponent >= 0 && (int)count <= exponent + 1) {
        out[at++] = '.';
        out[at++] = '0';
    }
    return at;
}

size_t pp_format_double_repr(char buffer[PP_DOUBLE_REPR_SIZE], double value)
{
    if (!isfinite(value)) {
        const char *text = isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
        memcpy(buffer, text, strlen(text) + 1);
        return strlen(text);
    }
    char text[40];
    /* 15 digits give back whatever shorter decimal there is, except where doubles have fewer digits themselves: next to 0. */
    for (int precision = fabs(value) < 2.3e-308 ? 0 : 14; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    size_t at = 0;
    const char *from = text;
    if (*from == '-') {
        buffer[at++] = *from++;
    }
    char digits[24];
    size_t count = 0;
    for (; *from && *from != 'e'; from++) {
        if (*from != '.') {
            digits[count++] = *from;
        }
    }
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    at += lay_out(buffer + at, digits, count, *from ? (int)strtol(from + 1, NULL, 10) : 0);
    buffer[at] = '\0';
    return at;
}

size_t pp_format_double_fixed(char *buffer, double value, unsigned decimals)
{
    int len = snprintf(buffer, 400, "%.*f", (int)decimals, value);
    return len < 0 ? 0 : len < 400 ? (size_t)len : 399;
}

size_t pp_format_thousands(char *buffer, int64_t value)
{
    char plain[24];
    size_t at = 0;
    size_t count = format_u64(plain, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    if (value < 0) {
        buffer[at++] = '-';
    }
    for (size_t i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0) {
            buffer[at++] = ',';
        }
        buffer[at++] = plain[i];
    }
    buffer[at] = '\0';
    return at;
}

uint32_t pp_crc32(uint32_t crc, const void *data, size_t len)
{
    return (uint32_t)crc32_z(crc, data, len);
}
