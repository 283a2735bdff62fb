#define _GNU_SOURCE /* CPU_SET */
#include "record/visitor.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>

#include "base/memory.h"
#include "record/timing.h"

/* Of systems with so many processors, the kernel tells when it is too few. */
enum { FIRST_PROCESSORS = 1024, MOST_PROCESSORS = 1 << 20, MEETINGS = 2 };
enum { WORD_BITS = sizeof(unsigned long) * CHAR_BIT };

void visitor_init(struct visitor *v)
{
    *v = (struct visitor){.at = -1};
    for (size_t size = FIRST_PROCESSORS / CHAR_BIT; size <= MOST_PROCESSORS / CHAR_BIT; size *= 2) {
        cpu_set_t *set = pp_calloc(1, size);
        if (sched_getaffinity(0, size, set) == 0) {
            v->allowed = set;
            v->size = size;
            return;
        }
        pp_free(set);
        if (errno != EINVAL) {
            return;
        }
    }
}

void visitor_free(struct visitor *v)
{
    visitor_end(v);
    pp_free(v->allowed);
    v->allowed = NULL;
}

/* A cpu_set_t of any size is an array of these. */
static unsigned long *word_of(void *set, int processor, unsigned long *bit)
{
    unsigned number = (unsigned)processor;
    *bit = 1UL << number % WORD_BITS;
    return (unsigned long *)set + number / WORD_BITS;
}

bool visitor_go(struct visitor *v, int processor)
{
    unsigned long bit;
    if (processor == v->at) {
        return true;
    }
    if (!v->allowed || processor < 0 || (size_t)processor >= v->size * CHAR_BIT ||
        !(*word_of(v->allowed, processor, &bit) & bit)) {
        return false;
    }
    void *one = pp_calloc(1, v->size);
    *word_of(one, processor, &bit) |= bit;
    bool there = sched_setaffinity(0, v->size, one) == 0;
    pp_free(one);
    v->at = there ? processor : v->at;
    return there;
}

void visitor_leave(struct visitor *v)
{
    unsigned long bit;
    if (v->at < 0) {
        return;
    }
    /* A real-time thread wakes where it slept, so it has to be told to go. Where there is no other processor, it stays. */
    void *others = pp_calloc(1, v->size);
    memcpy(others, v->allowed, v->size);
    *word_of(others, v->at, &bit) &= ~bit;
    if (sched_setaffinity(0, v->size, others) != 0) {
        (void)sched_setaffinity(0, v->size, v->allowed);
    }
    pp_free(others);
    v->at = -1;
}

void visitor_end(struct visitor *v)
{
    if (v->allowed) {
        (void)sched_setaffinity(0, v->size, v->allowed);
        v->at = -1;
    }
}

bool visitor_meet(struct visitor *v, struct thread_clock *clock, bool *alive)
{
    bool moved;
    *alive = true;
    v->met_ns = timing_now();
    for (unsigned i = 0; i < MEETINGS; i++) {
        if (!visitor_go(v, clock->processor)) {
            return false;
        }
        v->met_ns = timing_now();
        /* What is counted first, then where it is: from there on nothing can happen without being counted. */
        *alive = thread_clock_read(clock, &moved) && thread_clock_read_state(clock);
        if (!*alive || clock->arrivals == 0) {
            return false;
        }
        if (clock->state != 'R' || clock->processor == v->at) {
            return true;
        }
    }
    return false;
}
