#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"

/* Steps before a search gives up: a nested repeat on a hostile name ends in milliseconds. */
enum { MATCH_LIMIT = 1000000 };

struct pp_regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    unsigned long gave_up;
};

struct pp_regex *pp_regex_new(struct pp_str pattern, struct pp_error *err)
{
    int number;
    PCRE2_SIZE at;
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
    PCRE2_SPTR text = (PCRE2_SPTR)(pattern.data ? pattern.data : "");
    pcre2_code *code = pcre2_compile(text, pattern.len, options, &number, &at, NULL);
    if (!code) {
        PCRE2_UCHAR message[160];
        pcre2_get_error_message(number, message, sizeof message);
        pp_fail(err, PP_USAGE, pp_nowhere(), "bad regular expression at character %zu: %s", (size_t)at + 1,
                (const char *)message);
        return NULL;
    }
    struct pp_regex *re = pp_calloc(1, sizeof *re);
    re->code = code;
    re->data = pcre2_match_data_create(1, NULL);
    re->context = pcre2_match_context_create(NULL);
    if (!re->data || !re->context) {
        pp_memory_exhausted(0);
    }
    pcre2_set_match_limit(re->context, MATCH_LIMIT);
    /* Failure to compile to machine code only means slower matching. */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return re;
}

bool pp_regex_search(struct pp_regex *re, struct pp_str s)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(s.data ? s.data : "");
    int found = pcre2_match(re->code, text, s.len, 0, 0, re->data, re->context);
    if (found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_JIT_STACKLIMIT || found == PCRE2_ERROR_DEPTHLIMIT) {
        re->gave_up++;
    }
    return found >= 0;
}

unsigned long pp_regex_gave_up(const struct pp_regex *re)
{
    return re->gave_up;
}

void pp_regex_free(struct pp_regex *re)
{
    if (re) {
        pcre2_match_data_free(re->data);
        pcre2_match_context_free(re->context);
        pcre2_code_free(re->code);
        pp_free(re);
    }
}
