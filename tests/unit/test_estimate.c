/* Estimates of stacks from calls: the classic example that no file of calls can tell, and what must hold for any file. */
#include "model/estimate.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "formats/format.h"
#include "model/check.h"
#include "model/tree.h"

static pp_function_id function(struct pp_builder *b, const char *name)
{
    struct pp_function f = {.name = pp_builder_text(b, name), .file = pp_builder_text(b, "m.py"), .line = 1};
    return pp_builder_function(b, &f);
}

static void row(struct pp_builder *b, const char *name, double tt, double ct)
{
    pp_builder_row(b, &(struct pp_call_row){function(b, name), 0, 0, 1, 1, tt, ct});
}

static void edge(struct pp_builder *b, const char *caller, double tt, double ct)
{
    pp_builder_edge(b,
                    &(struct pp_call_edge){
                        .caller = function(b, caller), .calls = 1, .primitive_calls = 1, .tottime = tt, .cumtime = ct});
}

static struct pp_profile *estimate(struct pp_builder *b)
{
    struct pp_error err = {0};
    struct pp_estimate_options defaults = {0};
    struct pp_profile *calls = pp_builder_finish(b, &err);
    ck_assert_msg(calls != NULL, "%s", err.message);
    struct pp_profile *p = pp_estimate_stacks(calls, &defaults, &err);
    ck_assert_msg(p && pp_profile_check(p, &err), "%s", err.message);
    pp_profile_free(calls);
    return p;
}

/* The stack of a path "main;a;c", or 0. */
static uint32_t stack_of(const struct pp_profile *p, const char *path)
{
    uint32_t at = 0;
    struct pp_cut cut = {.tail = pp_str_of(path), .found = true};
    while (cut.found) {
        cut = pp_str_cut(cut.tail, ';');
        uint32_t found = 0;
        for (uint32_t i = 1; i < p->stack_count; i++) {
            struct pp_str name = pp_profile_str(p, pp_frame_function(p, p->stacks[i].frame)->name);
            found = p->stacks[i].parent.i == at && pp_str_eq(name, cut.head) ? i : found;
        }
        ck_assert_msg(found != 0, "no stack %s", path);
        at = found;
    }
    return at;
}

/* main calls a (5 s) and b; b calls a (5 s) too; a's 10 s go half to c, half to d. Who of main's and b's a called which, the file does not know. */
START_TEST(what_cannot_be_known_is_an_estimate_with_bounds)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "main", 0, 10);
    row(b, "b", 0, 5);
    edge(b, "main", 0, 5);
    row(b, "a", 0, 10);
    edge(b, "main", 0, 5);
    edge(b, "b", 0, 5);
    row(b, "c", 5, 5);
    edge(b, "a", 5, 5);
    row(b, "d", 5, 5);
    edge(b, "a", 5, 5);
    struct pp_profile *p = estimate(b);
    struct pp_tree tree;
    pp_tree_init(&tree, p, 0, PP_TREE_BY_ID);
    ck_assert_int_eq(tree.total[0], 10000000000);
    uint32_t c = stack_of(p, "main;a;c");
    ck_assert_int_eq(tree.total[c], 2500000000);
    ck_assert_uint_eq(p->bounds[c].flags & PP_STACK_ESTIMATED, PP_STACK_ESTIMATED);
    ck_assert_int_eq(p->bounds[c].lower, 0);
    ck_assert_int_eq(p->bounds[c].upper, 5000000000);
    /* One caller each: exact. */
    ck_assert_uint_eq(p->bounds[stack_of(p, "main;b")].flags & PP_STACK_ESTIMATED, 0);
    ck_assert_int_eq(tree.total[stack_of(p, "main;b;a")], 5000000000);
    pp_tree_free(&tree);
    pp_profile_free(p);
}
END_TEST

START_TEST(recursion_stops_at_the_first_repeat)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "main", 1, 4);
    row(b, "f", 3, 3);
    edge(b, "main", 1, 3);
    edge(b, "f", 2, 2);
    struct pp_profile *p = estimate(b);
    uint32_t f = stack_of(p, "main;f");
    ck_assert_uint_eq(p->stack_count, 3);
    ck_assert_uint_eq(p->bounds[f].flags & PP_STACK_RECURSION_CUT, PP_STACK_RECURSION_CUT);
    ck_assert_int_eq(p->stack_values[f], 3000000000);
    pp_profile_free(p);
}
END_TEST

