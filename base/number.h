/* Numbers in and out, exactly, without the locale. */
#ifndef PP_BASE_NUMBER_H
#define PP_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* a+b, a*b into *out; false (and *out untouched) on overflow. */
bool pp_add_i64(int64_t a, int64_t b, int64_t *out);
bool pp_mul_i64(int64_t a, int64_t b, int64_t *out);
/* a+b, a-b, the nearest that 64 bits hold. */
int64_t pp_add_saturating(int64_t a, int64_t b);
int64_t pp_subtract_saturating(int64_t a, int64_t b);
/* The value as an integer, cut towards zero: the nearest that 64 bits hold, 0 of NaN. */
int64_t pp_int_saturating(double value);

/* The whole of s as a decimal integer; false if empty, if another byte occurs, or on overflow. */
bool pp_parse_u64(struct pp_str s, uint64_t *out);
bool pp_parse_i64(struct pp_str s, int64_t *out);
/* The whole of s as a double ("1", "-2.5", "1e-3", "inf", "nan"); correctly rounded. */
bool pp_parse_double(struct pp_str s, double *out);

/* A number with a decimal fraction as integer and scale: "12.50" gives 1250, 2. At most 9 digits of fraction are kept
 * (*rounded true when more were cut); exponents are understood. False if not a number or past int64. */
bool pp_parse_decimal(struct pp_str s, int64_t *value, unsigned *decimals, bool *rounded);
/* Writes value / 10^decimals without trailing zeros of the fraction; returns the length. buffer: 32 bytes. */
size_t pp_format_decimal(char *buffer, int64_t value, unsigned decimals);

enum { PP_DOUBLE_REPR_SIZE = 32 };
/* The shortest decimal text that reads back to the same double, in Python's repr() form ("0.1", "1e-07", "1.0",
 * "inf", "nan"); returns the length. */
size_t pp_format_double_repr(char buffer[PP_DOUBLE_REPR_SIZE], double value);
/* As C's "%.*f" for any magnitude into a buffer of 400 bytes; returns the length. */
size_t pp_format_double_fixed(char *buffer, double value, unsigned decimals);
/* Decimal with ',' between thousands; buffer of 32 bytes; returns the length. */
size_t pp_format_thousands(char *buffer, int64_t value);
/* CRC-32 (the one of zlib and PNG) continued from `crc` (start with 0). */
uint32_t pp_crc32(uint32_t crc, const void *data, size_t len);

#endif
