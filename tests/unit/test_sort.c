/* The order of pstat-print's rows: the first rows alone are those of the whole order, ties and all; callees are found for the rows shown. */
#include <check.h>

#include "analyze/sort_keys.h"
#include "model/builder.h"

enum { ROWS = 3000 };

/* Rows with many ties, in no order; each is called by the one before and by the first. */
static struct pp_profile *make(void)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_function_id first = {0}, before = {0};
    for (uint32_t i = 0; i < ROWS; i++) {
        char name[] = "f00";
        uint32_t draw = i * 2654435761u >> 16;
        name[1] = (char)('a' + draw % 7);
        struct pp_function f = {.name = pp_builder_text(b, name), .file = pp_builder_text(b, "x.py"), .line = i};
        struct pp_call_row row = {.function = pp_builder_function(b, &f), .calls = draw % 5, .cumtime = draw % 11};
        pp_builder_row(b, &row);
        for (int e = 0; e < 2 && i; e++) {
            struct pp_call_edge edge = {.caller = e ? before : first, .calls = 1, .primitive_calls = 1};
            pp_builder_edge(b, &edge);
        }
        first = i ? first : row.function;
        before = row.function;
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

static void compare_heads(const struct pp_profile *p, const char *words)
{
    static const size_t heads[] = {0, 1, 2, 10, ROWS / 64, ROWS / 2, ROWS};
    struct sort_keys keys = {0};
    struct stat_table whole, head;
    struct pp_str bad;
    ck_assert_int_eq(sort_keys_parse(&keys, pp_str_of(words), &bad), SORT_OK);
    stat_table_init(&whole, p);
    stat_table_init(&head, p);
    sort_table(&whole, &keys);
    for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
        bool seen[ROWS] = {false};
        sort_table_head(&head, &keys, heads[h]);
        for (size_t i = 0; i < ROWS; i++) {
            ck_assert_msg(i >= heads[h] || head.order[i] == whole.order[i], "%s: place %zu of %zu", words, i, heads[h]);
            ck_assert(!seen[head.order[i]]);
            seen[head.order[i]] = true;
        }
    }
    stat_table_free(&whole);
    stat_table_free(&head);
}

START_TEST(the_head_is_that_of_the_whole_order)
{
    static const char *const words[] = {"cumulative", "calls", "cumulative,name", "name", "stdname", "line", "none"};
    struct pp_profile *p = make();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        compare_heads(p, words[i]);
    }
    pp_profile_free(p);
}
END_TEST

START_TEST(callees_of_the_rows_shown)
{
    struct pp_profile *p = make();
    struct stat_table t;
    struct stat_callees callees;
    stat_table_init(&t, p);
    t.order[0] = 5;
    t.count = 1;
    stat_callees_init(&callees, &t);
    uint32_t f = p->rows[5].function.i;
    ck_assert_uint_eq(callees.first[f + 1] - callees.first[f], 1);
    ck_assert_uint_eq(p->edges[callees.edges[callees.first[f]]].callee.i, p->rows[6].function.i);
    uint32_t other = p->rows[7].function.i;
    ck_assert_uint_eq(callees.first[other + 1] - callees.first[other], 0);
    stat_callees_free(&callees);
    stat_table_reset(&t);
    stat_callees_init(&callees, &t);
    f = p->rows[0].function.i;
    ck_assert_uint_eq(callees.first[f + 1] - callees.first[f], ROWS - 1);
    stat_callees_free(&callees);
    stat_table_free(&t);
    pp_profile_free(p);
}
END_TEST

Suite *suite_sort(void);
Suite *suite_sort(void)
{
    Suite *s = suite_create("sort");
    TCase *tc = tcase_create("sort");
    tcase_add_test(tc, the_head_is_that_of_the_whole_order);
    tcase_add_test(tc, callees_of_the_rows_shown);
    suite_add_tcase(s, tc);
    return s;
}
