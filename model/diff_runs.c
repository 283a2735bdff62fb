/* The profiles of a comparison as arrays by row, in one unit. */
#include <math.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/thread.h"
#include "model/diff_parts.h"
#include "model/measure.h"
#include "model/tree.h"

void diff_scale(int64_t *values, const double *from, size_t count, double factor)
{
    double carried = 0;
    for (size_t i = 0; i < count; i++) {
        double exact = (isfinite(from[i]) ? from[i] : 0) * factor + carried;
        double rounded = round(exact);
        rounded = rounded > 9e18 ? 9e18 : rounded < -9e18 ? -9e18 : rounded;
        carried = fabs(rounded) < 9e15 ? exact - rounded : 0;
        values[i] = (int64_t)rounded;
    }
}

static void read_calls(struct pp_diff_run *run, const uint32_t *row_of, size_t rows)
{
    const struct pp_profile *p = run->profile;
    double *self = pp_calloc(rows, sizeof *self);
    double *total = pp_calloc(rows, sizeof *total);
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *from = &p->rows[r];
        uint32_t row = row_of[from->function.i];
        self[row] += isfinite(from->tottime) ? from->tottime : 0;
        total[row] += isfinite(from->cumtime) ? from->cumtime : 0;
        run->calls[row] = pp_add_saturating(run->calls[row], from->calls);
        run->primitive_calls[row] = pp_add_saturating(run->primitive_calls[row], from->primitive_calls);
        run->in[row] = true;
    }
    diff_scale(run->self, self, rows, 1e9);
    diff_scale(run->total, total, rows, 1e9);
    pp_free(self);
    pp_free(total);
}

/* As they are times a power of ten, exactly, or converted. */
static void convert(int64_t *values, const int64_t *from, size_t count, double factor)
{
    if (factor >= 1 && factor <= 1e9 && factor == floor(factor)) {
        for (size_t i = 0; i < count; i++) {
            values[i] = pp_mul_i64(from[i], (int64_t)factor, &values[i]) ? values[i]
                        : from[i] < 0                                    ? INT64_MIN
                                                                         : INT64_MAX;
        }
        return;
    }
    double *doubles = pp_calloc(count, sizeof *doubles);
    for (size_t i = 0; i < count; i++) {
        doubles[i] = (double)from[i];
    }
    diff_scale(values, doubles, count, factor);
    pp_free(doubles);
}

static void read_stacks(struct pp_diff_run *run, const struct pp_measure *measure, const uint32_t *row_of, size_t rows,
                        double factor)
{
    const struct pp_profile *p = run->profile;
    struct pp_function_sums sums;
    if (p->metric_count == 0) {
        return;
    }
    pp_group_sums_init(&sums, p, measure->metric, row_of, rows);
    int64_t root = p->stack_count ? p->stack_values[measure->metric] : 0;
    if (root && row_of[0] != PP_MATCH_NONE) {
        sums.self[row_of[0]] = pp_add_saturating(sums.self[row_of[0]], root);
        sums.total[row_of[0]] = pp_add_saturating(sums.total[row_of[0]], root);
    }
    for (size_t i = 0; i < rows; i++) {
        run->in[i] = sums.self[i] || sums.total[i];
    }
    convert(run->self, sums.self, rows, factor);
    convert(run->total, sums.total, rows, factor);
    pp_function_sums_free(&sums);
}

/* --- one unit for all --- */

static bool refuse_units(const struct pp_measure *a, const struct pp_measure *b, struct pp_error *err)
{
    const struct pp_measure *counts = a->unit == PP_UNIT_COUNT ? a : b;
    bool bytes = a->unit == PP_UNIT_BYTES || b->unit == PP_UNIT_BYTES;
    if (counts->unit == PP_UNIT_COUNT && !bytes) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                       "one profile is in seconds and the other in counts, of which nothing says how long each is; "
                       "--normalize total compares shares");
    }
    return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                   "one profile is in %s and the other in %s; they cannot be compared", pp_unit_name(a->unit),
                   pp_unit_name(b->unit));
}

struct units {
    bool times, counts, bytes, rates, unknown_rate;
    double rate;
    unsigned decimals;
};

static struct units look_at_units(const struct pp_measure *measures, size_t count)
{
    struct units u = {0};
    for (size_t i = 0; i < count; i++) {
        const struct pp_measure *m = &measures[i];
        u.times = u.times || m->unit == PP_UNIT_NS;
        u.bytes = u.bytes || m->unit == PP_UNIT_BYTES;
        u.decimals = m->decimals > u.decimals ? m->decimals : u.decimals;
        if (m->unit == PP_UNIT_COUNT) {
            u.counts = true;
            u.unknown_rate = u.unknown_rate || !(m->rate_hz > 0);
            u.rates = u.rates || (u.rate > 0 && m->rate_hz > 0 && m->rate_hz != u.rate);
            u.rate = m->rate_hz > 0 ? m->rate_hz : u.rate;
        }
    }
    return u;
}

