/* Adding profiles: CALLS as pstats adds them, STACKS by equal frames. */
#include "model/merge.h"

#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/builder.h"
#include "model/calls_sum.h"

/* From ids of one profile to ids of the builder. */
struct id_map {
    const struct pp_profile *from;
    struct pp_builder *to;
    uint32_t *functions, *frames, *threads, *metrics;
};

static pp_string_id map_string(const struct id_map *map, pp_string_id id)
{
    return pp_builder_string(map->to, pp_profile_str(map->from, id));
}

static void map_functions(struct id_map *map)
{
    const struct pp_profile *p = map->from;
    map->functions = pp_calloc(p->function_count, sizeof *map->functions);
    for (size_t i = 0; i < p->function_count; i++) {
        struct pp_function f = p->functions[i];
        f.name = map_string(map, f.name);
        f.file = map_string(map, f.file);
        f.module = map_string(map, f.module);
        map->functions[i] = pp_builder_function(map->to, &f).i;
    }
}

static void map_frames(struct id_map *map)
{
    const struct pp_profile *p = map->from;
    map->frames = pp_calloc(p->frame_count, sizeof *map->frames);
    for (size_t i = 0; i < p->frame_count; i++) {
        struct pp_frame frame = p->frames[i];
        frame.function.i = map->functions[frame.function.i];
        map->frames[i] = pp_builder_frame(map->to, &frame).i;
    }
}

static void map_threads(struct id_map *map)
{
    const struct pp_profile *p = map->from;
    map->threads = pp_calloc(p->thread_count, sizeof *map->threads);
    for (size_t i = 0; i < p->thread_count; i++) {
        struct pp_thread thread = p->threads[i];
        thread.name = map_string(map, thread.name);
        map->threads[i] = pp_builder_thread(map->to, &thread).i;
    }
}

static void id_map_init(struct id_map *map, const struct pp_profile *from, struct pp_builder *to)
{
    *map = (struct id_map){.from = from, .to = to};
    map_functions(map);
    map_frames(map);
    map_threads(map);
}

static void id_map_free(struct id_map *map)
{
    pp_free(map->functions);
    pp_free(map->frames);
    pp_free(map->threads);
    pp_free(map->metrics);
}

/* --- STACKS --- */

/* Makes the columns of all profiles before anything is added, so that samples of each have all columns. */
static bool add_metrics(struct pp_builder *b, const struct pp_profile *const *profiles, size_t count,
                        struct pp_error *err)
{
    enum { MOST_METRICS = 64 };
    enum pp_unit units[MOST_METRICS];
    for (size_t k = 0; k < count; k++) {
        const struct pp_profile *p = profiles[k];
        for (size_t m = 0; p->shapes & PP_SHAPE_STACKS && m < p->metric_count; m++) {
            struct pp_str name = pp_profile_str(p, p->metrics[m].name);
            size_t before = pp_builder_metric_count(b);
            size_t column = pp_builder_metric(b, name, p->metrics[m].unit);
            if (column >= MOST_METRICS) {
                return pp_fail(err, PP_LIMIT, pp_nowhere(), "more than %d metrics", MOST_METRICS);
            }
            if (column == before) {
                units[column] = p->metrics[m].unit;
            } else if (units[column] != p->metrics[m].unit) {
                return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "metric \"%.*s\" is in %s here and in %s there",
                               PP_STR_ARG(name), pp_unit_name(units[column]), pp_unit_name(p->metrics[m].unit));
            }
            pp_builder_decimals(b, column, p->metrics[m].decimals);
        }
    }
    return true;
}

static void map_metrics(struct id_map *map)
{
    const struct pp_profile *p = map->from;
    map->metrics = pp_calloc(p->metric_count, sizeof *map->metrics);
    for (size_t m = 0; m < p->metric_count; m++) {
        struct pp_str name = pp_profile_str(p, p->metrics[m].name);
        map->metrics[m] = (uint32_t)pp_builder_metric(map->to, name, p->metrics[m].unit);
    }
}

