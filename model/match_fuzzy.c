/* Functions under another name or in another file: guesses from names, from who calls whom, and from the order of lines. */
#include <stdlib.h>

#include "model/key_map.h"
#include "model/match_parts.h"

enum { MOST_PAIRS = 4096 }; /* compared in one place */

/* --- who stands next to whom in the call graph --- */

/* A free unit and a function it calls or is called by; paired functions have one number for both sides. */
struct neighbour {
    uint32_t unit, other;
};

struct neighbours {
    PP_VEC(struct neighbour) side[2]; /* sorted, each once */
};

static int by_unit(const void *a, const void *b)
{
    const struct neighbour *x = a;
    const struct neighbour *y = b;
    if (x->unit != y->unit) {
        return x->unit < y->unit ? -1 : 1;
    }
    return (x->other > y->other) - (x->other < y->other);
}

static void add_neighbour(const struct matcher *m, struct neighbours *n, size_t side, uint32_t unit, uint32_t other,
                          unsigned direction)
{
    if (unit == PP_MATCH_NONE || other == PP_MATCH_NONE || unit == other || !match_is_free(&m->units[side].at[unit])) {
        return;
    }
    const struct match_unit *o = &m->units[side].at[other];
    uint32_t number = side == 0 ? other : o->partner;
    if (o->partner != PP_MATCH_NONE) {
        *PP_PUSH(&n->side[side]) = (struct neighbour){unit, number * 2 + direction};
    }
}

static void add_call(const struct matcher *m, struct neighbours *n, uint32_t profile, pp_function_id caller,
                     pp_function_id callee)
{
    const uint32_t *unit_of = m->unit_of[profile];
    size_t side = profile >= m->before_count;
    add_neighbour(m, n, side, unit_of[caller.i], unit_of[callee.i], 0);
    add_neighbour(m, n, side, unit_of[callee.i], unit_of[caller.i], 1);
}

static void add_profile(const struct matcher *m, struct neighbours *n, uint32_t number)
{
    const struct pp_profile *p = m->profiles[number];
    for (size_t e = 0; e < p->edge_count; e++) {
        add_call(m, n, number, p->edges[e].caller, p->edges[e].callee);
    }
    for (size_t s = 1; s < p->stack_count; s++) {
        uint32_t parent = p->stacks[s].parent.i;
        if (parent) {
            add_call(m, n, number, p->frames[p->stacks[parent].frame.i].function,
                     p->frames[p->stacks[s].frame.i].function);
        }
    }
}

static void find_neighbours(const struct matcher *m, struct neighbours *n)
{
    for (uint32_t p = 0; p < m->profile_count; p++) {
        add_profile(m, n, p);
    }
    for (size_t side = 0; side < 2; side++) {
        size_t kept = 0, count = n->side[side].count;
        struct neighbour *at = n->side[side].at;
        if (count > 1) {
            qsort(at, count, sizeof *at, by_unit);
        }
        for (size_t i = 0; i < count; i++) {
            if (kept == 0 || by_unit(&at[kept - 1], &at[i]) != 0) {
                at[kept++] = at[i];
            }
        }
        n->side[side].count = kept;
    }
}

static size_t first_neighbour(const struct neighbours *n, size_t side, uint32_t unit)
{
    size_t low = 0, high = n->side[side].count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool less = n->side[side].at[middle].unit < unit;
        low = less ? middle + 1 : low;
        high = less ? high : middle;
    }
    return low;
}

/* Common neighbours as a share of all of them (Jaccard); 0.5 when neither has any. */
static double same_neighbours(const struct neighbours *n, uint32_t before, uint32_t after)
{
    size_t i = first_neighbour(n, 0, before), k = first_neighbour(n, 1, after);
    size_t common = 0, all = 0;
    for (;;) {
        bool more_i = i < n->side[0].count && n->side[0].at[i].unit == before;
        bool more_k = k < n->side[1].count && n->side[1].at[k].unit == after;
        if (!more_i && !more_k) {
            return all ? (double)common / (double)all : 0.5;
        }
        uint32_t x = more_i ? n->side[0].at[i].other : UINT32_MAX;
        uint32_t y = more_k ? n->side[1].at[k].other : UINT32_MAX;
        common += x == y;
        all++;
        i += x <= y;
        k += y <= x;
    }
}

/* --- names --- */

/* Pairs of letters that both names have, as a share of all (Dice's coefficient). */
static double same_letters(struct pp_str a, struct pp_str b)
{
    enum { LONGEST = 200 };
    unsigned char used[LONGEST] = {0};
    if (a.len < 2 || b.len < 2 || a.len > LONGEST || b.len > LONGEST) {
        return pp_str_eq(a, b) ? 1 : 0;
    }
    size_t common = 0;
    for (size_t i = 0; i + 1 < a.len; i++) {
        for (size_t k = 0; k + 1 < b.len; k++) {
            if (!used[k] && a.data[i] == b.data[k] && a.data[i + 1] == b.data[k + 1]) {
                used[k] = 1;
                common++;
                break;
            }
        }
    }
    return 2.0 * (double)common / (double)(a.len + b.len - 2);
}

static double likeness(const struct matcher *m, const struct neighbours *n, uint32_t before, uint32_t after)
{
    struct pp_str b = m->names.strings.at[m->units[0].at[before].name];
    struct pp_str a = m->names.strings.at[m->units[1].at[after].name];
    return 0.5 * same_letters(b, a) + 0.5 * same_neighbours(n, before, after);
}

/* --- moved to another file --- */

struct namesakes {
    uint32_t unit[2];
    unsigned count[2];
};

