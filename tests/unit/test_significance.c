/* The tests of significance against published examples. tests/oracle/significance.py compares many more cases with scipy. */
#include <check.h>
#include <math.h>

#include "model/significance.h"

#define CLOSE(a, b) ck_assert_double_eq_tol(a, b, 1e-9)

START_TEST(incomplete_beta_is_a_binomial_tail)
{
    CLOSE(pp_incomplete_beta(2, 3, 0.5), 11.0 / 16);
    CLOSE(pp_incomplete_beta(1, 1, 0.3), 0.3);
    CLOSE(pp_incomplete_beta(5, 5, 0.5), 0.5);
    CLOSE(pp_incomplete_beta(3, 2, 0), 0);
    CLOSE(pp_incomplete_beta(3, 2, 1), 1);
    ck_assert_double_eq_tol(pp_incomplete_beta(1e6, 1e6, 0.5), 0.5, 1e-6);
}
END_TEST

START_TEST(binomial)
{
    CLOSE(pp_test_binomial(1, 9, 0.5, PP_TAIL_BOTH), 22.0 / 1024);
    CLOSE(pp_test_binomial(1, 9, 0.5, PP_TAIL_GREATER), 11.0 / 1024);
    CLOSE(pp_test_binomial(9, 1, 0.5, PP_TAIL_GREATER), 1 - 1.0 / 1024);
    CLOSE(pp_test_binomial(5, 5, 0.5, PP_TAIL_BOTH), 1);
    CLOSE(pp_test_binomial(0, 0, 0.5, PP_TAIL_BOTH), 1);
    CLOSE(pp_test_binomial(0, 3, 2.0 / 3, PP_TAIL_GREATER), 8.0 / 27); /* twice the exposure after */
}
END_TEST

START_TEST(fisher_and_his_lady_tasting_tea)
{
    CLOSE(pp_test_proportions(1, 4, 3, 4, PP_TAIL_GREATER), 17.0 / 70);
    CLOSE(pp_test_proportions(1, 4, 3, 4, PP_TAIL_BOTH), 34.0 / 70);
    CLOSE(pp_test_proportions(0, 4, 4, 4, PP_TAIL_GREATER), 1.0 / 70);
}
END_TEST

START_TEST(proportions_of_the_salk_vaccine_trial)
{
    /* 57 of 200,745 vaccinated and 142 of 201,229 with placebo fell ill: chi-squared 36.12, z = 6.01 (Freedman, Pisani and Purves). */
    double p = pp_test_proportions(57, 200745, 142, 201229, PP_TAIL_GREATER);
    ck_assert_double_eq_tol(p, pp_normal_above(6.0098), 2e-11);
    ck_assert(pp_test_proportions(142, 201229, 57, 200745, PP_TAIL_GREATER) > 0.999);
    CLOSE(pp_test_proportions(0, 100, 0, 100, PP_TAIL_BOTH), 1);
    CLOSE(pp_test_proportions(100, 100, 100, 100, PP_TAIL_BOTH), 1);
    CLOSE(pp_test_proportions(50, 100, 50, 100, PP_TAIL_BOTH), 1);
}
END_TEST

/* P(U <= u) from Mann and Whitney's own table (1947, table I). */
static const struct {
    size_t m, n;
    unsigned u;
    double p;
} tabled[] = {{3, 3, 0, .050}, {3, 3, 1, .100}, {4, 4, 0, .014}, {4, 4, 1, .029}, {4, 4, 2, .057},
              {5, 5, 2, .016}, {5, 5, 4, .048}, {6, 6, 5, .021}, {7, 7, 8, .019}, {8, 8, 13, .025}};

/* Values such that x beats y in exactly u pairs. */
static void make_u(size_t m, size_t n, unsigned u, double *x, double *y)
{
    for (size_t i = 0; i < m; i++) {
        size_t beaten = u > n ? n : u;
        x[i] = (double)beaten * 100 + 50 + (double)i;
        u -= (unsigned)beaten;
    }
    for (size_t k = 0; k < n; k++) {
        y[k] = (double)(k + 1) * 100;
    }
}

START_TEST(mann_and_whitneys_table)
{
    double x[8], y[8];
    make_u(tabled[_i].m, tabled[_i].n, tabled[_i].u, x, y);
    double p = pp_test_ranks(x, tabled[_i].m, y, tabled[_i].n, PP_TAIL_GREATER);
    ck_assert_double_eq_tol(p, tabled[_i].p, 0.0005);
    ck_assert_double_eq_tol(pp_test_ranks(x, tabled[_i].m, y, tabled[_i].n, PP_TAIL_BOTH), 2 * p, 1e-12);
}
END_TEST

