#include "record/thread_ids.h"

#include <stdio.h>

#include "base/number.h"
#include "record/process.h"
#include "record/remote_memory.h"

/* Where the C libraries keep the number of a thread, from its pthread_t: glibc x86-64 and aarch64 (struct pthread.tid), musl. */
static const uint16_t places_of_tid[] = {720, 208, 48, 56};

/* The numbers of a task in all namespaces from ours inwards: "NSpid:\t123\t5\n". */
static struct pp_str namespace_ids(struct pp_arena *arena, pid_t pid, pid_t task)
{
    char name[64];
    snprintf(name, sizeof name, "task/%d/status", (int)task);
    struct pp_str status = process_file(arena, pid, name);
    size_t at = pp_str_search(status, PP_STR("NSpid:\t"));
    return pp_str_cut(pp_str_sub(status, at + 7, SIZE_MAX), '\n').head;
}

bool thread_ids_are_foreign(pid_t pid)
{
    struct pp_arena arena = {0};
    struct pp_str ids = namespace_ids(&arena, pid, pid);
    bool foreign = pp_str_find(ids, '\t') < ids.len;
    pp_arena_free(&arena);
    return foreign;
}

static bool is_task(const process_ids *tasks, uint64_t id)
{
    for (size_t i = 0; i < tasks->count; i++) {
        if ((uint64_t)tasks->at[i] == id) {
            return true;
        }
    }
    return false;
}

/* The task that calls itself `inner` in its own namespace. */
static pid_t from_inside(pid_t pid, const process_ids *tasks, uint64_t inner)
{
    struct pp_arena arena = {0};
    pid_t found = 0;
    for (size_t i = 0; i < tasks->count && !found; i++) {
        struct pp_str ids = namespace_ids(&arena, pid, tasks->at[i]);
        struct pp_cut cut = pp_str_rcut(ids, '\t');
        uint64_t id;
        if (pp_parse_u64(cut.found ? cut.tail : ids, &id) && id == inner) {
            found = tasks->at[i];
        }
    }
    pp_arena_free(&arena);
    return found;
}

static pid_t checked(pid_t pid, const process_ids *tasks, uint64_t id, bool foreign)
{
    if (foreign) {
        return from_inside(pid, tasks, id);
    }
    return is_task(tasks, id) ? (pid_t)id : 0;
}

pid_t thread_id_of(const struct target *target, uint64_t ident, uint64_t native, bool foreign)
{
    process_ids tasks = {0};
    pid_t found = 0;
    process_tasks(target->pid, &tasks);
    if (native) {
        found = checked(target->pid, &tasks, native, foreign);
    }
    for (size_t i = 0; i < sizeof places_of_tid / sizeof *places_of_tid && !native && !found; i++) {
        uint32_t id;
        if (remote_u32(target->pid, ident + places_of_tid[i], &id) && id) {
            found = checked(target->pid, &tasks, id, foreign);
        }
    }
    pp_free(tasks.at);
    return found;
}
