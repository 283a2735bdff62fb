/* Totals and ordered children of a STACKS profile, computed without recursion. */
#ifndef PP_MODEL_TREE_H
#define PP_MODEL_TREE_H

#include "model/profile.h"

/* Self and total of every stack for one metric, and children lists. Owned by the caller: pp_tree_free. */
struct pp_tree {
    const struct pp_profile *profile;
    size_t metric;
    int64_t *total;        /* per stack: self and below; total[0] is the profile's sum; saturates at INT64_MAX / MIN */
    uint32_t *first_child; /* per stack: index into children; stack_count + 1 entries */
    uint32_t *children;    /* stack ids grouped by parent */
};

enum pp_tree_order {
    PP_TREE_BY_ID,   /* order of first appearance */
    PP_TREE_BY_NAME, /* function name, then file, line, column, id: flame graphs; stable whatever the input's order */
    PP_TREE_BY_TOTAL /* largest total first, then as by name */
};

void pp_tree_init(struct pp_tree *tree, const struct pp_profile *p, size_t metric, enum pp_tree_order order);
void pp_tree_free(struct pp_tree *tree);
/* Walks the tree depth first without recursion: children in the tree's order. */
struct pp_walk {
    const struct pp_tree *tree;
    uint32_t *next_child; /* per stack: index into children; NULL before pp_walk_init */
    uint32_t stack;       /* where the walk stands */
    uint32_t depth;       /* of `stack`: 0 for the root */
    bool entering;        /* true: first visit; false: leaving after all below was visited */
    bool started;
};
void pp_walk_init(struct pp_walk *walk, const struct pp_tree *tree);
/* Moves to the next event (every stack is entered once and left once, the root included); false when all is done. */
bool pp_walk_next(struct pp_walk *walk);
/* While entering: do not go below this stack (the next event is its leaving). */
void pp_walk_prune(struct pp_walk *walk);
void pp_walk_free(struct pp_walk *walk);
/* Orders two frames by function name, file, line, column, flags: <0, 0, >0. Equal only for equal rows. */
int pp_frame_compare(const struct pp_profile *p, pp_frame_id a, pp_frame_id b);

/* Per function: self and total over all stacks; a function counts once per stack however often it recurs. Arrays of
 * function_count entries in the unit of the metric. Owned by the caller. */
struct pp_function_sums {
    int64_t *self, *total;
    int64_t sum; /* of the whole profile */
};
void pp_function_sums_init(struct pp_function_sums *sums, const struct pp_profile *p, size_t metric);
/* The same per group of functions, group[function] of `group_count`: a group counts once per stack however many of its functions are on it. */
void pp_group_sums_init(struct pp_function_sums *sums, const struct pp_profile *p, size_t metric, const uint32_t *group,
                        size_t group_count);
void pp_function_sums_free(struct pp_function_sums *sums);

#endif
