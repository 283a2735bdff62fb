#include "analyze/stat_table.h"

#include "base/text.h"
#include "model/label.h"

void stat_table_init(struct stat_table *t, const struct pp_profile *p)
{
    *t = (struct stat_table){.profile = p, .rows = p->rows, .row_count = p->row_count};
    t->order = pp_calloc(p->row_count, sizeof *t->order);
    stat_table_reset(t);
}

void stat_table_free(struct stat_table *t)
{
    pp_free(t->labels);
    pp_free(t->order);
    pp_arena_free(&t->arena);
    *t = (struct stat_table){0};
}

void stat_table_reset(struct stat_table *t)
{
    t->count = t->row_count;
    t->sorted = false;
    for (size_t i = 0; i < t->row_count; i++) {
        t->order[i] = (uint32_t)i;
    }
}

/* A table for all rows is not made for the few that a short list shows. */
enum { FEW_LABELS = 64 };

struct pp_str stat_label(struct stat_table *t, uint32_t row)
{
    if (!t->labels && t->count <= FEW_LABELS) {
        return pp_label_standard(&t->arena, t->profile, t->rows[row].function);
    }
    if (!t->labels) {
        t->labels = pp_calloc(t->row_count, sizeof *t->labels);
    }
    if (!t->labels[row].data) {
        t->labels[row] = pp_label_standard(&t->arena, t->profile, t->rows[row].function);
    }
    return t->labels[row];
}

struct pp_str stat_function_label(struct stat_table *t, pp_function_id function)
{
    uint32_t row = t->profile->row_of[function.i];
    return row == UINT32_MAX ? pp_label_standard(&t->arena, t->profile, function) : stat_label(t, row);
}

size_t stat_longest_label(struct stat_table *t)
{
    size_t longest = 0;
    for (size_t i = 0; i < t->row_count; i++) {
        size_t len = pp_utf8_count(stat_label(t, (uint32_t)i));
        longest = len > longest ? len : longest;
    }
    return longest;
}

void stat_callees_init(struct stat_callees *c, const struct stat_table *t)
{
    const struct pp_profile *p = t->profile;
    PP_VEC(uint32_t) found = {0};
    bool *wanted = pp_calloc(p->function_count, sizeof *wanted);
    for (size_t i = 0; i < t->count; i++) {
        wanted[t->rows[t->order[i]].function.i] = true;
    }
    c->first = pp_calloc(p->function_count + 2, sizeof *c->first);
    for (size_t e = 0; e < p->edge_count; e++) {
        if (wanted[p->edges[e].caller.i]) {
            c->first[p->edges[e].caller.i + 2]++;
            *PP_PUSH(&found) = (uint32_t)e;
        }
    }
    for (size_t f = 2; f < p->function_count + 2; f++) {
        c->first[f] += c->first[f - 1];
    }
    c->edges = pp_calloc(found.count, sizeof *c->edges);
    for (size_t i = 0; i < found.count; i++) {
        c->edges[c->first[p->edges[found.at[i]].caller.i + 1]++] = found.at[i];
    }
    pp_free(found.at);
    pp_free(wanted);
}

void stat_callees_free(struct stat_callees *c)
{
    pp_free(c->first);
    pp_free(c->edges);
}
