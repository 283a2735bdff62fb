#include "model/calls_sum.h"

#include "base/intern.h"
#include "base/number.h"

void calls_sum_count(struct calls_sum *sum, int64_t *cell, int64_t value)
{
    sum->overflow |= !pp_add_i64(*cell, value, cell);
}

static uint32_t row_for(struct calls_sum *sum, pp_function_id function, bool *is_new)
{
    while (sum->row_of.count <= function.i) {
        *PP_PUSH(&sum->row_of) = 0;
    }
    *is_new = !sum->row_of.at[function.i];
    if (*is_new) {
        *PP_PUSH(&sum->rows) = (struct sum_row){{.function = function}, UINT32_MAX, UINT32_MAX};
        sum->row_of.at[function.i] = (uint32_t)sum->rows.count;
    }
    return sum->row_of.at[function.i] - 1;
}

static uint64_t hash_pair(uint32_t row, uint32_t caller)
{
    return pp_hash_u64((uint64_t)row << 32 | caller);
}

static void grow_slots(struct calls_sum *sum)
{
    size_t size = sum->slots ? (sum->mask + 1) * 2 : 256;
    uint32_t *slots = pp_calloc(size, sizeof *slots);
    for (size_t e = 0; e < sum->edges.count; e++) {
        size_t at = hash_pair(sum->edges.at[e].row, sum->edges.at[e].edge.caller.i) & (size - 1);
        while (slots[at]) {
            at = (at + 1) & (size - 1);
        }
        slots[at] = (uint32_t)e + 1;
    }
    pp_free(sum->slots);
    sum->slots = slots;
    sum->mask = size - 1;
}

static void append_edge(struct calls_sum *sum, uint32_t row, const struct pp_call_edge *edge)
{
    uint32_t number = (uint32_t)sum->edges.count;
    *PP_PUSH(&sum->edges) = (struct sum_edge){*edge, UINT32_MAX, row};
    struct sum_row *r = &sum->rows.at[row];
    if (r->first == UINT32_MAX) {
        r->first = number;
    } else {
        sum->edges.at[r->last].next = number;
    }
    r->last = number;
}

/* The slot of the row's edge from `caller`, or the empty slot where it belongs. */
static uint32_t *edge_slot(struct calls_sum *sum, uint32_t row, uint32_t caller)
{
    if (!sum->slots || sum->edges.count * 8 >= (sum->mask + 1) * 5) {
        grow_slots(sum);
    }
    size_t at = hash_pair(row, caller) & sum->mask;
    for (; sum->slots[at]; at = (at + 1) & sum->mask) {
        const struct sum_edge *known = &sum->edges.at[sum->slots[at] - 1];
        if (known->row == row && known->edge.caller.i == caller) {
            break;
        }
    }
    return &sum->slots[at];
}

static void add_edge(struct calls_sum *sum, uint32_t row, const struct pp_call_edge *edge)
{
    uint32_t *slot = edge_slot(sum, row, edge->caller.i);
    if (!*slot) {
        *slot = (uint32_t)sum->edges.count + 1;
        append_edge(sum, row, edge);
        return;
    }
    struct pp_call_edge *known = &sum->edges.at[*slot - 1].edge;
    calls_sum_count(sum, &known->calls, edge->calls);
    calls_sum_count(sum, &known->primitive_calls, edge->primitive_calls);
    /* The order of addition is pstats': the new file's number first. */
    known->tottime = edge->tottime + known->tottime;
    known->cumtime = edge->cumtime + known->cumtime;
    known->flags &= edge->flags;
}

void calls_sum_add(struct calls_sum *sum, const struct pp_call_row *row, const struct pp_call_edge *edges, size_t count,
                   bool as_is)
{
    bool is_new;
    uint32_t number = row_for(sum, row->function, &is_new);
    struct pp_call_row *into = &sum->rows.at[number].row;
    if (is_new && as_is) {
        *into = *row;
    } else {
        calls_sum_count(sum, &into->primitive_calls, row->primitive_calls);
        calls_sum_count(sum, &into->calls, row->calls);
        into->tottime = row->tottime + into->tottime;
        into->cumtime = row->cumtime + into->cumtime;
    }
    for (size_t e = 0; e < count; e++) {
        add_edge(sum, number, &edges[e]);
    }
}

/* To the nearest whole number, half away from 0. What was called is not said never to have been. */
static void divide_count(int64_t *count, int64_t by, bool *exact)
{
    int64_t quotient = *count / by, rest = *count % by;
    *exact &= rest == 0;
    quotient += rest >= by - rest ? 1 : rest <= -by - rest ? -1 : 0;
    *count = *count > 0 && quotient == 0 ? 1 : quotient;
}

bool calls_sum_divide(struct calls_sum *sum, uint64_t divisor)
{
    bool exact = true;
    int64_t by = (int64_t)divisor;
    if (divisor <= 1) {
        return true;
    }
    sum->calls = sum->primitive_calls = 0;
    for (size_t r = 0; r < sum->rows.count; r++) {
        struct pp_call_row *row = &sum->rows.at[r].row;
        divide_count(&row->calls, by, &exact);
        divide_count(&row->primitive_calls, by, &exact);
        row->tottime /= (double)divisor;
        row->cumtime /= (double)divisor;
        calls_sum_count(sum, &sum->calls, row->calls);
        calls_sum_count(sum, &sum->primitive_calls, row->primitive_calls);
    }
    for (size_t e = 0; e < sum->edges.count; e++) {
        struct pp_call_edge *edge = &sum->edges.at[e].edge;
        divide_count(&edge->calls, by, &exact);
        divide_count(&edge->primitive_calls, by, &exact);
        edge->tottime /= (double)divisor;
        edge->cumtime /= (double)divisor;
    }
    sum->tottime /= (double)divisor;
    return exact;
}

void calls_sum_free(struct calls_sum *sum)
{
    pp_free(sum->rows.at);
    pp_free(sum->edges.at);
    pp_free(sum->row_of.at);
    pp_free(sum->slots);
    *sum = (struct calls_sum){0};
}

void calls_sum_finish(struct calls_sum *sum, struct pp_builder *b)
{
    pp_builder_calls(b);
    for (size_t r = 0; r < sum->rows.count; r++) {
        pp_builder_row(b, &sum->rows.at[r].row);
        for (uint32_t e = sum->rows.at[r].first; e != UINT32_MAX; e = sum->edges.at[e].next) {
            pp_builder_edge(b, &sum->edges.at[e].edge);
        }
    }
    pp_builder_totals(b, sum->calls, sum->primitive_calls, sum->tottime);
    if (sum->overflow) {
        pp_builder_fail(b, PP_LIMIT, "call counts add up past 64 bits");
    }
    calls_sum_free(sum);
}
