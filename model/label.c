#include "model/label.h"

#include <string.h>

#include "base/number.h"

/* The parts one after another; not printf, which would stop at a NUL in a name. */
static struct pp_str join(struct pp_arena *arena, const struct pp_str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += parts[i].len;
    }
    char *text = pp_arena_alloc(arena, len + 1, 1);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len) {
            memcpy(text + at, parts[i].data, parts[i].len);
        }
        at += parts[i].len;
    }
    return (struct pp_str){text, len};
}

static struct pp_str line_text(char buffer[32], int64_t line)
{
    return (struct pp_str){buffer, pp_format_decimal(buffer, line, 0)};
}

static bool is_built_in(struct pp_str file)
{
    return pp_str_eq(file, PP_STR("~"));
}

struct pp_str pp_label_standard(struct pp_arena *arena, const struct pp_profile *p, pp_function_id function)
{
    const struct pp_function *f = pp_profile_function(p, function);
    struct pp_str name = pp_profile_str(p, f->name);
    struct pp_str file = pp_profile_str(p, f->file);
    if (is_built_in(file) && f->line == 0) {
        if (name.len < 2 || name.data[0] != '<' || name.data[name.len - 1] != '>') {
            return name;
        }
        char *text = pp_arena_alloc(arena, name.len + 1, 1);
        for (size_t i = 0; i < name.len; i++) {
            text[i] = name.data[i];
        }
        text[0] = '{';
        text[name.len - 1] = '}';
        return (struct pp_str){text, name.len};
    }
    char digits[32];
    struct pp_str parts[] = {file, PP_STR(":"), line_text(digits, f->line), PP_STR("("), name, PP_STR(")")};
    return join(arena, parts, sizeof parts / sizeof *parts);
}

struct pp_str pp_label_folded(struct pp_arena *arena, const struct pp_profile *p, const struct pp_frame *frame)
{
    const struct pp_function *f = pp_profile_function(p, frame->function);
    struct pp_str name = pp_profile_str(p, f->name);
    struct pp_str file = pp_profile_str(p, f->file);
    int64_t line = frame->line ? (int64_t)frame->line : f->line;
    if (file.len == 0 || is_built_in(file)) {
        return name;
    }
    char digits[32];
    struct pp_str parts[] = {name, PP_STR(" ("), file, PP_STR(":"), line_text(digits, line), PP_STR(")")};
    return join(arena, parts, sizeof parts / sizeof *parts);
}

/* What follows the last `mark` in `path`; an empty slice with NULL data when it is not there. */
static struct pp_str after_last(struct pp_str path, struct pp_str mark)
{
    struct pp_str found = {0};
    for (size_t at = pp_str_search(path, mark); at < path.len; at = pp_str_search(path, mark)) {
        found = pp_str_sub(path, at + mark.len, path.len);
        path = found;
    }
    return found;
}

/* The part of a path below an installation folder that import statements know, or NULL data. */
static struct pp_str below_installation(struct pp_str file)
{
    struct pp_str rest = after_last(file, PP_STR("/site-packages/"));
    rest = rest.data ? rest : after_last(file, PP_STR("/dist-packages/"));
    if (rest.data) {
        return rest;
    }
    struct pp_str library = after_last(file, PP_STR("/lib/python"));
    library = library.data ? library : after_last(file, PP_STR("/lib64/python"));
    if (library.data && library.len && library.data[0] >= '2' && library.data[0] <= '9') {
        struct pp_cut cut = pp_str_cut(library, '/');
        return cut.found ? cut.tail : (struct pp_str){0};
    }
    return rest;
}

/* Last folder and file of a path that import statements do not know. */
static struct pp_str last_two(struct pp_str file)
{
    struct pp_cut cut = pp_str_rcut(file, '/');
    if (!cut.found) {
        return file;
    }
    struct pp_cut parent = pp_str_rcut(cut.head, '/');
    size_t from = parent.found ? parent.head.len + 1 : 0;
    return pp_str_sub(file, from, file.len);
}

/* "a/b/__init__.py" -> "a.b". Other endings than .py, .pyc, .pyx stay. */
static struct pp_str dotted(struct pp_arena *arena, struct pp_str path)
{
    static const char *const endings[] = {".py", ".pyc", ".pyx"};
    bool python = false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings && !python; i++) {
        struct pp_str ending = pp_str_of(endings[i]);
        python = pp_str_ends(path, ending);
        path.len -= python ? ending.len : 0;
    }
    if (!python) {
        return pp_str_basename(path);
    }
    if (pp_str_ends(path, PP_STR("/__init__"))) {
        path.len -= sizeof "/__init__" - 1;
    }
    char *text = pp_arena_alloc(arena, path.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < path.len; i++) {
        if (path.data[i] != '/') {
            text[len++] = path.data[i];
        } else if (len && text[len - 1] != '.') {
            text[len++] = '.';
        }
    }
    return (struct pp_str){text, len};
}

struct pp_str pp_label_module(struct pp_arena *arena, const struct pp_profile *p, pp_function_id function)
{
    const struct pp_function *f = pp_profile_function(p, function);
    struct pp_str file = pp_profile_str(p, f->file);
    struct pp_str frozen = PP_STR("<frozen ");
    if (f->module.i) {
        return pp_profile_str(p, f->module);
    }
    if (is_built_in(file)) {
        return PP_STR("built-in");
    }
    if (pp_str_starts(file, frozen) && pp_str_ends(file, PP_STR(">"))) {
        return pp_str_sub(file, frozen.len, file.len - frozen.len - 1);
    }
    struct pp_str known = below_installation(file);
    if (known.data) {
        return dotted(arena, known);
    }
    bool absolute = file.len && file.data[0] == '/';
    return dotted(arena, absolute ? last_two(file) : file);
}

struct pp_str pp_label_package(struct pp_arena *arena, const struct pp_profile *p, pp_function_id function)
{
    struct pp_str module = pp_label_module(arena, p, function);
    struct pp_str file = pp_profile_str(p, pp_profile_function(p, function)->file);
    bool shared_object = pp_str_search(module, PP_STR(".so")) < module.len;
    if (shared_object || (file.len && file.data[0] == '<' && module.len && module.data[0] == '<')) {
        return module;
    }
    return pp_str_cut(module, '.').head;
}
