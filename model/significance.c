#include "model/significance.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static double at_most_one(double p)
{
    return p > 1 ? 1 : p;
}

double pp_normal_above(double z)
{
    return 0.5 * erfc(z / sqrt(2));
}

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), evaluated with Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    enum { MOST_STEPS = 100000 };
    const double tiny = 1e-300;
    double c = 1;
    double d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m <= MOST_STEPS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + even * d;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + even / c;
        c = fabs(c) < tiny ? tiny : c;
        value *= c * d;
        d = 1 + odd * d;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + odd / c;
        c = fabs(c) < tiny ? tiny : c;
        value *= c * d;
        if (fabs(c * d - 1) < 1e-15) {
            break;
        }
    }
    return value;
}

double pp_incomplete_beta(double a, double b, double x)
{
    if (x <= 0 || x >= 1) {
        return x <= 0 ? 0 : 1;
    }
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    /* The fraction converges fast only below the mean. */
    if (x < (a + 1) / (a + b + 2)) {
        return front * beta_fraction(a, b, x) / a;
    }
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* P(X >= k) for X ~ Binomial(n, share). */
static double binomial_above(double k, double n, double share)
{
    return k <= 0 ? 1 : k > n ? 0 : pp_incomplete_beta(k, n - k + 1, share);
}

double pp_test_binomial(double before, double after, double share, enum pp_tail tail)
{
    double n = before + after;
    if (!(n > 0) || !(share > 0) || !(share < 1)) {
        return 1;
    }
    double above = binomial_above(after, n, share);
    if (tail == PP_TAIL_GREATER) {
        return at_most_one(above);
    }
    double below = binomial_above(before, n, 1 - share);
    return at_most_one(2 * (above < below ? above : below));
}

/* --- two proportions --- */

static double log_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Fisher's exact test of x1 of n1 against x2 of n2: the hypergeometric distribution of x2 with all margins fixed. */
static double fisher(double x1, double n1, double x2, double n2, enum pp_tail tail)
{
    double drawn = x1 + x2;
    double least = drawn > n1 ? drawn - n1 : 0;
    double most = drawn < n2 ? drawn : n2;
    double all = log_choose(n1 + n2, drawn);
    double seen = log_choose(n2, x2) + log_choose(n1, x1) - all;
    double p = 0;
    size_t tables = (size_t)(most - least) + 1;
    for (size_t i = 0; i < tables; i++) {
        double k = least + (double)i;
        double chance = log_choose(n2, k) + log_choose(n1, drawn - k) - all;
        bool counts = tail == PP_TAIL_GREATER ? k >= x2 : chance <= seen + 1e-7;
        p += counts ? exp(chance) : 0;
    }
    return at_most_one(p);
}

static double smallest_cell(double x1, double n1, double x2, double n2)
{
    double pooled = (x1 + x2) / (n1 + n2);
    double rarer = pooled < 0.5 ? pooled : 1 - pooled;
    return rarer * (n1 < n2 ? n1 : n2);
}

double pp_test_proportions(double x1, double n1, double x2, double n2, enum pp_tail tail)
{
    /* The exact sum has as many terms as the rarer outcome: few, whenever it is needed. */
    enum { FEW = 100000 };
    if (!(n1 > 0) || !(n2 > 0) || !(x1 + x2 > 0) || !(x1 + x2 < n1 + n2)) {
        return 1;
    }
    double rarer = x1 + x2 < n1 + n2 - x1 - x2 ? x1 + x2 : n1 + n2 - x1 - x2;
    if (smallest_cell(x1, n1, x2, n2) < 5 && rarer < FEW) {
        return fisher(x1, n1, x2, n2, tail);
    }
    double pooled = (x1 + x2) / (n1 + n2);
    double z = (x2 / n2 - x1 / n1) / sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
    return tail == PP_TAIL_GREATER ? pp_normal_above(z) : at_most_one(2 * pp_normal_above(fabs(z)));
}

/* --- ranks --- */

struct ranked {
    double value;
    bool second;          /* of y */
    unsigned double_rank; /* twice the mid-rank: a whole number */
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Twice the mid-ranks; *ties gets the sum of t^3 - t over groups of equal values. The caller frees the array. */
static struct ranked *rank_all(const double *x, size_t x_count, const double *y, size_t y_count, double *ties)
{
    size_t count = x_count + y_count;
    struct ranked *all = pp_calloc(count, sizeof *all);
    for (size_t i = 0; i < count; i++) {
        all[i] = (struct ranked){i < x_count ? x[i] : y[i - x_count], i >= x_count, 0};
    }
    qsort(all, count, sizeof *all, by_value);
    *ties = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && all[end].value == all[i].value; end++) {
        }
        for (size_t k = i; k < end; k++) {
            all[k].double_rank = (unsigned)(i + 1 + end);
        }
        double t = (double)(end - i);
        *ties += t * t * t - t;
    }
    return all;
}

