/* CALLS -> STACKS by proportional attribution, the largest paths first. A node is a function on a path; expanding it makes a child per callee.
 * Paths of little time, and what is left when the nodes are used up, are not expanded and say so. Afterwards the self times are balanced. */
#include "model/estimate.h"

#include <math.h>

#include "model/builder.h"
#include "model/estimate_parts.h"

enum { DEFAULT_NODES = 200000 };

/* --- heap --- */

static bool before(const struct estimate *e, uint32_t a, uint32_t b)
{
    double ta = e->nodes.at[a].time;
    double tb = e->nodes.at[b].time;
    return ta > tb || (!(ta < tb) && a < b);
}

static void heap_push(struct estimate *e, uint32_t node)
{
    size_t at = e->heap.count;
    *PP_PUSH(&e->heap) = node;
    while (at && before(e, node, e->heap.at[(at - 1) / 2])) {
        e->heap.at[at] = e->heap.at[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    e->heap.at[at] = node;
}

static uint32_t heap_pop(struct estimate *e)
{
    uint32_t top = e->heap.at[0];
    uint32_t last = e->heap.at[--e->heap.count];
    size_t at = 0;
    for (;;) {
        size_t child = at * 2 + 1;
        if (child >= e->heap.count) {
            break;
        }
        child += child + 1 < e->heap.count && before(e, e->heap.at[child + 1], e->heap.at[child]);
        if (before(e, last, e->heap.at[child])) {
            break;
        }
        e->heap.at[at] = e->heap.at[child];
        at = child;
    }
    if (e->heap.count) {
        e->heap.at[at] = last;
    }
    return top;
}

/* --- expansion --- */

uint32_t estimate_add(struct estimate *e, struct node node)
{
    *PP_PUSH(&e->nodes) = node;
    return (uint32_t)e->nodes.count - 1;
}

static void mark_path(struct estimate *e, uint32_t node)
{
    for (uint32_t at = node; at != NO_PARENT; at = e->nodes.at[at].parent) {
        e->on_path[e->nodes.at[at].function] = node + 1;
    }
}

/* A child's time by proportional attribution, with the bounds of what any attribution could give. Within a loop there is no lower one: the calls may lead
 * back to a function above, where paths stop. */
static struct node guess_child(const struct estimate *e, const struct node *from, const struct pp_call_edge *edge,
                               struct link link, bool repeats)
{
    uint32_t callee = edge->callee.i;
    double whole = e->whole[from->function];
    double share = whole > 0 ? (from->time < whole ? from->time / whole : 1) : 0;
    struct node child = {.time = link.time * share, .self = link.self * share, .flags = PP_STACK_ESTIMATED};
    bool counted = edge->flags & PP_EDGE_COUNT_ONLY;
    double least = link.time - (whole - from->lower);
    child.lower = counted || repeats || least < 0 ? 0 : least;
    child.upper = counted ? e->whole[callee] : link.time;
    child.upper = child.upper < from->upper ? child.upper : from->upper;
    return child;
}

/* What a function with one place calls, it calls there: the file's time is exact, unless calls in a loop are counted in it twice. */
static struct node make_child(const struct estimate *e, uint32_t parent, uint32_t number)
{
    const struct node *from = &e->nodes.at[parent];
    const struct pp_call_edge *edge = &e->p->edges[number];
    struct link link = e->links[number];
    bool counted = edge->flags & PP_EDGE_COUNT_ONLY;
    bool repeats = e->components.number[from->function] == e->components.number[edge->callee.i];
    struct node child = {.time = link.time, .lower = link.time, .upper = link.time, .self = link.self};
    if (!e->at_one_place[from->function] || counted || repeats) {
        child = guess_child(e, from, edge, link, repeats);
    }
    /* The entry of a loop has, at its one place, what it takes whoever calls it from inside. */
    if (!child.flags && e->in_loop[edge->callee.i] && e->at_one_place[edge->callee.i]) {
        child.self = estimate_row(e, edge->callee.i) ? finite_time(estimate_row(e, edge->callee.i)->tottime) : 0;
    }
    child.parent = parent;
    child.function = edge->callee.i;
    child.self = child.self < child.time ? child.self : child.time;
    return child;
}

/* Edges may add up to more than there is (recursion, lost keys): what is a guess among the children is then scaled. */
static void fit_children(struct estimate *e, size_t first, double room)
{
    double below = 0, known = 0;
    for (size_t i = first; i < e->nodes.count; i++) {
        below += e->nodes.at[i].time;
        known += e->nodes.at[i].flags ? 0 : e->nodes.at[i].time;
    }
    bool scaled = below > room * (1 + 1e-9) && below > known;
    double scale = !scaled        ? 1
                   : room > known ? estimate_ratio(room - known, below - known)
                   : room > 0     ? estimate_ratio(room, below)
                                  : 0;
    for (size_t i = first; i < e->nodes.count; i++) {
        struct node *child = &e->nodes.at[i];
        if (child->flags && scaled) {
            child->time *= scale;
            child->self *= scale;
            child->lower = 0;
        }
        child->lower = child->lower < child->time ? child->lower : child->time;
        child->upper = child->upper > child->time ? child->upper : child->time;
        heap_push(e, (uint32_t)i);
    }
}

static void expand(struct estimate *e, uint32_t number)
{
    struct node node = e->nodes.at[number];
    size_t first = e->nodes.count;
    bool cut = false;
    bool only_itself = e->callees.first[node.function] < e->callees.first[node.function + 1];
    mark_path(e, number);
    for (uint32_t i = e->callees.first[node.function]; i < e->callees.first[node.function + 1]; i++) {
        struct node child = make_child(e, number, e->out_edges[i]);
        only_itself = only_itself && child.function == node.function;
        if (e->on_path[child.function] == number + 1) {
            cut = true;
        } else if (child.time > 0) {
            estimate_add(e, child);
        }
    }
    if (only_itself) {
        /* How much of a function's own time in calls to itself belongs to which caller, the file does not say; but all of this is its own. */
        e->nodes.at[number].self = node.time;
    }
    fit_children(e, first, node.time - node.self);
    e->nodes.at[number].flags |= cut ? PP_STACK_RECURSION_CUT : 0;
}

static void run(struct estimate *e)
{
    for (size_t i = 0; i < e->nodes.count; i++) {
        heap_push(e, (uint32_t)i);
    }
    while (e->heap.count) {
        uint32_t number = heap_pop(e);
        struct node *node = &e->nodes.at[number];
        bool leaf = e->callees.first[node->function] == e->callees.first[node->function + 1];
        if (!leaf && (e->nodes.count >= e->max_nodes || node->time < e->least)) {
            node->rest = node->time - node->self;
            node->flags |= PP_STACK_BUDGET_CUT;
        } else {
            expand(e, number);
        }
    }
}

/* --- result --- */

static pp_frame_id new_frame(const struct pp_profile *p, struct pp_builder *b, uint32_t function)
{
    struct pp_function f = p->functions[function];
    f.name = pp_builder_string(b, pp_profile_str(p, f.name));
    f.file = pp_builder_string(b, pp_profile_str(p, f.file));
    f.module = pp_builder_string(b, pp_profile_str(p, f.module));
    uint32_t line = f.line > 0 && f.line <= UINT32_MAX ? (uint32_t)f.line : 0;
    return pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f), .line = line});
}

