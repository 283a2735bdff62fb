/* What is odd in a profile of calls (that yappi swapped its counts, the reader has noted already). None of it is an error: such
 * files exist and are read; but who ranks by them should know. */
#include <math.h>

#include "analyze/facts.h"
#include "model/label.h"

/* Sums of floating point are compared with this much room, relative and in seconds. */
static bool exceeds(double a, double b)
{
    return a > b + 1e-9 + fabs(b) * 1e-9;
}

static void note_function(struct facts *facts, const char *what, pp_function_id id)
{
    struct pp_arena arena = {0};
    facts_note(facts, what, pp_label_standard(&arena, facts->input->profile, id));
    pp_arena_free(&arena);
}

static void check_row(struct facts *facts, const struct pp_call_row *row)
{
    if (row->primitive_calls > row->calls) {
        note_function(facts, "functions with more primitive calls than calls", row->function);
    }
    if (row->calls < 0 || row->primitive_calls < 0) {
        note_function(facts, "functions with a negative number of calls", row->function);
    }
    if (row->tottime < 0 || row->cumtime < 0) {
        note_function(facts, "functions with a negative time", row->function);
    }
    if (!isfinite(row->tottime) || !isfinite(row->cumtime)) {
        note_function(facts, "functions with a time that is no finite number", row->function);
    }
    if (exceeds(row->tottime, row->cumtime)) {
        note_function(facts, "functions with more tottime than cumtime", row->function);
    }
    /* Python 3.15's sampler has samples there: those with the function on the stack, and in it. */
    facts->recursive_functions += !facts->input->profile->sampled_calls && row->calls != row->primitive_calls;
}

static void check_edge(struct facts *facts, const struct pp_call_row *row, const struct pp_call_edge *edge)
{
    const struct pp_profile *p = facts->input->profile;
    if (p->row_of[edge->caller.i] == UINT32_MAX) {
        note_function(facts, "callers that have no row of their own", edge->caller);
    }
    if (edge->flags & PP_EDGE_COUNT_ONLY) {
        return;
    }
    if (exceeds(edge->cumtime, row->cumtime)) {
        note_function(facts, "callers that give a function more cumtime than it has", row->function);
    }
    if (edge->tottime < 0 || edge->cumtime < 0) {
        note_function(facts, "callers that give a function a negative time", row->function);
    }
}

void facts_check_calls(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    size_t roots = 0;
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        check_row(facts, row);
        roots += row->edge_count == 0;
        for (uint32_t e = row->first_edge; e < row->first_edge + row->edge_count; e++) {
            check_edge(facts, row, &p->edges[e]);
        }
    }
    if (p->row_count == 0) {
        facts_note(facts, "the profile holds no function", PP_STR(""));
    } else if (roots == 0) {
        facts_note(facts, "every function has a caller: there is no root", PP_STR(""));
    }
}
