#include "model/calls_graph.h"

#include <math.h>

#include "base/intern.h"
#include "base/memory.h"
#include "base/number.h"

/* Taking a function with n callers and m callees out makes up to n * m edges; this many in all is where it ends. */
enum { MOST_EDGES = 20000000 };

void calls_links_init(struct calls_links *links, const struct pp_profile *p, bool callees)
{
    links->first = pp_calloc(p->function_count + 2, sizeof *links->first);
    links->to = pp_calloc(p->edge_count, sizeof *links->to);
    for (size_t e = 0; e < p->edge_count; e++) {
        uint32_t from = callees ? p->edges[e].caller.i : p->edges[e].callee.i;
        links->first[from + 2]++;
    }
    for (size_t f = 2; f < p->function_count + 2; f++) {
        links->first[f] += links->first[f - 1];
    }
    for (size_t e = 0; e < p->edge_count; e++) {
        uint32_t caller = p->edges[e].caller.i;
        uint32_t callee = p->edges[e].callee.i;
        links->to[links->first[(callees ? caller : callee) + 1]++] = callees ? callee : caller;
    }
}

void calls_links_free(struct calls_links *links)
{
    pp_free(links->first);
    pp_free(links->to);
}

static struct graph_row *row_of(const struct calls_graph *graph, pp_function_id function)
{
    uint32_t row = graph->profile->row_of[function.i];
    return row == UINT32_MAX ? NULL : &graph->rows[row];
}

static size_t slot_of(const struct calls_graph *graph, pp_function_id callee, pp_function_id caller)
{
    return pp_hash_u64((uint64_t)callee.i << 32 | caller.i) & graph->mask;
}

static void put_slot(struct calls_graph *graph, struct graph_edge *edge)
{
    size_t at = slot_of(graph, edge->edge.callee, edge->edge.caller);
    while (graph->slots[at]) {
        at = (at + 1) & graph->mask;
    }
    graph->slots[at] = edge;
}

static void grow_slots(struct calls_graph *graph)
{
    size_t old_size = graph->slots ? graph->mask + 1 : 0;
    struct graph_edge **old = graph->slots;
    size_t size = old_size ? old_size * 2 : 256;
    graph->slots = pp_calloc(size, sizeof *graph->slots);
    graph->mask = size - 1;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i]) {
            put_slot(graph, old[i]);
        }
    }
    pp_free(old);
}

/* Appends an edge to both lists. A caller without a row of its own has only the callee's list. */
static void add_edge(struct calls_graph *graph, struct graph_row *callee, const struct pp_call_edge *edge)
{
    if (graph->edge_count * 2 >= (graph->slots ? graph->mask + 1 : 0)) {
        grow_slots(graph);
    }
    struct graph_edge *e = PP_NEW(&graph->arena, struct graph_edge);
    graph->edge_count++;
    e->edge = *edge;
    e->edge.callee = callee->row.function;
    e->previous_caller = callee->last_caller;
    *(callee->last_caller ? &callee->last_caller->next_caller : &callee->callers) = e;
    callee->last_caller = e;
    struct graph_row *caller = row_of(graph, edge->caller);
    if (caller) {
        e->next_callee = caller->callees;
        caller->callees = e;
    }
    put_slot(graph, e);
}

void calls_graph_init(struct calls_graph *graph, const struct pp_profile *p, const unsigned char *keep)
{
    *graph = (struct calls_graph){.profile = p, .row_count = p->row_count};
    graph->rows = pp_calloc(p->row_count, sizeof *graph->rows);
    for (size_t r = 0; r < p->row_count; r++) {
        struct graph_row *row = &graph->rows[r];
        row->row = p->rows[r];
        row->gone = !keep[row->row.function.i];
    }
    for (size_t r = 0; r < p->row_count; r++) {
        struct graph_row *row = &graph->rows[r];
        for (uint32_t e = 0; !row->gone && e < row->row.edge_count; e++) {
            const struct pp_call_edge *edge = &p->edges[row->row.first_edge + e];
            if (keep[edge->caller.i]) {
                add_edge(graph, row, edge);
            }
        }
    }
}

