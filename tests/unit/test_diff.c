/* Comparing profiles: what matches what, sums that add up, and how often chance is taken for change. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "formats/format.h"
#include "model/builder.h"
#include "model/diff.h"
#include "model/diff_paths.h"

static struct pp_profile *read_text(const char *text)
{
    struct pp_error err = {0};
    struct pp_source *source = pp_source_memory(pp_str_of(text), 0);
    struct pp_profile *p =
        pp_format_read(source, PP_STR("x.folded"), pp_format_named(PP_STR("folded")), NULL, NULL, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    pp_source_close(source);
    return p;
}

/* --- matching --- */

#define LINES "# profpipe: lines=definition\n"

static const struct {
    const char *what, *before, *after;
    enum pp_match_by by;
    const char *rows; /* name-before=name-after how, sorted by the table's order of first appearance */
} matches[] = {
    {"the line moved", "f (a.py:1) 1\n", "f (a.py:9) 1\n", PP_MATCH_NAME, "f=f line"},
    {"not by exact", "f (a.py:1) 1\n", "f (a.py:9) 1\n", PP_MATCH_EXACT, "f=- exactly|-=f exactly"},
    {"another virtualenv", "f (/a/lib/python3.11/site-packages/q/r.py:1) 1\n",
     "f (/b/v/lib/python3.12/site-packages/q/r.py:2) 1\n", PP_MATCH_NAME, "f=f folder"},
    {"the library of another Python", "f (/usr/lib/python3.11/json/decoder.py:1) 1\n",
     "f (C:\\Python312\\Lib\\json\\decoder.py:2) 1\n", PP_MATCH_NAME, "f=f folder"},
    {"frozen since 3.11", "f (/usr/lib/python3.10/importlib/_bootstrap.py:1) 1\n",
     "f (<frozen importlib._bootstrap>:1) 1\n", PP_MATCH_NAME, "f=f folder"},
    {"a checkout elsewhere", "f (/home/a/shop/x.py:1) 1\n", "f (/ci/build/shop/x.py:1) 1\n", PP_MATCH_NAME, "f=f path"},
    {"the longest end wins", "f (/a/p/x.py:1) 1\nf (/a/q/x.py:1) 1\n", "f (/b/q/x.py:1) 1\nf (/b/p/x.py:1) 1\n",
     PP_MATCH_NAME, "f=f path|f=f path"},
    {"one function went to another folder", "f (a/x.py:1) 1\ng (a/x.py:5) 1\n", "f (b/x.py:1) 1\ng (a/x.py:5) 1\n",
     PP_MATCH_NAME, "f=f path|g=g exactly"},
    {"addresses", "<built-in method f of type object at 0x955e80> 1\n",
     "<built-in method f of type object at 0xa1b2c3> 1\n", PP_MATCH_NAME,
     "<built-in method f of type object at 0x955e80>=<built-in method f of type object at 0xa1b2c3> exactly"},
    {"lambdas by order", "<lambda> (a.py:3) 1\n<lambda> (a.py:8) 1\n", "<lambda> (a.py:5) 1\n<lambda> (a.py:10) 1\n",
     PP_MATCH_NAME, "<lambda>=<lambda> line|<lambda>=<lambda> line"},
    {"one side without files", "f 1\n", "f (a.py:1) 1\n", PP_MATCH_NAME, "f=f no-file"},
    {"a qualified name", "f (a.py:1) 1\ng (a.py:5) 1\n", "C.f (a.py:1) 1\nD.g (a.py:5) 1\nD.h (a.py:9) 1\n",
     PP_MATCH_NAME, "f=C.f qualified|g=D.g qualified|-=D.h exactly"},
    {"sre_parse is a part of re", "f (/usr/lib/python3.8/sre_parse.py:1) 1\n",
     "f (/usr/lib/python3.12/re/_parser.py:1) 1\n", PP_MATCH_NAME, "f=f folder"},
    {"renamed in place", "a (m.py:1);compute (m.py:5);z (m.py:9) 1\n", "a (m.py:1);calculate (m.py:5);z (m.py:9) 1\n",
     PP_MATCH_FUZZY, "a=a exactly|compute=calculate renamed|z=z exactly"},
    {"not renamed by name", "a (m.py:1);compute (m.py:5) 1\n", "a (m.py:1);calculate (m.py:5) 1\n", PP_MATCH_NAME,
     "a=a exactly|compute=- exactly|-=calculate exactly"},
    {"moved to another file", "a (m.py:1);parse (m.py:5) 1\n", "a (m.py:1);parse (n.py:50) 1\n", PP_MATCH_FUZZY,
     "a=a exactly|parse=parse moved"},
    {"nothing alike", "a (m.py:1);b (m.py:5) 1\n", "q (z.py:1);r (z.py:5) 1\n", PP_MATCH_FUZZY,
     "a=- exactly|b=- exactly|-=q exactly|-=r exactly"},
};

