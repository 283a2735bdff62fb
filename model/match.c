#include "model/match.h"

#include "model/match_parts.h"

static struct pp_match_row row_of_unit(const struct match_unit *unit, size_t side)
{
    struct pp_match_row row = {
        {PP_MATCH_NONE, PP_MATCH_NONE}, {PP_MATCH_NONE, PP_MATCH_NONE}, {0, 0}, PP_MATCHED_EXACTLY};
    row.profile[side] = unit->profile;
    row.function[side] = unit->function;
    row.line[side] = unit->line;
    return row;
}

static size_t count_rows(const struct matcher *m)
{
    size_t count = 0;
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < m->units[side].count; i++) {
            const struct match_unit *unit = &m->units[side].at[i];
            count += unit->same_as == PP_MATCH_NONE && (side == 0 || unit->partner == PP_MATCH_NONE);
        }
    }
    return count;
}

/* Numbers the rows; rows[side][unit] is the row of each unit. */
static void make_rows(struct pp_match *match, const struct matcher *m, uint32_t *const rows[2])
{
    match->rows = pp_calloc(count_rows(m), sizeof *match->rows);
    for (size_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < m->units[side].count; i++) {
            const struct match_unit *unit = &m->units[side].at[i];
            if (unit->same_as != PP_MATCH_NONE) {
                continue;
            }
            if (side == 0 || unit->partner == PP_MATCH_NONE) {
                rows[side][i] = (uint32_t)match->count;
                match->rows[match->count++] = row_of_unit(unit, side);
                continue;
            }
            struct pp_match_row *row = &match->rows[rows[0][unit->partner]];
            rows[1][i] = rows[0][unit->partner];
            row->profile[1] = unit->profile;
            row->function[1] = unit->function;
            row->line[1] = unit->line;
            row->how = (enum pp_matched)unit->how;
        }
        for (uint32_t i = 0; i < m->units[side].count; i++) {
            uint32_t same = m->units[side].at[i].same_as;
            rows[side][i] = same == PP_MATCH_NONE ? rows[side][i] : rows[side][same];
        }
    }
}

static void finish(struct pp_match *match, struct matcher *m)
{
    uint32_t *rows[2] = {pp_calloc(m->units[0].count, sizeof(uint32_t)),
                         pp_calloc(m->units[1].count, sizeof(uint32_t))};
    make_rows(match, m, rows);
    for (size_t p = 0; p < m->profile_count; p++) {
        uint32_t *of = m->unit_of[p];
        for (size_t f = 0; f < m->profiles[p]->function_count; f++) {
            of[f] = of[f] == PP_MATCH_NONE ? PP_MATCH_NONE : rows[p >= m->before_count][of[f]];
        }
    }
    match->row_of = m->unit_of;
    match->profile_count = m->profile_count;
    pp_free(rows[0]);
    pp_free(rows[1]);
}

void pp_match_init(struct pp_match *match, const struct pp_profile *const *profiles, size_t before_count,
                   size_t after_count, enum pp_match_by by)
{
    struct matcher m = {
        .profiles = profiles, .profile_count = before_count + after_count, .before_count = before_count, .by = by};
    *match = (struct pp_match){0};
    m.unit_of = pp_calloc(m.profile_count, sizeof *m.unit_of);
    match_collect(&m);
    match_pair_files(&m);
    match_join_groups(&m);
    match_pair_names(&m);
    if (by == PP_MATCH_FUZZY) {
        match_pair_fuzzily(&m);
    }
    finish(match, &m);
    pp_free(m.units[0].at);
    pp_free(m.units[1].at);
    pp_free(m.path_of_file.at);
    pp_free(m.groups.at);
    pp_free(m.group_of_name.at);
    pp_free(m.group_at_key.at);
    key_map_free(&m.group_keys);
    for (size_t side = 0; side < 2; side++) {
        key_map_free(&m.line_keys[side]);
        pp_free(m.unit_at_line[side].at);
    }
    pp_free(m.file_of_path);
    name_table_free(&m.names);
    name_table_free(&m.files);
    name_table_free(&m.paths);
    pp_arena_free(&m.arena);
}

void pp_match_free(struct pp_match *match)
{
    for (size_t i = 0; i < match->profile_count; i++) {
        pp_free(match->row_of[i]);
    }
    pp_free(match->row_of);
    pp_free(match->rows);
    *match = (struct pp_match){0};
}
