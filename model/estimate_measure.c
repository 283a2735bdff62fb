/* How much of a function belongs to which of its callers, and where paths begin. */
#include "model/estimate_parts.h"

static bool counts_only(const struct pp_call_edge *edge)
{
    return edge->flags & PP_EDGE_COUNT_ONLY;
}

static bool calls_itself(const struct pp_call_edge *edge)
{
    return edge->caller.i == edge->callee.i;
}

static bool inside_loop(const struct estimate *e, const struct pp_call_edge *edge)
{
    return e->components.number[edge->caller.i] == e->components.number[edge->callee.i];
}

/* Files that count calls without times: a call from inside a loop may find the function on the stack already, and then its time is not in cumtime;
 * a call from outside never does. So what is left of the primitive calls is what came from inside. Calls to itself are never primitive. */
struct entries {
    double outside, inside, left;
};

static struct entries count_entries(const struct estimate *e, const struct pp_call_row *row)
{
    struct entries n = {0};
    /* Python 3.15's sampler writes the samples in which the function ran itself as primitive calls. */
    double primitive = finite_time((double)(e->p->sampled_calls ? row->calls : row->primitive_calls));
    for (uint32_t i = row->first_edge; i < row->first_edge + row->edge_count; i++) {
        const struct pp_call_edge *edge = &e->p->edges[i];
        double calls = finite_time((double)edge->calls);
        if (!calls_itself(edge)) {
            *(inside_loop(e, edge) ? &n.inside : &n.outside) += calls;
        }
    }
    n.left = primitive > n.outside ? primitive - n.outside : 0;
    n.left = n.left > n.inside || n.outside <= 0 ? n.inside : n.left;
    return n;
}

static void measure_counted(struct estimate *e, const struct pp_call_row *row)
{
    struct entries n = count_entries(e, row);
    double all = n.outside + n.left;
    for (uint32_t i = row->first_edge; all > 0 && i < row->first_edge + row->edge_count; i++) {
        const struct pp_call_edge *edge = &e->p->edges[i];
        double calls = finite_time((double)edge->calls);
        if (!calls_itself(edge)) {
            double share = (inside_loop(e, edge) ? calls * n.left / n.inside : calls) / all;
            e->links[i] = (struct link){finite_time(row->cumtime) * share, finite_time(row->tottime) * share};
        }
    }
}

/* Edges with times: the own time of calls to itself belongs to whoever called the function first. */
static void measure_timed(struct estimate *e, const struct pp_call_row *row)
{
    double repeated = 0, all = 0;
    for (uint32_t i = row->first_edge; i < row->first_edge + row->edge_count; i++) {
        const struct pp_call_edge *edge = &e->p->edges[i];
        *(calls_itself(edge) ? &repeated : &all) += finite_time(calls_itself(edge) ? edge->tottime : edge->cumtime);
    }
    for (uint32_t i = row->first_edge; i < row->first_edge + row->edge_count; i++) {
        const struct pp_call_edge *edge = &e->p->edges[i];
        double time = finite_time(edge->cumtime);
        if (!calls_itself(edge)) {
            e->links[i] = (struct link){time, finite_time(edge->tottime) + repeated * estimate_ratio(time, all)};
        }
    }
}

/* A function without time that calls others (the profiler itself in files of `profile`, callers without a row) lasts as long as they do. */
static void measure_wholes(struct estimate *e)
{
    double *below = pp_calloc(e->p->function_count, sizeof *below);
    for (size_t i = 0; i < e->p->edge_count; i++) {
        below[e->p->edges[i].caller.i] += e->links[i].time;
    }
    for (uint32_t f = 0; f < e->p->function_count; f++) {
        const struct pp_call_row *row = estimate_row(e, f);
        double own = row ? finite_time(row->cumtime) : 0;
        e->whole[f] = own > 0 ? own : below[f];
    }
    pp_free(below);
}