static struct pp_str name_of(const struct pp_profile *const *profiles, const struct pp_match_row *row, size_t side)
{
    if (row->function[side] == PP_MATCH_NONE) {
        return PP_STR("-");
    }
    const struct pp_profile *p = profiles[row->profile[side]];
    return pp_profile_str(p, p->functions[row->function[side]].name);
}

static void describe(struct pp_sink *out, const struct pp_match *match, const struct pp_profile *const *profiles)
{
    static const char *const how[] = {"exactly", "line", "folder", "qualified", "path", "no-file", "moved", "renamed"};
    for (size_t i = 0; i < match->count; i++) {
        const struct pp_match_row *row = &match->rows[i];
        pp_sink_text(out, i ? "|" : "");
        pp_sink_str(out, name_of(profiles, row, 0));
        pp_sink_byte(out, '=');
        pp_sink_str(out, name_of(profiles, row, 1));
        pp_sink_printf(out, " %s", how[row->how]);
    }
}

START_TEST(the_same_function)
{
    struct pp_arena arena = {0};
    struct pp_profile *profiles[] = {read_text(pp_arena_printf(&arena, LINES "%s", matches[_i].before).data),
                                     read_text(pp_arena_printf(&arena, LINES "%s", matches[_i].after).data)};
    pp_arena_free(&arena);
    const struct pp_profile *both[] = {profiles[0], profiles[1]};
    struct pp_match match;
    pp_match_init(&match, both, 1, 1, matches[_i].by);
    struct pp_sink *text = pp_sink_memory();
    describe(text, &match, both);
    ck_assert_msg(pp_str_eq(pp_sink_contents(text), pp_str_of(matches[_i].rows)), "%s: %.*s", matches[_i].what,
                  PP_STR_ARG(pp_sink_contents(text)));
    pp_sink_abandon(text);
    pp_match_free(&match);
    pp_profile_free(profiles[0]);
    pp_profile_free(profiles[1]);
}
END_TEST

static int64_t partner_line(const struct pp_match *match, int64_t before)
{
    for (size_t i = 0; i < match->count; i++) {
        if (match->rows[i].line[0] == before && match->rows[i].function[1] != PP_MATCH_NONE) {
            return match->rows[i].line[1];
        }
    }
    return 0;
}

START_TEST(a_new_lambda_does_not_push_the_others_on)
{
    /* Ten lines came in above g; a lambda is new at line 4. */
    struct pp_profile *before =
        read_text(LINES "f (a.py:1) 1\n<lambda> (a.py:8) 1\ng (a.py:20) 1\n<lambda> (a.py:22) 1\n");
    struct pp_profile *after = read_text(
        LINES "f (a.py:1) 1\n<lambda> (a.py:4) 1\n<lambda> (a.py:8) 1\ng (a.py:30) 1\n<lambda> (a.py:32) 1\n");
    const struct pp_profile *both[] = {before, after};
    struct pp_match match;
    pp_match_init(&match, both, 1, 1, PP_MATCH_NAME);
    ck_assert_uint_eq(match.count, 5);
    ck_assert_int_eq(partner_line(&match, 8), 8);
    ck_assert_int_eq(partner_line(&match, 22), 32);
    pp_match_free(&match);
    pp_profile_free(before);
    pp_profile_free(after);
}
END_TEST

/* --- sums --- */

static void compare(struct pp_diff *d, const struct pp_profile *before, const struct pp_profile *after,
                    struct pp_diff_request request)
{
    struct pp_error err = {0};
    const struct pp_profile *both[] = {before, after};
    ck_assert_msg(pp_diff_init(d, both, 1, 1, &request, &err), "%s", err.message);
}

static void check_sums(const struct pp_diff *d)
{
    int64_t before = 0, after = 0, delta = 0;
    for (size_t i = 0; i < d->count; i++) {
        before += d->rows[i].self[PP_BEFORE];
        after += d->rows[i].self[PP_AFTER];
        delta += pp_diff_self(&d->rows[i]);
    }
    ck_assert_int_eq(before, d->whole.self[PP_BEFORE]);
    ck_assert_int_eq(after, d->whole.self[PP_AFTER]);
    ck_assert_int_eq(delta, pp_diff_self(&d->whole));
}