static int64_t to_units(double value)
{
    return value >= 9.2e18 ? INT64_MAX : value > 0 ? (int64_t)(value + 0.5) : 0;
}

/* Hands the nodes over. Self times are rounded so that their sum is the rounded sum: the fraction left over goes to the next node. */
static void hand_over(const struct estimate *e, struct pp_builder *b, double scale)
{
    uint32_t *stacks = pp_calloc(e->nodes.count, sizeof *stacks);
    double carried = 0;
    for (size_t i = 0; i < e->nodes.count; i++) {
        const struct node *node = &e->nodes.at[i];
        pp_stack_id parent = {node->parent == NO_PARENT ? 0 : stacks[node->parent]};
        stacks[i] = pp_builder_push(b, parent, new_frame(e->p, b, node->function)).i;
        double exact = (node->self + node->rest) * scale + carried;
        int64_t value = to_units(exact);
        carried = exact - (double)value;
        pp_builder_add(b, (pp_stack_id){stacks[i]}, 0, value);
        if (node->flags) {
            struct pp_stack_bounds bounds = {to_units(floor(node->lower * scale)), to_units(ceil(node->upper * scale)),
                                             node->flags};
            pp_builder_bounds(b, (pp_stack_id){stacks[i]}, bounds);
        }
    }
    pp_free(stacks);
}

