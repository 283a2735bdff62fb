/* Adding profiles: CALLS as pstats adds them, STACKS (model/merge_stacks.c) by equal frames. */
#include "model/merge.h"

#include <string.h>

#include "base/number.h"
#include "model/merge_parts.h"

struct pp_merge *pp_merge_begin(const struct pp_merge_plan *plan)
{
    struct pp_merge *m = pp_calloc(1, sizeof *m);
    m->plan = *plan;
    m->b = pp_builder_new();
    m->all_swapped = true;
    return m;
}

/* Frees all but the builder. */
static void free_parts(struct pp_merge *m)
{
    pp_arena_free(&m->arena);
    pp_intern_free(&m->column);
    pp_free(m->pieces.at);
    calls_sum_free(&m->calls);
    merge_metas_free(&m->metas);
    pp_free(m);
}

void pp_merge_free(struct pp_merge *m)
{
    if (m) {
        pp_builder_free(m->b);
        free_parts(m);
    }
}

/* --- ids --- */

static pp_string_id map_string(const struct merge_map *map, pp_string_id id)
{
    return pp_builder_string(map->to, pp_profile_str(map->from, id));
}

static void map_functions(struct merge_map *map)
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

static void map_frames(struct merge_map *map)
{
    const struct pp_profile *p = map->from;
    map->frames = pp_calloc(p->frame_count, sizeof *map->frames);
    for (size_t i = 0; i < p->frame_count; i++) {
        struct pp_frame frame = p->frames[i];
        frame.function.i = map->functions[frame.function.i];
        map->frames[i] = pp_builder_frame(map->to, &frame).i;
    }
}

static void map_threads(struct merge_map *map)
{
    const struct pp_profile *p = map->from;
    map->threads = pp_calloc(p->thread_count, sizeof *map->threads);
    for (size_t i = 0; i < p->thread_count; i++) {
        struct pp_thread thread = p->threads[i];
        thread.name = map_string(map, thread.name);
        map->threads[i] = pp_builder_thread(map->to, &thread).i;
    }
}

static void map_free(struct merge_map *map)
{
    pp_free(map->functions);
    pp_free(map->frames);
    pp_free(map->threads);
}

/* --- CALLS --- */

static int64_t times(struct calls_sum *sum, int64_t count, uint64_t weight)
{
    sum->overflow |= !pp_mul_i64(count, (int64_t)weight, &count);
    return count;
}

/* A number counts once as it is: multiplying by 1 would change the bits of a NaN on some machines. */
static double times_seconds(double seconds, uint64_t weight)
{
    return weight == 1 ? seconds : seconds * (double)weight;
}

static struct pp_call_edge mapped_edge(struct pp_merge *m, const struct merge_map *map, const struct pp_call_edge *from,
                                       uint64_t weight)
{
    struct pp_call_edge edge = *from;
    edge.caller.i = map->functions[from->caller.i];
    edge.calls = times(&m->calls, from->calls, weight);
    edge.primitive_calls = times(&m->calls, from->primitive_calls, weight);
    edge.tottime = times_seconds(from->tottime, weight);
    edge.cumtime = times_seconds(from->cumtime, weight);
    return edge;
}

static void add_totals(struct calls_sum *sum, const struct pp_profile *p, bool first, uint64_t weight)
{
    calls_sum_count(sum, &sum->calls, times(sum, p->total_calls, weight));
    calls_sum_count(sum, &sum->primitive_calls, times(sum, p->total_primitive_calls, weight));
    double tottime = times_seconds(p->total_tottime, weight);
    sum->tottime = first ? tottime : sum->tottime + tottime;
}

static void add_calls(struct pp_merge *m, const struct merge_map *map, uint64_t weight)
{
    const struct pp_profile *p = map->from;
    bool first = m->count == 0;
    PP_VEC(struct pp_call_edge) edges = {0};
    for (size_t r = 0; r < p->row_count; r++) {
        struct pp_call_row row = p->rows[r];
        row.function.i = map->functions[row.function.i];
        row.calls = times(&m->calls, row.calls, weight);
        row.primitive_calls = times(&m->calls, row.primitive_calls, weight);
        row.tottime = times_seconds(row.tottime, weight);
        row.cumtime = times_seconds(row.cumtime, weight);
        edges.count = 0;
        for (uint32_t e = 0; e < p->rows[r].edge_count; e++) {
            *PP_PUSH(&edges) = mapped_edge(m, map, &p->edges[row.first_edge + e], weight);
        }
        calls_sum_add(&m->calls, &row, edges.at, edges.count, first);
    }
    pp_free(edges.at);
    add_totals(&m->calls, p, first, weight);
    if (p->sampled_calls) {
        pp_builder_sampled_calls(m->b);
    }
    m->all_swapped &= p->counts_swapped;
}

