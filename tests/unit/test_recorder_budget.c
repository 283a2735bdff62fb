/* What holds cost and may cost: charged by guess, corrected by the kernel's counts. */
#include <check.h>

#include "record/hold_budget.h"

enum { MS = 1000000, US = 1000 };

static struct thread_clock clock_at(uint64_t arrivals, uint64_t waited_ns)
{
    return (struct thread_clock){.arrivals = arrivals, .waited_ns = waited_ns};
}

START_TEST(budget_grows_with_time)
{
    struct hold_budget b;
    struct hold hold;
    struct thread_clock none = clock_at(0, 0);
    hold_budget_init(&b, 0.01, 5 * MS);
    /* 2 ms at once, and 1 % of 100 ms: 3 ms, of which 2.99 are spent here. */
    hold_budget_charge(&b, &hold, HOLD_STOP, &none, 2990 * US);
    ck_assert(!hold_budget_allows(&b, HOLD_STOP, 105 * MS));
    ck_assert(hold_budget_allows(&b, HOLD_STOP, 205 * MS));
    /* Both kinds take from it. */
    hold_budget_charge(&b, &hold, HOLD_MEETING, &none, 0);
    ck_assert_int_eq(b.spent_ns[HOLD_MEETING], 40 * US);
    b.spent_ns[HOLD_MEETING] += MS;
    ck_assert(!hold_budget_allows(&b, HOLD_STOP, 205 * MS));
}
END_TEST

START_TEST(no_share_no_hold)
{
    struct hold_budget b;
    hold_budget_init(&b, 0, 0);
    ck_assert(!hold_budget_allows(&b, HOLD_STOP, 1000 * (int64_t)MS));
    ck_assert(!hold_budget_allows(&b, HOLD_MEETING, 1000 * (int64_t)MS));
}
END_TEST

START_TEST(charges_are_settled)
{
    struct hold_budget b;
    struct hold hold;
    struct thread_clock before = clock_at(7, 1000), same = before, after = clock_at(8, 1000 + 25 * US);
    hold_budget_init(&b, 0.01, 0);
    hold_budget_charge(&b, &hold, HOLD_STOP, &before, 10 * US);
    ck_assert_int_eq(b.spent_ns[HOLD_STOP], 40 * US);
    /* It has not been given a processor since. */
    hold_budget_settle(&b, &hold, &same);
    ck_assert_int_eq(b.spent_ns[HOLD_STOP], 40 * US);
    /* It stood for 10 us, then waited for 25. */
    hold_budget_settle(&b, &hold, &after);
    ck_assert_int_eq(b.spent_ns[HOLD_STOP], 35 * US);
    ck_assert_int_lt(b.expected_ns[HOLD_STOP], 40 * US);
    ck_assert_int_ge(b.expected_ns[HOLD_STOP], 39 * US);
    /* Once only. */
    after = clock_at(9, 1000 + 90 * US);
    hold_budget_settle(&b, &hold, &after);
    ck_assert_int_eq(b.spent_ns[HOLD_STOP], 35 * US);
}
END_TEST

/* Between two looks the thread waited for others too: that is not ours. */
START_TEST(waits_for_others_are_not_charged)
{
    struct hold_budget b;
    struct hold hold;
    struct thread_clock before = clock_at(7, 0), after = clock_at(9, 500 * (uint64_t)MS);
    hold_budget_init(&b, 0.01, 0);
    hold_budget_charge(&b, &hold, HOLD_MEETING, &before, 0);
    hold_budget_settle(&b, &hold, &after);
    ck_assert_int_eq(b.spent_ns[HOLD_MEETING], 40 * US);
    ck_assert_int_eq(b.expected_ns[HOLD_MEETING], 40 * US);
}
END_TEST

/* What one hold cost, however much, moves what is expected of the next only so far; and it never is nothing. */
START_TEST(expectation_is_steady)
{
    struct hold_budget b;
    struct hold hold;
    struct thread_clock before = clock_at(1, 0), after = clock_at(2, 900 * (uint64_t)MS);
    hold_budget_init(&b, 0.01, 0);
    hold_budget_charge(&b, &hold, HOLD_MEETING, &before, 0);
    hold_budget_settle(&b, &hold, &after);
    ck_assert_int_eq(b.expected_ns[HOLD_MEETING], 40 * US + 3 * 40 * US / 8);
    for (uint64_t i = 0; i < 100; i++) {
        before = clock_at(2 * i + 1, 0);
        after = clock_at(2 * i + 2, 0);
        hold_budget_charge(&b, &hold, HOLD_MEETING, &before, 0);
        hold_budget_settle(&b, &hold, &after);
    }
    ck_assert_int_eq(b.expected_ns[HOLD_MEETING], 2 * US);
}
END_TEST

Suite *suite_recorder_budget(void);
Suite *suite_recorder_budget(void)
{
    Suite *suite = suite_create("recorder_budget");
    TCase *tc = tcase_create("recorder_budget");
    tcase_add_test(tc, budget_grows_with_time);
    tcase_add_test(tc, no_share_no_hold);
    tcase_add_test(tc, charges_are_settled);
    tcase_add_test(tc, waits_for_others_are_not_charged);
    tcase_add_test(tc, expectation_is_steady);
    suite_add_tcase(suite, tc);
    return suite;
}
