#include "record/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

enum { PATH_SIZE = 96, FIRST_READ = 4096 };
/* PF_EXITING of linux/sched.h, in the flags of /proc/PID/stat: it has no memory any more, or soon, but still counts as running. */
enum { FLAG_EXITING = 4 };

static void proc_path(char path[PATH_SIZE], pid_t pid, const char *name)
{
    snprintf(path, PATH_SIZE, "/proc/%d/%s", (int)pid, name);
}

/* Reads all of `fd` into the arena. Files of /proc have no size. */
static struct pp_str read_all(struct pp_arena *arena, int fd)
{
    PP_VEC(char) bytes = {0};
    for (;;) {
        PP_RESERVE(&bytes, bytes.count + FIRST_READ);
        ssize_t got = read(fd, bytes.at + bytes.count, bytes.capacity - bytes.count);
        if (got <= 0) {
            break;
        }
        bytes.count += (size_t)got;
    }
    struct pp_str text = pp_arena_str(arena, (struct pp_str){bytes.at, bytes.count});
    pp_free(bytes.at);
    return text;
}

struct pp_str process_file(struct pp_arena *arena, pid_t pid, const char *name)
{
    char path[PATH_SIZE];
    proc_path(path, pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return (struct pp_str){0};
    }
    struct pp_str text = read_all(arena, fd);
    int problem = errno;
    (void)close(fd);
    errno = problem;
    return text;
}

struct pp_str process_link(struct pp_arena *arena, pid_t pid, const char *name)
{
    char path[PATH_SIZE], target[4096];
    proc_path(path, pid, name);
    ssize_t len = readlink(path, target, sizeof target);
    return len <= 0 ? (struct pp_str){0} : pp_arena_str(arena, (struct pp_str){target, (size_t)len});
}

struct pp_str process_command(struct pp_arena *arena, pid_t pid)
{
    struct pp_str raw = process_file(arena, pid, "cmdline");
    if (raw.len == 0) {
        struct pp_str name = pp_str_trim(process_file(arena, pid, "comm"));
        return name.len ? pp_arena_printf(arena, "[%.*s]", PP_STR_ARG(name)) : name;
    }
    char *words = pp_arena_alloc(arena, raw.len, 1);
    for (size_t i = 0; i < raw.len; i++) {
        words[i] = raw.data[i] ? raw.data[i] : ' ';
    }
    return pp_str_trim_end((struct pp_str){words, raw.len});
}

/* The fields of /proc/PID/stat from the third one, the state, on: the second one, the name, may hold anything but ends in the last ')'. */
static bool stat_fields(pid_t pid, char buffer[1024], struct pp_str *fields)
{
    char path[PATH_SIZE];
    proc_path(path, pid, "stat");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t got = read(fd, buffer, 1023);
    (void)close(fd);
    struct pp_cut cut = pp_str_rcut((struct pp_str){buffer, got > 0 ? (size_t)got : 0}, ')');
    *fields = pp_str_trim(cut.tail);
    return cut.found && fields->len;
}

/* Field `number` of proc(5), counted from 3. */
static uint64_t stat_number(struct pp_str fields, unsigned number)
{
    uint64_t value = 0;
    for (unsigned i = 3; i < number; i++) {
        fields = pp_str_cut(fields, ' ').tail;
    }
    return pp_parse_u64(pp_str_cut(fields, ' ').head, &value) ? value : 0;
}

pid_t process_parent(pid_t pid)
{
    char buffer[1024];
    struct pp_str fields;
    return stat_fields(pid, buffer, &fields) ? (pid_t)stat_number(fields, 4) : 0;
}

unsigned long long process_started(pid_t pid)
{
    char buffer[1024];
    struct pp_str fields;
    return stat_fields(pid, buffer, &fields) ? stat_number(fields, 22) : 0;
}

bool process_alive(pid_t pid)
{
    char buffer[1024];
    struct pp_str fields;
    return stat_fields(pid, buffer, &fields) && fields.data[0] != 'Z' && fields.data[0] != 'X' &&
           !(stat_number(fields, 9) & FLAG_EXITING);
}

void process_tasks(pid_t pid, process_ids *tasks)
{
    char path[PATH_SIZE];
    proc_path(path, pid, "task");
    DIR *folder = opendir(path);
    if (!folder) {
        return;
    }
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        uint64_t id;
        if (pp_parse_u64(pp_str_of(entry->d_name), &id)) {
            *PP_PUSH(tasks) = (pid_t)id;
        }
    }
    (void)closedir(folder);
}

static bool children_of_task(pid_t pid, pid_t task, process_ids *children)
{
    char name[48];
    struct pp_arena arena = {0};
    snprintf(name, sizeof name, "task/%d/children", (int)task);
    struct pp_str rest = process_file(&arena, pid, name);
    bool told = rest.data != NULL || errno != ENOENT || !process_alive(task);
    while (rest.len) {
        struct pp_cut cut = pp_str_cut(rest, ' ');
        uint64_t id;
        if (pp_parse_u64(cut.head, &id)) {
            *PP_PUSH(children) = (pid_t)id;
        }
        rest = cut.tail;
    }
    pp_arena_free(&arena);
    return told;
}

bool process_children(pid_t pid, process_ids *children)
{
    process_ids tasks = {0};
    bool told = true;
    process_tasks(pid, &tasks);
    for (size_t i = 0; i < tasks.count && told; i++) {
        told = children_of_task(pid, tasks.at[i], children);
    }
    pp_free(tasks.at);
    return told;
}

/* A hexadecimal number up to the byte `end`, taken with that byte. */
static bool take_hex(struct pp_str *text, char end, uint64_t *value)
{
    *value = 0;
    size_t i = 0;
    for (; i < text->len && text->data[i] != end; i++) {
        char c = text->data[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                                : 16;
        if (digit > 15) {
            return false;
        }
        *value = *value << 4 | digit;
    }
    *text = pp_str_sub(*text, i + 1, SIZE_MAX);
    return i > 0;
}

bool process_next_mapping(struct pp_str *maps, struct process_mapping *mapping)
{
    struct pp_cut cut = pp_str_cut(*maps, '\n');
    struct pp_str line = cut.head;
    *maps = cut.tail;
    *mapping = (struct process_mapping){0};
    /* start-end rwxp offset device inode   path */
    if (!take_hex(&line, '-', &mapping->start) || !take_hex(&line, ' ', &mapping->end)) {
        return false;
    }
    mapping->executable = line.len > 2 && line.data[2] == 'x';
    line = pp_str_cut(line, ' ').tail;
    if (!take_hex(&line, ' ', &mapping->offset)) {
        return false;
    }
    line = pp_str_cut(line, ' ').tail;
    mapping->path = pp_str_trim(pp_str_cut(line, ' ').tail);
    return true;
}
