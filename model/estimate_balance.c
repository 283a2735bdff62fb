/* Proportional attribution counts what runs inside a loop of calls more than once or not at all, and stops at a budget. But the file says for each
 * function how long it ran itself: the self times on the paths are made to add up to that. */
#include <math.h>

#include "model/estimate_parts.h"

/* How far the file's own numbers may disagree (cProfile loses the end of calls that raise: Σ tottime is then less than the roots' cumtime) before
 * a total is not called exact any more. */
static const double DISAGREEMENT = 0.005;
/* Rounding of sums. */
static const double LEAST_DISAGREEMENT = 1e-6;

/* Per function: self time on paths that are certain and on estimated ones, and what the latter should be. */
struct balance {
    struct estimate *e;
    double *certain, *estimated, *wanted;
    double rest; /* of all nodes that were not expanded */
};

static bool is_estimated(const struct node *node)
{
    return node->flags & PP_STACK_ESTIMATED;
}

static double tottime(const struct estimate *e, uint32_t function)
{
    const struct pp_call_row *row = estimate_row(e, function);
    return row ? finite_time(row->tottime) : 0;
}

static void add_up(struct balance *b)
{
    struct estimate *e = b->e;
    for (size_t i = 0; i < e->nodes.count; i++) {
        const struct node *node = &e->nodes.at[i];
        *(is_estimated(node) ? &b->estimated[node->function] : &b->certain[node->function]) += node->self;
        b->rest += node->rest;
    }
}

/* What is missing of the functions stands first of all below nodes that were not expanded. Functions on no path at all are nowhere else. */
static void find_wanted(struct balance *b)
{
    const struct estimate *e = b->e;
    double nowhere = 0, missing = 0;
    for (uint32_t f = 0; f < e->p->function_count; f++) {
        double gap = tottime(e, f) - b->certain[f] - b->estimated[f];
        missing += gap > 0 && b->estimated[f] > 0 ? gap : 0;
        nowhere += gap > 0 && b->estimated[f] <= 0 ? gap : 0;
    }
    double rest = b->rest < nowhere + missing ? b->rest : nowhere + missing;
    double of_nowhere = nowhere > 0 ? (rest < nowhere ? rest : nowhere) / nowhere : 0;
    double of_missing = missing > 0 && rest > nowhere ? (rest - nowhere) / missing : 0;
    for (uint32_t f = 0; f < e->p->function_count; f++) {
        double gap = tottime(e, f) - b->certain[f] - b->estimated[f];
        double hidden = gap > 0 ? gap * (b->estimated[f] > 0 ? of_missing : of_nowhere) : 0;
        double wanted = tottime(e, f) - b->certain[f] - hidden;
        b->wanted[f] = wanted > 0 ? wanted : 0;
    }
    double scale = estimate_ratio(rest, b->rest);
    for (size_t i = 0; i < e->nodes.count; i++) {
        e->nodes.at[i].rest *= scale;
    }
}

static void scale_self(struct balance *b)
{
    struct estimate *e = b->e;
    for (size_t i = 0; i < e->nodes.count; i++) {
        struct node *node = &e->nodes.at[i];
        if (is_estimated(node) && b->estimated[node->function] > 0) {
            node->self *= estimate_ratio(b->wanted[node->function], b->estimated[node->function]);
        }
    }
}

/* --- known totals --- */

/* The estimated paths below one exact one, whose total the file gives: they have to share what it leaves them. */
struct groups {
    uint32_t *of;          /* per node: the nearest exact node above it, or NO_PARENT */
    double *room, *filled; /* per node: what its group should have, and has */
};

static bool in_group(const struct groups *g, const struct estimate *e, size_t node)
{
    return g->of[node] != NO_PARENT && is_estimated(&e->nodes.at[node]);
}

static void groups_init(struct groups *g, const struct estimate *e)
{
    g->of = pp_calloc(e->nodes.count, sizeof *g->of);
    g->room = pp_calloc(e->nodes.count, sizeof *g->room);
    g->filled = pp_calloc(e->nodes.count, sizeof *g->filled);
    double unused = 0;
    for (uint32_t i = 0; i < e->nodes.count; i++) {
        const struct node *node = &e->nodes.at[i];
        uint32_t above = node->parent;
        above = above != NO_PARENT && is_estimated(&e->nodes.at[above]) ? g->of[above] : above;
        g->of[i] = above;
        if (is_estimated(node)) {
            *(above == NO_PARENT ? &unused : &g->room[above]) -= node->rest;
            continue;
        }
        /* What a loop's entry takes itself when called from inside is known where it has one place only. */
        bool open = e->in_loop[node->function] && !e->at_one_place[node->function];
        g->room[i] += open ? -node->time : node->time - node->self;
        if (above != NO_PARENT) {
            g->room[above] -= node->time;
        }
    }
}

