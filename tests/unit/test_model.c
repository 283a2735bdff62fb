/* The model: builder, tree, sums, merging, graph. Values are computed by hand. */
#include "model/builder.h"

#include <check.h>

#include "model/check.h"
#include "model/graph.h"
#include "model/label.h"
#include "model/merge.h"
#include "model/tree.h"

static pp_frame_id frame(struct pp_builder *b, const char *name)
{
    struct pp_function f = {.name = pp_builder_text(b, name)};
    return pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)});
}

/* a:1, a;b:2, a;b;a:4, c:8 */
static struct pp_profile *small(void)
{
    struct pp_builder *b = pp_builder_new();
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_stack_id a = pp_builder_push(b, (pp_stack_id){0}, frame(b, "a"));
    pp_stack_id ab = pp_builder_push(b, a, frame(b, "b"));
    pp_stack_id aba = pp_builder_push(b, ab, frame(b, "a"));
    pp_stack_id c = pp_builder_push(b, (pp_stack_id){0}, frame(b, "c"));
    pp_builder_add(b, a, 0, 1);
    pp_builder_add(b, ab, 0, 2);
    pp_builder_add(b, aba, 0, 4);
    pp_builder_add(b, c, 0, 8);
    struct pp_error err = {0};
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert_msg(pp_profile_check(p, &err), "%s", err.message);
    return p;
}

static uint32_t function_named(const struct pp_profile *p, const char *name)
{
    for (uint32_t f = 1; f < p->function_count; f++) {
        if (pp_str_eq(pp_profile_str(p, p->functions[f].name), pp_str_of(name))) {
            return f;
        }
    }
    ck_abort_msg("no function %s", name);
}

START_TEST(interning_gives_equal_ids)
{
    struct pp_builder *b = pp_builder_new();
    ck_assert_uint_eq(pp_builder_text(b, "x").i, pp_builder_text(b, "x").i);
    ck_assert_uint_ne(pp_builder_text(b, "x").i, pp_builder_text(b, "y").i);
    ck_assert_uint_eq(pp_builder_text(b, "").i, 0);
    ck_assert_uint_eq(frame(b, "x").i, frame(b, "x").i);
    pp_builder_free(b);
}
END_TEST

START_TEST(appended_stacks_are_found_by_later_pushes)
{
    struct pp_builder *b = pp_builder_new();
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_frame_id path[5];
    pp_stack_id made[5], other[5], again[5];
    for (int i = 0; i < 5; i++) {
        path[i] = frame(b, (const char[]){(char)('a' + i), '\0'});
    }
    /* a;b;c;d;e, then below a, which has a child: c, d, e, b (more than fit a list). */
    pp_builder_append_path(b, (pp_stack_id){0}, path, 5, made);
    for (int i = 2; i < 5; i++) {
        pp_builder_append_path(b, made[0], &path[i], 1, &other[i]);
    }
    pp_builder_add(b, other[4], 0, 7);
    ck_assert_uint_eq(pp_builder_stack_count(b), 9);
    ck_assert_uint_eq(pp_builder_push_path(b, (pp_stack_id){0}, path, 5, again).i, made[4].i);
    ck_assert_mem_eq(again, made, sizeof made);
    ck_assert_uint_eq(pp_builder_push(b, made[0], path[4]).i, other[4].i);
    ck_assert_uint_eq(pp_builder_stack_count(b), 9);
    ck_assert_uint_eq(pp_builder_append_path(b, made[4], path, 2, again).i, 10);
    struct pp_error err = {0};
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p && pp_profile_check(p, &err), "%s", err.message);
    ck_assert_uint_eq(p->stack_count, 11);
    ck_assert_int_eq(p->stack_values[other[4].i], 7);
    ck_assert_uint_eq(p->stacks[10].parent.i, 9);
    pp_profile_free(p);
}
END_TEST

START_TEST(a_function_counts_once_per_stack)
{
    struct pp_profile *p = small();
    struct pp_function_sums sums;
    pp_function_sums_init(&sums, p, 0);
    ck_assert_int_eq(sums.sum, 15);
    ck_assert_int_eq(sums.self[function_named(p, "a")], 5);
    ck_assert_int_eq(sums.total[function_named(p, "a")], 7);
    ck_assert_int_eq(sums.total[function_named(p, "b")], 6);
    pp_function_sums_free(&sums);
    pp_profile_free(p);
}
END_TEST

