/* What names may hold, and how they are shown: UTF-8 repair, escapes for terminals, for XML, for folded frames. */
#ifndef PP_BASE_TEXT_H
#define PP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sink.h"
#include "base/str.h"

/* Decodes one code point at s[*at] and moves *at. Invalid bytes (overlong, surrogates, cut) give 0xFFFD and move over
 * one byte; *valid (may be NULL) says which. */
uint32_t pp_utf8_next(struct pp_str s, size_t *at, bool *valid);
/* Writes the code point (surrogates too, as WTF-8); returns 1-4. */
size_t pp_utf8_put(char buffer[4], uint32_t code_point);
/* True if all of s is valid UTF-8 without surrogates. */
bool pp_utf8_valid(struct pp_str s);
/* Code points in s (an invalid byte counts as one): Python's len() of a str that came from marshal. Surrogates encoded
 * as three bytes (WTF-8) count as one. */
size_t pp_utf8_count(struct pp_str s);
/* Columns s takes on a terminal: combining marks 0, East Asian wide 2. */
size_t pp_text_columns(struct pp_str s);
/* True for what must not reach a terminal raw: C0, DEL, C1, bidi controls, line/paragraph separators. */
bool pp_text_is_control(uint32_t code_point);
/* Writes s with control characters as \xNN / \uNNNN and invalid bytes as \xNN; safe for terminals and logs. */
void pp_text_show(struct pp_sink *k, struct pp_str s);
/* The same into a buffer, cut with "..." when it does not fit; always NUL-terminated. */
void pp_text_show_buffer(char *buffer, size_t size, struct pp_str s);
/* Writes s as XML text or attribute value: & < > " ' escaped, invalid UTF-8 and characters XML 1.0 forbids as U+FFFD,
 * C0/C1 and bidi controls as visible U+FFFD too. Always yields well-formed XML 1.0. */
void pp_text_xml(struct pp_sink *k, struct pp_str s);
/* Writes a JSON string body (without quotes): control characters escaped, invalid UTF-8 as U+FFFD, lone surrogates as \udXXX. */
void pp_text_json(struct pp_sink *k, struct pp_str s);

#endif