static struct pp_profile *calls_of(size_t count, double third)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    char name[32];
    pp_builder_calls(b);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "f%zu", i);
        struct pp_function f = {
            .name = pp_builder_text(b, name), .file = pp_builder_text(b, "m.py"), .line = (int64_t)i + 1};
        struct pp_call_row row = {.function = pp_builder_function(b, &f),
                                  .calls = 3,
                                  .primitive_calls = 3,
                                  .tottime = third / 3 * (double)(i + 1),
                                  .cumtime = third * (double)(i + 1)};
        pp_builder_row(b, &row);
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

START_TEST(deltas_of_self_add_up_to_the_delta_of_the_totals)
{
    static const enum pp_diff_normalize how[] = {PP_DIFF_AS_IS, PP_DIFF_BY_TOTAL, PP_DIFF_BY_ROOT};
    struct pp_profile *before = calls_of(1000, 1e-7 / 7), *after = calls_of(1300, 1e-7 / 11);
    for (size_t i = 0; i < 3; i++) {
        struct pp_diff d;
        compare(&d, before, after, (struct pp_diff_request){.normalize = how[i], .threshold = 0.01, .alpha = 0.05});
        ck_assert_uint_eq(d.count, 1300);
        check_sums(&d);
        /* What rounding to ns leaves is carried on: the sum is right to 1 ns. */
        ck_assert_double_eq_tol((double)d.whole.self[PP_AFTER], after->total_tottime * 1e9, 0.51);
        ck_assert(how[i] != PP_DIFF_BY_TOTAL || llabs(pp_diff_self(&d.whole)) <= 1);
        pp_diff_free(&d);
    }
    pp_profile_free(before);
    pp_profile_free(after);
}
END_TEST

START_TEST(means_of_runs_add_up_too)
{
    struct pp_profile *p[] = {calls_of(50, 1e-7 / 7), calls_of(51, 1e-7 / 3), calls_of(52, 1e-7 / 13),
                              calls_of(50, 1e-7), calls_of(53, 1e-7 / 17)};
    const struct pp_profile *all[] = {p[0], p[1], p[2], p[3], p[4]};
    struct pp_diff_request request = {.threshold = 0.01, .alpha = 0.05};
    struct pp_error err = {0};
    struct pp_diff d;
    ck_assert(pp_diff_init(&d, all, 3, 2, &request, &err));
    ck_assert_int_eq(d.noise, PP_NOISE_RUNS);
    check_sums(&d);
    pp_diff_free(&d);
    for (size_t i = 0; i < 5; i++) {
        pp_profile_free(p[i]);
    }
}
END_TEST

START_TEST(calls_are_exact_and_times_are_not_judged)
{
    struct pp_profile *before = calls_of(3, 0.5), *after = calls_of(3, 0.6);
    struct pp_diff d;
    compare(&d, before, after, (struct pp_diff_request){.threshold = 0.01, .alpha = 0.05});
    ck_assert_int_eq(d.noise, PP_NOISE_UNKNOWN);
    ck_assert(d.deterministic && d.has_calls && d.rows[0].exact_calls && isnan(d.rows[0].p));
    ck_assert_int_eq(d.rows[0].calls[PP_AFTER], 3);
    pp_diff_free(&d);
    pp_profile_free(before);
    pp_profile_free(after);
}
END_TEST

START_TEST(units_are_converted_or_refused)
{
    struct pp_error err = {0};
    struct pp_profile *counts = read_text("f 10\n"), *times = calls_of(3, 0.5);
    const struct pp_profile *both[] = {counts, times};
    struct pp_diff_request request = {.threshold = 0.01, .alpha = 0.05};
    struct pp_diff d;
    ck_assert(!pp_diff_init(&d, both, 1, 1, &request, &err));
    ck_assert_int_eq(err.status, PP_UNSUPPORTED);
    request.normalize = PP_DIFF_BY_TOTAL;
    ck_assert(pp_diff_init(&d, both, 1, 1, &request, &err));
    ck_assert(llabs(pp_diff_self(&d.whole)) <= 1);
    pp_diff_free(&d);
    pp_profile_free(counts);
    pp_profile_free(times);
}
END_TEST

