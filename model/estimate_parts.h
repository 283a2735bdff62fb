/* What the files of the estimate share. Times are seconds. */
#ifndef PP_MODEL_ESTIMATE_PARTS_H
#define PP_MODEL_ESTIMATE_PARTS_H

#include "base/memory.h"
#include "model/calls_graph.h"
#include "model/components.h"

#define NO_PARENT UINT32_MAX

/* A function on a path. Parents stand before children. */
struct node {
    uint32_t parent, function;
    double time;         /* total on this path, in proportion */
    double lower, upper; /* of it */
    double self;         /* of the function, without what it calls */
    double rest;         /* PP_STACK_BUDGET_CUT: what is below, not told apart */
    uint32_t flags;      /* enum pp_stack_flag */
};

/* What the file says about the calls of one function by another, made fit for sharing out. */
struct link {
    double time; /* cumulative time of the callee under this caller */
    double self; /* of that, the callee's own */
};

struct estimate {
    const struct pp_profile *p;
    PP_VEC(struct node) nodes;
    PP_VEC(uint32_t) heap; /* nodes to expand, largest time first, then lowest number */
    struct calls_links callees;
    struct components components;
    uint32_t *out_edges; /* per callees.to entry: the edge */
    struct link *links;  /* per edge */
    double *whole;       /* per function: its cumulative time, or that of what it calls where it has none of its own */
    bool *in_loop;       /* per function: it and others call each other */
    bool *at_one_place;  /* per function: all its calls stand at one place of the tree */
    uint32_t *on_path;   /* scratch: function -> number of the node being expanded + 1 */
    size_t max_nodes;
    double least, sum;
};

/* `value` if it is a positive number, else 0. */
static inline double finite_time(double value)
{
    return value > 0 && value <= 1e300 ? value : 0;
}

/* part / whole, 0 where there is no whole; finite also where that is so small that the quotient is not. */
static inline double estimate_ratio(double part, double whole)
{
    double ratio = whole > 0 ? part / whole : 0;
    return ratio <= 1e300 ? ratio : 1e300;
}

static inline const struct pp_call_row *estimate_row(const struct estimate *e, uint32_t function)
{
    uint32_t row = e->p->row_of[function];
    return row == UINT32_MAX ? NULL : &e->p->rows[row];
}

/* Fills links and whole. */
void estimate_measure(struct estimate *e);
/* Adds the roots: functions nobody calls, entries of loops nobody enters, and what no caller accounts for. */
void estimate_add_roots(struct estimate *e);
/* Fills at_one_place and in_loop; the nodes are the roots. */
void estimate_find_places(struct estimate *e);
/* Appends a node and returns its number. */
uint32_t estimate_add(struct estimate *e, struct node node);
/* Makes the self times of every function add up to its tottime, and the bounds hold the totals. */
void estimate_balance(struct estimate *e);

#endif
