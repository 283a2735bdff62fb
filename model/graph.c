/* One walk over the tree. A function, and a caller-callee pair, counts a stack once: when it is entered for the first time on the path. */
#include "model/graph.h"

#include "base/intern.h"
#include "base/memory.h"
#include "base/number.h"
#include "model/builder.h"
#include "model/calls_sum.h"
#include "model/merge.h"
#include "model/tree.h"

struct sums {
    int64_t self, total, self_samples, total_samples;
    uint32_t on_path; /* how often it stands on the path now */
};

struct pair {
    uint32_t caller, callee;
    struct sums sums;
};

struct graph {
    const struct pp_profile *p;
    struct pp_tree tree, samples; /* of the metric and of the sample counts */
    bool has_samples;
    struct sums *functions;
    PP_VEC(uint32_t) order; /* functions by first appearance */
    unsigned char *listed;
    PP_VEC(struct pair) pairs;
    uint32_t *slots; /* hash of pairs -> index + 1 */
    size_t mask;
};

static void grow_slots(struct graph *g)
{
    size_t size = g->slots ? (g->mask + 1) * 2 : 256;
    pp_free(g->slots);
    g->slots = pp_calloc(size, sizeof *g->slots);
    g->mask = size - 1;
    for (size_t i = 0; i < g->pairs.count; i++) {
        size_t at = pp_hash_u64((uint64_t)g->pairs.at[i].caller << 32 | g->pairs.at[i].callee) & g->mask;
        while (g->slots[at]) {
            at = (at + 1) & g->mask;
        }
        g->slots[at] = (uint32_t)i + 1;
    }
}

static struct sums *pair_sums(struct graph *g, uint32_t caller, uint32_t callee)
{
    if (!g->slots || g->pairs.count * 8 >= (g->mask + 1) * 5) {
        grow_slots(g);
    }
    size_t at = pp_hash_u64((uint64_t)caller << 32 | callee) & g->mask;
    for (; g->slots[at]; at = (at + 1) & g->mask) {
        struct pair *pair = &g->pairs.at[g->slots[at] - 1];
        if (pair->caller == caller && pair->callee == callee) {
            return &pair->sums;
        }
    }
    *PP_PUSH(&g->pairs) = (struct pair){.caller = caller, .callee = callee};
    g->slots[at] = (uint32_t)g->pairs.count;
    return &g->pairs.at[g->pairs.count - 1].sums;
}

static void add(int64_t *sum, int64_t value)
{
    if (!pp_add_i64(*sum, value, sum)) {
        *sum = value > 0 ? INT64_MAX : INT64_MIN;
    }
}

static void enter(const struct graph *g, struct sums *sums, uint32_t stack)
{
    const struct pp_profile *p = g->p;
    add(&sums->self, p->stack_values[stack * p->metric_count + g->tree.metric]);
    if (g->has_samples) {
        add(&sums->self_samples, p->stack_values[stack * p->metric_count + g->samples.metric]);
    }
    if (sums->on_path++ == 0) {
        add(&sums->total, g->tree.total[stack]);
        add(&sums->total_samples, g->has_samples ? g->samples.total[stack] : 0);
    }
}

static uint32_t function_of(const struct pp_profile *p, uint32_t stack)
{
    return p->frames[p->stacks[stack].frame.i].function.i;
}

static void walk(struct graph *g)
{
    struct pp_walk w;
    pp_walk_init(&w, &g->tree);
    while (pp_walk_next(&w)) {
        if (w.stack == 0) {
            continue;
        }
        uint32_t function = function_of(g->p, w.stack);
        uint32_t parent = g->p->stacks[w.stack].parent.i;
        struct sums *pair = parent ? pair_sums(g, function_of(g->p, parent), function) : NULL;
        if (!w.entering) {
            g->functions[function].on_path--;
            if (pair) {
                pair->on_path--;
            }
            continue;
        }
        if (!g->listed[function]) {
            g->listed[function] = 1;
            *PP_PUSH(&g->order) = function;
        }
        enter(g, &g->functions[function], w.stack);
        if (pair) {
            enter(g, pair, w.stack);
        }
    }
    pp_walk_free(&w);
}

/* The metric that counts samples: the asked one if it counts, else "samples". */
static size_t samples_metric(const struct pp_profile *p, size_t metric)
{
    if (p->metrics[metric].unit == PP_UNIT_COUNT && p->metrics[metric].decimals == 0) {
        return metric;
    }
    size_t samples = pp_profile_metric(p, PP_STR("samples"));
    return samples < p->metric_count && p->metrics[samples].decimals == 0 ? samples : p->metric_count;
}

