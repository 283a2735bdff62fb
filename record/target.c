#include "record/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "record/dictionary.h"
#include "record/elf_symbols.h"
#include "record/permission.h"
#include "record/process.h"
#include "record/remote_memory.h"

enum { LARGEST_LINE_TABLE = 1 << 28, CHECK_TRIES = 20, MOST_INTERPRETERS = 1000, MOST_THREADS = 1000 };

/* One file that may hold the interpreter. */
struct candidate {
    struct pp_str path;
    uint64_t start, end; /* where its first bytes are mapped */
};

static int open_name(const char *name)
{
    return open(name, O_RDONLY | O_CLOEXEC);
}

/* The file as the process sees it; where that fails (it was deleted or replaced since, or the process has another root in our own mount namespace)
 * what it still holds of it, or the file as we see it. -1: none of these. */
static int open_as_seen(pid_t pid, const struct candidate *c, bool is_program)
{
    char name[TARGET_PATH + 64];
    snprintf(name, sizeof name, "/proc/%d/root%.*s", (int)pid, PP_STR_ARG(c->path));
    int fd = open_name(name);
    if (fd < 0 && is_program) {
        snprintf(name, sizeof name, "/proc/%d/exe", (int)pid);
        fd = open_name(name);
    }
    if (fd < 0) {
        snprintf(name, sizeof name, "/proc/%d/map_files/%llx-%llx", (int)pid, (unsigned long long)c->start,
                 (unsigned long long)c->end);
        fd = open_name(name);
    }
    if (fd < 0) {
        snprintf(name, sizeof name, "%.*s", PP_STR_ARG(c->path));
        fd = open_name(name);
    }
    return fd;
}

static bool looks_like_python(struct pp_str path)
{
    return pp_str_search(pp_str_basename(path), PP_STR("python")) < pp_str_basename(path).len;
}

/* Adds what a name such as python3.9, libpython3.9.so.1.0 or libpython2.7.so tells about the version where the constants told nothing. */
static void version_from_name(struct pp_str path, struct elf_python *elf)
{
    struct pp_str name = pp_str_basename(path);
    size_t at = pp_str_search(name, PP_STR("python")) + 6;
    if (elf->major || at + 2 >= name.len || name.data[at + 1] != '.' || name.data[at] < '2' || name.data[at] > '3') {
        return;
    }
    elf->major = (unsigned)(name.data[at] - '0');
    for (at += 2; at < name.len && name.data[at] >= '0' && name.data[at] <= '9' && elf->minor < 100; at++) {
        elf->minor = elf->minor * 10 + (unsigned)(name.data[at] - '0');
    }
}

static enum target_found unknown_version(const struct target *t, unsigned minor, struct pp_error *err)
{
    if (minor == 0) {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "there is a Python in it, but its version could not be found");
    } else {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "process %d runs Python 3.%u; profrec knows 3.%d to 3.%d",
                (int)t->pid, minor, PYTHON_OLDEST, PYTHON_NEWEST);
    }
    return TARGET_UNSUPPORTED;
}

/* `minor` is 0 where the file does not tell: then the process may. */
static enum target_found take_debug_offsets(struct target *t, unsigned minor, struct pp_error *err)
{
    unsigned char bytes[DEBUG_OFFSETS_SIZE];
    if (!remote_read(t->pid, t->runtime, bytes, sizeof bytes)) {
        return TARGET_NOT_YET;
    }
    switch (offsets_from_debug(bytes, &t->offsets, &t->version)) {
    case DEBUG_OFFSETS_READ:
        return TARGET_READY;
    case DEBUG_OFFSETS_UNKNOWN:
        return unknown_version(t, t->version >> 16 & 0xff, err);
    case DEBUG_OFFSETS_NONE:
        if (minor == 0) {
            return unknown_version(t, 0, err);
        }
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "Python 3.%u is there but has not begun", minor);
        return TARGET_NOT_YET;
    default:
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "the debug offsets of its Python 3.%u make no sense",
                t->version >> 16 & 0xff);
        return TARGET_UNSUPPORTED;
    }
}

