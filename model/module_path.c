#include "model/module_path.h"

/* A copy with each `from` as `to`. */
static struct pp_str replaced(struct pp_arena *arena, struct pp_str s, char from, char to)
{
    char *text = pp_arena_alloc(arena, s.len + 1, 1);
    for (size_t i = 0; i < s.len; i++) {
        text[i] = s.data[i] == from ? to : s.data[i];
    }
    return (struct pp_str){text, s.len};
}

/* "<frozen importlib._bootstrap>" -> "importlib/_bootstrap.py" */
static struct pp_str thawed(struct pp_arena *arena, struct pp_str file)
{
    size_t from = sizeof "<frozen " - 1;
    struct pp_str path = replaced(arena, pp_str_sub(file, from, file.len - from - 1), '.', '/');
    return pp_arena_printf(arena, "%.*s.py", PP_STR_ARG(path));
}

/* What follows the last `mark` in *path becomes *path. */
static bool cut_after_last(struct pp_str *path, struct pp_str mark)
{
    bool found = false;
    for (size_t at = pp_str_search(*path, mark); at < path->len; at = pp_str_search(*path, mark)) {
        *path = pp_str_sub(*path, at + mark.len, path->len);
        found = true;
    }
    return found;
}

/* "3.11/os.py" -> "os.py": what stands behind "/lib/python" must be a version. */
static bool cut_version(struct pp_str *path)
{
    struct pp_cut cut = pp_str_cut(*path, '/');
    bool version = cut.found && cut.head.len && cut.head.data[0] >= '2' && cut.head.data[0] <= '9';
    *path = version ? cut.tail : *path;
    return version;
}

static bool cut_library(struct pp_str *path)
{
    static const char *const marks[] = {"/lib/python", "/lib64/python", "/lib/pypy"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct pp_str rest = *path;
        if (cut_after_last(&rest, pp_str_of(marks[i])) && cut_version(&rest)) {
            *path = rest;
            return true;
        }
    }
    return false;
}

/* What follows the first folder (or archive) that ends in `ending`. */
static void cut_container(struct pp_str *path, struct pp_str ending)
{
    size_t at = pp_str_search(*path, ending);
    if (at < path->len) {
        *path = pp_str_sub(*path, at + ending.len, path->len);
    }
}

static struct pp_str below_installation(struct pp_str path)
{
    bool installed = cut_after_last(&path, PP_STR("/site-packages/")) ||
                     cut_after_last(&path, PP_STR("/dist-packages/")) || cut_library(&path);
    /* Windows has its library in "…\PythonNNN\Lib"; elsewhere the folder is lower case. */
    if (!installed) {
        cut_after_last(&path, PP_STR("/Lib/"));
    }
    cut_container(&path, PP_STR(".zip/"));
    cut_container(&path, PP_STR(".egg/"));
    while (pp_str_starts(path, PP_STR("./"))) {
        path = pp_str_sub(path, 2, path.len);
    }
    return path;
}

/* Python 3.11 made a package of re. */
static struct pp_str renamed(struct pp_str path)
{
    static const struct {
        const char *old, *now;
    } files[] = {{"sre_compile.py", "re/_compiler.py"},
                 {"sre_constants.py", "re/_constants.py"},
                 {"sre_parse.py", "re/_parser.py"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (pp_str_eq(path, pp_str_of(files[i].old))) {
            return pp_str_of(files[i].now);
        }
    }
    return path;
}

struct pp_str pp_module_path(struct pp_arena *arena, struct pp_str file)
{
    if (file.len == 0 || pp_str_eq(file, PP_STR("~"))) {
        return (struct pp_str){0};
    }
    if (file.data[0] == '<') {
        bool frozen = pp_str_starts(file, PP_STR("<frozen ")) && pp_str_ends(file, PP_STR(">"));
        return frozen ? thawed(arena, file) : file;
    }
    bool windows = pp_str_find(file, '\\') < file.len && pp_str_find(file, '/') == file.len;
    struct pp_str path = below_installation(windows ? replaced(arena, file, '\\', '/') : file);
    if (pp_str_ends(path, PP_STR(".pyc"))) {
        path.len--;
    }
    if (pp_str_ends(path, PP_STR("/__init__.py"))) {
        return pp_arena_printf(arena, "%.*s.py",
                               PP_STR_ARG(pp_str_sub(path, 0, path.len - (sizeof "/__init__.py" - 1))));
    }
    return renamed(path);
}
