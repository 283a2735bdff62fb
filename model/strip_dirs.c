/* pstats' strip_dirs: files lose their directories, rows that become equal are added. */
#include "base/memory.h"
#include "model/calls_sum.h"
#include "model/filter.h"
#include "model/filter_parts.h"

/* The functions of the profile under their stripped names, as ids of the builder; owned by the caller. */
static uint32_t *stripped_functions(const struct pp_profile *p, struct pp_builder *b)
{
    uint32_t *ids = pp_calloc(p->function_count, sizeof *ids);
    for (size_t i = 0; i < p->function_count; i++) {
        struct pp_function f = p->functions[i];
        f.name = pp_builder_string(b, pp_profile_str(p, f.name));
        f.file = pp_builder_string(b, pp_str_basename(pp_profile_str(p, f.file)));
        f.module = pp_builder_string(b, pp_profile_str(p, f.module));
        ids[i] = pp_builder_function(b, &f).i;
    }
    return ids;
}

/* The callers of a row under their new names: two that become equal are one dictionary key, the later value in the earlier place. */
struct caller_dict {
    PP_VEC(struct pp_call_edge) edges;
    uint32_t *place; /* per builder function: index into edges + 1 of this round */
    uint32_t *round;
    uint32_t now;
};

static void set_caller(struct caller_dict *dict, const struct pp_call_edge *edge)
{
    uint32_t caller = edge->caller.i;
    if (dict->round[caller] != dict->now) {
        dict->round[caller] = dict->now;
        dict->place[caller] = (uint32_t)dict->edges.count;
        (void)PP_PUSH(&dict->edges);
    }
    dict->edges.at[dict->place[caller]] = *edge;
}

void filter_strip_calls(const struct pp_profile *p, struct pp_builder *b)
{
    uint32_t *ids = stripped_functions(p, b);
    struct calls_sum sum = {
        .calls = p->total_calls, .primitive_calls = p->total_primitive_calls, .tottime = p->total_tottime};
    struct caller_dict dict = {.place = pp_calloc(p->function_count, sizeof(uint32_t)),
                               .round = pp_calloc(p->function_count, sizeof(uint32_t))};
    for (size_t r = 0; r < p->row_count; r++) {
        struct pp_call_row row = p->rows[r];
        dict.now = (uint32_t)r + 1;
        dict.edges.count = 0;
        for (uint32_t e = 0; e < row.edge_count; e++) {
            struct pp_call_edge edge = p->edges[row.first_edge + e];
            edge.caller.i = ids[edge.caller.i];
            set_caller(&dict, &edge);
        }
        row.function.i = ids[row.function.i];
        calls_sum_add(&sum, &row, dict.edges.at, dict.edges.count, true);
    }
    calls_sum_finish(&sum, b);
    pp_free(dict.edges.at);
    pp_free(dict.place);
    pp_free(dict.round);
    pp_free(ids);
}

struct pp_profile *pp_filter_strip_dirs(const struct pp_profile *p, struct pp_error *err)
{
    struct pp_filter filter = {.strip_dirs = true};
    return pp_filter_apply(p, &filter, NULL, NULL, err);
}
