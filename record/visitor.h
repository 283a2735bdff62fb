/* Going to the processor that a thread runs on: while profrec runs there, the thread does not, and its stack stands still, without a trace of tracing. The kernel
 * counts how often a thread is given a processor; as long as that stays, nothing has changed. */
#ifndef PP_RECORD_VISITOR_H
#define PP_RECORD_VISITOR_H

#include "record/thread_clock.h"

struct visitor {
    void *allowed;  /* the processors that profrec may use; NULL: not known, so that it stays where it is */
    size_t size;    /* bytes of it */
    int at;         /* the one that it keeps to now, -1: none */
    int64_t met_ns; /* when it came to the thread it met last: getting there costs the thread nothing */
    int64_t
        spent_ns; /* that threads waited for their processor, in all, as far as visits (and stops that failed) may have caused it */
};

void visitor_init(struct visitor *visitor);
void visitor_free(struct visitor *visitor);
/* Keeps to the processor from now on, and is there on return. False if it cannot. */
bool visitor_go(struct visitor *visitor, int processor);
/* Leaves the processor that it keeps to, if it keeps to one, for the others. */
void visitor_leave(struct visitor *visitor);
/* May use all again that it could at first. */
void visitor_end(struct visitor *visitor);
/* Goes to where the thread is. True if it stands still then, as it will do until thread_clock_stood says otherwise. *alive: false if it has ended. */
bool visitor_meet(struct visitor *visitor, struct thread_clock *clock, bool *alive);

#endif
