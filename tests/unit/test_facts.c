/* What profstat finds odd in profiles of calls, and who it takes for the writer. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "analyze/facts.h"
#include "model/builder.h"

static pp_function_id function(struct pp_builder *b, const char *file, int64_t line, const char *name)
{
    struct pp_function f = {.name = pp_builder_text(b, name), .file = pp_builder_text(b, file), .line = line};
    return pp_builder_function(b, &f);
}

static void row(struct pp_builder *b, pp_function_id id, int64_t primitive, int64_t calls, double tottime,
                double cumtime)
{
    struct pp_call_row row = {
        .function = id, .primitive_calls = primitive, .calls = calls, .tottime = tottime, .cumtime = cumtime};
    pp_builder_row(b, &row);
}

static void edge(struct pp_builder *b, pp_function_id caller, double cumtime, uint32_t flags)
{
    struct pp_call_edge edge = {.caller = caller, .calls = 1, .primitive_calls = 1, .cumtime = cumtime, .flags = flags};
    pp_builder_edge(b, &edge);
}

/* Takes b. */
static void find(struct pp_builder *b, struct facts *facts, struct cli_input *input)
{
    struct pp_error err = {0};
    *input = (struct cli_input){.profile = pp_builder_finish(b, &err), .path = "test", .format = pp_formats[0]};
    ck_assert_msg(input->profile != NULL, "%s", err.message);
    facts_find(facts, input);
}

static void drop(struct facts *facts, struct cli_input *input)
{
    facts_free(facts);
    cli_input_free(input);
}

static uint64_t times(const struct facts *facts, const char *what)
{
    for (size_t i = 0; i < facts->finding_count; i++) {
        if (strcmp(facts->findings[i].what, what) == 0) {
            return facts->findings[i].count;
        }
    }
    return 0;
}

START_TEST(a_good_file_has_no_findings)
{
    struct facts facts;
    struct cli_input input;
    struct pp_builder *b = pp_builder_new();
    pp_builder_calls(b);
    pp_function_id root = function(b, "~", 0, "<built-in method builtins.exec>");
    pp_function_id work = function(b, "a.py", 3, "work");
    row(b, root, 1, 1, 0.25, 1.0);
    row(b, work, 1, 5, 0.75, 0.75);
    edge(b, root, 0.75, 0);
    find(b, &facts, &input);
    ck_assert_uint_eq(facts.finding_count, 0);
    ck_assert_uint_eq(facts.functions, 2);
    ck_assert_uint_eq(facts.files, 1);
    ck_assert_uint_eq(facts.recursive_functions, 1);
    ck_assert_str_eq(facts.producer, "cProfile");
    drop(&facts, &input);
}
END_TEST

START_TEST(each_oddity_is_found)
{
    struct facts facts;
    struct cli_input input;
    struct pp_builder *b = pp_builder_new();
    pp_builder_calls(b);
    pp_function_id bad = function(b, "a.py", 1, "caf\xe9");
    pp_function_id slow = function(b, "a.py", 2, "slow");
    pp_function_id lost = function(b, "a.py", 3, "lost");
    pp_function_id endless = function(b, "a.py", 4, "endless");
    row(b, bad, 3, 2, -1.0, 1.0);
    edge(b, slow, 1.5, 0);
    row(b, slow, -1, 1, 2.0, 1.0);
    edge(b, lost, -0.5, 0);
    row(b, endless, 1, 1, NAN, INFINITY);
    edge(b, slow, 0, PP_EDGE_COUNT_ONLY);
    find(b, &facts, &input);
    const char *const once[] = {"functions with more primitive calls than calls",
                                "functions with a negative number of calls",
                                "functions with a negative time",
                                "functions with a time that is no finite number",
                                "functions with more tottime than cumtime",
                                "callers that have no row of their own",
                                "callers that give a function more cumtime than it has",
                                "callers that give a function a negative time",
                                "every function has a caller: there is no root",
                                "names that are no valid UTF-8"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        ck_assert_msg(times(&facts, once[i]) == 1, "%s: %d", once[i], (int)times(&facts, once[i]));
    }
    ck_assert_uint_eq(facts.finding_count, sizeof once / sizeof *once);
    drop(&facts, &input);
}
END_TEST

/* Rounding of sums is not an oddity. */
START_TEST(the_last_bit_does_not_count)
{
    struct facts facts;
    struct cli_input input;
    struct pp_builder *b = pp_builder_new();
    pp_builder_calls(b);
    pp_function_id root = function(b, "a.py", 1, "root");
    pp_function_id leaf = function(b, "a.py", 2, "leaf");
    row(b, root, 1, 1, 0.0, 0.3);
    row(b, leaf, 3, 3, 0.1 + 0.2, 0.3);
    edge(b, root, 0.1 + 0.2, 0);
    find(b, &facts, &input);
    ck_assert_uint_eq(facts.finding_count, 0);
    drop(&facts, &input);
}
END_TEST

START_TEST(writers_are_told_apart)
{
    struct facts facts;
    struct cli_input input;
    struct pp_builder *b = pp_builder_new();
    pp_builder_calls(b);
    row(b, function(b, "profile", 0, "profiler"), 0, 0, 0, 0);
    find(b, &facts, &input);
    ck_assert_str_eq(facts.producer, "profile (pure Python)");
    drop(&facts, &input);

    b = pp_builder_new();
    pp_builder_calls(b);
    row(b, function(b, "a.py", 1, "f"), 2, 1, 0, 0);
    pp_builder_counts_swapped(b);
    find(b, &facts, &input);
    ck_assert_str_eq(facts.producer, "yappi");
    drop(&facts, &input);

    b = pp_builder_new();
    pp_builder_calls(b);
    row(b, function(b, "a.py", 1, "f"), -1, -1, 0.1, 0.2);
    find(b, &facts, &input);
    ck_assert_str_eq(facts.producer, "pyinstrument");
    drop(&facts, &input);

    b = pp_builder_new();
    pp_builder_calls(b);
    row(b, function(b, "a.py", 1, "f"), 1, 1, 0, 0);
    find(b, &facts, &input);
    ck_assert_str_eq(facts.producer, "");
    drop(&facts, &input);

    b = pp_builder_new();
    pp_builder_calls(b);
    pp_builder_meta(b, PP_STR("producer"), PP_STR("mine 1.0"));
    find(b, &facts, &input);
    ck_assert_str_eq(facts.producer, "mine 1.0");
    ck_assert_uint_eq(times(&facts, "the profile holds no function"), 1);
    drop(&facts, &input);
}
END_TEST

Suite *suite_facts(void);
Suite *suite_facts(void)
{
    Suite *suite = suite_create("facts");
    TCase *tc = tcase_create("facts");
    tcase_add_test(tc, a_good_file_has_no_findings);
    tcase_add_test(tc, each_oddity_is_found);
    tcase_add_test(tc, the_last_bit_does_not_count);
    tcase_add_test(tc, writers_are_told_apart);
    suite_add_tcase(suite, tc);
    return suite;
}