static void finish_calls(struct pp_merge *m, struct pp_report *report)
{
    uint64_t units = m->plan.divisor ? m->plan.divisor : 1;
    if (!calls_sum_divide(&m->calls, m->plan.mean ? m->weight : units)) {
        pp_report_note(report, "numbers of calls are rounded to whole ones, to 1 at least where there was a call",
                       pp_nowhere());
    }
    if (m->all_swapped) {
        pp_builder_counts_swapped(m->b);
    }
    calls_sum_finish(&m->calls, m->b);
}

/* --- both --- */

static bool can_add(const struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                    struct pp_error *err)
{
    if (m->count && p->shapes != m->shapes) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                       "profiles of calls (pstat) and of stacks cannot be added; convert one with profconv first");
    }
    if (p->shapes & PP_SHAPE_CALLS && (part->column.len || part->root.len)) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "a profile of calls has no columns and no root");
    }
    return part->weight <= PP_MERGE_MOST_WEIGHT ||
           pp_fail(err, PP_LIMIT, pp_nowhere(), "a weight is over the limit of %lu",
                   (unsigned long)PP_MERGE_MOST_WEIGHT);
}

bool pp_merge_add(struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                  struct pp_error *err)
{
    if (!can_add(m, p, part, err) || (p->shapes & PP_SHAPE_STACKS && !merge_columns(m, p, part, err))) {
        return false;
    }
    struct merge_map map = {.from = p, .to = m->b};
    map_functions(&map);
    map_frames(&map);
    map_threads(&map);
    merge_metas_add(&m->metas, p);
    if (p->shapes & PP_SHAPE_STACKS) {
        merge_add_stacks(m, &map, part);
    }
    if (p->shapes & PP_SHAPE_CALLS) {
        add_calls(m, &map, part->weight);
    }
    map_free(&map);
    if (p->start_utc_ns && (!m->earliest_utc_ns || p->start_utc_ns < m->earliest_utc_ns)) {
        m->earliest_utc_ns = p->start_utc_ns;
    }
    m->shapes = p->shapes;
    m->weight += part->weight;
    m->count++;
    return true;
}

struct pp_profile *pp_merge_finish(struct pp_merge *m, struct pp_report *report, struct pp_error *err)
{
    struct pp_builder *b = m->b;
    if (m->shapes & PP_SHAPE_CALLS) {
        finish_calls(m, report);
    } else {
        pp_builder_stacks(b);
    }
    if (!(m->shapes & PP_SHAPE_CALLS) || m->shapes & PP_SHAPE_STACKS) {
        merge_finish_stacks(m, report);
    }
    merge_metas_finish(&m->metas, b, report);
    free_parts(m);
    return pp_builder_finish(b, err);
}

struct pp_profile *pp_merge(const struct pp_profile *const *profiles, size_t count, struct pp_error *err)
{
    struct pp_merge_plan plan = {0};
    struct pp_merge_part once = {.weight = 1};
    struct pp_merge *m = pp_merge_begin(&plan);
    bool reversed = count && profiles[0]->shapes & PP_SHAPE_CALLS;
    for (size_t k = 0; k < count; k++) {
        /* pstats.Stats(a, b, c) loads a, then adds c, then b. */
        if (!pp_merge_add(m, profiles[reversed && k ? count - k : k], &once, err)) {
            pp_merge_free(m);
            return NULL;
        }
    }
    return pp_merge_finish(m, NULL, err);
}

struct pp_profile *pp_profile_copy(const struct pp_profile *p, struct pp_error *err)
{
    const struct pp_profile *one[] = {p};
    return pp_merge(one, 1, err);
}