/* In how many of the ways to choose `chosen` of the ranks their doubled sum is at most / at least `sum`, as shares of all ways. */
static void exact_tails(const struct ranked *all, size_t count, size_t chosen, unsigned sum, double *below,
                        double *above)
{
    size_t sums = 1;
    for (size_t i = 0; i < count; i++) {
        sums += all[i].double_rank;
    }
    double *ways = pp_calloc((chosen + 1) * sums, sizeof *ways);
    ways[0] = 1;
    for (size_t i = 0; i < count; i++) {
        size_t rank = all[i].double_rank;
        for (size_t k = chosen < i + 1 ? chosen : i + 1; k >= 1; k--) {
            for (size_t s = sums - 1; s >= rank; s--) {
                ways[k * sums + s] += ways[(k - 1) * sums + s - rank];
            }
        }
    }
    double total = 0;
    *below = *above = 0;
    for (size_t s = 0; s < sums; s++) {
        double here = ways[chosen * sums + s];
        total += here;
        *below += s <= sum ? here : 0;
        *above += s >= sum ? here : 0;
    }
    *below /= total;
    *above /= total;
    pp_free(ways);
}

/* The normal approximation of U with corrections for ties and continuity. */
static void approximate_tails(double u, double x_count, double y_count, double ties, double *below, double *above)
{
    double n = x_count + y_count;
    double mean = x_count * y_count / 2;
    double variance = x_count * y_count / 12 * (n + 1 - ties / (n * (n - 1)));
    if (!(variance > 0)) {
        *below = *above = 1;
        return;
    }
    *above = pp_normal_above((u - mean - 0.5) / sqrt(variance));
    *below = pp_normal_above((mean - u - 0.5) / sqrt(variance));
}

double pp_test_ranks(const double *x, size_t x_count, const double *y, size_t y_count, enum pp_tail tail)
{
    if (x_count == 0 || y_count == 0) {
        return 1;
    }
    double ties, below, above;
    struct ranked *all = rank_all(x, x_count, y, y_count, &ties);
    unsigned sum = 0;
    for (size_t i = 0; i < x_count + y_count; i++) {
        sum += all[i].second ? all[i].double_rank : 0;
    }
    if (x_count + y_count <= PP_RANKS_EXACT) {
        exact_tails(all, x_count + y_count, y_count, sum, &below, &above);
    } else {
        double n = (double)y_count;
        approximate_tails(sum / 2.0 - n * (n + 1) / 2, (double)x_count, n, ties, &below, &above);
    }
    pp_free(all);
    return at_most_one(tail == PP_TAIL_GREATER ? above : 2 * (above < below ? above : below));
}

double pp_test_ranks_smallest(size_t x_count, size_t y_count, enum pp_tail tail)
{
    if (x_count == 0 || y_count == 0) {
        return 1;
    }
    double one = exp(-log_choose((double)(x_count + y_count), (double)y_count));
    return at_most_one(tail == PP_TAIL_GREATER ? one : 2 * one);
}