/* Python 3.12 and later: exec calls <module> calls exec, and nobody is called by nobody. */
START_TEST(a_loop_without_a_root_gets_one)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "exec", 1, 6);
    edge(b, "module", 1, 6);
    row(b, "module", 2, 5);
    edge(b, "exec", 2, 5);
    row(b, "work", 3, 3);
    edge(b, "module", 3, 3);
    struct pp_profile *p = estimate(b);
    struct pp_tree tree;
    pp_tree_init(&tree, p, 0, PP_TREE_BY_ID);
    ck_assert_int_eq(tree.total[0], 6000000000);
    ck_assert_uint_ne(stack_of(p, "exec;module;work"), 0);
    pp_tree_free(&tree);
    pp_profile_free(p);
}
END_TEST

static struct pp_profile *read_file(const char *name)
{
    char path[1024];
    struct pp_error err = {0};
    snprintf(path, sizeof path, "%s/%s", PP_TEST_SOURCE, name);
    struct pp_source *source = pp_source_open(path, 0, &err);
    ck_assert_msg(source != NULL, "%s: %s", path, err.message);
    struct pp_profile *p = pp_format_read(source, pp_str_of(path), NULL, NULL, NULL, NULL, &err);
    ck_assert_msg(p != NULL, "%s: %s", path, err.message);
    pp_source_close(source);
    return p;
}

static void count(struct pp_builder *b, const char *caller, int64_t calls)
{
    pp_builder_edge(b,
                    &(struct pp_call_edge){.caller = function(b, caller), .calls = calls, .flags = PP_EDGE_COUNT_ONLY});
}

/* Files of `profile`: work calls fib once and fib itself 99 times; half of the calls of "even" come from "odd", all while it runs. */
START_TEST(calls_inside_a_loop_carry_no_time_of_their_own)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "work", 1, 20);
    pp_builder_row(b, &(struct pp_call_row){function(b, "fib"), 0, 0, 1, 100, 9, 9});
    count(b, "work", 1);
    count(b, "fib", 99);
    pp_builder_row(b, &(struct pp_call_row){function(b, "even"), 0, 0, 1, 50, 6, 10});
    count(b, "work", 1);
    count(b, "odd", 49);
    pp_builder_row(b, &(struct pp_call_row){function(b, "odd"), 0, 0, 1, 49, 4, 9});
    count(b, "even", 49);
    struct pp_profile *p = estimate(b);
    ck_assert_uint_eq(p->stack_count, 5);
    ck_assert_int_eq(p->stack_values[stack_of(p, "work")], 1000000000);
    ck_assert_int_eq(p->stack_values[stack_of(p, "work;fib")], 9000000000);
    ck_assert_int_eq(p->stack_values[stack_of(p, "work;even")], 6000000000);
    ck_assert_int_eq(p->stack_values[stack_of(p, "work;even;odd")], 4000000000);
    pp_profile_free(p);
}
END_TEST

static unsigned flags_of(const struct pp_profile *p, const char *path)
{
    return p->bounds ? p->bounds[stack_of(p, path)].flags & PP_STACK_ESTIMATED : 0;
}

/* python -m cProfile: exec runs the module, and is called again by every import below it. That the module imports something makes its own time
 * a guess, but not that of main, whose calls are all there. */
