#define _GNU_SOURCE /* sched_getaffinity */
#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/intern.h"
#include "base/memory.h"

struct pp_thread {
    pthread_t id;
    void (*work)(void *context);
    void *context;
};

static void *run(void *context)
{
    struct pp_thread *thread = context;
    thread->work(thread->context);
    return NULL;
}

struct pp_thread *pp_thread_start(void (*work)(void *context), void *context)
{
    struct pp_thread *thread = pp_calloc(1, sizeof *thread);
    sigset_t all, before;
    /* The seed is made at its first use; afterwards all threads only read it. */
    (void)pp_hash_seed();
    thread->work = work;
    thread->context = context;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread->id, NULL, run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        pp_free(thread);
        return NULL;
    }
    return thread;
}

void pp_thread_join(struct pp_thread *thread)
{
    if (thread) {
        pthread_join(thread->id, NULL);
        pp_free(thread);
    }
}

unsigned pp_processor_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 1 ? (unsigned)count : 1;
}

/* Work that threads take the next piece of. */
struct pieces {
    void (*work)(void *context, size_t i);
    void *context;
    size_t count;
    atomic_size_t next;
};

static void work_off(void *context)
{
    struct pieces *pieces = context;
    for (size_t i; (i = atomic_fetch_add(&pieces->next, 1)) < pieces->count;) {
        pieces->work(pieces->context, i);
    }
}

void pp_parallel(size_t count, void (*work)(void *context, size_t i), void *context)
{
    enum { MOST_THREADS = 4 };
    struct pieces pieces = {.work = work, .context = context, .count = count};
    struct pp_thread *threads[MOST_THREADS - 1] = {0};
    size_t wanted = pp_processor_count();
    wanted = wanted > MOST_THREADS ? MOST_THREADS : wanted;
    wanted = wanted > count ? count : wanted;
    for (size_t i = 0; i + 1 < wanted; i++) {
        threads[i] = pp_thread_start(work_off, &pieces);
    }
    work_off(&pieces);
    for (size_t i = 0; i + 1 < wanted; i++) {
        pp_thread_join(threads[i]);
    }
}