/* Reads _Py_DebugOffsets or takes the row of the table. */
static enum target_found take_offsets(struct target *t, const struct elf_python *elf, uint64_t bias,
                                      struct pp_error *err)
{
    unsigned minor = elf->major == 3 ? elf->minor : 0;
    if (elf->version && remote_u32(t->pid, elf->version + bias, &t->version)) {
        minor = t->version >> 24 == 3 ? t->version >> 16 & 0xff : 0;
    } else {
        t->version = UINT32_C(3) << 24 | minor << 16 | (elf->micro & 0xff) << 8;
    }
    if (minor == 0 || (minor >= PYTHON_FIRST_DEBUG_OFFSETS && minor <= PYTHON_NEWEST)) {
        return take_debug_offsets(t, minor, err);
    }
    const struct python_offsets *row = offsets_of_version(minor);
    if (!row) {
        return unknown_version(t, minor, err);
    }
    t->offsets = *row;
    return TARGET_READY;
}

static enum target_found look_into(struct target *t, const struct candidate *c, bool is_program, struct pp_error *err)
{
    struct elf_python elf;
    int fd = open_as_seen(t->pid, c, is_program);
    if (fd < 0) {
        /* For the message, if nothing else is found. */
        snprintf(t->binary, sizeof t->binary, "%.*s", looks_like_python(c->path) ? (int)c->path.len : 0, c->path.data);
        return TARGET_NO_PYTHON;
    }
    bool good = elf_find_python(fd, &elf);
    (void)close(fd);
    if (!good || (!elf.runtime && !elf.old_python)) {
        return TARGET_NO_PYTHON;
    }
    snprintf(t->binary, sizeof t->binary, "%.*s", PP_STR_ARG(c->path));
    version_from_name(c->path, &elf);
    if (elf.old_python) {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "process %d runs Python %u.%u; profrec knows 3.%d to 3.%d",
                (int)t->pid, elf.major ? elf.major : 2, elf.minor, PYTHON_OLDEST, PYTHON_NEWEST);
        return TARGET_UNSUPPORTED;
    }
    uint64_t bias = c->start - elf.first_load;
    t->runtime = elf.runtime + bias;
    return take_offsets(t, &elf, bias, err);
}

enum mapped_kind { MAPPED_PROGRAM_OR_PYTHON, MAPPED_OTHER };

/* Into the mapped files of a kind, in the order of the maps. */
static enum target_found look_at_files(struct target *t, struct pp_str maps, struct pp_str program,
                                       enum mapped_kind kind, struct pp_error *err)
{
    enum target_found found = TARGET_NO_PYTHON;
    struct pp_str last = {0};
    struct process_mapping m;
    while (found == TARGET_NO_PYTHON && process_next_mapping(&maps, &m)) {
        bool is_program = pp_str_eq(m.path, program);
        enum mapped_kind its = is_program || looks_like_python(m.path) ? MAPPED_PROGRAM_OR_PYTHON : MAPPED_OTHER;
        if (m.offset != 0 || pp_str_eq(m.path, last) || m.path.len == 0 || m.path.data[0] != '/' || its != kind) {
            continue;
        }
        last = m.path;
        found = look_into(t, &(struct candidate){m.path, m.start, m.end}, is_program, err);
    }
    return found;
}

static enum target_found not_yet(struct pp_error *err)
{
    pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "its Python has not begun, or is just ending; try again");
    return TARGET_NOT_YET;
}