/* The part of the stacks' self values that no sample stands for: those are added with their samples. */
static int64_t *values_beyond_samples(const struct pp_profile *p)
{
    size_t cells = p->stack_count * p->metric_count;
    int64_t *rest = pp_calloc(cells, sizeof *rest);
    memcpy(rest, p->stack_values, cells * sizeof *rest);
    for (size_t s = 0; s < p->sample_count; s++) {
        for (size_t m = 0; m < p->metric_count; m++) {
            rest[p->samples[s].stack.i * p->metric_count + m] -= p->sample_values[s * p->metric_count + m];
        }
    }
    return rest;
}

static void add_samples(const struct id_map *map, const uint32_t *stacks, int64_t shift_ns)
{
    const struct pp_profile *p = map->from;
    size_t columns = pp_builder_metric_count(map->to);
    int64_t *values = pp_calloc(columns, sizeof *values);
    for (size_t s = 0; s < p->sample_count; s++) {
        struct pp_sample sample = p->samples[s];
        sample.stack.i = stacks[sample.stack.i];
        sample.thread.i = map->threads[sample.thread.i];
        sample.time_ns += shift_ns;
        memset(values, 0, columns * sizeof *values);
        for (size_t m = 0; m < p->metric_count; m++) {
            int64_t factor = 1;
            for (unsigned d = p->metrics[m].decimals; d < pp_builder_decimals_of(map->to, map->metrics[m]); d++) {
                factor *= 10;
            }
            if (!pp_mul_i64(p->sample_values[s * p->metric_count + m], factor, &values[map->metrics[m]])) {
                pp_builder_fail(map->to, PP_LIMIT, "a sample's value is past 64 bits");
            }
        }
        pp_builder_sample(map->to, &sample, values);
    }
    pp_free(values);
}

static void add_bounds(const struct id_map *map, const uint32_t *stacks, bool only_one)
{
    const struct pp_profile *p = map->from;
    for (size_t i = 0; p->bounds && i < p->stack_count; i++) {
        struct pp_stack_bounds bounds = p->bounds[i];
        if (bounds.flags && !only_one) {
            /* Bounds of sums would need every part's; the mark stays, the interval says only "not negative". */
            bounds.lower = 0;
            bounds.upper = INT64_MAX;
        }
        if (bounds.flags || only_one) {
            pp_builder_bounds(map->to, (pp_stack_id){stacks[i]}, bounds);
        }
    }
}

static void add_stacks(struct id_map *map, int64_t shift_ns, bool only_one)
{
    const struct pp_profile *p = map->from;
    pp_builder_stacks(map->to);
    map_metrics(map);
    uint32_t *stacks = pp_calloc(p->stack_count, sizeof *stacks);
    int64_t *rest = values_beyond_samples(p);
    for (size_t i = 0; i < p->stack_count; i++) {
        if (i > 0) {
            pp_stack_id parent = {stacks[p->stacks[i].parent.i]};
            stacks[i] = pp_builder_push(map->to, parent, (pp_frame_id){map->frames[p->stacks[i].frame.i]}).i;
        }
        for (size_t m = 0; m < p->metric_count; m++) {
            int64_t value = rest[i * p->metric_count + m];
            if (value) {
                pp_builder_add_decimal(map->to, (pp_stack_id){stacks[i]}, map->metrics[m], value,
                                       p->metrics[m].decimals);
            }
        }
    }
    add_samples(map, stacks, shift_ns);
    add_bounds(map, stacks, only_one);
    pp_free(stacks);
    pp_free(rest);
}

/* --- CALLS --- */

static void add_calls(struct calls_sum *sum, const struct id_map *map, bool first)
{
    const struct pp_profile *p = map->from;
    PP_VEC(struct pp_call_edge) edges = {0};
    for (size_t r = 0; r < p->row_count; r++) {
        struct pp_call_row row = p->rows[r];
        row.function.i = map->functions[row.function.i];
        edges.count = 0;
        for (uint32_t e = 0; e < row.edge_count; e++) {
            struct pp_call_edge *edge = PP_PUSH(&edges);
            *edge = p->edges[row.first_edge + e];
            edge->caller.i = map->functions[edge->caller.i];
        }
        calls_sum_add(sum, &row, edges.at, edges.count, first);
    }
    pp_free(edges.at);
    calls_sum_count(sum, &sum->calls, p->total_calls);
    calls_sum_count(sum, &sum->primitive_calls, p->total_primitive_calls);
    sum->tottime = first ? p->total_tottime : sum->tottime + p->total_tottime;
}