START_TEST(a_walk_enters_and_leaves_every_stack_once)
{
    struct pp_profile *p = small();
    struct pp_tree tree;
    struct pp_walk walk;
    unsigned entered = 0, left = 0;
    pp_tree_init(&tree, p, 0, PP_TREE_BY_TOTAL);
    ck_assert_int_eq(tree.total[0], 15);
    ck_assert_uint_eq(tree.children[tree.first_child[0]], 4); /* c with 8 before a with 7 */
    pp_walk_init(&walk, &tree);
    while (pp_walk_next(&walk)) {
        entered += walk.entering;
        left += !walk.entering;
    }
    ck_assert_uint_eq(entered, p->stack_count);
    ck_assert_uint_eq(left, p->stack_count);
    pp_walk_free(&walk);
    pp_tree_free(&tree);
    pp_profile_free(p);
}
END_TEST

START_TEST(overflow_is_an_error_of_finish)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_stack_id a = pp_builder_push(b, (pp_stack_id){0}, frame(b, "a"));
    pp_builder_at(b, pp_at_line(10, 3, 1));
    pp_builder_add(b, a, 0, INT64_MAX);
    pp_builder_add(b, a, 0, 1);
    pp_builder_add(b, a, 0, 1);
    ck_assert_ptr_null(pp_builder_finish(b, &err));
    ck_assert_int_eq(err.status, PP_LIMIT);
    ck_assert_uint_eq(err.where.line, 3);
}
END_TEST

START_TEST(decimals_rescale_what_is_there)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_stack_id a = pp_builder_push(b, (pp_stack_id){0}, frame(b, "a"));
    pp_builder_add(b, a, 0, 2);
    pp_builder_add_decimal(b, a, 0, 125, 2);
    pp_builder_add_decimal(b, a, 0, 5, 1);
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_uint_eq(p->metrics[0].decimals, 2);
    ck_assert_int_eq(p->stack_values[a.i], 375);
    pp_profile_free(p);
}
END_TEST

START_TEST(samples_are_put_in_time_order)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    int64_t one = 1;
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_stack_id a = pp_builder_push(b, (pp_stack_id){0}, frame(b, "a"));
    for (int64_t t = 5; t > 0; t--) {
        pp_builder_sample(b, &(struct pp_sample){.stack = a, .time_ns = t}, &one);
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_uint_eq(p->sample_count, 5);
    ck_assert_int_eq(p->samples[0].time_ns, 1);
    ck_assert_int_eq(p->samples[4].time_ns, 5);
    ck_assert_int_eq(p->stack_values[a.i], 5);
    ck_assert_msg(pp_profile_check(p, &err), "%s", err.message);
    pp_profile_free(p);
}
END_TEST

