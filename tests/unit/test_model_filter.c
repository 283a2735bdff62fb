/* Filters and diffs on folded text: what goes in and what comes out are lines that can be read. */
#include "model/filter.h"

#include <check.h>
#include <string.h>

#include "formats/format.h"
#include "model/check.h"

static struct pp_profile *read_text(const char *text)
{
    struct pp_error err = {0};
    struct pp_source *source = pp_source_memory(pp_str_of(text), 0);
    struct pp_profile *p =
        pp_format_read(source, PP_STR(""), pp_format_named(PP_STR("folded")), NULL, NULL, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    pp_source_close(source);
    return p;
}

static struct pp_regex *regex(const char *text)
{
    struct pp_error err = {0};
    struct pp_regex *re = text ? pp_regex_new(pp_str_of(text), &err) : NULL;
    ck_assert_msg(re || !text, "%s", err.message);
    return re;
}

static const char input[] = "main;parse;json;dumps 4\nmain;parse;json;json;loads 6\nmain;draw 10\nidle 5\n";

static const struct {
    const char *name, *focus, *ignore, *hide, *show, *show_from, *prune_from;
    uint64_t depth;
    bool collapse;
    double min_percent;
    const char *output;
    int64_t dropped;
} cases[] = {
    {.name = "focus",
     .focus = "json",
     .output = "main;parse;json;dumps 4\nmain;parse;json;json;loads 6\n",
     .dropped = 15},
    {.name = "ignore", .ignore = "json", .output = "idle 5\nmain;draw 10\n", .dropped = 10},
    {.name = "hide",
     .hide = "^parse$|^dumps$",
     .output = "idle 5\nmain;draw 10\nmain;json 4\nmain;json;json;loads 6\n"},
    {.name = "hide all of a stack",
     .hide = "idle",
     .output = "main;draw 10\nmain;parse;json;dumps 4\nmain;parse;json;json;loads 6\n",
     .dropped = 5},
    {.name = "show", .show = "main|json", .output = "main 10\nmain;json 4\nmain;json;json 6\n", .dropped = 5},
    {.name = "show-from", .show_from = "json", .output = "json;dumps 4\njson;json;loads 6\n", .dropped = 15},
    {.name = "prune-from",
     .prune_from = "^json$",
     .output = "idle 5\nmain;draw 10\nmain;parse;json 4\nmain;parse;json;json 6\n"},
    {.name = "max-depth", .depth = 2, .output = "idle 5\nmain;draw 10\nmain;parse 10\n"},
    {.name = "collapse-recursion",
     .collapse = true,
     .output = "idle 5\nmain;draw 10\nmain;parse;json;dumps 4\nmain;parse;json;loads 6\n"},
    {.name = "min-percent",
     .min_percent = 30,
     .output = "main;draw 10\nmain;parse;json 4\nmain;parse;json;json 6\n",
     .dropped = 5},
};

START_TEST(stacks)
{
    struct pp_profile *p = read_text(input);
    struct pp_filter filter = {.focus = regex(cases[_i].focus),
                               .ignore = regex(cases[_i].ignore),
                               .hide = regex(cases[_i].hide),
                               .show = regex(cases[_i].show),
                               .show_from = regex(cases[_i].show_from),
                               .prune_from = regex(cases[_i].prune_from),
                               .max_depth = cases[_i].depth,
                               .collapse_recursion = cases[_i].collapse,
                               .min_percent = cases[_i].min_percent};
    struct pp_filter_books books;
    struct pp_error err = {0};
    struct pp_profile *part = pp_filter_apply(p, &filter, &books, NULL, &err);
    ck_assert_msg(part != NULL, "%s: %s", cases[_i].name, err.message);
    ck_assert_msg(pp_profile_check(part, &err), "%s: %s", cases[_i].name, err.message);
    struct pp_sink *out = pp_sink_memory();
    ck_assert(pp_format_write(part, pp_format_named(PP_STR("folded")), out, NULL, NULL, &err));
    struct pp_str text = pp_sink_contents(out);
    ck_assert_msg(pp_str_eq(text, pp_str_of(cases[_i].output)), "%s gave\n%.*s", cases[_i].name, PP_STR_ARG(text));
    ck_assert_int_eq(books.dropped, cases[_i].dropped);
    ck_assert_int_eq(books.kept + books.dropped, books.read);
    ck_assert_int_eq(books.read, 25);
    pp_sink_abandon(out);
    pp_profile_free(part);
    pp_profile_free(p);
    struct pp_regex *all[] = {filter.focus, filter.ignore,    filter.hide,
                              filter.show,  filter.show_from, filter.prune_from};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pp_regex_free(all[i]);
    }
}
END_TEST

static pp_function_id function(struct pp_builder *b, const char *file, int64_t line, const char *name)
{
    struct pp_function f = {.name = pp_builder_text(b, name), .file = pp_builder_text(b, file), .line = line};
    return pp_builder_function(b, &f);
}