/* --- both --- */

static void add_metas(const struct id_map *map, const struct pp_profile *first)
{
    const struct pp_profile *p = map->from;
    for (size_t i = 0; i < p->meta_count; i++) {
        struct pp_str key = pp_profile_str(p, p->metas[i].key);
        struct pp_str value = pp_profile_str(p, p->metas[i].value);
        /* What all files say alike is said once. */
        if (p == first || !pp_str_eq(pp_profile_meta(first, key.data), value)) {
            pp_builder_meta(map->to, key, value);
        }
    }
}

/* The earliest anchor when all profiles have one, else 0. */
static int64_t common_anchor(const struct pp_profile *const *profiles, size_t count)
{
    int64_t anchor = profiles[0]->start_utc_ns;
    for (size_t k = 0; k < count; k++) {
        if (profiles[k]->start_utc_ns == 0) {
            return 0;
        }
        anchor = profiles[k]->start_utc_ns < anchor ? profiles[k]->start_utc_ns : anchor;
    }
    return anchor;
}

static bool same_shapes(const struct pp_profile *const *profiles, size_t count, struct pp_error *err)
{
    for (size_t k = 1; k < count; k++) {
        if (profiles[k]->shapes != profiles[0]->shapes) {
            return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                           "profiles of calls (pstat) and of stacks cannot be added; convert one with profconv first");
        }
    }
    return true;
}

static bool all_swapped(const struct pp_profile *const *profiles, size_t count)
{
    size_t k = 0;
    while (k < count && profiles[k]->counts_swapped) {
        k++;
    }
    return k == count;
}

static void add_profile(const struct pp_profile *const *profiles, size_t k, size_t count, struct pp_builder *b,
                        struct calls_sum *calls)
{
    const struct pp_profile *p = profiles[k];
    int64_t anchor = common_anchor(profiles, count);
    struct id_map map;
    id_map_init(&map, p, b);
    add_metas(&map, profiles[0]);
    if (p->shapes & PP_SHAPE_STACKS) {
        add_stacks(&map, anchor ? p->start_utc_ns - anchor : 0, count == 1);
    }
    if (p->shapes & PP_SHAPE_CALLS) {
        add_calls(calls, &map, k == 0);
        if (p->sampled_calls) {
            pp_builder_sampled_calls(b);
        }
        if (p->counts_swapped && all_swapped(profiles, count)) {
            pp_builder_counts_swapped(b);
        }
    }
    id_map_free(&map);
}

struct pp_profile *pp_merge(const struct pp_profile *const *profiles, size_t count, struct pp_error *err)
{
    struct pp_builder *b = pp_builder_new();
    struct calls_sum calls = {0};
    if (count == 0) {
        pp_builder_stacks(b);
        return pp_builder_finish(b, err);
    }
    if (!same_shapes(profiles, count, err) || !add_metrics(b, profiles, count, err)) {
        pp_builder_free(b);
        return NULL;
    }
    pp_builder_start_utc(b, common_anchor(profiles, count));
    bool reversed = profiles[0]->shapes & PP_SHAPE_CALLS;
    for (size_t k = 0; k < count; k++) {
        /* pstats.Stats(a, b, c) loads a, then adds c, then b. */
        add_profile(profiles, reversed && k ? count - k : k, count, b, &calls);
    }
    if (profiles[0]->shapes & PP_SHAPE_CALLS) {
        calls_sum_finish(&calls, b);
    }
    return pp_builder_finish(b, err);
}

struct pp_profile *pp_profile_copy(const struct pp_profile *p, struct pp_error *err)
{
    const struct pp_profile *one[] = {p};
    return pp_merge(one, 1, err);
}
