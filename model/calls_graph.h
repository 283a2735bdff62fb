/* A CALLS profile as a graph that can be changed: rows with lists of edges in both directions, from which functions can be taken out. */
#ifndef PP_MODEL_CALLS_GRAPH_H
#define PP_MODEL_CALLS_GRAPH_H

#include "base/arena.h"
#include "base/error.h"
#include "model/profile.h"

/* Adjacency: the functions that f calls (or is called by) are to[first[f]] … to[first[f + 1] - 1], in edge order. */
struct calls_links {
    uint32_t *first, *to;
};
void calls_links_init(struct calls_links *links, const struct pp_profile *p, bool callees);
void calls_links_free(struct calls_links *links);

struct graph_edge {
    struct pp_call_edge edge;                         /* ids of the profile */
    struct graph_edge *next_caller, *previous_caller; /* the callee's list, in order */
    struct graph_edge *next_callee;                   /* the caller's list */
    bool gone;
};

struct graph_row {
    struct pp_call_row row;
    struct graph_edge *callers, *last_caller; /* in file order, new ones last */
    struct graph_edge *callees;
    bool gone;
};

struct calls_graph {
    const struct pp_profile *profile;
    struct pp_arena arena;
    struct graph_row *rows; /* one per row of the profile */
    size_t row_count;
    size_t edge_count;         /* made so far */
    struct graph_edge **slots; /* hash of (callee, caller) -> edge, in use or gone */
    size_t mask;
};

/* The graph of the functions with keep[function] != 0 and the edges between them. */
void calls_graph_init(struct calls_graph *graph, const struct pp_profile *p, const unsigned char *keep);
/* Takes out the functions with hidden[function] != 0: the self time of each of their edges goes to the caller, their callees become the
 * callers' callees, shared out by the time of the edges (noted in *report when there was more than one caller). A hidden function without callers
 * takes its own self time with it. False and *err when the edges multiply past a limit. */
bool calls_graph_hide(struct calls_graph *graph, const unsigned char *hidden, struct pp_report *report,
                      struct pp_error *err);
void calls_graph_free(struct calls_graph *graph);

#endif