/* One function sampled `hits` times at so many a second. */
static struct pp_profile *at_rate(const char *rate, int64_t hits, enum pp_unit unit, int64_t weight)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_builder_stacks(b);
    if (rate) {
        pp_builder_meta(b, PP_STR("rate-hz"), pp_str_of(rate));
    }
    size_t metric = pp_builder_metric(b, unit == PP_UNIT_NS ? PP_STR("wall") : PP_STR("samples"), unit);
    for (size_t i = 0; i < 2; i++) {
        struct pp_function f = {.name = pp_builder_text(b, i ? "f" : "g")};
        struct pp_frame frame = {.function = pp_builder_function(b, &f)};
        pp_stack_id stack = pp_builder_push(b, (pp_stack_id){0}, pp_builder_frame(b, &frame));
        pp_builder_add(b, stack, metric, (i ? hits : 7) * weight);
    }
    return pp_builder_finish(b, &err);
}

START_TEST(other_rates_become_times)
{
    struct pp_profile *before = at_rate("100", 1000, PP_UNIT_COUNT, 1),
                      *after = at_rate("1000", 10000, PP_UNIT_COUNT, 1);
    struct pp_diff d;
    compare(&d, before, after, (struct pp_diff_request){.threshold = 0.01, .alpha = 0.05});
    ck_assert(d.rates_differ);
    ck_assert_int_eq(d.unit, PP_UNIT_NS);
    ck_assert_int_eq(d.rows[1].self[PP_BEFORE], 10000000000);
    ck_assert_int_eq(d.rows[1].self[PP_AFTER], 10000000000);
    ck_assert_int_eq(d.noise, PP_NOISE_SAMPLES);
    ck_assert_double_eq_tol(d.runs[0].per_sample, 1e7, 1e-6);
    ck_assert(d.rows[1].p > 0.9);
    pp_diff_free(&d);
    pp_profile_free(before);
    pp_profile_free(after);
}
END_TEST

START_TEST(times_of_one_period_are_samples)
{
    struct pp_profile *before = at_rate(NULL, 1000, PP_UNIT_NS, 10000000),
                      *after = at_rate(NULL, 1300, PP_UNIT_NS, 10000000);
    struct pp_profile *odd = at_rate(NULL, 1000, PP_UNIT_NS, 7);
    struct pp_diff d;
    compare(&d, before, after, (struct pp_diff_request){.threshold = 0.01, .alpha = 0.05});
    ck_assert_int_eq(d.noise, PP_NOISE_SAMPLES);
    ck_assert_double_eq_tol(d.rows[1].p, pp_test_binomial(1000, 1300, 0.5, PP_TAIL_BOTH), 1e-12);
    pp_diff_free(&d);
    compare(&d, before, odd, (struct pp_diff_request){.threshold = 0.01, .alpha = 0.05});
    ck_assert_int_eq(d.noise, PP_NOISE_UNKNOWN);
    pp_diff_free(&d);
    pp_profile_free(before);
    pp_profile_free(after);
    pp_profile_free(odd);
}
END_TEST

/* --- paths --- */

START_TEST(the_paths_that_carry_the_change)
{
    struct pp_profile *before = read_text("m;a;x 10\nm;a;y 10\nm;b 30\nm;c 1\nm;d 1\nm;e 1\n");
    struct pp_profile *after = read_text("m;a;x 10\nm;a;y 60\nm;b 10\nm;c 2\nm;d 2\nm;e 2\n");
    const struct pp_profile *both[] = {before, after};
    const double wanted[] = {53, 86};
    struct pp_arena arena = {0};
    struct pp_error err = {0};
    struct pp_diff_path_sums sums;
    size_t count;
    struct pp_diff_path *paths = pp_diff_paths(both, wanted, PP_MATCH_NAME, &arena, &count, &sums, &err);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(paths[0].depth, 3);
    ck_assert(pp_str_eq(paths[0].names[2], PP_STR("y")));
    ck_assert_int_eq(paths[0].before, 10);
    ck_assert_int_eq(paths[0].after, 60);
    ck_assert(pp_str_eq(paths[1].names[1], PP_STR("b")));
    ck_assert_int_eq(sums.left, 3); /* c, d and e: less than a tenth together */
    ck_assert(!paths[0].estimated && !sums.estimated);
    pp_free(paths);
    pp_arena_free(&arena);
    pp_profile_free(before);
    pp_profile_free(after);
}
END_TEST

/* --- false alarms --- */

static uint64_t random_state;

