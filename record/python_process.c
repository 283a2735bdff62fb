#include "record/python_process.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "record/process.h"
#include "record/thread_names.h"

/* More cannot be told from a list that runs in a circle. */
enum { MOST_INTERPRETERS = 10000, MOST_THREADS = 1000000, REFRESH_TRIES = 5, WORD = 8, REFRESH_NS = 1000000 };
/* Between looks for the name of a thread: the longest for one that has none, and for one that may get another. */
static const int64_t FIRST_NAME_NS = 1000000, MOST_NAME_NS = 1000000000, MOST_RENAME_NS = 16 * INT64_C(1000000000);
/* Between looks for where names are. */
static const int64_t FIND_NAMES_NS = 4 * INT64_C(1000000000);

static void free_thread(struct python_thread *thread)
{
    stack_reader_free(&thread->reader);
    thread_clock_close(&thread->clock);
    pp_free(thread->stack.at);
    pp_free(thread->name.at);
    pp_free(thread);
}

struct python_process *python_process_new(const struct target *target)
{
    struct python_process *process = pp_calloc(1, sizeof *process);
    process->target = *target;
    process->codes = code_cache_new(&process->target);
    process->started = process_started(target->pid);
    process->other_names = thread_ids_are_foreign(target->pid);
    return process;
}

void python_process_free(struct python_process *process)
{
    if (!process) {
        return;
    }
    for (size_t i = 0; i < process->threads.count; i++) {
        free_thread(process->threads.at[i]);
    }
    for (size_t i = 0; i < process->interpreters.count; i++) {
        pp_free(process->interpreters.at[i]);
    }
    pp_free(process->threads.at);
    pp_free(process->interpreters.at);
    pp_free(process->links.at);
    pp_free(process->expected.at);
    pp_free(process->seen.at);
    pp_free(process->ids.at);
    pp_free(process->name.at);
    code_cache_free(process->codes);
    pp_free(process);
}

/* --- links --- */

static void expect(struct python_process *p, uint64_t address, uint64_t value)
{
    *PP_PUSH(&p->links) = (struct remote_part){address, WORD};
    *PP_PUSH(&p->expected) = value;
}

/* True if the lists are as they were. */
static bool unchanged(struct python_process *p)
{
    PP_RESERVE(&p->seen, p->links.count);
    return p->links.count && remote_read_parts(p->target.pid, p->links.at, p->links.count, p->seen.at) &&
           memcmp(p->seen.at, p->expected.at, p->links.count * WORD) == 0;
}

/* --- names --- */

static void set_name(struct python_thread *t, struct pp_str name)
{
    if (pp_str_eq((struct pp_str){t->name.at, t->name.count}, name)) {
        return;
    }
    PP_RESERVE(&t->name, name.len);
    t->name.count = name.len;
    memcpy(t->name.at, name.data, name.len);
    t->named_late = true;
}

/* Where threading is not imported: what it will call the main thread if it is one day, and what else can be said. */
static void name_without_threading(const struct python_process *p, struct python_thread *t)
{
    char name[48] = "MainThread";
    if (t->interpreter_id) {
        snprintf(name, sizeof name, "interpreter %lld", (long long)t->interpreter_id);
    } else if (t->tid != p->target.pid) {
        return;
    }
    set_name(t, pp_str_of(name));
}

/* A module may be thrown away and imported again, so that what was found is looked for anew now and then. */
static uint64_t active_names(struct python_process *p, struct interpreter *interpreter, int64_t now_ns)
{
    if (!interpreter->active_names || now_ns - interpreter->names_found_ns > FIND_NAMES_NS) {
        interpreter->active_names = thread_names_find(&p->target, interpreter->address);
        interpreter->names_found_ns = now_ns;
    }
    return interpreter->active_names;
}

