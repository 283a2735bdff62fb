#include "model/measure.h"

#include <math.h>

#include "base/number.h"

static double rate_of(const struct pp_profile *p)
{
    double rate = 0;
    bool known = pp_parse_double(pp_profile_meta(p, "rate-hz"), &rate);
    return known && rate > 0 && isfinite(rate) ? rate : 0;
}

static double sum_of(const struct pp_profile *p, size_t metric)
{
    double sum = 0;
    for (size_t i = 0; i < p->stack_count; i++) {
        sum += (double)p->stack_values[i * p->metric_count + metric];
    }
    return sum;
}

/* The largest number that all values are multiples of; 0 when there are none or only one value. */
static int64_t common_divisor(const struct pp_profile *p, size_t metric)
{
    int64_t divisor = 0, first = 0;
    bool several = false;
    for (size_t i = 0; i < p->stack_count && divisor != 1; i++) {
        int64_t value = p->stack_values[i * p->metric_count + metric];
        if (value <= 0) {
            continue;
        }
        first = first ? first : value;
        several = several || value != first;
        for (int64_t rest = divisor; rest;) {
            int64_t next = value % rest;
            value = rest;
            rest = next;
        }
        divisor = value;
    }
    return several ? divisor : 0;
}

/* Of times: from a column that counts samples, from the samples in time order, from the rate, or from the values themselves. */
static double weight_of_times(const struct pp_profile *p, const struct pp_measure *m)
{
    enum { LEAST_PERIOD_NS = 100000 }; /* nobody samples faster than every 0.1 ms; smaller divisors are chance */
    size_t samples = pp_profile_metric(p, PP_STR("samples"));
    double sum = sum_of(p, m->metric);
    if (samples < p->metric_count && p->metrics[samples].unit == PP_UNIT_COUNT && p->metrics[samples].decimals == 0) {
        double count = sum_of(p, samples);
        return count > 0 ? sum / count : 0;
    }
    if (p->sample_count) {
        return sum / (double)p->sample_count;
    }
    double scale = pow(10, m->decimals);
    if (m->rate_hz > 0) {
        return 1e9 / m->rate_hz * scale;
    }
    int64_t divisor = common_divisor(p, m->metric);
    return (double)divisor >= LEAST_PERIOD_NS * scale ? (double)divisor : 0;
}

static double weight_of_calls(const struct pp_profile *p)
{
    double leaves = 0, seconds = 0;
    for (size_t r = 0; r < p->row_count; r++) {
        leaves += (double)p->rows[r].primitive_calls;
        seconds += p->rows[r].tottime;
    }
    return p->sampled_calls && leaves > 0 && seconds > 0 ? seconds * 1e9 / leaves : 0;
}

struct pp_measure pp_measure_of(const struct pp_profile *p)
{
    struct pp_measure m = {.unit = PP_UNIT_NS, .rate_hz = rate_of(p)};
    if (p->shapes & PP_SHAPE_CALLS) {
        m.calls = true;
        m.per_sample = weight_of_calls(p);
        return m;
    }
    if (p->metric_count == 0) {
        m.unit = PP_UNIT_COUNT;
        return m;
    }
    m.metric = pp_profile_default_metric(p);
    m.unit = p->metrics[m.metric].unit;
    m.decimals = p->metrics[m.metric].decimals;
    m.estimated = pp_profile_estimated(p);
    if (m.estimated || m.unit == PP_UNIT_BYTES) {
        return m;
    }
    m.per_sample = m.unit == PP_UNIT_NS ? weight_of_times(p, &m) : m.decimals == 0 ? 1 : 0;
    return m;
}
