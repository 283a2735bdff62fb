#define _GNU_SOURCE
#include "record/timing.h"

#include <math.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* To fall asleep and wake takes longer. */
enum { NOT_WORTH_SLEEPING_NS = 10000 };

/* SCHED_FLAG_RESET_ON_FORK; the shortest slice the kernel gives. */
enum { RESET_ON_FORK = 1, SHORT_SLICE_NS = 100000 };
/* Whoever samples more often would take too much of a processor to be first on it. */
enum { MOST_HZ_FIRST = 10000 };

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

int64_t timing_now(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t timing_utc(void)
{
    return clock_ns(CLOCK_REALTIME);
}

/* struct sched_attr, first version (linux/sched/types.h); C libraries before glibc 2.41 have neither it nor the call. */
struct scheduling {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* Since Linux 6.12 a thread may say that it runs for shorter times than others at once, and then begins the sooner after it wakes; before that the number is
 * ignored. Children do not inherit it. */
static void ask_for_short_slices(void)
{
    struct scheduling s = {0};
    if (syscall(SYS_sched_getattr, 0, &s, sizeof s, 0) != 0 || s.policy != SCHED_OTHER) {
        return;
    }
    s.size = sizeof s;
    s.flags = RESET_ON_FORK;
    s.runtime = SHORT_SLICE_NS;
    (void)syscall(SYS_sched_setattr, 0, &s, 0);
}

void timing_sharpen(double rate_hz)
{
    const struct sched_param lowest = {.sched_priority = 1};
    /* The kernel may join wake-ups that are less than this apart; the default is 50 us. */
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    if (rate_hz > MOST_HZ_FIRST || sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) != 0) {
        ask_for_short_slices();
    }
}

void timing_relax(void)
{
    const struct sched_param none = {0};
    (void)prctl(PR_SET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL);
    if ((sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO) {
        (void)sched_setscheduler(0, SCHED_OTHER, &none);
    }
}

/* splitmix64, as in the paper of Steele, Lea and Flood (2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t next_interval(struct timing *t)
{
    if (t->fixed) {
        return (int64_t)t->interval_ns;
    }
    /* In (0, 1], so that the logarithm is finite. */
    double uniform = ((double)(next_random(&t->random) >> 11) + 1) * 0x1p-53;
    return (int64_t)(-log(uniform) * t->interval_ns);
}

void timing_start(struct timing *t, double rate_hz, bool fixed, uint64_t seed, int64_t now_ns)
{
    *t = (struct timing){.interval_ns = NS_PER_SECOND / rate_hz, .fixed = fixed, .random = seed};
    t->next_ns = now_ns + next_interval(t);
}

void timing_begin(struct timing *t, int64_t now_ns)
{
    int64_t late = now_ns - t->next_ns;
    t->worst_ns = late > t->worst_ns ? late : t->worst_ns;
    t->late += (double)late > t->interval_ns;
}

void timing_plan(struct timing *t, int64_t now_ns)
{
    t->next_ns += next_interval(t);
    int64_t behind = now_ns - t->next_ns;
    if ((double)behind <= t->interval_ns) {
        return;
    }
    /* What has passed cannot be sampled any more. */
    t->missed += (uint64_t)((double)behind / t->interval_ns);
    t->next_ns = now_ns + (t->fixed ? (int64_t)t->interval_ns - behind % (int64_t)t->interval_ns : next_interval(t));
}

int timing_sleep(int64_t until_ns, int64_t most_ns, const sigset_t *wake)
{
    int64_t left = until_ns - timing_now();
    if (left < NOT_WORTH_SLEEPING_NS) {
        return 0;
    }
    left = left > most_ns ? most_ns : left;
    struct timespec t = {left / NS_PER_SECOND, left % NS_PER_SECOND};
    int number = sigtimedwait(wake, NULL, &t);
    return number > 0 ? number : 0;
}

int timing_signal(const sigset_t *wake)
{
    const struct timespec none = {0, 0};
    int number = sigtimedwait(wake, NULL, &none);
    return number > 0 ? number : 0;
}