START_TEST(imports_do_not_make_everything_a_guess)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "exec", 1, 20);
    edge(b, "import", 0, 2);
    row(b, "module", 1, 19);
    edge(b, "exec", 1, 19);
    row(b, "import", 1, 3);
    edge(b, "module", 1, 3);
    row(b, "imported", 2, 2);
    edge(b, "exec", 2, 2);
    row(b, "main", 5, 15);
    edge(b, "module", 5, 15);
    row(b, "work", 10, 10);
    edge(b, "main", 10, 10);
    struct pp_profile *p = estimate(b);
    struct pp_tree tree;
    pp_tree_init(&tree, p, 0, PP_TREE_BY_ID);
    ck_assert_int_eq(tree.total[0], 20000000000);
    ck_assert_int_eq(tree.total[stack_of(p, "exec;module;main")], 15000000000);
    ck_assert_uint_eq(flags_of(p, "exec;module;main"), 0);
    ck_assert_uint_eq(flags_of(p, "exec;module;main;work"), 0);
    ck_assert_uint_ne(flags_of(p, "exec;module;import"), 0);
    ck_assert_int_eq(tree.total[stack_of(p, "exec;module;import")], 1000000000);
    ck_assert_uint_eq(flags_of(p, "exec;imported"), 0);
    pp_tree_free(&tree);
    pp_profile_free(p);
}
END_TEST

/* g takes 6 s under a, of which 1 is its own, and 4 s under b, of which 3 are: what is left of each total is h's, 5 s and 1 s. In proportion alone h
 * would have 3.6 s and 2.4 s, and the totals would be wrong. */
START_TEST(what_is_left_of_known_totals_is_shared_out)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "a", 0, 6);
    row(b, "b", 0, 4);
    row(b, "g", 4, 10);
    edge(b, "a", 1, 6);
    edge(b, "b", 3, 4);
    row(b, "h", 6, 6);
    edge(b, "g", 6, 6);
    struct pp_profile *p = estimate(b);
    ck_assert_int_eq(p->stack_values[stack_of(p, "a;g")], 1000000000);
    ck_assert_int_eq(p->stack_values[stack_of(p, "b;g")], 3000000000);
    ck_assert_int_le(llabs(p->stack_values[stack_of(p, "a;g;h")] - 5000000000), 1);
    ck_assert_int_le(llabs(p->stack_values[stack_of(p, "b;g;h")] - 1000000000), 1);
    ck_assert_uint_eq(flags_of(p, "a;g"), 0);
    ck_assert_uint_ne(flags_of(p, "a;g;h"), 0);
    pp_profile_free(p);
}
END_TEST

/* The profiler itself has a row without time, callers of some files have none at all: the time is that of what they call. */
START_TEST(callers_without_time_lose_nothing)
{
    struct pp_builder *b = pp_builder_new();
    row(b, "profiler", 0, 0);
    row(b, "main", 2, 3);
    count(b, "profiler", 1);
    row(b, "f", 1, 1);
    count(b, "main", 1);
    row(b, "g", 4, 4);
    edge(b, "absent", 4, 4);
    struct pp_profile *p = estimate(b);
    ck_assert_int_eq(p->stack_values[stack_of(p, "profiler;main")], 2000000000);
    ck_assert_int_eq(p->stack_values[stack_of(p, "profiler;main;f")], 1000000000);
    ck_assert_int_eq(p->stack_values[stack_of(p, "absent;g")], 4000000000);
    pp_profile_free(p);
}
END_TEST

/* Python 3.15's sampler: primitive calls are samples in the function itself, calls those with it on the stack; the stacks hold samples. */
START_TEST(sampled_calls_become_samples)
{
    struct pp_builder *b = pp_builder_new();
    pp_builder_sampled_calls(b);
    pp_builder_row(b, &(struct pp_call_row){function(b, "main"), 0, 0, 7, 37, .007, .037});
    pp_builder_row(b, &(struct pp_call_row){function(b, "fib"), 0, 0, 30, 30, .030, .030});
    count(b, "fib", 331);
    count(b, "main", 30);
    struct pp_profile *p = estimate(b);
    ck_assert_int_eq(p->metrics[0].unit, PP_UNIT_COUNT);
    ck_assert_int_eq(p->stack_values[stack_of(p, "main")], 7);
    ck_assert_int_eq(p->stack_values[stack_of(p, "main;fib")], 30);
    pp_profile_free(p);
}
END_TEST

static const char *const files[] = {"examples/workload.prof",
                                    "examples/before.prof",
                                    "tests/data/pstat/pass_py3.12_cProfile.pstat",
                                    "tests/data/pstat/pass_py2.7_cProfile.pstat",
                                    "tests/data/pstat/pass_py3.13_profile.pstat",
                                    "tests/data/pstat/pass_no_root.pstat",
                                    "tests/data/pstat/pass_plain.pstat"};

