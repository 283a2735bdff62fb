/* Text as a Python str holds it: code points, with surrogates for what is no UTF-8. */
#ifndef PP_ANALYZE_PYTHON_TEXT_H
#define PP_ANALYZE_PYTHON_TEXT_H

#include "base/sink.h"
#include "base/str.h"

/* The code point at s[*at], and moves *at. A surrogate in three bytes (as marshal writes it) is that surrogate; a byte that is no UTF-8 is U+DC00 plus
 * the byte, as os.fsdecode makes it. */
uint32_t python_next(struct pp_str s, size_t *at);
/* Writes s as Python writes it to a standard output with the error handler "surrogateescape" (its default in the C locales): U+DC80 to U+DCFF
 * become the byte they stand for. Other surrogates, which Python refuses to write, stay as they are. */
void python_write(struct pp_sink *out, struct pp_str s);
/* Writes Python's repr() of s. */
void python_write_repr(struct pp_sink *out, struct pp_str s);

#endif