void estimate_measure(struct estimate *e)
{
    for (size_t r = 0; r < e->p->row_count; r++) {
        const struct pp_call_row *row = &e->p->rows[r];
        bool counted = false;
        for (uint32_t i = row->first_edge; i < row->first_edge + row->edge_count; i++) {
            counted = counted || counts_only(&e->p->edges[i]);
        }
        if (counted) {
            measure_counted(e, row);
        } else {
            measure_timed(e, row);
        }
    }
    measure_wholes(e);
}

/* --- roots --- */

/* Per component: whether an edge enters it from outside, and its entry: the function with the largest time, first in the file on a tie. */
struct loops {
    unsigned char *entered;
    uint32_t *entry;
};

static void offer_entry(const struct estimate *e, struct loops *loops, uint32_t f)
{
    uint32_t *best = &loops->entry[e->components.number[f]];
    if (*best == UINT32_MAX || e->whole[f] > e->whole[*best]) {
        *best = f;
    }
}

static void find_loops(const struct estimate *e, struct loops *loops)
{
    const struct pp_profile *p = e->p;
    loops->entered = pp_calloc(e->components.count, 1);
    loops->entry = pp_calloc(e->components.count, sizeof *loops->entry);
    for (size_t i = 0; i < p->edge_count; i++) {
        if (!inside_loop(e, &p->edges[i])) {
            loops->entered[e->components.number[p->edges[i].callee.i]] = 1;
        }
    }
    for (size_t i = 0; i < e->components.count; i++) {
        loops->entry[i] = UINT32_MAX;
    }
    for (size_t r = 0; r < p->row_count; r++) {
        offer_entry(e, loops, p->rows[r].function.i);
    }
    for (uint32_t f = 0; f < p->function_count; f++) {
        offer_entry(e, loops, f);
    }
}

static void add_root(struct estimate *e, uint32_t function, struct link part, bool exact)
{
    double upper = exact ? part.time : e->whole[function];
    estimate_add(e, (struct node){.parent = NO_PARENT,
                                  .function = function,
                                  .time = part.time,
                                  .lower = exact ? part.time : 0,
                                  .upper = upper,
                                  .self = part.self < part.time ? part.self : part.time,
                                  .flags = exact ? 0 : PP_STACK_ESTIMATED});
}

/* What of a function no caller accounts for: cProfile cannot see the frames that were running when it was switched on. */
static struct link unaccounted(const struct estimate *e, const struct pp_call_row *row)
{
    struct link rest = {finite_time(row->cumtime), finite_time(row->tottime)};
    for (uint32_t i = row->first_edge; i < row->first_edge + row->edge_count; i++) {
        rest.time -= e->links[i].time;
        rest.self -= e->links[i].self;
    }
    bool some = rest.time > finite_time(row->cumtime) * 1e-9 && rest.time > e->sum * 1e-6;
    return some ? (struct link){rest.time, finite_time(rest.self)} : (struct link){0, 0};
}

void estimate_add_roots(struct estimate *e)
{
    const struct pp_profile *p = e->p;
    struct loops loops;
    find_loops(e, &loops);
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        uint32_t f = row->function.i, loop = e->components.number[f];
        struct link rest = loops.entered[loop] ? unaccounted(e, row) : (struct link){0, 0};
        if (row->edge_count == 0 || (!loops.entered[loop] && loops.entry[loop] == f)) {
            add_root(e, f, (struct link){e->whole[f], finite_time(row->tottime)}, true);
        } else if (rest.time > 0) {
            add_root(e, f, rest, false);
        }
    }
    for (uint32_t f = 0; f < p->function_count; f++) {
        uint32_t loop = e->components.number[f];
        if (!estimate_row(e, f) && !loops.entered[loop] && loops.entry[loop] == f && e->whole[f] > 0) {
            add_root(e, f, (struct link){e->whole[f], 0}, true);
        }
    }
    pp_free(loops.entered);
    pp_free(loops.entry);
}
