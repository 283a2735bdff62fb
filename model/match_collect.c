/* The functions of each side, with names and files as numbers. */
#include "model/match_parts.h"
#include "model/module_path.h"

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "<built-in method f of type object at 0x955e80>": the address is another one in every run. */
static struct pp_str without_addresses(struct pp_arena *arena, struct pp_str name)
{
    if (pp_str_search(name, PP_STR("0x")) == name.len) {
        return name;
    }
    char *text = pp_arena_alloc(arena, name.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < name.len;) {
        bool address = pp_str_starts(pp_str_sub(name, i, 2), PP_STR("0x"));
        text[len++] = name.data[i++];
        if (address) {
            text[len++] = name.data[i++];
            while (i < name.len && is_hex(name.data[i])) {
                i++;
            }
        }
    }
    return (struct pp_str){text, len};
}

static uint32_t path_of(struct matcher *m, struct pp_str file)
{
    if (m->by != PP_MATCH_EXACT) {
        file = pp_module_path(&m->arena, file);
    } else if (pp_str_eq(file, PP_STR("~"))) {
        file = (struct pp_str){0};
    }
    return name_table_add(&m->paths, file);
}

static uint32_t file_number(struct matcher *m, struct pp_str file)
{
    uint32_t number = name_table_add(&m->files, file);
    if (number == m->path_of_file.count) {
        uint32_t path = path_of(m, file);
        *PP_PUSH(&m->path_of_file) = path;
    }
    return number;
}

/* Per string of one profile: its number + 1 among names (without addresses) and files. */
struct numbers {
    uint32_t *name, *file;
};

static void number_names(struct matcher *m, struct numbers *n, const struct pp_profile *p, uint32_t string)
{
    if (!n->name[string]) {
        struct pp_str s = p->strings[string];
        struct pp_str plain = m->by == PP_MATCH_EXACT ? s : without_addresses(&m->arena, s);
        /* The strings of one profile are all different. */
        bool is_new = p == m->profiles[0] && plain.data == s.data && !m->plain_names;
        m->plain_names = m->plain_names || plain.data != s.data;
        n->name[string] = (is_new ? name_table_append(&m->names, plain) : name_table_add(&m->names, plain)) + 1;
    }
}

/* Machine code has a shared object for a file. */
static uint32_t file_string(const struct pp_function *f, const struct pp_profile *p)
{
    return f->file.i && p->strings[f->file.i].len ? f->file.i : f->module.i;
}

/* True for functions that have a row, or a frame; the unknown function where stacks have a nameless frame or values without any. */
static bool *used_functions(const struct pp_profile *p)
{
    bool *used = pp_calloc(p->function_count, sizeof *used);
    for (size_t r = 0; r < p->row_count; r++) {
        used[p->rows[r].function.i] = true;
    }
    for (size_t f = 1; f < p->frame_count; f++) {
        used[p->frames[f].function.i] = true;
    }
    for (size_t m = 0; p->stack_count && m < p->metric_count; m++) {
        used[0] = used[0] || p->stack_values[m];
    }
    for (size_t s = 1; !used[0] && s < p->stack_count; s++) {
        used[0] = p->stacks[s].frame.i == 0;
    }
    return used;
}

/* The lowest line each function was seen at; NULL when there are no frames to tell. */
static uint32_t *lowest_lines(const struct pp_profile *p)
{
    if (p->frame_count <= 1) {
        return NULL;
    }
    uint32_t *lines = pp_calloc(p->function_count, sizeof *lines);
    for (size_t f = 0; f < p->frame_count; f++) {
        uint32_t *line = &lines[p->frames[f].function.i];
        if (p->frames[f].line && (*line == 0 || p->frames[f].line < *line)) {
            *line = p->frames[f].line;
        }
    }
    return lines;
}

static void collect_profile(struct matcher *m, uint32_t number)
{
    const struct pp_profile *p = m->profiles[number];
    size_t side = number >= m->before_count;
    struct numbers n = {pp_calloc(p->string_count, sizeof(uint32_t)), pp_calloc(p->string_count, sizeof(uint32_t))};
    bool *used = used_functions(p);
    uint32_t *lowest = lowest_lines(p);
    PP_RESERVE(&m->groups, m->groups.count + (number == 0 ? p->function_count : 0));
    PP_RESERVE(&m->units[side], m->units[side].count + p->function_count);
    m->unit_of[number] = pp_calloc(p->function_count, sizeof(uint32_t));
    for (uint32_t i = 0; i < p->function_count; i++) {
        const struct pp_function *f = &p->functions[i];
        m->unit_of[number][i] = PP_MATCH_NONE;
        if (!used[i]) {
            continue;
        }
        uint32_t file = file_string(f, p);
        number_names(m, &n, p, f->name.i);
        n.file[file] = n.file[file] ? n.file[file] : file_number(m, p->strings[file]) + 1;
        struct match_unit unit = {.name = n.name[f->name.i] - 1,
                                  .path = m->path_of_file.at[n.file[file] - 1],
                                  .raw_file = n.file[file] - 1,
                                  .profile = number,
                                  .function = i,
                                  .line = f->line  ? f->line
                                          : lowest ? lowest[i]
                                                   : 0,
                                  .definition = f->line != 0,
                                  .partner = PP_MATCH_NONE,
                                  .same_as = PP_MATCH_NONE,
                                  .next = PP_MATCH_NONE};
        uint32_t at = match_add_unit(m, side, &unit, f->line);
        if (unit.line && unit.line < m->units[side].at[at].line) {
            m->units[side].at[at].line = unit.line;
        }
        m->unit_of[number][i] = at;
    }
    pp_free(n.name);
    pp_free(n.file);
    pp_free(used);
    pp_free(lowest);
}

void match_collect(struct matcher *m)
{
    name_table_expect(&m->names, m->profiles[0]->string_count);
    for (uint32_t i = 0; i < m->profile_count; i++) {
        collect_profile(m, i);
    }
}