/* main (1 s of its own) calls a (2 s of its own), which is called by b (1 s) too; a and b call the built-in len: 3 s under a, 1 s under b. */
static struct pp_profile *calls(void)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_function_id main = function(b, "/x/m.py", 1, "main"), a = function(b, "/x/m.py", 5, "a"),
                   bb = function(b, "/y/m.py", 5, "a"), len = function(b, "~", 0, "<len>");
    pp_builder_row(b, &(struct pp_call_row){main, 0, 0, 1, 1, 1, 8});
    pp_builder_row(b, &(struct pp_call_row){a, 0, 0, 3, 3, 2, 5});
    pp_builder_edge(b, &(struct pp_call_edge){main, a, 3, 3, 2, 5, 0});
    pp_builder_row(b, &(struct pp_call_row){bb, 0, 0, 1, 1, 1, 2});
    pp_builder_edge(b, &(struct pp_call_edge){main, bb, 1, 1, 1, 2, 0});
    pp_builder_row(b, &(struct pp_call_row){len, 0, 0, 9, 9, 4, 4});
    pp_builder_edge(b, &(struct pp_call_edge){a, len, 6, 6, 3, 3, 0});
    pp_builder_edge(b, &(struct pp_call_edge){bb, len, 3, 3, 1, 1, 0});
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

START_TEST(hiding_gives_exact_self_time_to_callers)
{
    struct pp_profile *p = calls();
    struct pp_filter filter = {.hide = regex("len")};
    struct pp_filter_books books;
    struct pp_error err = {0};
    struct pp_profile *part = pp_filter_apply(p, &filter, &books, NULL, &err);
    ck_assert_msg(part && pp_profile_check(part, &err), "%s", err.message);
    ck_assert_uint_eq(part->row_count, 3);
    ck_assert_double_eq(part->rows[1].tottime, 5); /* 2 + 3 */
    ck_assert_double_eq(part->rows[2].tottime, 2); /* 1 + 1 */
    ck_assert_double_eq(part->rows[1].cumtime, 5);
    ck_assert_double_eq(part->total_tottime, 8);
    ck_assert_double_eq(books.kept_seconds, 8);
    ck_assert_double_eq(books.dropped_seconds, 0);
    pp_regex_free(filter.hide);
    pp_profile_free(part);
    pp_profile_free(p);
}
END_TEST

START_TEST(hiding_in_the_middle_passes_callees_on)
{
    struct pp_profile *p = calls();
    struct pp_filter filter = {.hide = regex("/x/m.py:5")};
    struct pp_error err = {0};
    struct pp_profile *part = pp_filter_apply(p, &filter, NULL, NULL, &err);
    ck_assert_msg(part && pp_profile_check(part, &err), "%s", err.message);
    const struct pp_call_row *len = &part->rows[2];
    ck_assert_double_eq(part->rows[0].tottime, 3); /* main's 1 and a's 2 */
    ck_assert_uint_eq(len->edge_count, 2);
    ck_assert_double_eq(part->edges[len->first_edge].cumtime + part->edges[len->first_edge + 1].cumtime, 4);
    pp_regex_free(filter.hide);
    pp_profile_free(part);
    pp_profile_free(p);
}
END_TEST

START_TEST(strip_dirs_adds_rows_that_become_equal)
{
    struct pp_profile *p = calls();
    struct pp_error err = {0};
    struct pp_profile *part = pp_filter_strip_dirs(p, &err);
    ck_assert_msg(part && pp_profile_check(part, &err), "%s", err.message);
    ck_assert_uint_eq(part->row_count, 3);
    ck_assert_int_eq(part->rows[1].calls, 4);
    ck_assert_double_eq(part->rows[1].tottime, 3);
    ck_assert_uint_eq(part->rows[2].edge_count, 1); /* both callers are one now; pstats keeps the last value */
    ck_assert_double_eq(part->edges[part->rows[2].first_edge].tottime, 1);
    pp_profile_free(part);
    pp_profile_free(p);
}
END_TEST

START_TEST(stack_filters_of_calls_are_refused)
{
    struct pp_profile *p = calls();
    struct pp_filter filter = {.max_depth = 3};
    struct pp_error err = {0};
    ck_assert_ptr_null(pp_filter_apply(p, &filter, NULL, NULL, &err));
    ck_assert_int_eq(err.status, PP_UNSUPPORTED);
    pp_profile_free(p);
}
END_TEST

Suite *suite_model_filter(void);
Suite *suite_model_filter(void)
{
    Suite *suite = suite_create("model_filter");
    TCase *tc = tcase_create("filter");
    tcase_add_loop_test(tc, stacks, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, hiding_gives_exact_self_time_to_callers);
    tcase_add_test(tc, hiding_in_the_middle_passes_callees_on);
    tcase_add_test(tc, strip_dirs_adds_rows_that_become_equal);
    tcase_add_test(tc, stack_filters_of_calls_are_refused);
    suite_add_tcase(suite, tc);
    return suite;
}