/* The weight of an edge when something is shared out among callers: its time, or its calls where the file has no times. */
static double weight_of(const struct graph_edge *e, bool by_calls)
{
    double weight = by_calls ? (double)e->edge.calls : e->edge.cumtime;
    return weight > 0 && isfinite(weight) ? weight : 0;
}

/* The callers of a row except itself, and the sum of their weights. */
struct shares {
    const struct graph_edge **callers;
    size_t count;
    double sum;
    bool by_calls;
};

static void shares_init(struct shares *shares, const struct graph_row *row)
{
    *shares = (struct shares){0};
    size_t capacity = 0;
    for (const struct graph_edge *e = row->callers; e; e = e->next_caller) {
        if (e->edge.caller.i == row->row.function.i) {
            continue;
        }
        if (shares->count == capacity) {
            shares->callers = pp_grow(shares->callers, shares->count + 1, &capacity, sizeof *shares->callers);
        }
        shares->callers[shares->count++] = e;
        shares->by_calls = shares->by_calls || e->edge.flags & PP_EDGE_COUNT_ONLY;
    }
    for (size_t i = 0; i < shares->count; i++) {
        shares->sum += weight_of(shares->callers[i], shares->by_calls);
    }
}

static double share(const struct shares *shares, size_t i)
{
    if (shares->count == 1) {
        return 1;
    }
    return shares->sum > 0 ? weight_of(shares->callers[i], shares->by_calls) / shares->sum
                           : 1.0 / (double)shares->count;
}

static struct graph_edge *edge_from(const struct calls_graph *graph, const struct graph_row *callee,
                                    pp_function_id caller)
{
    for (size_t at = slot_of(graph, callee->row.function, caller); graph->slots[at]; at = (at + 1) & graph->mask) {
        struct graph_edge *e = graph->slots[at];
        if (!e->gone && e->edge.callee.i == callee->row.function.i && e->edge.caller.i == caller.i) {
            return e;
        }
    }
    return NULL;
}

static void remove_edge(struct graph_row *callee, struct graph_edge *gone)
{
    *(gone->previous_caller ? &gone->previous_caller->next_caller : &callee->callers) = gone->next_caller;
    *(gone->next_caller ? &gone->next_caller->previous_caller : &callee->last_caller) = gone->previous_caller;
    gone->gone = true;
}

/* Gives part of what `out` says (a call of the hidden function) to a caller of the hidden function. */
static void pass_edge(struct calls_graph *graph, struct graph_row *callee, const struct pp_call_edge *part)
{
    struct graph_edge *known = edge_from(graph, callee, part->caller);
    if (!known) {
        add_edge(graph, callee, part);
        return;
    }
    known->edge.calls = pp_add_saturating(known->edge.calls, part->calls);
    known->edge.primitive_calls = pp_add_saturating(known->edge.primitive_calls, part->primitive_calls);
    known->edge.tottime += part->tottime;
    known->edge.cumtime += part->cumtime;
    known->edge.flags &= part->flags;
}

/* Shares an outgoing edge among the callers; the last gets what is left so that the sums stay. */
static void share_edge(struct calls_graph *graph, struct graph_row *callee, const struct graph_edge *out,
                       const struct shares *shares)
{
    struct pp_call_edge left = out->edge;
    for (size_t i = 0; i < shares->count; i++) {
        bool last = i + 1 == shares->count;
        double part = share(shares, i);
        struct pp_call_edge give = left;
        if (!last) {
            give.calls = pp_int_saturating((double)out->edge.calls * part + 0.5);
            give.calls = give.calls > left.calls ? left.calls : give.calls;
            give.primitive_calls = pp_int_saturating((double)out->edge.primitive_calls * part + 0.5);
            give.primitive_calls =
                give.primitive_calls > left.primitive_calls ? left.primitive_calls : give.primitive_calls;
            give.tottime = out->edge.tottime * part;
            give.cumtime = out->edge.cumtime * part;
        }
        left.calls = pp_subtract_saturating(left.calls, give.calls);
        left.primitive_calls = pp_subtract_saturating(left.primitive_calls, give.primitive_calls);
        left.tottime -= give.tottime;
        left.cumtime -= give.cumtime;
        give.caller = shares->callers[i]->edge.caller;
        pass_edge(graph, callee, &give);
    }
}

