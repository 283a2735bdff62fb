/* CALLS -> STACKS by proportional attribution, the largest paths first. A node is (function, time, bounds, self); expanding it makes a child per
 * callee. Nodes below min_share and beyond max_nodes are not expanded: their time is self time, and they say so. */
#include "model/estimate.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/builder.h"
#include "model/calls_graph.h"

enum { DEFAULT_NODES = 200000 };

struct node {
    uint32_t parent, function;
    double time, lower, upper, self;
    uint32_t flags;
    bool expanded;
};

struct estimate {
    const struct pp_profile *p;
    PP_VEC(struct node) nodes;
    PP_VEC(uint32_t) heap; /* nodes to expand, largest time first, then lowest number */
    struct calls_links callees;
    uint32_t *out_edges;  /* per callees.to entry: the edge */
    double *caller_calls; /* per function: calls from all callers, for files without edge times */
    uint32_t *caller_count;
    uint32_t *on_path; /* scratch: function -> number of the node being expanded + 1 */
    size_t max_nodes;
    double least, sum;
};

static double finite(double value)
{
    return isfinite(value) && value > 0 ? value : 0;
}

static const struct pp_call_row *row_of(const struct estimate *e, uint32_t function)
{
    uint32_t row = e->p->row_of[function];
    return row == UINT32_MAX ? NULL : &e->p->rows[row];
}

static double cumtime(const struct estimate *e, uint32_t function)
{
    const struct pp_call_row *row = row_of(e, function);
    return row ? finite(row->cumtime) : 0;
}

static double tottime(const struct estimate *e, uint32_t function)
{
    const struct pp_call_row *row = row_of(e, function);
    return row ? finite(row->tottime) : 0;
}

/* The edge's cumulative time; where the file has only counts, the callee's by share of the calls. */
static double edge_time(const struct estimate *e, const struct pp_call_edge *edge)
{
    if (!(edge->flags & PP_EDGE_COUNT_ONLY)) {
        return finite(edge->cumtime);
    }
    double calls = e->caller_calls[edge->callee.i];
    return calls > 0 ? cumtime(e, edge->callee.i) * finite((double)edge->calls) / calls : 0;
}

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

/* --- roots --- */

/* Tarjan's components without recursion: component number per function, in reverse topological order. */
struct components {
    uint32_t *number, *low, *index, *cursor;
    PP_VEC(uint32_t) path, open;
    uint32_t count, next;
};

static void component_visit(struct components *c, const struct calls_links *links, uint32_t start)
{
    *PP_PUSH(&c->path) = start;
    while (c->path.count) {
        uint32_t f = c->path.at[c->path.count - 1];
        if (!c->index[f]) {
            c->index[f] = c->low[f] = ++c->next;
            c->cursor[f] = links->first[f];
            *PP_PUSH(&c->open) = f;
        }
        bool deeper = false;
        while (c->cursor[f] < links->first[f + 1]) {
            uint32_t to = links->to[c->cursor[f]++];
            if (!c->index[to]) {
                *PP_PUSH(&c->path) = to;
                deeper = true;
                break;
            }
            if (c->number[to] == UINT32_MAX && c->index[to] < c->low[f]) {
                c->low[f] = c->index[to];
            }
        }
        if (deeper) {
            continue;
        }
        c->path.count--;
        if (c->low[f] == c->index[f]) {
            uint32_t member;
            do {
                member = c->open.at[--c->open.count];
                c->number[member] = c->count;
            } while (member != f);
            c->count++;
        }
        if (c->path.count) {
            uint32_t parent = c->path.at[c->path.count - 1];
            c->low[parent] = c->low[f] < c->low[parent] ? c->low[f] : c->low[parent];
        }
    }
}

static void components_init(struct components *c, const struct pp_profile *p, const struct calls_links *links)
{
    *c = (struct components){0};
    uint32_t **tables[] = {&c->number, &c->low, &c->index, &c->cursor};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        *tables[i] = pp_calloc(p->function_count, sizeof(uint32_t));
    }
    for (size_t f = 0; f < p->function_count; f++) {
        c->number[f] = UINT32_MAX;
    }
    for (size_t r = 0; r < p->row_count; r++) {
        if (!c->index[p->rows[r].function.i]) {
            component_visit(c, links, p->rows[r].function.i);
        }
    }
    for (uint32_t f = 0; f < p->function_count; f++) {
        if (!c->index[f]) {
            component_visit(c, links, f);
        }
    }
}

