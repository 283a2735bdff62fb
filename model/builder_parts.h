/* The builder's inside, shared by the files builder*.c only. */
#ifndef PP_MODEL_BUILDER_PARTS_H
#define PP_MODEL_BUILDER_PARTS_H

#include "base/intern.h"
#include "base/memory.h"
#include "model/builder.h"

/* Open-addressing set of row numbers. Which rows are equal is the user's business; the hash beside a row spares reading most unequal rows, and all
 * when the set grows. */
struct pp_row_slot {
    uint32_t row; /* + 1; 0: empty */
    uint32_t hash;
};

struct pp_row_set {
    struct pp_row_slot *slots;
    size_t mask; /* slot count - 1; 0: no slots yet */
    size_t count;
};

/* Where a caller was last seen, to find repeated callers of one row in constant time. */
struct pp_caller_seen {
    uint32_t serial; /* row_serial at that time; 0: never */
    uint32_t edge;
};

/* A stack being built. Children are a list while they are few, which keeps a chain of new stacks in consecutive memory; many are found by hash. */
struct pp_stack_node {
    struct pp_stack stack; /* first: finish packs the stacks together in place */
    uint32_t first_child;  /* 0: none; UINT32_MAX: the children stand in stack_set */
    uint32_t next;         /* the parent's next child, 0: none */
};

struct pp_builder {
    struct pp_error error;
    struct pp_where where;
    struct pp_report report;
    unsigned shapes;

    struct pp_arena arena;
    struct pp_intern strings;
    PP_VEC(struct pp_function) functions;
    PP_VEC(struct pp_frame) frames;
    PP_VEC(struct pp_thread) threads;
    PP_VEC(struct pp_metric) metrics;
    PP_VEC(struct pp_meta) metas;
    PP_VEC(uint32_t) named; /* per string: 1 + the first function of that name, 0: none; may be shorter than strings */
    PP_VEC(uint32_t) next_named;    /* per function: 1 + the next of the same name, 0: none */
    struct pp_row_set function_set; /* functions of names that many have */
    struct pp_row_set frame_set, thread_set;

    /* Stacks are rows of one table or the other. As long as all were appended as new ones they need no lists of children: half the memory, and nothing to pack at the end. */
    bool linked;
    PP_VEC(struct pp_stack) appended;
    PP_VEC(struct pp_stack_node) stacks; /* `linked` */
    PP_VEC(int64_t) values;
    struct pp_row_set stack_set;           /* children of stacks that have many */
    PP_VEC(struct pp_stack_bounds) bounds; /* may be shorter than stacks; the rest is exact */
    PP_VEC(struct pp_sample) samples;
    PP_VEC(int64_t) sample_values;
    bool samples_unsorted;
    int64_t start_utc_ns;

    PP_VEC(struct pp_call_row) rows;
    PP_VEC(struct pp_call_edge) edges;
    PP_VEC(uint32_t) row_of; /* per function id; may be shorter than functions */
    PP_VEC(struct pp_caller_seen) seen;
    uint32_t open_row;    /* the row edges go to, UINT32_MAX: none */
    uint32_t row_serial;  /* how many rows were begun: a row begun again is another one */
    bool edges_scattered; /* a row was replaced: edges are regrouped at the end */
    bool totals_given, counts_swapped, sampled_calls;
    int64_t total_calls, total_primitive_calls;
    double total_tottime;
};

/* The slot where `hash` belongs, to probe from; grows the set first so that one more row fits. */
size_t pp_row_set_slot(struct pp_row_set *set, uint32_t hash);
/* False, with the error recorded, when a table has PP_LIMIT_ROWS rows. */
bool pp_builder_room(struct pp_builder *b, size_t count, const char *what);
/* Records an error when a column's absolute values add up past 64 bits: after this, no sum over stacks can overflow. */
void pp_builder_check_sums(struct pp_builder *b);
/* Moves tables into the profile; called by finish. */
void pp_builder_finish_stacks(struct pp_builder *b, struct pp_profile *p);
void pp_builder_finish_calls(struct pp_builder *b, struct pp_profile *p);

#endif