/* Why nothing could be read: the process is gone, or we may not. One that ends meanwhile has no memory: ESRCH, while it still counts as alive. */
static enum target_found cannot_look(pid_t pid, int problem, struct pp_error *err)
{
    if (!process_alive(pid)) {
        pp_fail(err, PP_USAGE, pp_nowhere(), "there is no process %d", (int)pid);
        return TARGET_GONE;
    }
    if (problem != EPERM && problem != EACCES && problem != ENOSYS) {
        return not_yet(err);
    }
    permission_explain(pid, problem, err);
    return TARGET_DENIED;
}

enum target_found target_find(pid_t pid, struct target_effort effort, struct target *target, struct pp_error *err)
{
    struct pp_arena arena = {0};
    *target = (struct target){.pid = pid};
    errno = 0;
    struct pp_str maps = process_file(&arena, pid, "maps");
    int problem = errno;
    struct pp_str program = process_link(&arena, pid, "exe");
    enum target_found found;
    if (maps.len == 0) {
        found = problem == 0 && process_alive(pid) ? TARGET_NO_PYTHON : cannot_look(pid, problem, err);
    } else {
        found = look_at_files(target, maps, program, MAPPED_PROGRAM_OR_PYTHON, err);
        if (found == TARGET_NO_PYTHON && effort.all_files) {
            found = look_at_files(target, maps, program, MAPPED_OTHER, err);
        }
    }
    if (found == TARGET_READY) {
        found = target_check(target, effort, err);
    }
    if (found == TARGET_NO_PYTHON && target->binary[0]) {
        pp_fail(
            err, PP_UNSUPPORTED, pp_nowhere(),
            "process %d may be a Python, but its %s cannot be opened; one that was deleted or replaced since can be "
            "by root",
            (int)pid, target->binary);
    } else if (found == TARGET_NO_PYTHON) {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "process %d is not a Python: it runs %.*s", (int)pid,
                PP_STR_ARG(program.len ? program : PP_STR("no program")));
    }
    pp_arena_free(&arena);
    return found;
}

/* --- the check --- */

static enum target_found nonsense(const struct target *t, struct pp_error *err, const char *what)
{
    char version[16];
    target_version_text(t, version);
    pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
            "process %d: its Python %s does not look as expected (%s); is it a build of its own?", (int)t->pid, version,
            what);
    /* It may just be beginning, or ending: whoever asks asks again. */
    return TARGET_NOT_YET;
}

/* The code of the innermost frame that has one; 0: none. */
static uint64_t some_code(const struct target *t, uint64_t thread)
{
    const struct python_offsets *o = &t->offsets;
    uint64_t frame = 0, code = 0;
    if (!remote_u64(t->pid, thread + o->thread_frame, &frame) || !frame) {
        return 0;
    }
    if (o->cframe_frame != NO_OFFSET && (!remote_u64(t->pid, frame + o->cframe_frame, &frame) || !frame)) {
        return 0;
    }
    for (int tries = 0; tries < 3 && frame; tries++) {
        unsigned char owner = 0;
        if (o->frame_owner != NO_OFFSET && !remote_read(t->pid, frame + o->frame_owner, &owner, 1)) {
            return 0;
        }
        if (owner < o->owner_first_shim) {
            return remote_u64(t->pid, frame + o->frame_code, &code) ? code & ~UINT64_C(3) : 0;
        }
        if (!remote_u64(t->pid, frame + o->frame_previous, &frame)) {
            return 0;
        }
    }
    return 0;
}

/* True if the object is of the type with this name. */
static bool is_a(const struct target *t, uint64_t object, const char *type_name)
{
    char name[8] = "";
    size_t size = strlen(type_name) + 1;
    uint64_t type, text;
    return object && remote_u64(t->pid, object + t->offsets.object_type, &type) &&
           remote_u64(t->pid, type + t->offsets.type_name, &text) && remote_read(t->pid, text, name, size) &&
           memcmp(name, type_name, size) == 0;
}