static void start(struct estimate *e, const struct pp_profile *p, const struct pp_estimate_options *options)
{
    *e = (struct estimate){.p = p, .max_nodes = options->max_nodes ? options->max_nodes : DEFAULT_NODES};
    calls_links_init(&e->callees, p, true);
    components_init(&e->components, p, &e->callees);
    e->out_edges = pp_calloc(p->edge_count, sizeof *e->out_edges);
    e->links = pp_calloc(p->edge_count, sizeof *e->links);
    e->whole = pp_calloc(p->function_count, sizeof *e->whole);
    e->in_loop = pp_calloc(p->function_count, sizeof *e->in_loop);
    e->at_one_place = pp_calloc(p->function_count, sizeof *e->at_one_place);
    e->on_path = pp_calloc(p->function_count, sizeof *e->on_path);
    uint32_t *next = pp_calloc(p->function_count, sizeof *next);
    for (size_t i = 0; i < p->edge_count; i++) {
        const struct pp_call_edge *edge = &p->edges[i];
        uint32_t caller = edge->caller.i;
        e->out_edges[e->callees.first[caller] + next[caller]++] = (uint32_t)i;
    }
    pp_free(next);
    for (size_t r = 0; r < p->row_count; r++) {
        e->sum += finite_time(p->rows[r].tottime);
    }
    e->least = e->sum * (options->min_share > 0 ? options->min_share : 1e-6);
}

static void stop(struct estimate *e)
{
    calls_links_free(&e->callees);
    components_free(&e->components);
    void *tables[] = {e->nodes.at, e->heap.at,      e->out_edges, e->links,
                      e->whole,    e->at_one_place, e->in_loop,   e->on_path};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
}

/* Python 3.15's sampler writes the samples in which a function ran itself as primitive calls, and as tottime at its interval. */
static double samples_per_second(const struct estimate *e)
{
    return estimate_ratio(finite_time((double)e->p->total_primitive_calls), e->sum);
}

struct pp_profile *pp_estimate_stacks(const struct pp_profile *p, const struct pp_estimate_options *options,
                                      struct pp_error *err)
{
    struct estimate e;
    struct pp_builder *b = pp_builder_new();
    for (size_t i = 0; i < p->meta_count; i++) {
        pp_builder_meta(b, pp_profile_str(p, p->metas[i].key), pp_profile_str(p, p->metas[i].value));
    }
    start(&e, p, options);
    if (p->sampled_calls) {
        pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    } else {
        pp_builder_metric(b, PP_STR("wall"), PP_UNIT_NS);
    }
    pp_builder_stacks(b);
    estimate_measure(&e);
    estimate_add_roots(&e);
    estimate_find_places(&e);
    run(&e);
    estimate_balance(&e);
    hand_over(&e, b, p->sampled_calls ? samples_per_second(&e) : 1e9);
    stop(&e);
    return pp_builder_finish(b, err);
}
