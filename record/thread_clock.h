/* What the kernel's scheduler knows of a thread: its time on a CPU, and whether it ran. From /proc/PID/task/TID/schedstat and stat, kept open. */
#ifndef PP_RECORD_THREAD_CLOCK_H
#define PP_RECORD_THREAD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct thread_clock {
    int schedstat, stat; /* -1: not open */
    uint64_t cpu_ns;     /* on a CPU so far; of a running thread up to the last tick of its CPU */
    uint64_t waited_ns;  /* for a CPU so far, up to when it was given one last */
    uint64_t arrivals;   /* how often it was given a CPU; 0: this kernel does not count */
    int processor;       /* that it ran on last; -1: not known */
    char state;          /* R runs or waits for a CPU, S and D sleep, T and t are stopped, Z and X have ended */
};

/* False if there is no such thread (or no descriptor left). */
bool thread_clock_open(struct thread_clock *clock, pid_t pid, pid_t tid);
void thread_clock_close(struct thread_clock *clock);
/* Reads cpu_ns, waited_ns and arrivals. *moved: they are not those of the last time. False if the thread has ended. */
bool thread_clock_read(struct thread_clock *clock, bool *moved);
/* Reads the state and the processor; false if the thread has ended. */
bool thread_clock_read_state(struct thread_clock *clock);
/* True if the thread, where it was when its clock was read, cannot run just now because we run there. */
bool thread_clock_is_here(const struct thread_clock *clock);
/* True if the thread has not been given a CPU since its arrivals were read. */
bool thread_clock_stood(struct thread_clock *clock);
/* True if the thread was asleep when its state was read, and no CPU has been given to it since its arrivals were read before that: then it cannot have changed
 * anything in between, up to now. */
bool thread_clock_slept(struct thread_clock *clock);

#endif
