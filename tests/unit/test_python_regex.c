#include "analyze/python_regex.h"

#include <check.h>

#include "analyze/python_text.h"

static bool found(const char *pattern, struct pp_str text)
{
    struct pp_error err = {0};
    struct python_regex *re = python_regex_new(pp_str_of(pattern), &err);
    ck_assert_msg(re != NULL, "%s: %s", pattern, err.message);
    bool match = python_regex_search(re, text);
    python_regex_free(re);
    return match;
}

static const char *refusal(const char *pattern)
{
    static struct pp_error err;
    err = (struct pp_error){0};
    ck_assert_ptr_null(python_regex_new(pp_str_of(pattern), &err));
    ck_assert_int_eq(err.status, PP_USAGE);
    return err.message;
}

/* Where Python and PCRE2 part ways. */
START_TEST(means_what_python_means)
{
    ck_assert(found("^ab?$", PP_STR("a\n")));
    ck_assert(!found("a\\Z", PP_STR("a\n")));
    ck_assert(found("[[:alpha:]]", PP_STR("x:]")));
    ck_assert(!found("[[:alpha:]]", PP_STR("xyz")));
    ck_assert(found("^a{,2}$", PP_STR("aa")));
    ck_assert(!found("^a{,2}$", PP_STR("aaa")));
    ck_assert(found("\\u00e9\\d", PP_STR("\xc3\xa9\xd9\xa3")));
    ck_assert(!found("(?a)\\d", PP_STR("\xd9\xa3")));
    ck_assert(found("\\s", PP_STR("\x1c")));
    ck_assert(found("(?P<n>a)(?P=n)", PP_STR("aa")));
    ck_assert(found("(a)?(?(1)b|c)d", PP_STR("cd")));
    ck_assert(found("(?x) m a i n # name", PP_STR("main")));
    ck_assert(found("(?m)^b", PP_STR("a\nb")));
    ck_assert(!found("\\B", PP_STR("")));
    ck_assert(found("(?i)^I$", PP_STR("\xc4\xb1")));
}
END_TEST

START_TEST(refuses_what_python_refuses)
{
    ck_assert_str_eq(refusal("a**"), "multiple repeat at position 3");
    ck_assert_str_eq(refusal("*"), "nothing to repeat at position 1");
    static const char *const bad[] = {"(",     ")",       "[",          "[z-a]",    "\\p{L}", "\\",         "(?<n>a)",
                                      "(?R)",  "a{2,1}",  "(?<=a*)b",   "(a\\1)",   "\\1",    "a(?i)b",     "(?L)a",
                                      "(?au)", "(?P=n)",  "(?(1)a)",    "(?P<1>a)", "\\x4",   "\\400",      "(*UTF)a",
                                      "(?i-)", "(?-a:b)", "(?(0)a)(b)", "(?#",      "\\K",    "(?(1)a|b|c)"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_str_ne(refusal(bad[i]), "");
    }
}
END_TEST

START_TEST(surrogates_are_characters)
{
    struct pp_str stray = {"a\xff", 2}, encoded = {"a\xed\xb3\xbf", 4};
    ck_assert(found("^a.$", stray));
    ck_assert(found("^a\\udcff$", stray));
    ck_assert(found("^a[\\udc80-\\udcff]$", encoded));
    ck_assert(!found("\\w$", encoded));
}
END_TEST

static void check_text(void (*write)(struct pp_sink *, struct pp_str), struct pp_str in, struct pp_str out)
{
    struct pp_sink *k = pp_sink_memory();
    write(k, in);
    struct pp_str found_text = pp_sink_contents(k);
    ck_assert_msg(pp_str_eq(found_text, out), "%.*s", PP_STR_ARG(found_text));
    pp_sink_abandon(k);
}

START_TEST(text_as_python_writes_it)
{
    check_text(python_write, (struct pp_str){"a\xed\xb3\xbf.\xed\xa0\x80", 8},
               (struct pp_str){"a\xff.\xed\xa0\x80", 6});
    check_text(python_write_repr, PP_STR("it's"), PP_STR("\"it's\""));
    check_text(python_write_repr, PP_STR("\\'\"\n\x01"), PP_STR("'\\\\\\'\"\\n\\x01'"));
    check_text(python_write_repr, PP_STR("\xc3\xa9\xc2\xa0\xe2\x80\x8b\xff"), PP_STR("'\xc3\xa9\\xa0\\u200b\\udcff'"));
}
END_TEST

Suite *suite_python_regex(void);

Suite *suite_python_regex(void)
{
    Suite *s = suite_create("python_regex");
    TCase *t = tcase_create("all");
    tcase_add_test(t, means_what_python_means);
    tcase_add_test(t, refuses_what_python_refuses);
    tcase_add_test(t, surrogates_are_characters);
    tcase_add_test(t, text_as_python_writes_it);
    suite_add_tcase(s, t);
    return s;
}