void python_process_name(struct python_process *p, struct python_thread *t, int64_t now_ns)
{
    if (now_ns < t->next_name_ns) {
        return;
    }
    uint64_t active = active_names(p, t->interpreter, now_ns);
    if (!active && !t->name.count) {
        name_without_threading(p, t);
    } else if (thread_names_read(&p->target, active, t->ident, &p->name)) {
        set_name(t, (struct pp_str){p->name.at, p->name.count});
    }
    int64_t most = t->name.count ? MOST_RENAME_NS : MOST_NAME_NS;
    t->name_patience_ns = t->name_patience_ns ? 2 * t->name_patience_ns : FIRST_NAME_NS;
    t->name_patience_ns = t->name_patience_ns < most ? t->name_patience_ns : most;
    t->next_name_ns = now_ns + t->name_patience_ns;
}

/* --- lists --- */

/* The interpreter at the address, if it is the one that was there before; its lock is made before its first code runs, but after its first thread. */
static struct interpreter *interpreter_at(struct python_process *p, uint64_t address, int64_t id, uint64_t gil)
{
    for (size_t i = 0; i < p->interpreters.count; i++) {
        struct interpreter *known = p->interpreters.at[i];
        if (known->address == address && known->id == id && known->gil == gil) {
            known->present = true;
            return known;
        }
        if (known->id != id) {
            code_cache_mix(p->codes);
        }
    }
    struct interpreter *added = pp_calloc(1, sizeof *added);
    *added = (struct interpreter){.address = address, .id = id, .gil = gil, .present = true};
    *PP_PUSH(&p->interpreters) = added;
    return added;
}

static struct python_thread *known_thread(struct python_process *p, const struct python_thread *found)
{
    for (size_t i = 0; i < p->threads.count; i++) {
        struct python_thread *t = p->threads.at[i];
        if (t->address == found->address && t->ident == found->ident && t->serial == found->serial &&
            t->interpreter == found->interpreter) {
            return t;
        }
    }
    return NULL;
}

static void add_thread(struct python_process *p, const struct python_thread *found, int64_t now_ns)
{
    struct python_thread *t = pp_calloc(1, sizeof *t);
    *t = *found;
    t->present = true;
    t->last_ns = now_ns;
    t->clock = (struct thread_clock){.schedstat = -1, .stat = -1, .processor = -1, .state = 'R'};
    if (t->tid) {
        bool moved;
        (void)thread_clock_open(&t->clock, p->target.pid, t->tid);
        (void)thread_clock_read(&t->clock, &moved);
        t->last_cpu_ns = t->clock.cpu_ns;
        /* Its first sample has to look at its state, though it may not have moved until then. */
        t->clock.arrivals = 0;
    }
    stack_reader_init(&t->reader, &p->target, p->codes, t->interpreter, t->address, t->ident);
    *PP_PUSH(&p->threads) = t;
}

/* Takes the thread at the address into the list; false if it cannot be one of the interpreter's. */
static bool take_thread(struct python_process *p, struct interpreter *interpreter, uint64_t address, int64_t now_ns,
                        uint64_t *next)
{
    const struct python_offsets *o = &p->target.offsets;
    unsigned char head[THREAD_HEAD_SIZE];
    if (!remote_read(p->target.pid, address, head, sizeof head) ||
        load_u64(head + o->thread_interpreter) != interpreter->address) {
        return false;
    }
    struct python_thread found = {
        .address = address,
        .ident = load_u64(head + o->thread_ident),
        .serial = load_u64(head + o->thread_serial),
        .interpreter = interpreter,
        .interpreter_id = interpreter->id,
    };
    uint64_t native = o->thread_native_id == NO_OFFSET ? 0 : load_u64(head + o->thread_native_id);
    *next = load_u64(head + o->thread_next);
    expect(p, address + o->thread_next, *next);
    expect(p, address + o->thread_ident, found.ident);
    expect(p, address + o->thread_serial, found.serial);
    struct python_thread *known = known_thread(p, &found);
    if (known) {
        known->present = true;
    } else if (found.ident) {
        /* Up to 3.12 other interpreters are entered by any thread, whatever their own threads' numbers say: then no clock tells when they
         * stand still. */
        bool bound = interpreter->id == 0 || o->minor >= PYTHON_FIRST_BOUND_THREADS;
        found.tid = bound ? thread_id_of(&p->target, found.ident, native, p->other_names, &p->ids) : 0;
        add_thread(p, &found, now_ns);
    }
    return true;
}

