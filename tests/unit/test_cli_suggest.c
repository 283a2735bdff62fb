#include "cli/cli.h"

#include <check.h>

static const char *const words[] = {"output", "option", "sort", "strip-dirs", "top", NULL};

static const struct {
    const char *typed, *meant; /* NULL: nothing near */
} cases[] = {
    {"outptu", "output"}, {"ouput", "output"},         {"outputs", "output"}, {"srot", "sort"},
    {"sort", "sort"},     {"stripdirs", "strip-dirs"}, {"zzzzzz", NULL},      {"tpo", "top"},
};

START_TEST(nearest_word)
{
    const char *near = cli_did_you_mean(cases[_i].typed, words);
    if (cases[_i].meant) {
        ck_assert_msg(near != NULL, "%s: expected %s, found nothing", cases[_i].typed, cases[_i].meant);
        ck_assert_str_eq(near, cases[_i].meant);
    } else {
        ck_assert_msg(near == NULL, "%s: expected nothing, found %s", cases[_i].typed, near);
    }
}
END_TEST

/* Words longer than what is compared must not write past the rows. */
START_TEST(very_long_words)
{
    char longest[400];
    for (size_t i = 0; i < sizeof longest - 1; i++) {
        longest[i] = (char)('a' + i % 26);
    }
    longest[sizeof longest - 1] = '\0';
    const char *const longs[] = {longest, NULL};
    ck_assert_ptr_eq(cli_did_you_mean(longest, longs), longest);
}
END_TEST

Suite *suite_cli_suggest(void);
Suite *suite_cli_suggest(void)
{
    Suite *suite = suite_create("cli_suggest");
    TCase *tc = tcase_create("words");
    tcase_add_loop_test(tc, nearest_word, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, very_long_words);
    suite_add_tcase(suite, tc);
    return suite;
}
