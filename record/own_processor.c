#define _GNU_SOURCE /* sched_setaffinity */
#include "record/own_processor.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>

#include "base/memory.h"

/* Of systems with so many processors, the kernel tells when it is too few. */
enum { FIRST_PROCESSORS = 1024, MOST_PROCESSORS = 1 << 20 };
/* Threads that run everywhere cannot be avoided, and moving costs them as much as to be met. */
enum { BETWEEN_MOVES_NS = 10000000 };
enum { WORD_BITS = sizeof(unsigned long) * CHAR_BIT };

void own_processor_init(struct own_processor *own)
{
    *own = (struct own_processor){0};
    for (size_t size = FIRST_PROCESSORS / CHAR_BIT; size <= MOST_PROCESSORS / CHAR_BIT; size *= 2) {
        cpu_set_t *set = pp_calloc(1, size);
        if (sched_getaffinity(0, size, set) == 0) {
            own->allowed = set;
            own->size = size;
            return;
        }
        pp_free(set);
        if (errno != EINVAL) {
            return;
        }
    }
}

void own_processor_free(struct own_processor *own)
{
    if (own->allowed) {
        (void)sched_setaffinity(0, own->size, own->allowed);
    }
    pp_free(own->allowed);
    own->allowed = NULL;
}

void own_processor_leave(struct own_processor *own, int processor, int64_t now_ns)
{
    if (!own->allowed || processor < 0 || (size_t)processor >= own->size * CHAR_BIT ||
        now_ns - own->left_ns < BETWEEN_MOVES_NS) {
        return;
    }
    own->left_ns = now_ns;
    /* A cpu_set_t of any size is an array of these. */
    unsigned long *others = pp_calloc(1, own->size);
    memcpy(others, own->allowed, own->size);
    others[(unsigned)processor / WORD_BITS] &= ~(1UL << (unsigned)processor % WORD_BITS);
    (void)sched_setaffinity(0, own->size, (cpu_set_t *)others);
    pp_free(others);
}