static void fill_groups(struct groups *g, struct estimate *e)
{
    for (size_t i = 0; i < e->nodes.count; i++) {
        g->filled[i] = 0;
    }
    for (size_t i = 0; i < e->nodes.count; i++) {
        if (in_group(g, e, i)) {
            g->filled[g->of[i]] += e->nodes.at[i].self;
        }
    }
    for (size_t i = 0; i < e->nodes.count; i++) {
        uint32_t top = g->of[i];
        if (in_group(g, e, i) && g->filled[top] > 0 && g->room[top] > 0) {
            e->nodes.at[i].self *= estimate_ratio(g->room[top], g->filled[top]);
        }
    }
}

/* Self times have to add up to tottimes, and to the totals of exact paths. Scaling for the one and for the other in turn comes near to both, wherever the
 * numbers of the file allow it. */
static void fit_groups(struct balance *b)
{
    enum { ROUNDS = 20 };
    struct estimate *e = b->e;
    struct groups g;
    groups_init(&g, e);
    for (unsigned round = 0; round < ROUNDS; round++) {
        fill_groups(&g, e);
        for (uint32_t f = 0; f < e->p->function_count; f++) {
            b->estimated[f] = 0;
        }
        for (size_t i = 0; i < e->nodes.count; i++) {
            const struct node *node = &e->nodes.at[i];
            b->estimated[node->function] += is_estimated(node) ? node->self : 0;
        }
        scale_self(b);
    }
    pp_free(g.of);
    pp_free(g.room);
    pp_free(g.filled);
}

/* What stands on no estimated path: on the certain ones of the function if there are any, else it becomes a root of its own. */
static void place_missing(struct balance *b)
{
    struct estimate *e = b->e;
    size_t count = e->nodes.count;
    for (size_t i = 0; i < count; i++) {
        struct node *node = &e->nodes.at[i];
        uint32_t f = node->function;
        if (!is_estimated(node) && b->estimated[f] <= 0 && b->certain[f] > 0) {
            node->self *= estimate_ratio(b->certain[f] + b->wanted[f], b->certain[f]);
        }
    }
    for (uint32_t f = 0; f < e->p->function_count; f++) {
        if (b->estimated[f] <= 0 && b->certain[f] <= 0 && b->wanted[f] > e->sum * 1e-9) {
            double upper = b->wanted[f] > e->whole[f] ? b->wanted[f] : e->whole[f];
            estimate_add(e, (struct node){.parent = NO_PARENT,
                                          .function = f,
                                          .time = b->wanted[f],
                                          .upper = upper,
                                          .self = b->wanted[f],
                                          .flags = PP_STACK_ESTIMATED});
        }
    }
}

/* Numbers of the file that contradict each other (certain paths that give a function more than its tottime) leave a difference: all take part in it. */
static void keep_sum(struct estimate *e)
{
    double drawn = 0;
    for (size_t i = 0; i < e->nodes.count; i++) {
        drawn += e->nodes.at[i].self + e->nodes.at[i].rest;
    }
    for (size_t i = 0; drawn > 0 && i < e->nodes.count; i++) {
        e->nodes.at[i].self *= estimate_ratio(e->sum, drawn);
        e->nodes.at[i].rest *= estimate_ratio(e->sum, drawn);
    }
}

/* How far totals may move: a few times of what the file itself is from adding up, as Σ tottime and the times of the roots should be the same. */
static double allowed_move(const struct estimate *e)
{
    double roots = 0;
    for (size_t i = 0; i < e->nodes.count; i++) {
        roots += e->nodes.at[i].parent == NO_PARENT ? e->nodes.at[i].time : 0;
    }
    double part = e->sum > 0 ? 4 * fabs(roots - e->sum) / e->sum : 0;
    return part < LEAST_DISAGREEMENT ? LEAST_DISAGREEMENT : part < DISAGREEMENT ? part : DISAGREEMENT;
}

/* Totals moved with the self times: bounds hold them, and a total that moved farther than the file's numbers disagree is exact no more. */
static void mend_bounds(struct estimate *e)
{
    double *totals = pp_calloc(e->nodes.count, sizeof *totals);
    double allowed = allowed_move(e);
    for (size_t i = e->nodes.count; i-- > 0;) {
        struct node *node = &e->nodes.at[i];
        totals[i] += node->self + node->rest;
        if (node->parent != NO_PARENT) {
            totals[node->parent] += totals[i];
        }
        double moved = fabs(totals[i] - node->time);
        if (!is_estimated(node) && moved > allowed * node->time) {
            node->flags |= PP_STACK_ESTIMATED;
            node->lower = moved > DISAGREEMENT * node->time ? 0 : node->lower;
        }
        node->lower = node->lower < totals[i] ? node->lower : totals[i];
        node->upper = node->upper > totals[i] ? node->upper : totals[i];
    }
    pp_free(totals);
}

void estimate_balance(struct estimate *e)
{
    struct balance b = {.e = e};
    double **tables[] = {&b.certain, &b.estimated, &b.wanted};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        *tables[i] = pp_calloc(e->p->function_count, sizeof(double));
    }
    add_up(&b);
    find_wanted(&b);
    scale_self(&b);
    fit_groups(&b);
    place_missing(&b);
    keep_sum(e);
    mend_bounds(e);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(*tables[i]);
    }
}