static void components_free(struct components *c)
{
    void *tables[] = {c->number, c->low, c->index, c->cursor, c->path.at, c->open.at};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
}

/* Per component: whether an edge enters it from outside, and its entry: the function with the largest cumulative time, first in the file on a tie. */
static void find_entries(const struct estimate *e, const struct components *c, unsigned char *entered, uint32_t *entry)
{
    const struct pp_profile *p = e->p;
    for (size_t i = 0; i < p->edge_count; i++) {
        const struct pp_call_edge *edge = &p->edges[i];
        if (c->number[edge->caller.i] != c->number[edge->callee.i]) {
            entered[c->number[edge->callee.i]] = 1;
        }
    }
    for (size_t i = 0; i < c->count; i++) {
        entry[i] = UINT32_MAX;
    }
    for (size_t r = 0; r < p->row_count; r++) {
        uint32_t f = p->rows[r].function.i;
        uint32_t *best = &entry[c->number[f]];
        if (*best == UINT32_MAX || cumtime(e, f) > cumtime(e, *best)) {
            *best = f;
        }
    }
}

static uint32_t add_node(struct estimate *e, struct node node)
{
    *PP_PUSH(&e->nodes) = node;
    return (uint32_t)e->nodes.count - 1;
}

/* What of a function's time no caller accounts for: cProfile cannot see the frames that were running when it was switched on. */
static double unaccounted(const struct estimate *e, const struct pp_call_row *row)
{
    double known = 0;
    for (uint32_t i = 0; i < row->edge_count; i++) {
        const struct pp_call_edge *edge = &e->p->edges[row->first_edge + i];
        if (edge->caller.i != row->function.i) {
            known += edge_time(e, edge);
        }
    }
    double rest = cumtime(e, row->function.i) - known;
    return rest > cumtime(e, row->function.i) * 1e-9 ? rest : 0;
}

static void add_root(struct estimate *e, uint32_t function, double time, bool exact)
{
    double whole = cumtime(e, function);
    struct node root = {.function = function, .time = time, .lower = time, .upper = exact ? time : whole};
    root.lower = exact ? time : 0;
    root.flags = exact ? 0 : PP_STACK_ESTIMATED;
    heap_push(e, add_node(e, root));
}

static void add_roots(struct estimate *e)
{
    const struct pp_profile *p = e->p;
    struct components c;
    components_init(&c, p, &e->callees);
    unsigned char *entered = pp_calloc(c.count, 1);
    uint32_t *entry = pp_calloc(c.count, sizeof *entry);
    find_entries(e, &c, entered, entry);
    for (size_t r = 0; r < p->row_count; r++) {
        uint32_t f = p->rows[r].function.i;
        bool alone = p->rows[r].edge_count == 0;
        if (alone || (!entered[c.number[f]] && entry[c.number[f]] == f)) {
            add_root(e, f, cumtime(e, f), true);
        } else if (entered[c.number[f]] && unaccounted(e, &p->rows[r]) > e->sum * 1e-6) {
            add_root(e, f, unaccounted(e, &p->rows[r]), false);
        }
    }
    pp_free(entered);
    pp_free(entry);
    components_free(&c);
}

/* --- expansion --- */

/* Marks the functions on the path of a node; returns true if `function` is among them. */
static void mark_path(struct estimate *e, uint32_t node)
{
    for (uint32_t at = node; at != UINT32_MAX; at = e->nodes.at[at].parent) {
        e->on_path[e->nodes.at[at].function] = node + 1;
    }
}