/* The functions under ids of the builder, with a line: that of the definition or the lowest seen. */
static uint32_t *new_functions(const struct pp_profile *p, struct pp_builder *b)
{
    int64_t *lines = pp_calloc(p->function_count, sizeof *lines);
    uint32_t *ids = pp_calloc(p->function_count, sizeof *ids);
    for (size_t f = 0; f < p->frame_count; f++) {
        int64_t *line = &lines[p->frames[f].function.i];
        if (p->frames[f].line && (*line == 0 || p->frames[f].line < *line)) {
            *line = p->frames[f].line;
        }
    }
    for (size_t i = 0; i < p->function_count; i++) {
        struct pp_function f = p->functions[i];
        f.line = f.line ? f.line : lines[i];
        f.name = pp_builder_string(b, pp_profile_str(p, f.name));
        /* A function without a place is to pstats what a built-in is: shown by its name alone. */
        struct pp_str file = pp_profile_str(p, f.file);
        f.file = pp_builder_string(b, file.len == 0 && f.line == 0 ? PP_STR("~") : file);
        f.module = pp_builder_string(b, pp_profile_str(p, f.module));
        ids[i] = pp_builder_function(b, &f).i;
    }
    pp_free(lines);
    return ids;
}

/* How integers become seconds: by dividing where that is possible, because 1e-9 is no exact double and 1e9 is. */
struct scale {
    double factor, divisor;
};

static struct scale make_scale(double seconds_per_unit)
{
    double divisor = 1;
    while (divisor < 1e18 && divisor * seconds_per_unit < 0.999999) {
        divisor *= 10;
    }
    double whole = divisor * seconds_per_unit;
    bool power_of_ten = whole > 0.999999 && whole < 1.000001;
    return power_of_ten ? (struct scale){1, divisor} : (struct scale){seconds_per_unit, 1};
}

static double seconds(struct scale scale, int64_t value)
{
    return (double)value * scale.factor / scale.divisor;
}

static void hand_over(const struct graph *g, struct pp_builder *b, struct scale scale)
{
    struct calls_sum sum = {0};
    uint32_t *ids = new_functions(g->p, b);
    for (size_t i = 0; i < g->order.count; i++) {
        const struct sums *s = &g->functions[g->order.at[i]];
        struct pp_call_row row = {
            {ids[g->order.at[i]]},   0, 0, s->self_samples, s->total_samples, seconds(scale, s->self),
            seconds(scale, s->total)};
        calls_sum_add(&sum, &row, NULL, 0, true);
        add(&sum.calls, row.calls);
        add(&sum.primitive_calls, row.primitive_calls);
        sum.tottime += row.tottime;
    }
    for (size_t i = 0; i < g->pairs.count; i++) {
        const struct pair *pair = &g->pairs.at[i];
        const struct sums *s = &pair->sums;
        struct pp_call_row none = {.function = {ids[pair->callee]}};
        struct pp_call_edge edge = {{ids[pair->caller]},
                                    {ids[pair->callee]},
                                    s->total_samples,
                                    s->self_samples,
                                    seconds(scale, s->self),
                                    seconds(scale, s->total),
                                    0};
        calls_sum_add(&sum, &none, &edge, 1, true);
    }
    calls_sum_finish(&sum, b);
    pp_free(ids);
}

static void copy_metas(const struct pp_profile *p, struct pp_builder *b)
{
    for (size_t i = 0; i < p->meta_count; i++) {
        pp_builder_meta(b, pp_profile_str(p, p->metas[i].key), pp_profile_str(p, p->metas[i].value));
    }
}

struct pp_profile *pp_graph_calls(const struct pp_profile *p, size_t metric, double seconds_per_unit,
                                  struct pp_error *err)
{
    if (p->shapes & PP_SHAPE_CALLS) {
        return pp_profile_copy(p, err);
    }
    struct pp_builder *b = pp_builder_new();
    struct graph g = {.p = p};
    size_t samples = samples_metric(p, metric);
    g.has_samples = samples < p->metric_count;
    g.functions = pp_calloc(p->function_count, sizeof *g.functions);
    g.listed = pp_calloc(p->function_count, 1);
    pp_tree_init(&g.tree, p, metric, PP_TREE_BY_ID);
    if (g.has_samples) {
        pp_tree_init(&g.samples, p, samples, PP_TREE_BY_ID);
    }
    copy_metas(p, b);
    walk(&g);
    hand_over(&g, b, make_scale(seconds_per_unit));
    pp_tree_free(&g.tree);
    pp_tree_free(&g.samples);
    pp_free(g.functions);
    pp_free(g.listed);
    pp_free(g.order.at);
    pp_free(g.pairs.at);
    pp_free(g.slots);
    return pp_builder_finish(b, err);
}
