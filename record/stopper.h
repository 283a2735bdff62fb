/* Stopping one thread for some microseconds: PTRACE_SEIZE once, then PTRACE_INTERRUPT, and PTRACE_CONT. If profrec is killed, the kernel
 * lets every thread it holds go on. Signals that arrive meanwhile are passed on. */
#ifndef PP_RECORD_STOPPER_H
#define PP_RECORD_STOPPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct stopper;

struct stopper *stopper_new(void);
/* Detaches from all threads; NULL is allowed. */
void stopper_free(struct stopper *stopper);
/* Stops the thread `tid` of process `pid`. False if it cannot be: it has ended, another program traces it, or the system forbids it. */
bool stopper_stop(struct stopper *stopper, pid_t pid, pid_t tid);
/* Lets the thread stopped last go on; returns for how long it stood, in ns. */
int64_t stopper_continue(struct stopper *stopper);
/* Takes what seized threads of the process have to report (signals, exits): call now and then. */
void stopper_attend(struct stopper *stopper);
/* Detaches from all threads of the process. */
void stopper_leave(struct stopper *stopper, pid_t pid);

#endif