/* True if what a code object refers to is there too: its name a str, its line table bytes of a size that can be. */
static bool code_is_whole(const struct target *t, uint64_t code)
{
    const struct python_offsets *o = &t->offsets;
    uint64_t name, table, size;
    return remote_u64(t->pid, code + o->code_name, &name) && is_a(t, name, "str") &&
           remote_u64(t->pid, code + o->code_line_table, &table) && is_a(t, table, "bytes") &&
           remote_u64(t->pid, table + o->variable_size, &size) && size < LARGEST_LINE_TABLE;
}

/* What threads show of the offsets. */
struct evidence {
    bool thread, strange_thread; /* one that knows its interpreter, and one that does not */
    bool code, strange_code;
};

/* Looks at the threads of an interpreter until one shows a code object. */
static void look_at_threads(const struct target *t, uint64_t interpreter, struct evidence *e)
{
    const struct python_offsets *o = &t->offsets;
    uint64_t thread, its_interpreter;
    if (!remote_u64(t->pid, interpreter + o->interpreter_threads, &thread)) {
        return;
    }
    for (int count = 0; thread && count < MOST_THREADS && !e->code; count++) {
        if (!remote_u64(t->pid, thread + o->thread_interpreter, &its_interpreter) || its_interpreter != interpreter) {
            e->strange_thread = true;
            return;
        }
        uint64_t code = some_code(t, thread);
        e->thread = true;
        e->code = code && is_a(t, code, "code") && code_is_whole(t, code);
        e->strange_code |= code && !e->code;
        if (!remote_u64(t->pid, thread + o->thread_next, &thread)) {
            return;
        }
    }
}

/* Interpreters link the newest first, and of many threads few run code. */
static void look_at_interpreters(const struct target *t, uint64_t interpreter, struct evidence *e)
{
    for (int count = 0; interpreter && count < MOST_INTERPRETERS && !e->code; count++) {
        look_at_threads(t, interpreter, e);
        if (!remote_u64(t->pid, interpreter + t->offsets.interpreter_next, &interpreter)) {
            return;
        }
    }
}

/* True if one of the interpreters has a module "sys": more there is not to be seen where no code runs. */
static bool has_modules(const struct target *t, uint64_t interpreter)
{
    for (int count = 0; interpreter && count < MOST_INTERPRETERS; count++) {
        uint64_t modules;
        if (remote_u64(t->pid, interpreter + t->offsets.interpreter_modules, &modules) && is_a(t, modules, "dict") &&
            is_a(t, dictionary_value(t->pid, &t->offsets, modules, "sys"), "module")) {
            return true;
        }
        if (!remote_u64(t->pid, interpreter + t->offsets.interpreter_next, &interpreter)) {
            return false;
        }
    }
    return false;
}

enum target_found target_check(const struct target *t, struct target_effort effort, struct pp_error *err)
{
    uint64_t interpreter = 0;
    struct evidence e = {0};
    /* Frames and threads come and go while we look, so a miss is tried again. */
    for (int tries = 0; tries < CHECK_TRIES && !e.code; tries++) {
        if (!remote_u64(t->pid, t->runtime + t->offsets.runtime_interpreters, &interpreter)) {
            return errno == EFAULT ? not_yet(err) : cannot_look(t->pid, errno, err);
        }
        look_at_interpreters(t, interpreter, &e);
    }
    if (e.code) {
        return TARGET_READY;
    }
    if (e.strange_code || e.strange_thread) {
        return nonsense(t, err, e.strange_code ? "code objects" : "a thread's interpreter");
    }
    bool idle = effort.without_code && e.thread && has_modules(t, interpreter);
    return idle ? TARGET_READY : not_yet(err);
}

void target_version_text(const struct target *target, char text[16])
{
    unsigned micro = target->version >> 8 & 0xff;
    if (target->version & 0xffff) {
        snprintf(text, 16, "%u.%u.%u", target->version >> 24, target->version >> 16 & 0xff, micro);
    } else {
        snprintf(text, 16, "%u.%u", target->version >> 24, target->version >> 16 & 0xff);
    }
}