static void pair_moved(struct matcher *m, const struct neighbours *n)
{
    struct key_map names = {0};
    PP_VEC(struct namesakes) found = {0};
    for (size_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < m->units[side].count; i++) {
            const struct match_unit *unit = &m->units[side].at[i];
            struct pp_str name = m->names.strings.at[unit->name];
            if (!match_is_free(unit) || name.len == 0 || name.data[0] == '<') {
                continue;
            }
            uint32_t number = key_map_add(&names, unit->name, 0);
            if (number == found.count) {
                *PP_PUSH(&found) = (struct namesakes){{0}, {0}};
            }
            found.at[number].unit[side] = i;
            found.at[number].count[side]++;
        }
    }
    for (size_t i = 0; i < found.count; i++) {
        const struct namesakes *same = &found.at[i];
        if (same->count[0] == 1 && same->count[1] == 1 && same_neighbours(n, same->unit[0], same->unit[1]) >= 0.25) {
            match_pair(m, same->unit[0], same->unit[1], PP_MATCHED_MOVED);
        }
    }
    pp_free(found.at);
    key_map_free(&names);
}

/* --- renamed in place --- */

struct placed {
    uint32_t file;
    int64_t line;
    uint32_t unit;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    if (x->file != y->file) {
        return x->file < y->file ? -1 : 1;
    }
    if (x->line != y->line) {
        return x->line < y->line ? -1 : 1;
    }
    return (x->unit > y->unit) - (x->unit < y->unit);
}

/* A free unit and what it stands behind: the before unit of the paired function above it in the file, or none. */
struct spot {
    uint32_t file, above, unit;
};

static int by_spot(const void *a, const void *b)
{
    const struct spot *x = a;
    const struct spot *y = b;
    if (x->file != y->file) {
        return x->file < y->file ? -1 : 1;
    }
    if (x->above != y->above) {
        return x->above < y->above ? -1 : 1;
    }
    return (x->unit > y->unit) - (x->unit < y->unit);
}

struct spots {
    struct spot *at;
    size_t count;
};

/* The free units of a side, sorted by their spot; the caller frees. */
static struct spots find_spots(const struct matcher *m, size_t side)
{
    size_t count = m->units[side].count;
    struct placed *placed = pp_calloc(count, sizeof *placed);
    struct spots spots = {pp_calloc(count, sizeof *spots.at), 0};
    for (uint32_t i = 0; i < count; i++) {
        const struct match_unit *unit = &m->units[side].at[i];
        placed[i] = (struct placed){m->file_of_path[unit->path], unit->line, i};
    }
    qsort(placed, count, sizeof *placed, by_place);
    uint32_t above = PP_MATCH_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct match_unit *unit = &m->units[side].at[placed[i].unit];
        above = i && placed[i - 1].file != placed[i].file ? PP_MATCH_NONE : above;
        if (unit->partner != PP_MATCH_NONE) {
            above = side == 0 ? placed[i].unit : unit->partner;
        } else if (match_is_free(unit) && m->paths.strings.at[unit->path].len) {
            spots.at[spots.count++] = (struct spot){placed[i].file, above, placed[i].unit};
        }
    }
    pp_free(placed);
    if (spots.count > 1) {
        qsort(spots.at, spots.count, sizeof *spots.at, by_spot);
    }
    return spots;
}

/* Pairs the likest of the units in one place again and again, as long as they are like enough. */
static void pair_place(struct matcher *m, const struct neighbours *n, const struct spot *before, size_t before_count,
                       const struct spot *after, size_t after_count)
{
    /* Where there is one of each, the place itself speaks for it. */
    double bar = before_count == 1 && after_count == 1 ? 0.3 : 0.45;
    size_t pairs = before_count * after_count;
    if (pairs == 0 || pairs > MOST_PAIRS) {
        return;
    }
    double *like = pp_calloc(pairs, sizeof *like);
    for (size_t i = 0; i < pairs; i++) {
        like[i] = likeness(m, n, before[i / after_count].unit, after[i % after_count].unit);
    }
    for (;;) {
        size_t best = 0;
        for (size_t i = 1; i < pairs; i++) {
            best = like[i] > like[best] ? i : best;
        }
        if (like[best] < bar) {
            break;
        }
        size_t b = best / after_count, a = best % after_count;
        match_pair(m, before[b].unit, after[a].unit, PP_MATCHED_RENAMED);
        for (size_t i = 0; i < pairs; i++) {
            like[i] = i / after_count == b || i % after_count == a ? -1 : like[i];
        }
    }
    pp_free(like);
}

static size_t end_of_place(const struct spots *spots, size_t from)
{
    size_t end = from;
    while (end < spots->count && spots->at[end].file == spots->at[from].file &&
           spots->at[end].above == spots->at[from].above) {
        end++;
    }
    return end;
}

static void pair_renamed(struct matcher *m, const struct neighbours *n)
{
    struct spots before = find_spots(m, 0);
    struct spots after = find_spots(m, 1);
    for (size_t i = 0, k = 0; i < before.count && k < after.count;) {
        const struct spot *b = &before.at[i], *a = &after.at[k];
        bool same = b->file == a->file && b->above == a->above;
        bool less = b->file < a->file || (b->file == a->file && b->above < a->above);
        size_t end_b = end_of_place(&before, i), end_a = end_of_place(&after, k);
        if (same) {
            pair_place(m, n, b, end_b - i, a, end_a - k);
        }
        i = same || less ? end_b : i;
        k = same || !less ? end_a : k;
    }
    pp_free(before.at);
    pp_free(after.at);
}

void match_pair_fuzzily(struct matcher *m)
{
    struct neighbours n = {0};
    find_neighbours(m, &n);
    pair_moved(m, &n);
    pair_renamed(m, &n);
    pp_free(n.side[0].at);
    pp_free(n.side[1].at);
}
