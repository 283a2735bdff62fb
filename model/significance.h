/* Tests of significance, each by the name it has in the literature; docs/profdiff.md has the references.
 *
 * P-values are two-sided unless a tail is asked for, and 1 where the data say nothing. Nothing here knows profiles. */
#ifndef PP_MODEL_SIGNIFICANCE_H
#define PP_MODEL_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pp_tail {
    PP_TAIL_BOTH,
    PP_TAIL_GREATER /* only "the second side is greater" */
};

/* The regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1. */
double pp_incomplete_beta(double a, double b, double x);
/* P(Z > z) of the standard normal distribution. */
double pp_normal_above(double z);

/* Exact binomial test: of before + after events each belongs to `after` with probability `share` (0 to 1). This is the conditional test of
 * two Poisson rates (Przyborowski and Wilenski 1940) with share = exposure after / both exposures. Two-sided: twice the smaller tail. */
double pp_test_binomial(double before, double after, double share, enum pp_tail tail);

/* Two proportions, x1 of n1 against x2 of n2 (x <= n): the pooled z test, and Fisher's exact test (two-sided: all tables that are not more likely)
 * where a cell of the 2 x 2 table is expected to hold fewer than 5. */
double pp_test_proportions(double x1, double n1, double x2, double n2, enum pp_tail tail);

/* Mann-Whitney U (Wilcoxon's rank sum) of x against y with mid-ranks for ties: exact (the permutation distribution of the ranks there are) up to
 * PP_RANKS_EXACT values in all, beyond that the normal approximation with corrections for ties and continuity. Two-sided exact: twice
 * the smaller tail. */
double pp_test_ranks(const double *x, size_t x_count, const double *y, size_t y_count, enum pp_tail tail);
enum { PP_RANKS_EXACT = 24 };
/* The smallest p-value that test can give for so many values without ties. */
double pp_test_ranks_smallest(size_t x_count, size_t y_count, enum pp_tail tail);

/* A ratio y / x with a distribution-free interval. */
struct pp_ratio {
    double median;    /* of all pairwise ratios (Hodges-Lehmann, on a logarithmic scale); NAN where both are all 0 */
    double low, high; /* order statistics of the pairwise ratios; 0 and INFINITY when there are too few values */
    double level;     /* the confidence the interval really has; 0: none */
};
/* The interval of the highest order that still has at least `level` (0.95) confidence; with too few values the widest one, and the level says so.
 * Values must not be negative. */
struct pp_ratio pp_ratio_of(const double *x, size_t x_count, const double *y, size_t y_count, double level);

/* Benjamini and Hochberg's adjusted p-values: q[i] <= alpha marks what is reported with a false discovery rate of at most alpha. NAN entries take no
 * part and stay NAN. q may be p. */
void pp_adjust_benjamini_hochberg(const double *p, double *q, size_t count);

#endif
