#include "model/components.h"

#include "base/memory.h"

/* Tarjan's algorithm, without recursion. */
struct search {
    struct components *c;
    const struct calls_links *links;
    uint32_t *low, *index, *cursor;
    PP_VEC(uint32_t) path, open;
    uint32_t next;
};

static void enter(struct search *s, uint32_t f)
{
    s->index[f] = s->low[f] = ++s->next;
    s->cursor[f] = s->links->first[f];
    *PP_PUSH(&s->open) = f;
}

/* Goes on with the callees of `f`; true when one was not seen before and now stands on the path. */
static bool go_deeper(struct search *s, uint32_t f)
{
    while (s->cursor[f] < s->links->first[f + 1]) {
        uint32_t to = s->links->to[s->cursor[f]++];
        if (!s->index[to]) {
            *PP_PUSH(&s->path) = to;
            return true;
        }
        if (s->c->number[to] == UINT32_MAX && s->index[to] < s->low[f]) {
            s->low[f] = s->index[to];
        }
    }
    return false;
}

static void close_component(struct search *s, uint32_t f)
{
    uint32_t member;
    do {
        member = s->open.at[--s->open.count];
        s->c->number[member] = s->c->count;
    } while (member != f);
    s->c->count++;
}

static void visit(struct search *s, uint32_t start)
{
    if (s->index[start]) {
        return;
    }
    *PP_PUSH(&s->path) = start;
    while (s->path.count) {
        uint32_t f = s->path.at[s->path.count - 1];
        if (!s->index[f]) {
            enter(s, f);
        }
        if (go_deeper(s, f)) {
            continue;
        }
        s->path.count--;
        if (s->low[f] == s->index[f]) {
            close_component(s, f);
        }
        if (s->path.count) {
            uint32_t parent = s->path.at[s->path.count - 1];
            s->low[parent] = s->low[f] < s->low[parent] ? s->low[f] : s->low[parent];
        }
    }
}

void components_init(struct components *c, const struct pp_profile *p, const struct calls_links *links)
{
    *c = (struct components){.number = pp_calloc(p->function_count, sizeof(uint32_t))};
    struct search s = {.c = c, .links = links};
    uint32_t **tables[] = {&s.low, &s.index, &s.cursor};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        *tables[i] = pp_calloc(p->function_count, sizeof(uint32_t));
    }
    for (size_t f = 0; f < p->function_count; f++) {
        c->number[f] = UINT32_MAX;
    }
    for (size_t r = 0; r < p->row_count; r++) {
        visit(&s, p->rows[r].function.i);
    }
    for (uint32_t f = 0; f < p->function_count; f++) {
        visit(&s, f);
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(*tables[i]);
    }
    pp_free(s.path.at);
    pp_free(s.open.at);
}

void components_free(struct components *c)
{
    pp_free(c->number);
}
