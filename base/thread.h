/* Threads, which programs use for one thing: large inputs, several at a time or ahead of the work on them (docs/architecture.md). */
#ifndef PP_BASE_THREAD_H
#define PP_BASE_THREAD_H

#include <stddef.h>

struct pp_thread;

/* Calls work(context) in a thread of its own, in which signals are blocked: handlers run where they always do. NULL when the system has no thread to give; the caller
 * then does the work itself. */
struct pp_thread *pp_thread_start(void (*work)(void *context), void *context);
/* Waits for its end and frees it; NULL is allowed. */
void pp_thread_join(struct pp_thread *thread);
/* How many processors this process may run on, at least 1. */
unsigned pp_processor_count(void);
/* Calls work(context, i) for each i below `count`, begun in order, on as many threads as there are processors, four at most; the caller's is one of them. Returns when
 * all are done. */
void pp_parallel(size_t count, void (*work)(void *context, size_t i), void *context);

#endif
