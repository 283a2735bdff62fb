/* Functions of the same file and name. Where several are called alike (<lambda>, <listcomp>, methods of two classes), lines tell them apart. */
#include <stdlib.h>

#include "model/key_map.h"
#include "model/match_parts.h"

struct grouping {
    PP_VEC(uint32_t) uneven; /* groups with more on one side than on the other */
    PP_VEC(struct anchor) anchors;
};

/* A function paired for certain: how far its file has moved at its line. */
struct anchor {
    uint32_t file;
    int64_t before, after;
};

static enum pp_matched how_paired(const struct matcher *m, const struct match_unit *b, const struct match_unit *a)
{
    if (b->raw_file == a->raw_file) {
        return b->definition && a->definition && b->line != a->line ? PP_MATCHED_LINE : PP_MATCHED_EXACTLY;
    }
    bool one_is_blank = m->paths.strings.at[b->path].len == 0;
    return b->path != a->path ? PP_MATCHED_PATH : one_is_blank ? PP_MATCHED_EXACTLY : PP_MATCHED_FOLDER;
}

void match_pair(struct matcher *m, uint32_t before, uint32_t after, enum pp_matched how)
{
    struct match_unit *b = &m->units[0].at[before];
    struct match_unit *a = &m->units[1].at[after];
    b->partner = after;
    a->partner = before;
    b->how = a->how = (uint8_t)how;
}

static void pair_same(struct matcher *m, uint32_t before, uint32_t after)
{
    match_pair(m, before, after, how_paired(m, &m->units[0].at[before], &m->units[1].at[after]));
}

/* --- several of a name --- */

struct placed {
    int64_t line; /* of before's: where it should be now */
    uint32_t unit;
};

static int by_line(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    if (x->line != y->line) {
        return x->line < y->line ? -1 : 1;
    }
    return (x->unit > y->unit) - (x->unit < y->unit);
}

/* The group's units of a side by line; the caller frees. */
static struct placed *by_lines(const struct matcher *m, const struct match_group *group, size_t side)
{
    struct placed *placed = pp_calloc(group->count[side], sizeof *placed);
    size_t count = 0;
    for (uint32_t u = group->first[side]; u != PP_MATCH_NONE; u = m->units[side].at[u].next) {
        placed[count++] = (struct placed){m->units[side].at[u].line, u};
    }
    qsort(placed, count, sizeof *placed, by_line);
    return placed;
}

/* True when a side has the name once only, without knowing where it is defined: then it stands for all of the other's. */
static bool stands_for_all(const struct matcher *m, const struct match_group *group, size_t side)
{
    return group->count[side] == 1 && !m->units[side].at[group->first[side]].definition;
}

static void pair_with_all(struct matcher *m, const struct match_group *group, size_t one)
{
    size_t many = 1 - one;
    uint32_t first = group->first[many];
    for (uint32_t u = m->units[many].at[first].next; u != PP_MATCH_NONE; u = m->units[many].at[u].next) {
        m->units[many].at[u].same_as = first;
    }
    pair_same(m, group->first[0], group->first[1]);
}

static void pair_in_order(struct matcher *m, const struct match_group *group)
{
    struct placed *before = by_lines(m, group, 0);
    struct placed *after = by_lines(m, group, 1);
    uint32_t count = group->count[0] < group->count[1] ? group->count[0] : group->count[1];
    for (uint32_t i = 0; i < count; i++) {
        pair_same(m, before[i].unit, after[i].unit);
    }
    pp_free(before);
    pp_free(after);
}

static void pair_group(struct matcher *m, struct grouping *g, uint32_t number)
{
    const struct match_group *group = &m->groups.at[number];
    if (group->count[0] == 0 || group->count[1] == 0) {
        return;
    }
    if (group->count[0] == 1 && group->count[1] == 1) {
        pair_same(m, group->first[0], group->first[1]);
    } else if (stands_for_all(m, group, 0) || stands_for_all(m, group, 1)) {
        pair_with_all(m, group, stands_for_all(m, group, 0) ? 0 : 1);
    } else if (group->count[0] == group->count[1]) {
        pair_in_order(m, group);
    } else {
        *PP_PUSH(&g->uneven) = number;
    }
}

