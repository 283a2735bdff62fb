/* Adding STACKS: by equal frames, metrics by name. */
#include <string.h>

#include "base/number.h"
#include "model/merge_parts.h"

static const uint32_t NO_COLUMN = UINT32_MAX;

static bool has_values(const struct pp_profile *p)
{
    size_t cells = p->stack_count * p->metric_count, i = 0;
    while (i < cells && !p->stack_values[i]) {
        i++;
    }
    return i < cells || p->sample_count;
}

/* The name of the column that a metric goes to; false: to none. */
static bool column_name(const struct pp_profile *p, size_t metric, const struct pp_merge_part *part,
                        struct pp_str *name)
{
    *name = part->column.len ? part->column : pp_profile_str(p, p->metrics[metric].name);
    return !part->column.len || metric == pp_profile_default_metric(p);
}

static bool fits(const struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                 size_t *known_columns, struct pp_error *err)
{
    size_t new_columns = 0;
    *known_columns = 0;
    for (size_t i = 0; i < p->metric_count; i++) {
        struct pp_str name;
        if (!column_name(p, i, part, &name)) {
            continue;
        }
        uint32_t column = pp_intern_find(&m->column, name);
        if (column == UINT32_MAX) {
            new_columns++;
            continue;
        }
        ++*known_columns;
        if (m->unit[column] != p->metrics[i].unit) {
            return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "metric \"%.*s\" is in %s here and in %s there",
                           PP_STR_ARG(name), pp_unit_name(p->metrics[i].unit), pp_unit_name(m->unit[column]));
        }
    }
    return m->column.count + new_columns <= MERGE_MOST_METRICS ||
           pp_fail(err, PP_LIMIT, pp_nowhere(), "more than %d metrics", MERGE_MOST_METRICS);
}

static bool nothing_in_common(const struct pp_merge *m, const struct pp_profile *p, struct pp_error *err)
{
    struct pp_str mine = pp_profile_str(p, p->metrics[pp_profile_default_metric(p)].name);
    struct pp_str theirs = m->column.strings[0];
    return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                   "it measures \"%.*s\" and the profiles before it \"%.*s\": there is nothing to add",
                   PP_STR_ARG(mine), PP_STR_ARG(theirs));
}

/* Columns of a label are of one unit, or they could not be compared. */
static bool label_fits(const struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                       struct pp_error *err)
{
    enum pp_unit unit = p->metrics[pp_profile_default_metric(p)].unit;
    if (pp_profile_metric(p, PP_STR("before")) < p->metric_count &&
        pp_profile_metric(p, PP_STR("after")) < p->metric_count) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "it has two columns already, and cannot be column \"%.*s\"",
                       PP_STR_ARG(part->column));
    }
    return m->column.count == 0 || m->unit[0] == unit ||
           pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "column \"%.*s\" would be in %s and the others are in %s",
                   PP_STR_ARG(part->column), pp_unit_name(unit), pp_unit_name(m->unit[0]));
}

static void remember_if_empty(struct pp_merge *m, const struct pp_profile *p)
{
    for (size_t i = 0; i < p->metric_count && m->if_empty_count < MERGE_MOST_METRICS; i++) {
        struct pp_metric metric = p->metrics[i];
        metric.name = pp_builder_string(m->b, pp_profile_str(p, metric.name));
        m->if_empty[m->if_empty_count++] = metric;
    }
}

bool merge_columns(struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                   struct pp_error *err)
{
    size_t known;
    bool labelled = part->column.len;
    if (!has_values(p) && !labelled) {
        /* Nothing is added, so it cannot be in the way, whatever it measures. */
        if (m->count == 0) {
            remember_if_empty(m, p);
        }
        return true;
    }
    if (!fits(m, p, part, &known, err) || (labelled && !label_fits(m, p, part, err))) {
        return false;
    }
    if (m->column.count && known == 0 && !labelled) {
        return nothing_in_common(m, p, err);
    }
    for (size_t i = 0; i < p->metric_count; i++) {
        struct pp_str name;
        if (!column_name(p, i, part, &name)) {
            continue;
        }
        size_t column = pp_builder_metric(m->b, name, p->metrics[i].unit);
        pp_intern_add(&m->column, &m->arena, name);
        m->unit[column] = p->metrics[i].unit;
        pp_builder_decimals(m->b, column, p->metrics[i].decimals);
        m->column_weight[column] += labelled ? part->weight : 0;
    }
    return true;
}