/* The self times of each function add up to its tottime, but for what stands below paths too small to be told apart. */
static void check_functions(const struct pp_profile *calls, const struct pp_profile *p, const char *file)
{
    int64_t *drawn = pp_calloc(calls->row_count, sizeof *drawn);
    double misplaced = 0, sum = 0;
    for (size_t i = 1; i < p->stack_count; i++) {
        const struct pp_function *f = pp_frame_function(p, p->stacks[i].frame);
        for (size_t r = 0; r < calls->row_count; r++) {
            const struct pp_function *g = pp_profile_function(calls, calls->rows[r].function);
            drawn[r] += f->line == g->line && pp_str_eq(pp_profile_str(p, f->name), pp_profile_str(calls, g->name)) &&
                                pp_str_eq(pp_profile_str(p, f->file), pp_profile_str(calls, g->file))
                            ? p->stack_values[i]
                            : 0;
        }
    }
    for (size_t r = 0; r < calls->row_count; r++) {
        sum += calls->rows[r].tottime * 1e9;
        misplaced += fabs((double)drawn[r] - calls->rows[r].tottime * 1e9);
    }
    ck_assert_msg(misplaced <= sum * 0.002 + (double)calls->row_count, "%s: %.0f of %.0f ns stand elsewhere", file,
                  misplaced, sum);
    pp_free(drawn);
}

START_TEST(the_books_are_kept_for_real_files)
{
    struct pp_profile *calls = read_file(files[_i]);
    struct pp_error err = {0};
    struct pp_estimate_options defaults = {0};
    struct pp_profile *p = pp_estimate_stacks(calls, &defaults, &err);
    ck_assert_msg(p && pp_profile_check(p, &err), "%s: %s", files[_i], err.message);
    struct pp_tree tree;
    pp_tree_init(&tree, p, 0, PP_TREE_BY_ID);
    double sum = 0;
    for (size_t r = 0; r < calls->row_count; r++) {
        sum += calls->rows[r].tottime;
    }
    ck_assert_msg(fabs((double)tree.total[0] - sum * 1e9) <= 2, "%s: %lld ns drawn of %.0f", files[_i],
                  (long long)tree.total[0], sum * 1e9);
    check_functions(calls, p, files[_i]);
    for (size_t i = 1; i < p->stack_count; i++) {
        const struct pp_stack_bounds *bounds = p->bounds ? &p->bounds[i] : NULL;
        ck_assert_int_ge(p->stack_values[i], 0);
        if (bounds && bounds->flags & PP_STACK_ESTIMATED) {
            ck_assert_msg(tree.total[i] >= bounds->lower - 2 - (int64_t)p->stack_count &&
                              tree.total[i] <= bounds->upper + 2 + (int64_t)p->stack_count,
                          "%s: stack %zu: %lld is not in %lld..%lld", files[_i], i, (long long)tree.total[i],
                          (long long)bounds->lower, (long long)bounds->upper);
        }
    }
    pp_tree_free(&tree);
    pp_profile_free(p);
    pp_profile_free(calls);
}
END_TEST

Suite *suite_estimate(void);
Suite *suite_estimate(void)
{
    Suite *suite = suite_create("estimate");
    TCase *tc = tcase_create("estimate");
    tcase_add_test(tc, what_cannot_be_known_is_an_estimate_with_bounds);
    tcase_add_test(tc, recursion_stops_at_the_first_repeat);
    tcase_add_test(tc, a_loop_without_a_root_gets_one);
    tcase_add_test(tc, calls_inside_a_loop_carry_no_time_of_their_own);
    tcase_add_test(tc, imports_do_not_make_everything_a_guess);
    tcase_add_test(tc, what_is_left_of_known_totals_is_shared_out);
    tcase_add_test(tc, callers_without_time_lose_nothing);
    tcase_add_test(tc, sampled_calls_become_samples);
    tcase_add_loop_test(tc, the_books_are_kept_for_real_files, 0, (int)(sizeof files / sizeof *files));
    suite_add_tcase(suite, tc);
    return suite;
}