/* --- more of a name on one side than on the other --- */

static int by_place(const void *a, const void *b)
{
    const struct anchor *x = a;
    const struct anchor *y = b;
    if (x->file != y->file) {
        return x->file < y->file ? -1 : 1;
    }
    return (x->before > y->before) - (x->before < y->before);
}

static void find_anchors(const struct matcher *m, struct grouping *g)
{
    for (size_t i = 0; i < m->units[0].count; i++) {
        const struct match_unit *b = &m->units[0].at[i];
        if (b->partner != PP_MATCH_NONE && b->line && m->units[1].at[b->partner].line) {
            *PP_PUSH(&g->anchors) = (struct anchor){m->file_of_path[b->path], b->line, m->units[1].at[b->partner].line};
        }
    }
    if (g->anchors.count > 1) {
        qsort(g->anchors.at, g->anchors.count, sizeof *g->anchors.at, by_place);
    }
}

/* Where `line` of the file before should be now: as far away as the nearest anchor above it moved, or the nearest below. */
static int64_t expected_line(const struct grouping *g, uint32_t file, int64_t line)
{
    size_t low = 0, high = g->anchors.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct anchor *at = &g->anchors.at[middle];
        bool above = at->file < file || (at->file == file && at->before <= line);
        low = above ? middle + 1 : low;
        high = above ? high : middle;
    }
    const struct anchor *near = low > 0 && g->anchors.at[low - 1].file == file              ? &g->anchors.at[low - 1]
                                : low < g->anchors.count && g->anchors.at[low].file == file ? &g->anchors.at[low]
                                                                                            : NULL;
    return near ? line + near->after - near->before : line;
}

static double distance(const struct placed *few, const struct placed *many)
{
    double apart = (double)few->line - (double)many->line;
    return apart < 0 ? -apart : apart;
}

/* Each of `few` gets one of `many`, in order, such that the sum of distances is least (dynamic programming). chosen[i]: index into many. */
static void align(const struct placed *few, size_t few_count, const struct placed *many, size_t many_count,
                  size_t *chosen)
{
    size_t slack = many_count - few_count + 1; /* few[i] may have many[i] … many[i + slack - 1] */
    double *best = pp_calloc(few_count * slack, sizeof *best);
    for (size_t i = 0; i < few_count; i++) {
        for (size_t k = 0; k < slack; k++) {
            double here = (i ? best[(i - 1) * slack + k] : 0) + distance(&few[i], &many[i + k]);
            double left = k ? best[i * slack + k - 1] : here;
            best[i * slack + k] = k && left <= here ? left : here;
        }
    }
    for (size_t i = few_count, k = slack - 1; i-- > 0;) {
        while (k > 0 && best[i * slack + k - 1] <= best[i * slack + k]) {
            k--;
        }
        chosen[i] = i + k;
    }
    pp_free(best);
}

static void pair_uneven(struct matcher *m, const struct grouping *g, const struct match_group *group)
{
    enum { MOST_WORK = 4000000 };
    size_t few = group->count[0] < group->count[1] ? 0 : 1;
    if ((uint64_t)group->count[few] * (group->count[1 - few] - group->count[few] + 1) > MOST_WORK) {
        pair_in_order(m, group);
        return;
    }
    struct placed *sides[2] = {by_lines(m, group, 0), by_lines(m, group, 1)};
    uint32_t file = m->file_of_path[m->units[0].at[group->first[0]].path];
    for (uint32_t i = 0; i < group->count[0]; i++) {
        sides[0][i].line = expected_line(g, file, sides[0][i].line);
    }
    size_t *chosen = pp_calloc(group->count[few], sizeof *chosen);
    align(sides[few], group->count[few], sides[1 - few], group->count[1 - few], chosen);
    for (uint32_t i = 0; i < group->count[few]; i++) {
        uint32_t one = sides[few][i].unit;
        uint32_t other = sides[1 - few][chosen[i]].unit;
        pair_same(m, few == 0 ? one : other, few == 0 ? other : one);
    }
    pp_free(chosen);
    pp_free(sides[0]);
    pp_free(sides[1]);
}

/* --- files that differ --- */