/* A child's time by proportional attribution, with the bounds of what any attribution could give. */
static struct node make_child(const struct estimate *e, uint32_t parent, const struct pp_call_edge *edge)
{
    const struct node *from = &e->nodes.at[parent];
    double whole = cumtime(e, from->function);
    double edge_ct = edge_time(e, edge);
    double share = whole > 0 ? from->time / whole : 0;
    struct node child = {.parent = parent, .function = edge->callee.i, .time = edge_ct * (share > 1 ? 1 : share)};
    bool whole_path = from->flags == 0 && e->caller_count[from->function] <= 1;
    bool exact = whole_path && !(edge->flags & PP_EDGE_COUNT_ONLY) && e->caller_count[edge->callee.i] <= 1;
    double most = edge_ct < from->upper ? edge_ct : from->upper;
    double least = edge_ct - (whole - from->lower);
    bool known = whole_path && !(edge->flags & PP_EDGE_COUNT_ONLY);
    child.lower = edge->flags & PP_EDGE_COUNT_ONLY ? 0 : known ? edge_ct : least > 0 ? least : 0;
    child.upper = edge->flags & PP_EDGE_COUNT_ONLY
                      ? (cumtime(e, child.function) < from->upper ? cumtime(e, child.function) : from->upper)
                      : most;
    child.flags = exact || known ? 0 : PP_STACK_ESTIMATED;
    return child;
}

static void expand(struct estimate *e, uint32_t number)
{
    struct node node = e->nodes.at[number];
    size_t first = e->nodes.count;
    double below = 0;
    bool cut = false;
    mark_path(e, number);
    for (uint32_t i = e->callees.first[node.function]; i < e->callees.first[node.function + 1]; i++) {
        struct node child = make_child(e, number, &e->p->edges[e->out_edges[i]]);
        if (e->on_path[child.function] == number + 1) {
            cut = cut || child.time > 0;
            continue;
        }
        if (child.time > 0) {
            below += child.time;
            add_node(e, child);
        }
    }
    double own = tottime(e, node.function);
    double whole = cumtime(e, node.function);
    double self = whole > 0 ? own * (node.time / whole > 1 ? 1 : node.time / whole) : 0;
    /* Edges may add up to more than there is (recursion, lost keys): the children are then scaled, so that widths and labels agree. */
    double room = node.time - (self < node.time ? self : node.time);
    double scale = below > room && below > 0 ? room / below : 1;
    bool scaled = below > room * (1 + 1e-9);
    for (size_t i = first; i < e->nodes.count; i++) {
        struct node *child = &e->nodes.at[i];
        child->time *= scale;
        if (scaled) {
            child->flags |= PP_STACK_ESTIMATED;
            child->lower = 0;
        }
        child->lower = child->lower < child->time ? child->lower : child->time;
        child->upper = child->upper > child->time ? child->upper : child->time;
        heap_push(e, (uint32_t)i);
    }
    struct node *done = &e->nodes.at[number];
    done->self = node.time - below * scale;
    done->self = done->self > 0 ? done->self : 0;
    done->flags |= cut ? PP_STACK_RECURSION_CUT : 0;
    done->expanded = true;
}

