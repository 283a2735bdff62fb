/* What the parts of matching share. */
#ifndef PP_MODEL_MATCH_PARTS_H
#define PP_MODEL_MATCH_PARTS_H

#include "base/arena.h"
#include "base/memory.h"
#include "model/key_map.h"
#include "model/match.h"
#include "model/name_table.h"

/* A function of one side, whichever of its profiles have it. */
struct match_unit {
    uint32_t name, path;        /* numbers in matcher.names and matcher.paths */
    uint32_t raw_file;          /* number in matcher.files: the file as it was written */
    uint32_t profile, function; /* one that stands for it */
    int64_t line;               /* of definition, or the lowest seen; 0 unknown */
    uint32_t partner;           /* unit of the other side, or PP_MATCH_NONE */
    uint32_t same_as;           /* a unit of the same side whose row this one shares, or PP_MATCH_NONE */
    uint32_t next;              /* in its group, PP_MATCH_NONE: last */
    bool definition;            /* the line is that of the definition */
    uint8_t how;                /* enum pp_matched */
};

/* All units of one file and name (by PP_MATCH_EXACT: and line). */
struct match_group {
    uint32_t name, path;
    int64_t line;  /* by PP_MATCH_EXACT, else 0 */
    uint32_t next; /* group of the same name, PP_MATCH_NONE: last */
    uint32_t first[2], last[2], count[2];
};

struct matcher {
    const struct pp_profile *const *profiles;
    size_t profile_count, before_count;
    enum pp_match_by by;
    struct pp_arena arena;
    struct name_table names, files, paths; /* strings of the profiles, or of the arena */
    bool plain_names;                      /* some names lost an address, and may equal others now */
    PP_VEC(uint32_t) path_of_file;         /* number of a file as written -> number of its module path */
    uint32_t *file_of_path;                /* path -> the path that stands for both, after match_pair_files */
    PP_VEC(struct match_unit) units[2];
    PP_VEC(struct match_group) groups;
    PP_VEC(uint32_t) group_of_name; /* name -> its first group, PP_MATCH_NONE: none yet */
    struct key_map group_keys;      /* of groups whose names have many, see match_groups.c */
    PP_VEC(uint32_t) group_at_key;
    struct key_map line_keys[2]; /* of units in groups that have many */
    PP_VEC(uint32_t) unit_at_line[2];
    uint32_t **unit_of; /* per profile and function: unit of its side, or PP_MATCH_NONE */
};

/* Fills units, groups and unit_of. */
void match_collect(struct matcher *m);
/* The group of a path, name and line (0 unless by PP_MATCH_EXACT), made if new. */
uint32_t match_group_of(struct matcher *m, uint32_t path, uint32_t name, int64_t line);
/* The unit of a side like `unit` with that definition line, added to its group if new. */
uint32_t match_add_unit(struct matcher *m, size_t side, const struct match_unit *unit, int64_t definition);
/* Joins the groups of paths that match_pair_files has paired. */
void match_join_groups(struct matcher *m);
/* Fills file_of_path: module paths that only one side has are paired by their longest common ends. */
void match_pair_files(struct matcher *m);
/* Pairs what has the same file and name; then what has the same name where one side knows no file. */
void match_pair_names(struct matcher *m);
/* Pairs what moved to another file, and what was renamed in its place. */
void match_pair_fuzzily(struct matcher *m);
/* Makes two units partners. */
void match_pair(struct matcher *m, uint32_t before, uint32_t after, enum pp_matched how);
static inline bool match_is_free(const struct match_unit *unit)
{
    return unit->partner == PP_MATCH_NONE && unit->same_as == PP_MATCH_NONE;
}

#endif