/* Columns of the metrics; the caller frees. */
static uint32_t *map_columns(const struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part)
{
    uint32_t *columns = pp_calloc(p->metric_count, sizeof *columns);
    for (size_t i = 0; i < p->metric_count; i++) {
        struct pp_str name;
        bool goes = column_name(p, i, part, &name);
        columns[i] = goes ? pp_intern_find(&m->column, name) : NO_COLUMN;
    }
    return columns;
}

/* The part of the stacks' self values that no sample stands for: those are added with their samples. */
static int64_t *values_beyond_samples(const struct pp_profile *p, bool keep_samples)
{
    size_t cells = p->stack_count * p->metric_count;
    int64_t *rest = pp_calloc(cells, sizeof *rest);
    memcpy(rest, p->stack_values, cells * sizeof *rest);
    for (size_t s = 0; keep_samples && s < p->sample_count; s++) {
        for (size_t i = 0; i < p->metric_count; i++) {
            rest[p->samples[s].stack.i * p->metric_count + i] -= p->sample_values[s * p->metric_count + i];
        }
    }
    return rest;
}

static void sample_values(struct pp_merge *m, const struct pp_profile *p, const uint32_t *columns, size_t s,
                          int64_t *values)
{
    memset(values, 0, pp_builder_metric_count(m->b) * sizeof *values);
    for (size_t i = 0; i < p->metric_count; i++) {
        if (columns[i] == NO_COLUMN) {
            continue;
        }
        int64_t factor = 1;
        for (unsigned d = p->metrics[i].decimals; d < pp_builder_decimals_of(m->b, columns[i]); d++) {
            factor *= 10;
        }
        if (!pp_mul_i64(p->sample_values[s * p->metric_count + i], factor, &values[columns[i]])) {
            pp_builder_fail(m->b, PP_LIMIT, "a sample's value is past 64 bits");
        }
    }
}

static void add_samples(struct pp_merge *m, const struct merge_map *map, const uint32_t *columns,
                        const uint32_t *stacks)
{
    const struct pp_profile *p = map->from;
    if (p->sample_count == 0) {
        return;
    }
    int64_t *values = pp_calloc(pp_builder_metric_count(m->b), sizeof *values);
    for (size_t s = 0; s < p->sample_count; s++) {
        struct pp_sample sample = p->samples[s];
        sample.stack.i = stacks[sample.stack.i];
        sample.thread.i = map->threads[sample.thread.i];
        sample_values(m, p, columns, s, values);
        pp_builder_sample(m->b, &sample, values);
    }
    *PP_PUSH(&m->pieces) = (struct merge_piece){m->samples, p->sample_count, p->start_utc_ns};
    m->samples += p->sample_count;
    pp_free(values);
}

static pp_stack_id root_of(struct pp_merge *m, const struct pp_merge_part *part)
{
    if (!part->root.len) {
        return (pp_stack_id){0};
    }
    struct pp_function function = {.name = pp_builder_string(m->b, part->root)};
    struct pp_frame frame = {.function = pp_builder_function(m->b, &function)};
    return pp_builder_push(m->b, (pp_stack_id){0}, pp_builder_frame(m->b, &frame));
}

/* The sum's stacks of the profile's; the caller frees. */
static uint32_t *push_stacks(struct pp_merge *m, const struct merge_map *map, const struct pp_merge_part *part)
{
    const struct pp_profile *p = map->from;
    uint32_t *stacks = pp_calloc(p->stack_count, sizeof *stacks);
    stacks[0] = root_of(m, part).i;
    for (size_t i = 1; i < p->stack_count; i++) {
        pp_stack_id parent = {stacks[p->stacks[i].parent.i]};
        stacks[i] = pp_builder_push(m->b, parent, (pp_frame_id){map->frames[p->stacks[i].frame.i]}).i;
    }
    return stacks;
}