static double uniform(void)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return ((double)(random_state >> 11) + 0.5) / 9007199254740992.0;
}

enum { FUNCTIONS = 40 };

/* `samples` samples of a program in which function i has a weight of 1 / (i + 1), the first one `first` times that. */
static struct pp_profile *sampled(size_t samples, double first)
{
    double weight[FUNCTIONS], sum = 0;
    int64_t hits[FUNCTIONS] = {0};
    for (size_t i = 0; i < FUNCTIONS; i++) {
        weight[i] = 1.0 / (double)(i + 1) * (i == 5 ? first : 1);
        sum += weight[i];
    }
    for (size_t s = 0; s < samples; s++) {
        double at = uniform() * sum;
        size_t i = 0;
        while (i + 1 < FUNCTIONS && at >= weight[i]) {
            at -= weight[i++];
        }
        hits[i]++;
    }
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_builder_stacks(b);
    size_t metric = pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    char name[32];
    for (size_t i = 0; i < FUNCTIONS; i++) {
        (void)snprintf(name, sizeof name, "f%zu", i);
        struct pp_function f = {.name = pp_builder_text(b, name)};
        struct pp_frame frame = {.function = pp_builder_function(b, &f)};
        pp_stack_id stack = pp_builder_push(b, (pp_stack_id){0}, pp_builder_frame(b, &frame));
        pp_builder_add(b, stack, metric, hits[i]);
    }
    return pp_builder_finish(b, &err);
}

/* Whether anything is called changed, and whether --fail-above 0 on self would fail; what == 5: whether f5 is. */
static void judge(const struct pp_profile *const *profiles, size_t before, size_t after, double threshold,
                  enum pp_diff_normalize normalize, size_t *alarms, size_t *fails, size_t *found)
{
    struct pp_diff_request request = {.normalize = normalize, .threshold = threshold, .alpha = 0.05};
    struct pp_error err = {0};
    struct pp_diff d;
    size_t count;
    ck_assert_msg(pp_diff_init(&d, profiles, before, after, &request, &err), "%s", err.message);
    pp_diff_sort(&d, PP_DIFF_BY_SELF, 1);
    *alarms += d.count > 0 && d.order[0]->verdict == PP_DIFF_CHANGED;
    pp_free(pp_diff_regressions(&d, PP_DIFF_ON_SELF, NULL, 0, &count, NULL));
    *fails += count > 0;
    for (size_t i = 0; i < d.count; i++) {
        *found +=
            d.rows[i].verdict == PP_DIFF_CHANGED && pp_str_eq(pp_diff_name(&d, &d.rows[i], PP_AFTER), PP_STR("f5"));
    }
    pp_diff_free(&d);
}

enum { TRIALS = 600 };

/* With a true rate of 0.05, more than this many alarms in 600 trials happen once in 10,000 times (binomial). */
enum { MOST_ALARMS = 52 };

START_TEST(identical_sampled_programs_raise_few_alarms)
{
    static const enum pp_diff_normalize how[] = {PP_DIFF_AS_IS, PP_DIFF_BY_TOTAL};
    size_t alarms = 0, fails = 0, found = 0;
    random_state = 20260101;
    for (size_t t = 0; t < TRIALS; t++) {
        /* Normalised, the sides may be of different length. */
        struct pp_profile *p[] = {sampled(2000, 1), sampled(_i ? 5000 : 2000, 1)};
        const struct pp_profile *both[] = {p[0], p[1]};
        judge(both, 1, 1, 0, how[_i], &alarms, &fails, &found);
        pp_profile_free(p[0]);
        pp_profile_free(p[1]);
    }
    ck_assert_msg(alarms <= MOST_ALARMS, "%zu alarms in %d comparisons of a program with itself", alarms, TRIALS);
    ck_assert_msg(fails <= MOST_ALARMS, "%zu failures in %d comparisons of a program with itself", fails, TRIALS);
    ck_assert_msg(alarms > 0, "no alarm at all: the test has no power");
}
END_TEST

START_TEST(a_function_twice_as_slow_is_found)
{
    size_t alarms = 0, fails = 0, found = 0;
    random_state = 7;
    for (size_t t = 0; t < 100; t++) {
        struct pp_profile *p[] = {sampled(4000, 1), sampled(4000, 2)};
        const struct pp_profile *both[] = {p[0], p[1]};
        judge(both, 1, 1, 0, PP_DIFF_BY_TOTAL, &alarms, &fails, &found);
        pp_profile_free(p[0]);
        pp_profile_free(p[1]);
    }
    ck_assert_msg(found >= 95, "found in %zu of 100", found);
}
END_TEST

