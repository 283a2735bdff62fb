/* Sums of profiles: anchors, weights, means, columns, what cannot be added. Values are computed by hand. */
#include <check.h>

#include "model/builder.h"
#include "model/check.h"
#include "model/merge.h"

static const struct pp_merge_plan plain = {0};
static const struct pp_merge_part once = {.weight = 1};

/* "a" with `value`, and "b" with `second` if that is not 0, in one metric. */
static struct pp_profile *stacks(const char *metric, enum pp_unit unit, int64_t value, int64_t second)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_builder_metric(b, pp_str_of(metric), unit);
    pp_builder_stacks(b);
    const char *const names[] = {"a", "b"};
    const int64_t values[] = {value, second};
    for (size_t i = 0; i < 2; i++) {
        struct pp_function f = {.name = pp_builder_text(b, names[i])};
        struct pp_frame frame = {.function = pp_builder_function(b, &f)};
        if (values[i]) {
            pp_builder_add(b, pp_builder_push(b, (pp_stack_id){0}, pp_builder_frame(b, &frame)), 0, values[i]);
        }
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

/* Two samples, 10 and 20 ns after the anchor, of thread `tid`. */
static struct pp_profile *recording(int64_t anchor, int64_t tid)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_error err = {0};
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_builder_start_utc(b, anchor);
    pp_builder_meta(b, PP_STR("stat-late"), PP_STR("2"));
    pp_builder_meta(b, PP_STR("producer"), PP_STR("test"));
    pp_thread_id thread = pp_builder_thread(b, &(struct pp_thread){.pid = 1, .tid = tid});
    for (int64_t time = 10; time <= 20; time += 10) {
        pp_builder_sample(b, &(struct pp_sample){.thread = thread, .time_ns = time}, (int64_t[]){1});
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

static void add(struct pp_merge *m, struct pp_profile *p, struct pp_merge_part part)
{
    struct pp_error err = {0};
    ck_assert_msg(pp_merge_add(m, p, &part, &err), "%s", err.message);
    pp_profile_free(p);
}

static struct pp_profile *finish(struct pp_merge *m)
{
    struct pp_error err = {0};
    struct pp_profile *p = pp_merge_finish(m, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert_msg(pp_profile_check(p, &err), "%s", err.message);
    return p;
}

START_TEST(samples_stand_on_one_time_axis)
{
    struct pp_merge *m = pp_merge_begin(&plain);
    add(m, recording(1015, 7), once);
    add(m, stacks("samples", PP_UNIT_COUNT, 5, 0), once); /* no samples, no anchor: not in the way */
    add(m, recording(1000, 8), once);
    struct pp_profile *p = finish(m);
    const int64_t times[] = {10, 20, 25, 35}, tids[] = {8, 8, 7, 7};
    ck_assert_int_eq(p->start_utc_ns, 1000);
    ck_assert_uint_eq(p->sample_count, 4);
    for (size_t s = 0; s < 4; s++) {
        ck_assert_int_eq(p->samples[s].time_ns, times[s]);
        ck_assert_int_eq(p->threads[p->samples[s].thread.i].tid, tids[s]);
    }
    ck_assert(pp_str_eq(pp_profile_meta(p, "stat-late"), PP_STR("4")));
    ck_assert_uint_eq(p->meta_count, 2);
    pp_profile_free(p);
}
END_TEST

START_TEST(without_all_anchors_times_are_each_ones_own)
{
    struct pp_merge *m = pp_merge_begin(&plain);
    add(m, recording(1015, 7), once);
    add(m, recording(0, 8), once);
    struct pp_profile *p = finish(m);
    ck_assert_int_eq(p->start_utc_ns, 0);
    ck_assert_int_eq(p->samples[0].time_ns, 10);
    ck_assert_int_eq(p->samples[1].time_ns, 10);
    ck_assert_int_eq(p->samples[3].time_ns, 20);
    pp_profile_free(p);
}
END_TEST

static const struct {
    enum pp_unit unit;
    uint64_t divisor;
    int64_t first, second; /* expected of 7 and 4 */
    unsigned decimals;
} divisions[] = {
    {PP_UNIT_COUNT, 1, 7, 4, 0},     {PP_UNIT_COUNT, 2, 35, 20, 1},
    {PP_UNIT_COUNT, 8, 875, 500, 3}, {PP_UNIT_COUNT, 3, 2333333, 1333334, 6}, /* 11 / 3 is 3.666667 */
    {PP_UNIT_NS, 2, 35, 20, 1},      {PP_UNIT_NS, 3, 2, 2, 0},                /* 11 / 3 is 4 */
};

START_TEST(a_division_keeps_the_sum)
{
    struct pp_merge_plan plan = {.divisor = divisions[_i].divisor, .weighted = true};
    struct pp_merge *m = pp_merge_begin(&plan);
    add(m, stacks("x", divisions[_i].unit, 7, 4), once);
    struct pp_profile *p = finish(m);
    ck_assert_int_eq(p->stack_values[1], divisions[_i].first);
    ck_assert_int_eq(p->stack_values[2], divisions[_i].second);
    ck_assert_uint_eq(p->metrics[0].decimals, divisions[_i].decimals);
    pp_profile_free(p);
}
END_TEST

START_TEST(a_mean_of_columns_divides_each_by_its_own_files)
{
    struct pp_merge_plan plan = {.mean = true};
    struct pp_merge *m = pp_merge_begin(&plan);
    add(m, stacks("samples", PP_UNIT_COUNT, 6, 0), (struct pp_merge_part){.weight = 1, .column = PP_STR("before")});
    add(m, stacks("samples", PP_UNIT_COUNT, 8, 2), (struct pp_merge_part){.weight = 1, .column = PP_STR("after")});
    add(m, stacks("samples", PP_UNIT_COUNT, 4, 0), (struct pp_merge_part){.weight = 1, .column = PP_STR("after")});
    struct pp_profile *p = finish(m);
    ck_assert_uint_eq(p->metric_count, 2);
    const int64_t expected[] = {6, 6, 0, 1};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(p->stack_values[2 + i], expected[i]);
    }
    pp_profile_free(p);
}
END_TEST

START_TEST(what_cannot_be_added_leaves_the_sum_as_it_was)
{
    struct pp_merge *m = pp_merge_begin(&plain);
    struct pp_error err = {0}, other = {0};
    add(m, stacks("wall", PP_UNIT_NS, 3, 0), once);
    struct pp_profile *bytes = stacks("wall", PP_UNIT_BYTES, 1, 0), *count = stacks("samples", PP_UNIT_COUNT, 1, 0);
    ck_assert(!pp_merge_add(m, bytes, &once, &err));
    ck_assert_int_eq(err.status, PP_UNSUPPORTED);
    ck_assert(!pp_merge_add(m, count, &once, &other));
    ck_assert_int_eq(other.status, PP_UNSUPPORTED);
    add(m, stacks("samples", PP_UNIT_COUNT, 0, 0), once); /* of nothing there is nothing to compare */
    struct pp_profile *p = finish(m);
    ck_assert_uint_eq(p->metric_count, 1);
    ck_assert_int_eq(p->stack_values[1], 3);
    pp_profile_free(p);
    pp_profile_free(bytes);
    pp_profile_free(count);
}
END_TEST

START_TEST(weights_past_64_bits_are_an_error)
{
    struct pp_merge_plan plan = {.weighted = true};
    struct pp_merge *m = pp_merge_begin(&plan);
    struct pp_error err = {0};
    add(m, stacks("x", PP_UNIT_COUNT, INT64_MAX / 2, 0), (struct pp_merge_part){.weight = 3});
    ck_assert_ptr_null(pp_merge_finish(m, NULL, &err));
    ck_assert_int_eq(err.status, PP_LIMIT);
}
END_TEST

Suite *suite_merge(void);
Suite *suite_merge(void)
{
    Suite *suite = suite_create("merge");
    TCase *tc = tcase_create("merge");
    tcase_add_test(tc, samples_stand_on_one_time_axis);
    tcase_add_test(tc, without_all_anchors_times_are_each_ones_own);
    tcase_add_loop_test(tc, a_division_keeps_the_sum, 0, (int)(sizeof divisions / sizeof *divisions));
    tcase_add_test(tc, a_mean_of_columns_divides_each_by_its_own_files);
    tcase_add_test(tc, what_cannot_be_added_leaves_the_sum_as_it_was);
    tcase_add_test(tc, weights_past_64_bits_are_an_error);
    suite_add_tcase(suite, tc);
    return suite;
}