/* Gives the row's self time to its callers: what each edge says is exact; what calls to itself say is shared out. */
static void pass_self_time(struct calls_graph *graph, const struct graph_row *row, const struct shares *shares)
{
    double known = 0;
    double self_calls = 0;
    for (const struct graph_edge *e = row->callers; e; e = e->next_caller) {
        bool recursion = e->edge.caller.i == row->row.function.i;
        known += recursion ? 0 : e->edge.tottime;
        self_calls += recursion ? e->edge.tottime : 0;
    }
    /* Files without times on edges (profile, sampled ones): all of it is shared out. */
    double rest = shares->by_calls ? row->row.tottime - known : self_calls;
    for (size_t i = 0; i < shares->count; i++) {
        struct graph_row *caller = row_of(graph, shares->callers[i]->edge.caller);
        if (caller) {
            caller->row.tottime += shares->callers[i]->edge.tottime + rest * share(shares, i);
            struct graph_edge *into = caller->callers;
            if (into && !into->next_caller && into->edge.caller.i != caller->row.function.i) {
                /* One caller only: its edge has the same self time. */
                into->edge.tottime += shares->callers[i]->edge.tottime + rest * share(shares, i);
            }
        }
    }
}

static void note_sharing(const struct graph_row *row, const struct shares *shares, struct pp_report *report)
{
    if (shares->count == 0) {
        pp_report_note(report, "hidden functions without callers took their own time with them", pp_nowhere());
    } else if (shares->count > 1 && (row->callees || shares->by_calls)) {
        pp_report_note(report,
                       "hidden functions had several callers: their callees were shared out by time (an estimate)",
                       pp_nowhere());
    }
}

static bool hide_row(struct calls_graph *graph, struct graph_row *row, struct pp_report *report, struct pp_error *err)
{
    struct shares shares;
    shares_init(&shares, row);
    note_sharing(row, &shares, report);
    pass_self_time(graph, row, &shares);
    bool ok = true;
    for (struct graph_edge *out = row->callees; ok && out; out = out->next_callee) {
        struct graph_row *callee = row_of(graph, out->edge.callee);
        if (!callee || out->gone || callee == row || callee->gone) {
            continue;
        }
        share_edge(graph, callee, out, &shares);
        remove_edge(callee, out);
        ok = graph->edge_count < MOST_EDGES ||
             pp_fail(err, PP_LIMIT, pp_nowhere(), "hiding these functions makes more than %d edges", MOST_EDGES);
    }
    for (struct graph_edge *e = row->callers; e; e = e->next_caller) {
        e->gone = true;
    }
    row->gone = true;
    pp_free(shares.callers);
    return ok;
}

bool calls_graph_hide(struct calls_graph *graph, const unsigned char *hidden, struct pp_report *report,
                      struct pp_error *err)
{
    bool ok = true;
    for (size_t r = 0; ok && r < graph->row_count; r++) {
        struct graph_row *row = &graph->rows[r];
        if (!row->gone && hidden[row->row.function.i]) {
            ok = hide_row(graph, row, report, err);
        }
    }
    return ok;
}

void calls_graph_free(struct calls_graph *graph)
{
    pp_arena_free(&graph->arena);
    pp_free(graph->rows);
    pp_free(graph->slots);
}