static struct pp_profile *calls(const char *const *names, size_t count, double seconds)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    for (size_t i = 0; i < count; i++) {
        struct pp_function f = {.name = pp_builder_text(b, names[i]), .file = pp_builder_text(b, "m.py"), .line = 1};
        struct pp_function first = {
            .name = pp_builder_text(b, names[0]), .file = pp_builder_text(b, "m.py"), .line = 1};
        pp_builder_row(b, &(struct pp_call_row){pp_builder_function(b, &f), 0, 0, 1, 2, seconds, seconds * 2});
        pp_builder_edge(
            b, &(struct pp_call_edge){
                   .caller = pp_builder_function(b, &first), .calls = 2, .primitive_calls = 1, .tottime = seconds});
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

START_TEST(calls_are_added_row_by_row_in_dictionary_order)
{
    const char *const first[] = {"f", "g"}, *const second[] = {"h", "g"};
    struct pp_profile *a = calls(first, 2, 1), *b = calls(second, 2, .5);
    const struct pp_profile *both[] = {a, b};
    struct pp_error err = {0};
    struct pp_profile *sum = pp_merge(both, 2, &err);
    ck_assert_msg(sum != NULL, "%s", err.message);
    ck_assert_msg(pp_profile_check(sum, &err), "%s", err.message);
    ck_assert_uint_eq(sum->row_count, 3); /* f, g, h */
    ck_assert_uint_eq(sum->rows[1].function.i, function_named(sum, "g"));
    ck_assert_double_eq(sum->rows[1].tottime, 1.5);
    ck_assert_int_eq(sum->rows[1].calls, 4);
    ck_assert_uint_eq(sum->rows[1].edge_count, 2); /* from f and from h */
    ck_assert_double_eq(sum->total_tottime, 3);
    pp_profile_free(sum);
    pp_profile_free(a);
    pp_profile_free(b);
}
END_TEST

START_TEST(a_repeated_row_replaces_in_place)
{
    const char *const names[] = {"f", "g", "f"};
    struct pp_profile *p = calls(names, 3, 1);
    struct pp_error err = {0};
    ck_assert_uint_eq(p->row_count, 2);
    ck_assert_uint_eq(p->edge_count, 2);
    ck_assert_msg(pp_profile_check(p, &err), "%s", err.message);
    pp_profile_free(p);
}
END_TEST

START_TEST(shapes_do_not_mix)
{
    const char *const names[] = {"f"};
    struct pp_profile *a = calls(names, 1, 1), *b = small();
    const struct pp_profile *both[] = {a, b};
    struct pp_error err = {0};
    ck_assert_ptr_null(pp_merge(both, 2, &err));
    ck_assert_int_eq(err.status, PP_UNSUPPORTED);
    pp_profile_free(a);
    pp_profile_free(b);
}
END_TEST

START_TEST(stacks_become_calls_exactly)
{
    struct pp_profile *p = small();
    struct pp_error err = {0};
    struct pp_profile *c = pp_graph_calls(p, 0, 1, &err);
    ck_assert_msg(c != NULL, "%s", err.message);
    ck_assert_msg(pp_profile_check(c, &err), "%s", err.message);
    const struct pp_call_row *a = &c->rows[c->row_of[function_named(c, "a")]];
    const struct pp_call_row *b = &c->rows[c->row_of[function_named(c, "b")]];
    ck_assert_double_eq(a->tottime, 5);
    ck_assert_double_eq(a->cumtime, 7);
    ck_assert_int_eq(a->primitive_calls, 5); /* samples in which it ran itself */
    ck_assert_int_eq(a->calls, 7);
    ck_assert_double_eq(b->cumtime, 6);
    ck_assert_double_eq(c->edges[b->first_edge].cumtime, 6);
    ck_assert_double_eq(c->total_tottime, 15);
    pp_profile_free(c);
    pp_profile_free(p);
}
END_TEST

static const struct {
    const char *file, *module, *package;
} modules[] = {
    {"~", "built-in", "built-in"},
    {"/usr/lib/python3.11/json/encoder.py", "json.encoder", "json"},
    {"/v/lib/python3.12/site-packages/requests/api.py", "requests.api", "requests"},
    {"/v/lib/python3.12/site-packages/requests/__init__.py", "requests", "requests"},
    {"<frozen importlib._bootstrap>", "importlib._bootstrap", "importlib"},
    {"myapp/views.py", "myapp.views", "myapp"},
    {"/srv/myapp/views.py", "myapp.views", "myapp"},
    {"/lib/x86_64-linux-gnu/libc.so.6", "libc.so.6", "libc.so.6"},
};

START_TEST(module_and_package_come_from_the_file)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    struct pp_arena arena = {0};
    pp_builder_calls(b);
    struct pp_function f = {.name = pp_builder_text(b, "x"), .file = pp_builder_text(b, modules[_i].file)};
    pp_function_id id = pp_builder_function(b, &f);
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_str_eq(pp_arena_str(&arena, pp_label_module(&arena, p, id)).data, modules[_i].module);
    ck_assert_str_eq(pp_arena_str(&arena, pp_label_package(&arena, p, id)).data, modules[_i].package);
    pp_arena_free(&arena);
    pp_profile_free(p);
}
END_TEST

Suite *suite_model(void);
Suite *suite_model(void)
{
    Suite *suite = suite_create("model");
    TCase *tc = tcase_create("model");
    tcase_add_test(tc, interning_gives_equal_ids);
    tcase_add_test(tc, appended_stacks_are_found_by_later_pushes);
    tcase_add_test(tc, a_function_counts_once_per_stack);
    tcase_add_test(tc, a_walk_enters_and_leaves_every_stack_once);
    tcase_add_test(tc, overflow_is_an_error_of_finish);
    tcase_add_test(tc, decimals_rescale_what_is_there);
    tcase_add_test(tc, samples_are_put_in_time_order);
    tcase_add_test(tc, calls_are_added_row_by_row_in_dictionary_order);
    tcase_add_test(tc, a_repeated_row_replaces_in_place);
    tcase_add_test(tc, shapes_do_not_mix);
    tcase_add_test(tc, stacks_become_calls_exactly);
    tcase_add_loop_test(tc, module_and_package_come_from_the_file, 0, (int)(sizeof modules / sizeof *modules));
    suite_add_tcase(suite, tc);
    return suite;
}