/* A deterministic run whose machine is up to 30 % slower now and then: every time is off, together and each by itself. */
static struct pp_profile *noisy_run(double f5)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    char name[32];
    double machine = 1 + 0.3 * uniform() * uniform();
    pp_builder_calls(b);
    for (size_t i = 0; i < FUNCTIONS; i++) {
        (void)snprintf(name, sizeof name, "f%zu", i);
        struct pp_function f = {.name = pp_builder_text(b, name), .file = pp_builder_text(b, "m.py"), .line = 1};
        double time = machine * (1 + 0.1 * uniform()) / (double)(i + 1) * (i == 5 ? f5 : 1);
        struct pp_call_row row = {
            .function = pp_builder_function(b, &f), .calls = 1, .primitive_calls = 1, .tottime = time, .cumtime = time};
        pp_builder_row(b, &row);
    }
    return pp_builder_finish(b, &err);
}

START_TEST(several_runs_of_identical_programs_raise_few_alarms)
{
    enum { RUNS = 8 };
    size_t alarms = 0, fails = 0, found = 0, slower = 0, unused = 0;
    random_state = 42;
    for (size_t t = 0; t < TRIALS; t++) {
        struct pp_profile *p[2 * RUNS];
        const struct pp_profile *all[2 * RUNS];
        bool slow = t >= TRIALS - 50;
        for (size_t i = 0; i < (size_t)2 * RUNS; i++) {
            all[i] = p[i] = noisy_run(slow && i >= RUNS ? 2 : 1);
        }
        judge(all, RUNS, RUNS, _i ? 0.01 : 0, PP_DIFF_AS_IS, slow ? &unused : &alarms, slow ? &unused : &fails,
              slow ? &slower : &found);
        for (size_t i = 0; i < (size_t)2 * RUNS; i++) {
            pp_profile_free(p[i]);
        }
    }
    ck_assert_msg(alarms <= MOST_ALARMS, "%zu alarms", alarms);
    ck_assert_msg(fails <= MOST_ALARMS, "%zu failures", fails);
    ck_assert_msg(slower >= 45, "a function twice as slow was found in %zu of 50", slower);
}
END_TEST

START_TEST(five_runs_a_side_find_a_function_twice_as_slow)
{
    enum { RUNS = 5 };
    size_t found = 0, alarms = 0, fails = 0;
    random_state = 99;
    for (size_t t = 0; t < 50; t++) {
        struct pp_profile *p[2 * RUNS];
        const struct pp_profile *all[2 * RUNS];
        for (size_t i = 0; i < (size_t)2 * RUNS; i++) {
            all[i] = p[i] = noisy_run(i >= RUNS ? 2 : 1);
        }
        judge(all, RUNS, RUNS, 0.01, PP_DIFF_BY_TOTAL, &alarms, &fails, &found);
        for (size_t i = 0; i < (size_t)2 * RUNS; i++) {
            pp_profile_free(p[i]);
        }
    }
    ck_assert_msg(found >= 45, "found in %zu of 50", found);
}
END_TEST

Suite *suite_diff(void);
Suite *suite_diff(void)
{
    Suite *suite = suite_create("diff");
    TCase *tc = tcase_create("compare");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, the_same_function, 0, (int)(sizeof matches / sizeof *matches));
    tcase_add_test(tc, a_new_lambda_does_not_push_the_others_on);
    tcase_add_test(tc, deltas_of_self_add_up_to_the_delta_of_the_totals);
    tcase_add_test(tc, means_of_runs_add_up_too);
    tcase_add_test(tc, calls_are_exact_and_times_are_not_judged);
    tcase_add_test(tc, units_are_converted_or_refused);
    tcase_add_test(tc, other_rates_become_times);
    tcase_add_test(tc, times_of_one_period_are_samples);
    tcase_add_test(tc, the_paths_that_carry_the_change);
    tcase_add_loop_test(tc, identical_sampled_programs_raise_few_alarms, 0, 2);
    tcase_add_test(tc, a_function_twice_as_slow_is_found);
    tcase_add_loop_test(tc, several_runs_of_identical_programs_raise_few_alarms, 0, 2);
    tcase_add_test(tc, five_runs_a_side_find_a_function_twice_as_slow);
    suite_add_tcase(suite, tc);
    return suite;
}
