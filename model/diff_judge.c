/* Which changes are real: the tests of model/significance.h on the rows of a comparison. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/diff_parts.h"

/* A limit of a p-value met exactly in arithmetic need not be met in binary. */
static bool within(double p, double alpha)
{
    return p <= alpha * (1 + 1e-9);
}

double pp_diff_least(const struct pp_diff *diff)
{
    double before = (double)diff->whole.self[PP_BEFORE];
    double after = (double)diff->whole.self[PP_AFTER];
    return diff->threshold * (before > after ? before : after);
}

/* A run's value of the row, before normalising. */
static double raw_value(const struct pp_diff *diff, size_t run, const struct pp_diff_row *row, bool of_total)
{
    const struct pp_diff_run *r = &diff->runs[run];
    return (double)(row == &diff->whole ? r->sum : of_total ? r->total[row->number] : r->self[row->number]);
}

/* Normalised values of a side's runs; the caller frees. */
static double *values_of(const struct pp_diff *diff, size_t side, const struct pp_diff_row *row, bool of_total)
{
    size_t from = side ? diff->run_count[0] : 0;
    double *values = pp_calloc(diff->run_count[side], sizeof *values);
    for (size_t i = 0; i < diff->run_count[side]; i++) {
        double value = raw_value(diff, from + i, row, of_total) * diff->runs[from + i].scale;
        values[i] = value > 0 ? value : 0;
    }
    return values;
}

static double test_runs(const struct pp_diff *diff, const struct pp_diff_row *row, bool of_total, enum pp_tail tail)
{
    double *x = values_of(diff, PP_BEFORE, row, of_total);
    double *y = values_of(diff, PP_AFTER, row, of_total);
    double p = pp_test_ranks(x, diff->run_count[PP_BEFORE], y, diff->run_count[PP_AFTER], tail);
    pp_free(x);
    pp_free(y);
    return p;
}

/* Numbers of samples of one run a side. As is, both sides had the same time to be sampled in, and each sample of the function came before or after by the
 * rates; normalised by the total, it is a share of all samples; by a function, it is a part of it and the function together. */
static double test_samples(const struct pp_diff *diff, const struct pp_diff_row *row, bool of_total, enum pp_tail tail)
{
    const struct pp_diff_run *before = &diff->runs[0], *after = &diff->runs[1];
    double x1 = round(raw_value(diff, 0, row, of_total) / before->per_sample);
    double x2 = round(raw_value(diff, 1, row, of_total) / after->per_sample);
    x1 = x1 > 0 ? x1 : 0;
    x2 = x2 > 0 ? x2 : 0;
    if (diff->normalize == PP_DIFF_AS_IS) {
        double rate_before = 1 / before->per_sample, rate_after = 1 / after->per_sample;
        return pp_test_binomial(x1, x2, rate_after / (rate_before + rate_after), tail);
    }
    double n1 = round(before->reference / before->per_sample);
    double n2 = round(after->reference / after->per_sample);
    if (diff->normalize != PP_DIFF_BY_TOTAL) {
        n1 += x1;
        n2 += x2;
    }
    return pp_test_proportions(x1 < n1 ? x1 : n1, n1, x2 < n2 ? x2 : n2, n2, tail);
}

double pp_diff_p(const struct pp_diff *diff, const struct pp_diff_row *row, bool of_total, enum pp_tail tail)
{
    switch (diff->noise) {
    case PP_NOISE_RUNS:
        return test_runs(diff, row, of_total, tail);
    case PP_NOISE_SAMPLES:
        return test_samples(diff, row, of_total, tail);
    case PP_NOISE_UNKNOWN:
        break;
    }
    return NAN;
}

double pp_diff_smallest_p(const struct pp_diff *diff, enum pp_tail tail)
{
    return diff->noise == PP_NOISE_RUNS ? pp_test_ranks_smallest(diff->run_count[0], diff->run_count[1], tail) : 0;
}

/* The difference between the largest and the smallest of all runs' normalised values. */
static double range_of(const struct pp_diff *diff, const struct pp_diff_row *row)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t r = 0; r < diff->run_count[0] + diff->run_count[1]; r++) {
        double value = raw_value(diff, r, row, false) * diff->runs[r].scale;
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    return most - least;
}

/* Whether the change of the row could reach the threshold. Looks only at what would be the same if runs (or samples) changed sides, so that leaving the others out does no
 * harm to tests that are about the sides (independent filtering: Bourgon, Gentleman and Huber 2010): a change is at most the range of the runs' values, or the sum of the samples. */
static bool can_matter(const struct pp_diff *diff, const struct pp_diff_row *row)
{
    double sum = (double)row->self[PP_BEFORE] + (double)row->self[PP_AFTER];
    double most = diff->noise == PP_NOISE_RUNS ? range_of(diff, row) : sum;
    return sum > 0 && most > 0 && most >= pp_diff_least(diff);
}

struct pp_ratio pp_diff_ratio(const struct pp_diff *diff, const struct pp_diff_row *row)
{
    if (diff->noise == PP_NOISE_RUNS) {
        double *x = values_of(diff, PP_BEFORE, row, false);
        double *y = values_of(diff, PP_AFTER, row, false);
        struct pp_ratio ratio =
            pp_ratio_of(x, diff->run_count[PP_BEFORE], y, diff->run_count[PP_AFTER], 1 - diff->alpha);
        pp_free(x);
        pp_free(y);
        return ratio;
    }
    double before = (double)row->self[PP_BEFORE], after = (double)row->self[PP_AFTER];
    double ratio = before > 0 ? after / before : after > 0 ? INFINITY : NAN;
    return (struct pp_ratio){ratio, 0, INFINITY, 0};
}

