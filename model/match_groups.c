/* Functions by file and name. Most names have one group, which an array leads to; groups of names that many files have (__init__) and units of groups that have
 * many (<lambda>) stand in hash tables. */
#include "model/match_parts.h"

enum { FEW = 16 };

static uint32_t new_group(struct matcher *m, uint32_t path, uint32_t name, int64_t line)
{
    uint32_t number = (uint32_t)m->groups.count;
    *PP_PUSH(&m->groups) = (struct match_group){
        name,  path, line, m->group_of_name.at[name], {PP_MATCH_NONE, PP_MATCH_NONE}, {PP_MATCH_NONE, PP_MATCH_NONE},
        {0, 0}};
    m->group_of_name.at[name] = number;
    return number;
}

/* Finds it among the keys of groups, or makes both. `known` is the number of a group that has the key already, or none. */
static uint32_t group_by_key(struct matcher *m, uint32_t path, uint32_t name, int64_t line, uint32_t known)
{
    uint32_t key = key_map_add(&m->group_keys, (uint64_t)path << 32 | name, (uint64_t)line);
    if (key == m->group_at_key.count) {
        uint32_t number = known == PP_MATCH_NONE ? new_group(m, path, name, line) : known;
        *PP_PUSH(&m->group_at_key) = number;
    }
    return m->group_at_key.at[key];
}

uint32_t match_group_of(struct matcher *m, uint32_t path, uint32_t name, int64_t line)
{
    while (m->group_of_name.count <= name) {
        *PP_PUSH(&m->group_of_name) = PP_MATCH_NONE;
    }
    unsigned seen = 0;
    uint32_t at = m->group_of_name.at[name];
    for (; at != PP_MATCH_NONE && seen < FEW; at = m->groups.at[at].next, seen++) {
        if (m->groups.at[at].path == path && m->groups.at[at].line == line) {
            return at;
        }
    }
    if (at == PP_MATCH_NONE) {
        return new_group(m, path, name, line);
    }
    /* The first to come here brings the groups that were found by searching. */
    if (seen == FEW && m->groups.at[at].next == PP_MATCH_NONE) {
        for (uint32_t g = m->group_of_name.at[name]; g != PP_MATCH_NONE; g = m->groups.at[g].next) {
            group_by_key(m, m->groups.at[g].path, name, m->groups.at[g].line, g);
        }
    }
    return group_by_key(m, path, name, line, PP_MATCH_NONE);
}

static uint32_t unit_by_line(struct matcher *m, size_t side, uint32_t group, int64_t line, uint32_t known)
{
    uint32_t key = key_map_add(&m->line_keys[side], group, (uint64_t)line);
    if (key == m->unit_at_line[side].count) {
        *PP_PUSH(&m->unit_at_line[side]) = known;
    }
    return m->unit_at_line[side].at[key];
}

static int64_t definition_of(const struct match_unit *unit)
{
    return unit->definition ? unit->line : 0;
}

/* The unit of the group with that line, or PP_MATCH_NONE; in large groups `next`, which will be it, is put down. */
static uint32_t find_unit(struct matcher *m, size_t side, uint32_t number, int64_t line, uint32_t next)
{
    const struct match_group *group = &m->groups.at[number];
    const struct match_unit *units = m->units[side].at;
    if (group->count[side] < FEW) {
        for (uint32_t u = group->first[side]; u != PP_MATCH_NONE; u = units[u].next) {
            if (definition_of(&units[u]) == line) {
                return u;
            }
        }
        return PP_MATCH_NONE;
    }
    if (group->count[side] == FEW) {
        for (uint32_t u = group->first[side]; u != PP_MATCH_NONE; u = units[u].next) {
            unit_by_line(m, side, number, definition_of(&units[u]), u);
        }
    }
    uint32_t found = unit_by_line(m, side, number, line, next);
    return found == next ? PP_MATCH_NONE : found;
}

static void append(struct matcher *m, size_t side, struct match_group *group, uint32_t unit)
{
    if (group->count[side]++) {
        m->units[side].at[group->last[side]].next = unit;
    } else {
        group->first[side] = unit;
    }
    group->last[side] = unit;
}

uint32_t match_add_unit(struct matcher *m, size_t side, const struct match_unit *unit, int64_t definition)
{
    uint32_t number = match_group_of(m, unit->path, unit->name, m->by == PP_MATCH_EXACT ? definition : 0);
    uint32_t next = (uint32_t)m->units[side].count;
    uint32_t found = find_unit(m, side, number, definition, next);
    if (found != PP_MATCH_NONE) {
        return found;
    }
    *PP_PUSH(&m->units[side]) = *unit;
    append(m, side, &m->groups.at[number], next);
    return next;
}

void match_join_groups(struct matcher *m)
{
    for (uint32_t i = 0; i < m->groups.count; i++) {
        struct match_group group = m->groups.at[i];
        uint32_t file = m->file_of_path[group.path];
        if (file == group.path || group.count[1] == 0) {
            continue;
        }
        struct match_group *to = &m->groups.at[match_group_of(m, file, group.name, group.line)];
        for (uint32_t u = group.first[1], next; u != PP_MATCH_NONE; u = next) {
            next = m->units[1].at[u].next;
            m->units[1].at[u].next = PP_MATCH_NONE;
            append(m, 1, to, u);
        }
        m->groups.at[i].count[1] = 0;
        m->groups.at[i].first[1] = PP_MATCH_NONE;
    }
}
