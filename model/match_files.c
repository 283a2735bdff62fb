/* Files that stand in different folders on the two sides: paired by how much of their paths' ends is equal. */
#include "model/key_map.h"
#include "model/match_parts.h"

enum { MOST_PARTS = 12 };

/* The last `parts` components of a path; empty when it has fewer. */
static struct pp_str end_of(struct pp_str path, unsigned parts)
{
    size_t at = path.len;
    for (unsigned i = 0; i < parts; i++) {
        size_t slash = pp_str_rfind(pp_str_sub(path, 0, at), '/');
        if (slash == at) {
            return i + 1 == parts ? path : (struct pp_str){0};
        }
        at = slash;
    }
    return pp_str_sub(path, at + 1, path.len);
}

/* Every package has an __init__ and many programs a __main__: the name alone says nothing. */
static bool says_little(struct pp_str path)
{
    return path.len == 0 || pp_str_starts(path, PP_STR("__")) || path.data[0] == '<';
}

/* Per path: which sides have it (bit 0 before, bit 1 after). */
static unsigned char *sides_of_paths(const struct matcher *m)
{
    unsigned char *sides = pp_calloc(m->paths.strings.count, 1);
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < m->units[side].count; i++) {
            sides[m->units[side].at[i].path] |= (unsigned char)(1U << side);
        }
    }
    return sides;
}

/* Who has an end: the path when only one of the side has it. */
struct end {
    uint32_t path[2];
    unsigned count[2];
};

/* Pairs the paths whose last `parts` components only one path of each side has. */
static void pair_by_end(struct matcher *m, unsigned char *sides, unsigned parts)
{
    struct name_table ends = {0};
    PP_VEC(struct end) found = {0};
    for (uint32_t path = 0; path < m->paths.strings.count; path++) {
        struct pp_str text = end_of(m->paths.strings.at[path], parts);
        if ((sides[path] != 1 && sides[path] != 2) || text.len == 0 || (parts == 1 && says_little(text))) {
            continue;
        }
        uint32_t number = name_table_add(&ends, text);
        if (number == found.count) {
            *PP_PUSH(&found) = (struct end){{0, 0}, {0, 0}};
        }
        struct end *end = &found.at[number];
        end->path[sides[path] - 1] = path;
        end->count[sides[path] - 1]++;
    }
    for (size_t i = 0; i < found.count; i++) {
        const struct end *end = &found.at[i];
        if (end->count[0] == 1 && end->count[1] == 1) {
            m->file_of_path[end->path[1]] = end->path[0];
            sides[end->path[0]] = sides[end->path[1]] = 3;
        }
    }
    pp_free(found.at);
    name_table_free(&ends);
}

void match_pair_files(struct matcher *m)
{
    m->file_of_path = pp_calloc(m->paths.strings.count, sizeof *m->file_of_path);
    for (uint32_t i = 0; i < m->paths.strings.count; i++) {
        m->file_of_path[i] = i;
    }
    if (m->by == PP_MATCH_EXACT) {
        return;
    }
    unsigned char *sides = sides_of_paths(m);
    unsigned only[3] = {0};
    for (size_t i = 0; i < m->paths.strings.count; i++) {
        only[1] += sides[i] == 1;
        only[2] += sides[i] == 2;
    }
    for (unsigned parts = MOST_PARTS; parts > 0 && only[1] && only[2]; parts--) {
        pair_by_end(m, sides, parts);
    }
    pp_free(sides);
}