/* What it calls may have changed; that is told where it changed. */
static bool same(const struct pp_diff_row *row)
{
    return pp_diff_self(row) == 0 && pp_diff_calls(row) == 0 && row->in[PP_BEFORE] && row->in[PP_AFTER];
}

static enum pp_diff_verdict verdict_of(const struct pp_diff *diff, const struct pp_diff_row *row)
{
    if (same(row)) {
        return PP_DIFF_SAME;
    }
    double change = fabs((double)pp_diff_self(row));
    bool enough = change > 0 && change >= pp_diff_least(diff);
    bool significant = diff->noise == PP_NOISE_UNKNOWN || (!isnan(row->q) && within(row->q, diff->alpha));
    return enough && significant ? PP_DIFF_CHANGED : PP_DIFF_DOUBTFUL;
}

/* Sets p and q of all rows. */
static void test_rows(struct pp_diff *diff)
{
    double *p = pp_calloc(diff->count, sizeof *p);
    for (size_t i = 0; i < diff->count; i++) {
        struct pp_diff_row *row = &diff->rows[i];
        p[i] = can_matter(diff, row) ? pp_diff_p(diff, row, false, PP_TAIL_BOTH) : NAN;
        row->p = p[i];
    }
    pp_adjust_benjamini_hochberg(p, p, diff->count);
    for (size_t i = 0; i < diff->count; i++) {
        diff->rows[i].q = p[i];
    }
    pp_free(p);
}

void diff_judge(struct pp_diff *diff)
{
    bool several = diff->run_count[0] + diff->run_count[1] > 2;
    diff->noise = several ? PP_NOISE_RUNS : diff->sampled ? PP_NOISE_SAMPLES : PP_NOISE_UNKNOWN;
    if (diff->noise != PP_NOISE_UNKNOWN) {
        test_rows(diff);
    }
    for (size_t i = 0; i < diff->count; i++) {
        struct pp_diff_row *row = &diff->rows[i];
        if (diff->noise == PP_NOISE_UNKNOWN) {
            row->p = row->q = NAN;
        }
        row->verdict = (uint8_t)verdict_of(diff, row);
    }
    diff->whole.p = diff->whole.q = pp_diff_p(diff, &diff->whole, false, PP_TAIL_BOTH);
    diff->whole.verdict = (uint8_t)verdict_of(diff, &diff->whole);
}

/* --- regressions --- */

static double growth(int64_t before, int64_t after)
{
    return before > 0 ? 100 * ((double)after - (double)before) / (double)before : after > 0 ? INFINITY : 0;
}

static bool is_asked(const struct pp_diff *diff, const struct pp_diff_row *row, enum pp_diff_on on,
                     struct pp_regex *functions)
{
    if (on == PP_DIFF_ON_SELF) {
        return can_matter(diff, row);
    }
    return pp_regex_search(functions, pp_diff_name(diff, row, PP_AFTER)) ||
           pp_regex_search(functions, pp_diff_name(diff, row, PP_BEFORE));
}

static int by_growth(const void *a, const void *b)
{
    const struct pp_regression *x = a;
    const struct pp_regression *y = b;
    int64_t gx = x->after - x->before, gy = y->after - y->before;
    if (gx != gy) {
        return gx > gy ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static struct pp_regression regression_of(const struct pp_diff *diff, const struct pp_diff_row *row, bool of_total)
{
    const int64_t *values = of_total ? row->total : row->self;
    struct pp_regression r = {.row = row, .before = values[PP_BEFORE], .after = values[PP_AFTER]};
    r.percent = growth(r.before, r.after);
    r.p = pp_diff_p(diff, row, of_total, PP_TAIL_GREATER);
    return r;
}

/* Adjusts the p-values for their number and keeps what grew enough, and significantly. */
static size_t keep_regressions(const struct pp_diff *diff, struct pp_regression *all, size_t count, double least,
                               double percent)
{
    double *p = pp_calloc(count, sizeof *p);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        p[i] = all[i].p;
    }
    pp_adjust_benjamini_hochberg(p, p, count);
    for (size_t i = 0; i < count; i++) {
        struct pp_regression r = all[i];
        double grown = (double)r.after - (double)r.before;
        r.p = p[i];
        if (grown > 0 && grown >= least && r.percent > percent && (isnan(r.p) || within(r.p, diff->alpha))) {
            all[kept++] = r;
        }
    }
    pp_free(p);
    return kept;
}

struct pp_regression *pp_diff_regressions(const struct pp_diff *diff, enum pp_diff_on on, struct pp_regex *functions,
                                          double percent, size_t *count, size_t *looked_at)
{
    struct pp_regression *all = pp_calloc(diff->count + 1, sizeof *all);
    size_t asked = 0;
    if (on == PP_DIFF_ON_TOTAL) {
        all[asked++] = regression_of(diff, &diff->whole, true);
    }
    for (size_t i = 0; on != PP_DIFF_ON_TOTAL && i < diff->count; i++) {
        if (is_asked(diff, &diff->rows[i], on, functions)) {
            all[asked++] = regression_of(diff, &diff->rows[i], on == PP_DIFF_ON_FUNCTIONS);
        }
    }
    *count = keep_regressions(diff, all, asked, on == PP_DIFF_ON_SELF ? pp_diff_least(diff) : 0, percent);
    if (looked_at) {
        *looked_at = asked;
    }
    if (*count > 1) {
        qsort(all, *count, sizeof *all, by_growth);
    }
    return all;
}