/* The free units of a key on each side, in two kinds. */
struct namesakes {
    uint32_t unit[2][2]; /* [side][kind] */
    unsigned count[2][2];
};

struct namesake_table {
    struct key_map keys;
    PP_VEC(struct namesakes) found;
};

static void add_namesake(struct namesake_table *t, const struct match_unit *unit, uint32_t number, size_t side,
                         uint64_t place, bool kind)
{
    uint32_t at = key_map_add(&t->keys, unit->name, place);
    if (at == t->found.count) {
        *PP_PUSH(&t->found) = (struct namesakes){{{0}}, {{0}}};
    }
    t->found.at[at].unit[side][kind] = number;
    t->found.at[at].count[side][kind]++;
}

/* Pairs a key's units where each side has one: of the same kind, or of different ones. */
static void pair_namesakes(struct matcher *m, struct namesake_table *t, bool same_kind, enum pp_matched how)
{
    for (size_t i = 0; i < t->found.count; i++) {
        const struct namesakes *n = &t->found.at[i];
        for (size_t kind = 0; kind < 2; kind++) {
            size_t other = same_kind ? kind : !kind;
            if (n->count[0][kind] == 1 && n->count[1][other] == 1) {
                match_pair(m, n->unit[0][kind], n->unit[1][other], how);
            }
        }
    }
    pp_free(t->found.at);
    key_map_free(&t->keys);
}

/* "Class.name" and "outer.<locals>.name" of profilers that know qualified names; cProfile has "name". */
static void pair_by_last_name(struct matcher *m)
{
    struct namesake_table t = {0};
    struct name_table last = {0};
    for (size_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < m->units[side].count; i++) {
            struct match_unit unit = m->units[side].at[i];
            if (match_is_free(&unit) && m->paths.strings.at[unit.path].len) {
                struct pp_str name = m->names.strings.at[unit.name];
                struct pp_cut cut = pp_str_rcut(name, '.');
                unit.name = name_table_add(&last, cut.found ? cut.tail : name);
                add_namesake(&t, &unit, i, side, (uint64_t)m->file_of_path[unit.path] + 1, cut.found);
            }
        }
    }
    pair_namesakes(m, &t, false, PP_MATCHED_QUALIFIED);
    name_table_free(&last);
}

/* One function of a file went to a file of the same name in another folder, where others stayed. */
static void pair_by_basename(struct matcher *m)
{
    struct namesake_table t = {0};
    struct name_table basenames = {0};
    for (size_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < m->units[side].count; i++) {
            const struct match_unit *unit = &m->units[side].at[i];
            if (!match_is_free(unit)) {
                continue;
            }
            struct pp_str base = pp_str_basename(m->paths.strings.at[unit->path]);
            if (base.len && base.data[0] != '<' && !pp_str_starts(base, PP_STR("__"))) {
                add_namesake(&t, unit, i, side, name_table_add(&basenames, base), 0);
            }
        }
    }
    pair_namesakes(m, &t, true, PP_MATCHED_PATH);
    name_table_free(&basenames);
}

/* Where one side knows no file, a name that only one function of each has is enough. */
static void pair_without_files(struct matcher *m)
{
    struct namesake_table t = {0};
    for (size_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < m->units[side].count; i++) {
            const struct match_unit *unit = &m->units[side].at[i];
            if (match_is_free(unit)) {
                add_namesake(&t, unit, i, side, 0, m->paths.strings.at[unit->path].len > 0);
            }
        }
    }
    pair_namesakes(m, &t, false, PP_MATCHED_NO_FILE);
}

void match_pair_names(struct matcher *m)
{
    struct grouping g = {0};
    for (uint32_t i = 0; i < m->groups.count; i++) {
        pair_group(m, &g, i);
    }
    if (g.uneven.count) {
        find_anchors(m, &g);
    }
    for (size_t i = 0; i < g.uneven.count; i++) {
        pair_uneven(m, &g, &m->groups.at[g.uneven.at[i]]);
    }
    if (m->by != PP_MATCH_EXACT) {
        pair_by_last_name(m);
        pair_by_basename(m);
        pair_without_files(m);
    }
    pp_free(g.uneven.at);
    pp_free(g.anchors.at);
}
