#define _GNU_SOURCE /* sched_getcpu */
#include "record/thread_clock.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "base/number.h"

static int open_file(pid_t pid, pid_t tid, const char *name)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)pid, (int)tid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool thread_clock_open(struct thread_clock *clock, pid_t pid, pid_t tid)
{
    *clock = (struct thread_clock){.schedstat = open_file(pid, tid, "schedstat"),
                                   .stat = open_file(pid, tid, "stat"),
                                   .processor = -1,
                                   .state = 'R'};
    return clock->stat >= 0;
}

void thread_clock_close(struct thread_clock *clock)
{
    if (clock->schedstat >= 0) {
        (void)close(clock->schedstat);
    }
    if (clock->stat >= 0) {
        (void)close(clock->stat);
    }
    clock->schedstat = -1;
    clock->stat = -1;
}

static uint64_t take_number(struct pp_str *text)
{
    struct pp_cut cut = pp_str_cut(*text, ' ');
    uint64_t value;
    *text = cut.tail;
    return pp_parse_u64(cut.head, &value) ? value : 0;
}

bool thread_clock_read(struct thread_clock *clock, bool *moved)
{
    char buffer[96];
    ssize_t got = clock->schedstat < 0 ? 0 : pread(clock->schedstat, buffer, sizeof buffer, 0);
    *moved = true;
    if (got <= 0) {
        /* A kernel without it, or a thread that has ended: the state will tell. */
        return clock->schedstat < 0;
    }
    struct pp_str text = pp_str_trim_end((struct pp_str){buffer, (size_t)got});
    uint64_t cpu = take_number(&text);
    clock->waited_ns = take_number(&text);
    uint64_t arrivals = take_number(&text);
    *moved = cpu != clock->cpu_ns || arrivals != clock->arrivals || arrivals == 0;
    clock->cpu_ns = cpu;
    clock->arrivals = arrivals;
    return true;
}

/* utime and stime, fields 14 and 15, in clock ticks: coarse, for kernels that count no better. */
static uint64_t ticks_as_ns(struct pp_str fields)
{
    for (int field = 3; field < 14; field++) {
        fields = pp_str_cut(fields, ' ').tail;
    }
    uint64_t ticks = take_number(&fields);
    ticks += take_number(&fields);
    long per_second = sysconf(_SC_CLK_TCK);
    return ticks * (UINT64_C(1000000000) / (uint64_t)(per_second > 0 ? per_second : 100));
}

/* Field 39 of those from the third one on; -1: there is none. */
static int processor_of(struct pp_str fields)
{
    uint64_t value;
    for (int field = 3; field < 39; field++) {
        fields = pp_str_cut(fields, ' ').tail;
    }
    return pp_parse_u64(pp_str_cut(fields, ' ').head, &value) && value < INT32_MAX ? (int)value : -1;
}

bool thread_clock_read_state(struct thread_clock *clock)
{
    char buffer[512];
    ssize_t got = pread(clock->stat, buffer, sizeof buffer, 0);
    if (got <= 0) {
        clock->state = 'X';
        return false;
    }
    struct pp_str fields = pp_str_trim(pp_str_rcut((struct pp_str){buffer, (size_t)got}, ')').tail);
    clock->state = fields.len ? fields.data[0] : 'X';
    clock->processor = processor_of(fields);
    if (clock->arrivals == 0) {
        clock->cpu_ns = ticks_as_ns(fields);
    }
    return clock->state != 'X' && clock->state != 'Z';
}

bool thread_clock_is_here(const struct thread_clock *clock)
{
    return clock->arrivals && clock->processor >= 0 && clock->processor == sched_getcpu();
}

bool thread_clock_stood(struct thread_clock *clock)
{
    uint64_t arrivals = clock->arrivals, cpu = clock->cpu_ns;
    bool moved;
    if (arrivals == 0 || !thread_clock_read(clock, &moved)) {
        return false;
    }
    bool stood = clock->arrivals == arrivals;
    /* The next sample asks what moved since the last one, not since this look. */
    clock->arrivals = arrivals;
    clock->cpu_ns = cpu;
    return stood;
}

bool thread_clock_slept(struct thread_clock *clock)
{
    return clock->state != 'R' && thread_clock_stood(clock);
}
