/* When to sample: absolute times on CLOCK_MONOTONIC, at exponentially distributed intervals (so that no rhythm of the program can hide from them) or fixed
 * ones. */
#ifndef PP_RECORD_TIMING_H
#define PP_RECORD_TIMING_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { NS_PER_SECOND = 1000000000 };

struct timing {
    double interval_ns; /* the mean */
    bool fixed;
    uint64_t random;  /* state of the generator */
    int64_t next_ns;  /* of the next sample */
    uint64_t late;    /* samples begun more than one interval after their time */
    uint64_t missed;  /* times that had passed altogether when the sample before was done (fixed intervals) */
    int64_t worst_ns; /* the largest lateness */
};

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t timing_now(void);
/* Nanoseconds UTC since 1970. */
int64_t timing_utc(void);
/* Makes this thread wake as exactly as the kernel can: where it is allowed to, before all threads that are not real-time ones. Children do not inherit it. */
void timing_sharpen(double rate_hz);
/* Undoes it, for work that has time. */
void timing_relax(void);
/* The first sample is due at `now_ns` and an interval. */
void timing_start(struct timing *timing, double rate_hz, bool fixed, uint64_t seed, int64_t now_ns);
/* Call when a sample begins: notes its lateness. */
void timing_begin(struct timing *timing, int64_t now_ns);
/* Call when it is done: sets next_ns, never in the past by more than an interval. */
void timing_plan(struct timing *timing, int64_t now_ns);
/* Sleeps until `until_ns` of CLOCK_MONOTONIC, at most `most_ns`, or until one of the (blocked) signals of `wake` arrives: returns its number, 0 if none did.
 * Returns at once, without looking for signals, if the time is only some microseconds away. */
int timing_sleep(int64_t until_ns, int64_t most_ns, const sigset_t *wake);
/* The number of a signal of `wake` that has arrived, 0 if none has. */
int timing_signal(const sigset_t *wake);

#endif
