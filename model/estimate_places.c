/* Which functions stand at one place of the tree only. All their calls are there, so what the file says of the time of their callees belongs to that
 * place, whatever is known of the place's own time.
 *
 *     exec -> module -> main -> load -> parse        exec is called by import too, but import by nobody outside the loop: such a call is a repeat,
 *      ^        |         \-> save --^               at which paths stop. So exec, module, main, load and save have one place; parse has two.
 *      \-- import                                    */
#include "model/estimate_parts.h"

/* Instead of a function's number. */
#define NOWHERE UINT32_MAX
#define ROOT (UINT32_MAX - 1)
#define SEVERAL (UINT32_MAX - 2)

struct places {
    uint32_t *entry; /* per component: the only function that it is entered by, or NOWHERE, SEVERAL */
    uint32_t *outside,
        *caller; /* per function: its caller from outside its loop; from anywhere, or ROOT, NOWHERE, SEVERAL */
};

static void note(uint32_t *place, uint32_t found)
{
    *place = *place == NOWHERE || *place == found ? found : SEVERAL;
}

static uint32_t *new_places(size_t count)
{
    uint32_t *made = pp_calloc(count, sizeof *made);
    for (size_t i = 0; i < count; i++) {
        made[i] = NOWHERE;
    }
    return made;
}

static void note_root(struct places *s, const struct estimate *e, uint32_t f)
{
    note(&s->entry[e->components.number[f]], f);
    /* A function with callers whose time they do not account for has a root besides. */
    s->outside[f] = s->outside[f] == NOWHERE ? ROOT : SEVERAL;
    s->caller[f] = s->caller[f] == NOWHERE ? ROOT : SEVERAL;
}

static void find_callers(struct places *s, struct estimate *e)
{
    for (size_t i = 0; i < e->p->edge_count; i++) {
        uint32_t caller = e->p->edges[i].caller.i, callee = e->p->edges[i].callee.i;
        uint32_t loop = e->components.number[callee];
        if (caller == callee || e->links[i].time <= 0) {
            continue;
        }
        note(&s->caller[callee], caller);
        if (e->components.number[caller] == loop) {
            e->in_loop[caller] = e->in_loop[callee] = true;
        } else {
            note(&s->outside[callee], caller);
            note(&s->entry[loop], callee);
        }
    }
    for (size_t i = 0; i < e->nodes.count; i++) {
        note_root(s, e, e->nodes.at[i].function);
    }
}

/* Follows callers to a root; what is on the way is then known too. */
static void follow(struct estimate *e, const uint32_t *above, unsigned char *known, uint32_t *way, uint32_t f)
{
    size_t count = 0;
    uint32_t at = f;
    while (at < SEVERAL && !known[at]) {
        known[at] = 1;
        way[count++] = at;
        at = above[at];
    }
    bool one = at == ROOT || (at < SEVERAL && e->at_one_place[at]);
    while (count) {
        e->at_one_place[way[--count]] = one;
    }
}

void estimate_find_places(struct estimate *e)
{
    size_t count = e->p->function_count;
    struct places s = {new_places(e->components.count), new_places(count), new_places(count)};
    find_callers(&s, e);
    for (uint32_t f = 0; f < count; f++) {
        bool entry = s.entry[e->components.number[f]] == f;
        s.caller[f] = entry ? s.outside[f] : s.caller[f];
    }
    unsigned char *known = pp_calloc(count, sizeof *known);
    uint32_t *way = pp_calloc(count, sizeof *way);
    for (uint32_t f = 0; f < count; f++) {
        follow(e, s.caller, known, way, f);
    }
    void *tables[] = {s.entry, s.outside, s.caller, known, way};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
}
