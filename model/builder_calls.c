/* The builder's CALLS half: rows and edges in file order, with a Python dictionary's meaning of repeated keys. */
#include "base/number.h"
#include "model/builder.h"
#include "model/builder_parts.h"

void pp_builder_calls(struct pp_builder *b)
{
    b->shapes |= PP_SHAPE_CALLS;
}

void pp_builder_expect_calls(struct pp_builder *b, size_t functions, size_t edges)
{
    pp_intern_expect(&b->strings, functions);
    PP_RESERVE(&b->functions, functions);
    PP_RESERVE(&b->next_named, functions);
    PP_RESERVE(&b->named, functions);
    PP_RESERVE(&b->rows, functions);
    PP_RESERVE(&b->row_of, functions);
    PP_RESERVE(&b->edges, edges);
}

static void reach_row_of(struct pp_builder *b, uint32_t function)
{
    while (b->row_of.count <= function) {
        *PP_PUSH(&b->row_of) = UINT32_MAX;
    }
}

void pp_builder_row(struct pp_builder *b, const struct pp_call_row *row)
{
    pp_builder_calls(b);
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->rows.count, "functions")) {
        return;
    }
    reach_row_of(b, row->function.i);
    uint32_t number = b->row_of.at[row->function.i];
    if (number == UINT32_MAX) {
        number = (uint32_t)b->rows.count;
        b->row_of.at[row->function.i] = number;
        *PP_PUSH(&b->rows) = *row;
    } else {
        /* The edges of the row it replaces stay behind unused until finish regroups. */
        b->edges_scattered = true;
        b->rows.at[number] = *row;
    }
    b->rows.at[number].first_edge = (uint32_t)b->edges.count;
    b->rows.at[number].edge_count = 0;
    b->open_row = number;
    b->row_serial++;
}

/* Rows with few callers, which most are, are searched; those with more are looked up in `seen`, a table that is read at random. */
enum { FEW_CALLERS = 8 };

static void mark_seen(struct pp_builder *b, uint32_t caller, uint32_t edge)
{
    while (b->seen.count <= caller) {
        *PP_PUSH(&b->seen) = (struct pp_caller_seen){0, 0};
    }
    b->seen.at[caller] = (struct pp_caller_seen){b->row_serial, edge};
}

/* The edge of the open row from `caller`, or NULL. */
static struct pp_call_edge *known_edge(struct pp_builder *b, const struct pp_call_row *row, uint32_t caller)
{
    if (row->edge_count <= FEW_CALLERS) {
        for (uint32_t e = row->first_edge; e < row->first_edge + row->edge_count; e++) {
            if (b->edges.at[e].caller.i == caller) {
                return &b->edges.at[e];
            }
        }
        return NULL;
    }
    bool known = caller < b->seen.count && b->seen.at[caller].serial == b->row_serial;
    return known ? &b->edges.at[b->seen.at[caller].edge] : NULL;
}

static struct pp_call_edge *new_edge(struct pp_builder *b, struct pp_call_row *row, uint32_t caller)
{
    uint32_t number = (uint32_t)b->edges.count;
    if (row->edge_count == FEW_CALLERS) {
        for (uint32_t e = row->first_edge; e < number; e++) {
            mark_seen(b, b->edges.at[e].caller.i, e);
        }
    }
    if (row->edge_count >= FEW_CALLERS) {
        mark_seen(b, caller, number);
    }
    row->edge_count++;
    return PP_PUSH(&b->edges);
}

void pp_builder_edge(struct pp_builder *b, const struct pp_call_edge *edge)
{
    if (!pp_builder_ok(b) || b->open_row == UINT32_MAX || !pp_builder_room(b, b->edges.count, "edges")) {
        return;
    }
    struct pp_call_row *row = &b->rows.at[b->open_row];
    struct pp_call_edge *slot = known_edge(b, row, edge->caller.i);
    slot = slot ? slot : new_edge(b, row, edge->caller.i);
    *slot = *edge;
    slot->callee = row->function;
}

const struct pp_call_row *pp_builder_row_of(const struct pp_builder *b, pp_function_id function)
{
    uint32_t number = function.i < b->row_of.count ? b->row_of.at[function.i] : UINT32_MAX;
    return number == UINT32_MAX ? NULL : &b->rows.at[number];
}

void pp_builder_copy_edges(struct pp_builder *b, pp_function_id from)
{
    const struct pp_call_row *row = pp_builder_row_of(b, from);
    for (uint32_t e = 0; row && e < row->edge_count; e++) {
        struct pp_call_edge edge = b->edges.at[row->first_edge + e];
        pp_builder_edge(b, &edge);
        row = pp_builder_row_of(b, from);
    }
}

void pp_builder_swap_counts(struct pp_builder *b)
{
    for (size_t i = 0; i < b->rows.count; i++) {
        int64_t calls = b->rows.at[i].primitive_calls;
        b->rows.at[i].primitive_calls = b->rows.at[i].calls;
        b->rows.at[i].calls = calls;
    }
    b->counts_swapped = true;
}

void pp_builder_totals(struct pp_builder *b, int64_t calls, int64_t primitive_calls, double tottime)
{
    b->totals_given = true;
    b->total_calls = calls;
    b->total_primitive_calls = primitive_calls;
    b->total_tottime = tottime;
}

void pp_builder_counts_swapped(struct pp_builder *b)
{
    b->counts_swapped = true;
}

void pp_builder_sampled_calls(struct pp_builder *b)
{
    b->sampled_calls = true;
}

/* Totals of call counts saturate: Python's do not overflow, and a header line is no reason to refuse a file. */
static void add_totals(struct pp_builder *b)
{
    for (size_t i = 0; i < b->rows.count; i++) {
        const struct pp_call_row *row = &b->rows.at[i];
        b->total_calls = pp_add_saturating(b->total_calls, row->calls);
        b->total_primitive_calls = pp_add_saturating(b->total_primitive_calls, row->primitive_calls);
        b->total_tottime += row->tottime;
    }
}

/* Copies the edges in use in the order of the rows. */
static void regroup_edges(struct pp_builder *b)
{
    PP_VEC(struct pp_call_edge) grouped = {0};
    for (size_t i = 0; i < b->rows.count; i++) {
        struct pp_call_row *row = &b->rows.at[i];
        size_t first = grouped.count;
        for (uint32_t e = 0; e < row->edge_count; e++) {
            *PP_PUSH(&grouped) = b->edges.at[row->first_edge + e];
        }
        row->first_edge = (uint32_t)first;
    }
    pp_free(b->edges.at);
    b->edges.at = grouped.at;
    b->edges.count = grouped.count;
    b->edges.capacity = grouped.capacity;
}

void pp_builder_finish_calls(struct pp_builder *b, struct pp_profile *p)
{
    if (!(b->shapes & PP_SHAPE_CALLS)) {
        return;
    }
    if (!b->totals_given) {
        add_totals(b);
    }
    if (b->edges_scattered) {
        regroup_edges(b);
    }
    reach_row_of(b, (uint32_t)b->functions.count - 1);
    p->rows = b->rows.at;
    p->row_count = b->rows.count;
    p->edges = b->edges.at;
    p->edge_count = b->edges.count;
    p->row_of = b->row_of.at;
    p->total_calls = b->total_calls;
    p->total_primitive_calls = b->total_primitive_calls;
    p->total_tottime = b->total_tottime;
    p->counts_swapped = b->counts_swapped;
    p->sampled_calls = b->sampled_calls;
    b->rows.at = NULL;
    b->edges.at = NULL;
    b->row_of.at = NULL;
}