static bool take_threads(struct python_process *p, uint64_t address, int64_t now_ns)
{
    const struct python_offsets *o = &p->target.offsets;
    bool has_gil = o->interpreter_gil != NO_OFFSET;
    uint64_t id = 0, thread, gil = 0;
    if (!remote_u64(p->target.pid, address + o->interpreter_id, &id) ||
        !remote_u64(p->target.pid, address + o->interpreter_threads, &thread) ||
        (has_gil && !remote_u64(p->target.pid, address + o->interpreter_gil, &gil))) {
        return false;
    }
    struct interpreter *interpreter = interpreter_at(p, address, (int64_t)id, gil);
    expect(p, address + o->interpreter_threads, thread);
    expect(p, address + o->interpreter_id, id);
    if (has_gil) {
        expect(p, address + o->interpreter_gil, gil);
    }
    for (size_t count = 0; thread; count++) {
        if (count > MOST_THREADS || !take_thread(p, interpreter, thread, now_ns, &thread)) {
            return false;
        }
    }
    return true;
}

static bool take_all(struct python_process *p, int64_t now_ns)
{
    const struct python_offsets *o = &p->target.offsets;
    uint64_t interpreter;
    p->links.count = 0;
    p->expected.count = 0;
    for (size_t i = 0; i < p->threads.count; i++) {
        p->threads.at[i]->present = false;
    }
    for (size_t i = 0; i < p->interpreters.count; i++) {
        p->interpreters.at[i]->present = false;
    }
    if (!remote_u64(p->target.pid, p->target.runtime + o->runtime_interpreters, &interpreter)) {
        return false;
    }
    expect(p, p->target.runtime + o->runtime_interpreters, interpreter);
    for (size_t count = 0; interpreter; count++) {
        uint64_t next;
        if (count > MOST_INTERPRETERS || !take_threads(p, interpreter, now_ns) ||
            !remote_u64(p->target.pid, interpreter + o->interpreter_next, &next)) {
            return false;
        }
        expect(p, interpreter + o->interpreter_next, next);
        interpreter = next;
    }
    return true;
}

static void drop_ended(struct python_process *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->threads.count; i++) {
        struct python_thread *t = p->threads.at[i];
        if (t->present) {
            p->threads.at[kept++] = t;
        } else {
            free_thread(t);
        }
    }
    p->threads.count = kept;
    kept = 0;
    for (size_t i = 0; i < p->interpreters.count; i++) {
        if (p->interpreters.at[i]->present) {
            p->interpreters.at[kept++] = p->interpreters.at[i];
        } else {
            pp_free(p->interpreters.at[i]);
        }
    }
    p->interpreters.count = kept;
}

bool python_process_refresh(struct python_process *p, int64_t now_ns)
{
    if (p->links.count && now_ns - p->refreshed_ns < REFRESH_NS) {
        return true;
    }
    p->refreshed_ns = now_ns;
    if (unchanged(p)) {
        return true;
    }
    /* A list that changes under us is read again; its last state is better than none. */
    for (int tries = 0; tries < REFRESH_TRIES; tries++) {
        if (take_all(p, now_ns)) {
            drop_ended(p);
            return true;
        }
    }
    p->links.count = 0;
    uint64_t interpreter;
    return remote_u64(p->target.pid, p->target.runtime + p->target.offsets.runtime_interpreters, &interpreter) &&
           interpreter;
}
