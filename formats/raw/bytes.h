/* Growing bytes, and the integers of the raw format: LEB128, zigzag for signed ones, fixed 32-bit little-endian. */
#ifndef PP_FORMATS_RAW_BYTES_H
#define PP_FORMATS_RAW_BYTES_H

#include <stdbool.h>

#include "base/memory.h"
#include "base/str.h"

typedef PP_VEC(unsigned char) raw_bytes;

void raw_put(raw_bytes *out, const void *data, size_t len);
void raw_put_u64(raw_bytes *out, uint64_t value);
void raw_put_i64(raw_bytes *out, int64_t value);
/* Length, then the bytes. */
void raw_put_str(raw_bytes *out, struct pp_str s);
void raw_store32(unsigned char *at, uint32_t value);
uint32_t raw_load32(const void *at);

/* Reads from the front of *in and shortens it; false (and *in is spoilt) when it ends too early or a number is over 64 bits. */
bool raw_get_u64(struct pp_str *in, uint64_t *value);
bool raw_get_i64(struct pp_str *in, int64_t *value);
bool raw_get_str(struct pp_str *in, struct pp_str *s);

#endif