/* --- ratios --- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distribution of U without ties: P(U <= u) for u = 0 … x_count * y_count, exact by counting (Mann and Whitney's recurrence), in an array the caller frees. */
static double *u_distribution(size_t x_count, size_t y_count)
{
    size_t most = x_count * y_count;
    double *ways = pp_calloc(most + 1, sizeof *ways);
    ways[0] = 1;
    /* The Gaussian binomial coefficient: multiply by (1 - q^(x + k)), divide by (1 - q^k). */
    for (size_t k = 1; k <= y_count; k++) {
        for (size_t u = most; u >= x_count + k && u <= most; u--) {
            ways[u] -= ways[u - x_count - k];
        }
        for (size_t u = k; u <= most; u++) {
            ways[u] += ways[u - k];
        }
    }
    double total = 0;
    for (size_t u = 0; u <= most; u++) {
        total += ways[u];
        ways[u] = total;
    }
    for (size_t u = 0; u <= most; u++) {
        ways[u] /= total;
    }
    return ways;
}

/* How many pairwise ratios are left out at each end: the most for which both ends together have at most 1 - level. */
static size_t left_out(size_t x_count, size_t y_count, double level, double *reached)
{
    size_t cut = 0;
    double each = (1 - level) / 2;
    if (x_count + y_count <= PP_RANKS_EXACT) {
        double *below = u_distribution(x_count, y_count);
        while (below[cut] <= each) {
            cut++;
        }
        *reached = 1 - 2 * (cut ? below[cut - 1] : below[0]);
        pp_free(below);
        return cut;
    }
    double m = (double)x_count, n = (double)y_count;
    double deviation = sqrt(m * n * (m + n + 1) / 12);
    while (pp_normal_above((m * n / 2 - (double)cut - 0.5) / deviation) <= each) {
        cut++;
    }
    *reached = level;
    return cut;
}

struct pp_ratio pp_ratio_of(const double *x, size_t x_count, const double *y, size_t y_count, double level)
{
    struct pp_ratio result = {NAN, 0, INFINITY, 0};
    size_t count = 0;
    double *ratios = pp_calloc(x_count * y_count, sizeof *ratios);
    for (size_t i = 0; i < x_count; i++) {
        for (size_t k = 0; k < y_count; k++) {
            if (x[i] > 0 || y[k] > 0) {
                ratios[count++] = x[i] > 0 ? y[k] / x[i] : INFINITY;
            }
        }
    }
    if (count > 1) {
        qsort(ratios, count, sizeof *ratios, ascending);
    }
    if (count) {
        double low = ratios[(count - 1) / 2], high = ratios[count / 2];
        result.median = low == high ? low : (low + high) / 2;
    }
    if (count == x_count * y_count && x_count > 1 && y_count > 1) {
        size_t cut = left_out(x_count, y_count, level, &result.level);
        size_t from = cut ? cut - 1 : 0;
        result.low = ratios[from];
        result.high = ratios[count - 1 - from];
    }
    pp_free(ratios);
    return result;
}

/* --- many tests --- */

struct placed {
    double p;
    size_t at;
};

static int by_p(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    if (x->p < y->p || x->p > y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return (x->at > y->at) - (x->at < y->at);
}

void pp_adjust_benjamini_hochberg(const double *p, double *q, size_t count)
{
    struct placed *sorted = pp_calloc(count, sizeof *sorted);
    size_t tests = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(p[i])) {
            q[i] = NAN;
        } else {
            sorted[tests++] = (struct placed){p[i], i};
        }
    }
    if (tests > 1) {
        qsort(sorted, tests, sizeof *sorted, by_p);
    }
    double least = 1;
    for (size_t rank = tests; rank > 0; rank--) {
        double adjusted = sorted[rank - 1].p * (double)tests / (double)rank;
        least = adjusted < least ? adjusted : least;
        q[sorted[rank - 1].at] = least;
    }
    pp_free(sorted);
}
