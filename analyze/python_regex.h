/* Regular expressions as Python 3.13's re understands them for str, matched by PCRE2. */
#ifndef PP_ANALYZE_PYTHON_REGEX_H
#define PP_ANALYZE_PYTHON_REGEX_H

#include "base/error.h"
#include "base/sink.h"
#include "base/str.h"

struct python_regex;

/* Compiles `pattern`. NULL and *err (PP_USAGE; Python's words for it) when re.compile would refuse it, or for what cannot be translated: \N{NAME}, and
 * names of groups beyond what PCRE2 takes. The caller frees it. */
struct python_regex *python_regex_new(struct pp_str pattern, struct pp_error *err);
/* True if the pattern is found anywhere in s. A search that takes too many steps counts as not found. */
bool python_regex_search(struct python_regex *re, struct pp_str s);
void python_regex_free(struct python_regex *re);
/* Writes the PCRE2 pattern that means what `pattern` means to Python; false and *err as python_regex_new. */
bool python_regex_translate(struct pp_str pattern, struct pp_sink *out, struct pp_error *err);

#endif