/* Chooses the unit and decimals of the diff. */
static bool choose_unit(struct pp_diff *diff, const struct pp_measure *measures, size_t count, bool any_unit,
                        struct pp_error *err)
{
    struct units u = look_at_units(measures, count);
    const struct pp_measure *last = &measures[count - 1];
    diff->unit = last->unit;
    diff->decimals = u.decimals;
    if (u.bytes + u.times + u.counts > 1) {
        bool convertible = !u.bytes && !u.unknown_rate;
        diff->unit = convertible ? PP_UNIT_NS : last->unit;
        for (size_t i = 0; !convertible && !any_unit && i < count; i++) {
            if (measures[i].unit != last->unit) {
                return refuse_units(&measures[i], last, err);
            }
        }
    } else if (u.counts && u.rates && !u.unknown_rate) {
        diff->unit = PP_UNIT_NS;
        diff->rates_differ = true;
    }
    return true;
}

/* What a value of that profile is multiplied by. */
static double factor_of(const struct pp_diff *diff, const struct pp_measure *m)
{
    double factor = 1;
    for (unsigned d = m->decimals; d < diff->decimals; d++) {
        factor *= 10;
    }
    return m->unit == PP_UNIT_COUNT && diff->unit == PP_UNIT_NS && m->rate_hz > 0 ? factor * 1e9 / m->rate_hz : factor;
}

static void read_run(struct pp_diff *diff, size_t number, const struct pp_measure *measure)
{
    struct pp_diff_run *run = &diff->runs[number];
    size_t rows = diff->match.count;
    int64_t **arrays[] = {&run->self, &run->total, &run->calls, &run->primitive_calls};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        *arrays[i] = pp_calloc(rows, sizeof(int64_t));
    }
    run->in = pp_calloc(rows, sizeof *run->in);
    double factor = factor_of(diff, measure);
    run->per_sample = measure->per_sample * factor;
    if (measure->calls) {
        read_calls(run, diff->match.row_of[number], rows);
        if (factor > 1) {
            convert(run->self, run->self, rows, factor);
            convert(run->total, run->total, rows, factor);
        }
    } else {
        read_stacks(run, measure, diff->match.row_of[number], rows, factor);
    }
    for (size_t i = 0; i < rows; i++) {
        run->sum = pp_add_saturating(run->sum, run->self[i]);
    }
}

/* Runs to read, as pp_parallel takes them. */
struct reading {
    struct pp_diff *diff;
    const struct pp_measure *measures;
};

static void read_nth(void *context, size_t i)
{
    const struct reading *reading = context;
    read_run(reading->diff, i, &reading->measures[i]);
}

/* Reads all runs, at the same time where there is much in them. */
static void read_all(struct pp_diff *diff, const struct pp_measure *measures, size_t count)
{
    enum { WORTH_THREADS = 100000 };
    struct reading reading = {diff, measures};
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += diff->runs[i].profile->stack_count + diff->runs[i].profile->row_count;
    }
    if (size >= WORTH_THREADS) {
        pp_parallel(count, read_nth, &reading);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        read_nth(&reading, i);
    }
}

bool diff_read_runs(struct pp_diff *diff, const struct pp_profile *const *profiles, bool any_unit, struct pp_error *err)
{
    size_t count = diff->run_count[0] + diff->run_count[1];
    struct pp_measure *measures = pp_calloc(count, sizeof *measures);
    diff->runs = pp_calloc(count, sizeof *diff->runs);
    diff->sampled = diff->deterministic = diff->has_calls = true;
    for (size_t i = 0; i < count; i++) {
        measures[i] = pp_measure_of(profiles[i]);
        diff->sampled = diff->sampled && measures[i].per_sample > 0;
        diff->deterministic =
            diff->deterministic && ((measures[i].calls && !profiles[i]->sampled_calls) || measures[i].estimated);
        diff->has_calls = diff->has_calls && measures[i].calls && !profiles[i]->sampled_calls;
    }
    bool ok = choose_unit(diff, measures, count, any_unit, err);
    for (size_t i = 0; i < count; i++) {
        diff->runs[i].profile = profiles[i];
    }
    if (ok) {
        read_all(diff, measures, count);
    }
    pp_free(measures);
    return ok;
}
