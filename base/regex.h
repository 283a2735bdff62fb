/* Regular expressions: PCRE2 with bounded matching, on bytes that need not be UTF-8. */
#ifndef PP_BASE_REGEX_H
#define PP_BASE_REGEX_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

struct pp_regex;

/* Compiles `pattern` (PCRE2 syntax, UTF mode, invalid UTF in subjects allowed). NULL and *err (PP_USAGE, column = place in the
 * pattern) on failure. The caller frees it. */
struct pp_regex *pp_regex_new(struct pp_str pattern, struct pp_error *err);
/* True if the pattern is found anywhere in s. A match that exceeds the step limit counts as not found and is remembered. */
bool pp_regex_search(struct pp_regex *re, struct pp_str s);
/* How many searches hit the step limit. */
unsigned long pp_regex_gave_up(const struct pp_regex *re);
void pp_regex_free(struct pp_regex *re);

#endif