START_TEST(ranks_with_ties)
{
    const double same[] = {1, 1, 1, 1, 1}, x[] = {1, 2, 2}, y[] = {2, 3, 3};
    CLOSE(pp_test_ranks(same, 5, same, 5, PP_TAIL_BOTH), 1);
    /* Doubled ranks 2 6 6 6 11 11; of the 20 triples 3 add up to 28 (6 11 11) and none to more. */
    CLOSE(pp_test_ranks(x, 3, y, 3, PP_TAIL_GREATER), 3.0 / 20);
    CLOSE(pp_test_ranks_smallest(3, 3, PP_TAIL_BOTH), 0.1);
    CLOSE(pp_test_ranks_smallest(4, 4, PP_TAIL_BOTH), 2.0 / 70);
}
END_TEST

START_TEST(exact_and_approximate_ranks_meet)
{
    double x[13], y[13];
    for (size_t i = 0; i < 13; i++) {
        x[i] = (double)(i * 7 % 13);
        y[i] = (double)(i * 5 % 13) + 2.5;
    }
    double approximate = pp_test_ranks(x, 13, y, 13, PP_TAIL_BOTH);
    double exact = pp_test_ranks(x, 12, y, 12, PP_TAIL_BOTH);
    ck_assert(approximate > 0.01 && approximate < 0.9);
    ck_assert_double_eq_tol(approximate, exact, 0.15);
}
END_TEST

START_TEST(ratios)
{
    const double x[] = {1, 2, 4}, y[] = {2, 4, 8}, none[] = {0, 0, 0};
    struct pp_ratio r = pp_ratio_of(x, 3, y, 3, 0.95);
    CLOSE(r.median, 2);
    CLOSE(r.low, 0.5); /* three a side: the whole range, 90 % at most */
    CLOSE(r.high, 8);
    CLOSE(r.level, 0.9);
    const double five[] = {10, 11, 12, 13, 14}, twice[] = {20, 22, 24, 26, 28};
    r = pp_ratio_of(five, 5, twice, 5, 0.95);
    CLOSE(r.median, 2);
    CLOSE(r.level, 1 - 2 * 4.0 / 252); /* U <= 2: the third smallest and the third largest of 25 ratios */
    ck_assert(r.low > 1.4 && r.low < 2 && r.high > 2 && r.high < 2.8);
    ck_assert(isnan(pp_ratio_of(none, 3, none, 3, 0.95).median));
    ck_assert(isinf(pp_ratio_of(none, 3, y, 3, 0.95).median));
    CLOSE(pp_ratio_of(x, 3, none, 3, 0.95).median, 0);
}
END_TEST

START_TEST(benjamini_and_hochbergs_example)
{
    /* Table 1 and section 4 of the paper of 1995: 15 p-values, of which 4 are rejected at 0.05. */
    const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                        .0459, .3240, .4262, .5719, .6528, .7590, 1.0};
    double q[15];
    size_t rejected = 0;
    pp_adjust_benjamini_hochberg(p, q, 15);
    for (size_t i = 0; i < 15; i++) {
        rejected += q[i] <= 0.05;
    }
    ck_assert_uint_eq(rejected, 4);
    CLOSE(q[0], .0015);
    CLOSE(q[3], .0095 * 15 / 4);
    CLOSE(q[5], .0298 * 15 / 7); /* not less than its successor's */
    CLOSE(q[14], 1);
    const double few[] = {NAN, 0.04, NAN, 0.02};
    pp_adjust_benjamini_hochberg(few, q, 4);
    ck_assert(isnan(q[0]) && isnan(q[2]));
    CLOSE(q[1], 0.04);
    CLOSE(q[3], 0.04);
}
END_TEST

Suite *suite_significance(void);
Suite *suite_significance(void)
{
    Suite *suite = suite_create("significance");
    TCase *tc = tcase_create("published");
    tcase_add_test(tc, incomplete_beta_is_a_binomial_tail);
    tcase_add_test(tc, binomial);
    tcase_add_test(tc, fisher_and_his_lady_tasting_tea);
    tcase_add_test(tc, proportions_of_the_salk_vaccine_trial);
    tcase_add_loop_test(tc, mann_and_whitneys_table, 0, (int)(sizeof tabled / sizeof *tabled));
    tcase_add_test(tc, ranks_with_ties);
    tcase_add_test(tc, exact_and_approximate_ranks_meet);
    tcase_add_test(tc, ratios);
    tcase_add_test(tc, benjamini_and_hochbergs_example);
    suite_add_tcase(suite, tc);
    return suite;
}