static void add_values(struct pp_merge *m, const struct pp_profile *p, uint64_t weight, const uint32_t *columns,
                       const uint32_t *stacks, const int64_t *values)
{
    for (size_t i = 0; i < p->stack_count; i++) {
        for (size_t k = 0; k < p->metric_count; k++) {
            int64_t value = values[i * p->metric_count + k];
            if (!value || columns[k] == NO_COLUMN) {
                continue;
            }
            if (!pp_mul_i64(value, (int64_t)weight, &value)) {
                pp_builder_fail(m->b, PP_LIMIT, "counts times their weight are past 64 bits");
            }
            pp_builder_add_decimal(m->b, (pp_stack_id){stacks[i]}, columns[k], value, p->metrics[k].decimals);
        }
    }
}

void merge_add_stacks(struct pp_merge *m, const struct merge_map *map, const struct pp_merge_part *part)
{
    const struct pp_profile *p = map->from;
    /* Samples of a mean would be parts of samples, which nobody took: only their sums have a meaning. */
    bool keep_samples = !m->plan.mean && !m->plan.weighted;
    pp_builder_stacks(m->b);
    uint32_t *columns = map_columns(m, p, part);
    uint32_t *stacks = push_stacks(m, map, part);
    int64_t *rest = values_beyond_samples(p, keep_samples);
    add_values(m, p, part->weight, columns, stacks, rest);
    if (keep_samples) {
        add_samples(m, map, columns, stacks);
    }
    m->samples_left |= !keep_samples && p->sample_count;
    for (size_t i = 0; p->bounds && i < p->stack_count; i++) {
        if (p->bounds[i].flags) {
            pp_builder_bounds(m->b, (pp_stack_id){stacks[i]}, p->bounds[i]);
        }
    }
    pp_free(columns);
    pp_free(stacks);
    pp_free(rest);
}

/* One time axis for all samples: from the earliest anchor, if all that have samples have one. */
static void place_samples(struct pp_merge *m, struct pp_report *report)
{
    int64_t start = m->pieces.count ? m->pieces.at[0].start_utc_ns : m->earliest_utc_ns;
    for (size_t i = 0; i < m->pieces.count; i++) {
        int64_t own = m->pieces.at[i].start_utc_ns;
        start = own < start ? own : start;
        if (own == 0) {
            start = 0;
            break;
        }
    }
    for (size_t i = 0; start && i < m->pieces.count; i++) {
        const struct merge_piece *piece = &m->pieces.at[i];
        pp_builder_shift_samples(m->b, piece->first, piece->count, piece->start_utc_ns - start);
    }
    if (!start && m->pieces.count > 1) {
        pp_report_note(report,
                       "not all recordings say when they began: times of samples count from each one's own beginning",
                       pp_nowhere());
    }
    pp_builder_start_utc(m->b, start);
}

static void divide(struct pp_merge *m, struct pp_report *report)
{
    uint64_t units = m->plan.divisor ? m->plan.divisor : 1;
    bool exact = true;
    for (size_t column = 0; column < pp_builder_metric_count(m->b); column++) {
        uint64_t weight = m->column_weight[column] ? m->column_weight[column] : m->weight;
        exact &= pp_builder_divide(m->b, column, m->plan.mean ? weight : units);
    }
    if (!exact) {
        pp_report_note(report, "the values cannot be divided exactly: they are rounded, their sum is right to one unit",
                       pp_nowhere());
    }
}

void merge_finish_stacks(struct pp_merge *m, struct pp_report *report)
{
    for (size_t i = 0; m->column.count == 0 && i < m->if_empty_count; i++) {
        size_t column = pp_builder_metric(m->b, pp_builder_str(m->b, m->if_empty[i].name), m->if_empty[i].unit);
        pp_builder_decimals(m->b, column, m->if_empty[i].decimals);
    }
    place_samples(m, report);
    if (m->plan.mean || m->plan.divisor > 1) {
        divide(m, report);
    }
    if (m->count > 1 || m->plan.mean || m->plan.weighted) {
        /* Bounds of a sum would need every part's: the mark stays, the interval says only "not negative". */
        pp_builder_open_bounds(m->b);
    }
    if (m->samples_left) {
        pp_report_note(report, "samples have no mean and no weight: they are written as sums, without times",
                       pp_nowhere());
    }
}