static void run(struct estimate *e)
{
    while (e->heap.count) {
        uint32_t number = heap_pop(e);
        struct node *node = &e->nodes.at[number];
        bool leaf = e->callees.first[node->function] == e->callees.first[node->function + 1];
        if (!leaf && (e->nodes.count >= e->max_nodes || node->time < e->least)) {
            node->self = node->time;
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
    return value >= 9.2e18 ? INT64_MAX : value <= 0 ? 0 : (int64_t)(value + 0.5);
}

/* Hands the nodes over. Self times are rounded so that their sum is the rounded sum: the fraction left over goes to the next node. */
static void hand_over(const struct estimate *e, struct pp_builder *b, double scale)
{
    uint32_t *stacks = pp_calloc(e->nodes.count, sizeof *stacks);
    double carried = 0;
    for (size_t i = 0; i < e->nodes.count; i++) {
        const struct node *node = &e->nodes.at[i];
        pp_stack_id parent = {node->parent == UINT32_MAX ? 0 : stacks[node->parent]};
        stacks[i] = pp_builder_push(b, parent, new_frame(e->p, b, node->function)).i;
        double exact = node->self * scale + carried;
        int64_t value = to_units(exact);
        carried = exact - (double)value;
        pp_builder_add(b, (pp_stack_id){stacks[i]}, 0, value);
        if (node->flags) {
            double upper = ceil(node->upper * scale);
            struct pp_stack_bounds bounds = {(int64_t)floor(node->lower * scale),
                                             upper >= 9.2e18 ? INT64_MAX : (int64_t)upper, node->flags};
            pp_builder_bounds(b, (pp_stack_id){stacks[i]}, bounds);
        }
    }
    pp_free(stacks);
}

/* How far the file's own numbers may disagree (cProfile loses the end of calls that raise: Σ tottime is then less than the roots' cumtime) before
 * nothing in it is called exact any more. */
static const double DISAGREEMENT = 0.01;

/* The time that no path reaches (functions only in loops that were cut, rounding): Σ tottime must be kept. */
static void keep_total(struct estimate *e)
{
    double drawn = 0;
    for (size_t i = 0; i < e->nodes.count; i++) {
        drawn += e->nodes.at[i].self;
    }
    if (!(drawn > 0) || !(e->sum > 0)) {
        return;
    }
    double scale = e->sum / drawn;
    for (size_t i = 0; i < e->nodes.count; i++) {
        struct node *node = &e->nodes.at[i];
        node->self *= scale;
        node->lower *= scale;
        node->upper *= scale;
        if (fabs(scale - 1) > DISAGREEMENT) {
            node->flags |= PP_STACK_ESTIMATED;
            node->lower = 0;
            node->upper = node->upper > node->upper / scale ? node->upper : node->upper / scale;
        }
    }
}

static void start(struct estimate *e, const struct pp_profile *p, const struct pp_estimate_options *options)
{
    *e = (struct estimate){.p = p, .max_nodes = options->max_nodes ? options->max_nodes : DEFAULT_NODES};
    calls_links_init(&e->callees, p, true);
    e->out_edges = pp_calloc(p->edge_count, sizeof *e->out_edges);
    e->caller_calls = pp_calloc(p->function_count, sizeof *e->caller_calls);
    e->caller_count = pp_calloc(p->function_count, sizeof *e->caller_count);
    e->on_path = pp_calloc(p->function_count, sizeof *e->on_path);
    uint32_t *next = pp_calloc(p->function_count, sizeof *next);
    for (size_t i = 0; i < p->edge_count; i++) {
        const struct pp_call_edge *edge = &p->edges[i];
        uint32_t caller = edge->caller.i;
        e->out_edges[e->callees.first[caller] + next[caller]++] = (uint32_t)i;
        e->caller_calls[edge->callee.i] += finite((double)edge->calls);
        e->caller_count[edge->callee.i]++;
    }
    pp_free(next);
    for (size_t r = 0; r < p->row_count; r++) {
        e->sum += finite(p->rows[r].tottime);
    }
    e->least = e->sum * (options->min_share > 0 ? options->min_share : 1e-6);
}

static void stop(struct estimate *e)
{
    calls_links_free(&e->callees);
    void *tables[] = {e->nodes.at, e->heap.at, e->out_edges, e->caller_calls, e->caller_count, e->on_path};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
}

struct pp_profile *pp_estimate_stacks(const struct pp_profile *p, const struct pp_estimate_options *options,
                                      struct pp_error *err)
{
    struct estimate e;
    struct pp_builder *b = pp_builder_new();
    for (size_t i = 0; i < p->meta_count; i++) {
        pp_builder_meta(b, pp_profile_str(p, p->metas[i].key), pp_profile_str(p, p->metas[i].value));
    }
    pp_builder_metric(b, PP_STR("wall"), PP_UNIT_NS);
    pp_builder_stacks(b);
    start(&e, p, options);
    add_roots(&e);
    /* Roots are nodes without a parent; add_node left 0 there. */
    for (size_t i = 0; i < e.nodes.count; i++) {
        e.nodes.at[i].parent = UINT32_MAX;
    }
    run(&e);
    keep_total(&e);
    hand_over(&e, b, 1e9);
    stop(&e);
    return pp_builder_finish(b, err);
}
