#define _GNU_SOURCE /* CPU_SET */
#include "record/visitor.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>

#include "base/memory.h"

/* Of systems with so many processors, the kernel tells when it is too few. */
enum { FIRST_PROCESSORS = 1024, MOST_PROCESSORS = 1 << 20, MEETINGS = 2 };
/* What a visit costs the thread: to be taken off its processor, to wait, and to be put there again. */
enum { FIRST_GUESS_NS = 40000, LEAST_EXPECTED_NS = 2000, MOST_TIMES = 4, SMOOTHING = 8 };
enum { WORD_BITS = sizeof(unsigned long) * CHAR_BIT };

void visitor_init(struct visitor *v)
{
    *v = (struct visitor){.at = -1, .expected_ns = FIRST_GUESS_NS};
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

/* A thread that was on this processor when it was looked at does not run while we do, nor elsewhere before it arrives there: that would be counted. */
static bool is_here(const struct visitor *v, const struct thread_clock *clock)
{
    return v->at >= 0 && clock->processor == v->at && clock->arrivals;
}

bool visitor_meet(struct visitor *v, struct thread_clock *clock, bool *alive)
{
    bool moved;
    *alive = true;
    if (is_here(v, clock)) {
        return true;
    }
    for (unsigned i = 0; i < MEETINGS; i++) {
        if (!visitor_go(v, clock->processor)) {
            return false;
        }
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

void visitor_charge(struct visitor *v, struct visit *visit, const struct thread_clock *clock)
{
    *visit = (struct visit){clock->arrivals, clock->waited_ns, v->expected_ns};
    v->spent_ns += v->expected_ns;
}

void visitor_settle(struct visitor *v, struct visit *visit, const struct thread_clock *clock)
{
    if (visit->charged_ns == 0 || clock->arrivals == visit->arrivals) {
        return;
    }
    /* With more than one arrival it has waited for others too: what was expected has to do. */
    if (clock->arrivals == visit->arrivals + 1 && clock->waited_ns >= visit->waited_ns) {
        int64_t waited = (int64_t)(clock->waited_ns - visit->waited_ns);
        v->spent_ns += waited - visit->charged_ns;
        /* A busy processor keeps the thread waiting once in a while. */
        waited = waited < MOST_TIMES * v->expected_ns ? waited : MOST_TIMES * v->expected_ns;
        v->expected_ns += (waited - v->expected_ns) / SMOOTHING;
        v->expected_ns = v->expected_ns > LEAST_EXPECTED_NS ? v->expected_ns : LEAST_EXPECTED_NS;
    }
    visit->charged_ns = 0;
}
