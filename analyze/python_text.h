/* Text as a Python str holds it: code points, with surrogates for what is no UTF-8. */
#ifndef PP_ANALYZE_PYTHON_TEXT_H
#define PP_ANALYZE_PYTHON_TEXT_H

#include <stdbool.h>
#include <stdint.h>

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

/* The part of `line` before its first white space. */
struct pp_str python_word(struct pp_str line);
/* Python's int() of a word: a sign, digits, single underscores between them. What is past 64 bits becomes the largest of its sign. False if it is no
 * whole number. */
bool python_int(struct pp_str word, int64_t *value);

#endif
