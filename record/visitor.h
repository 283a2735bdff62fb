/* Going to the processor that a thread runs on: while profrec runs there, the thread does not, and its stack stands still, without a trace of tracing. The kernel
 * counts how often a thread is given a processor; as long as that stays, nothing has changed. */
#ifndef PP_RECORD_VISITOR_H
#define PP_RECORD_VISITOR_H

#include "record/thread_clock.h"

struct visitor {
    void *allowed;       /* the processors that profrec may use; NULL: not known, so that it stays where it is */
    size_t size;         /* bytes of it */
    int at;              /* the one that it keeps to now, -1: none */
    int64_t spent_ns;    /* that threads waited for their processor because of visits, in all */
    int64_t expected_ns; /* of the next visit, by those before */
};

/* What a thread was visited at last, until it is known what that cost it. */
struct visit {
    uint64_t arrivals, waited_ns; /* of its clock, then */
    int64_t charged_ns;           /* 0: nothing to settle */
};

void visitor_init(struct visitor *visitor);
void visitor_free(struct visitor *visitor);
/* Keeps to the processor from now on, and is there on return. False if it cannot. */
bool visitor_go(struct visitor *visitor, int processor);
/* Leaves the processor that it keeps to, if it keeps to one, for the others. */
void visitor_leave(struct visitor *visitor);
/* May use all again that it could at first. */
void visitor_end(struct visitor *visitor);
/* Goes to where the thread is, if it is not there already: then the clock has to have been read there. True if it stands still then, as it will do until thread_clock_stood says otherwise. *alive: false if it has ended. */
bool visitor_meet(struct visitor *visitor, struct thread_clock *clock, bool *alive);
/* Notes that a thread was met, and charges what that is expected to cost it. */
void visitor_charge(struct visitor *visitor, struct visit *visit, const struct thread_clock *clock);
/* Corrects what the thread's last visit was charged by what the kernel says that it waited since, once that is known. Its clock has just been read. */
void visitor_settle(struct visitor *visitor, struct visit *visit, const struct thread_clock *clock);

#endif
