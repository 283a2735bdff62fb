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

static pid_t inner_id(pid_t pid, pid_t task)
{
    struct pp_arena arena = {0};
    struct pp_str numbers = namespace_ids(&arena, pid, task);
    struct pp_cut cut = pp_str_rcut(numbers, '\t');
    uint64_t id = 0;
    bool good = pp_parse_u64(cut.found ? cut.tail : numbers, &id) && id <= INT32_MAX;
    pp_arena_free(&arena);
    return good ? (pid_t)id : 0;
}

static void fill(pid_t pid, bool foreign, thread_ids *ids)
{
    process_ids tasks = {0};
    ids->count = 0;
    process_tasks(pid, &tasks);
    for (size_t i = 0; i < tasks.count; i++) {
        pid_t task = tasks.at[i];
        *PP_PUSH(ids) = (struct thread_id){task, foreign ? inner_id(pid, task) : task};
    }
    pp_free(tasks.at);
}

static pid_t known(const thread_ids *ids, uint64_t theirs)
{
    for (size_t i = 0; i < ids->count && theirs; i++) {
        if ((uint64_t)ids->at[i].theirs == theirs) {
            return ids->at[i].ours;
        }
    }
    return 0;
}

static pid_t find(const struct target *target, uint64_t ident, uint64_t native, const thread_ids *ids)
{
    pid_t found = known(ids, native);
    for (size_t i = 0; i < sizeof places_of_tid / sizeof *places_of_tid && !native && !found; i++) {
        uint32_t id;
        if (remote_u32(target->pid, ident + places_of_tid[i], &id)) {
            found = known(ids, id);
        }
    }
    return found;
}

pid_t thread_id_of(const struct target *target, uint64_t ident, uint64_t native, bool foreign, thread_ids *ids)
{
    pid_t found = find(target, ident, native, ids);
    /* A namespace may give an ended thread's number to a new one, which we number otherwise. */
    if (!found || (foreign && !process_alive(found))) {
        fill(target->pid, foreign, ids);
        found = find(target, ident, native, ids);
    }
    return found;
}
