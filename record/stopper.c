#define _GNU_SOURCE /* __WALL */
#include "record/stopper.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "record/process.h"
#include "record/timing.h"

/* Event of a stop that was asked for, and of a group stop, of a seized thread (linux/ptrace.h). */
enum { EVENT_STOP = 128 };
/* How long to wait for a thread to stop: one that sleeps in the kernel uninterruptibly comes later, and is let go when it does. */
enum { PATIENCE_NS = 2000000, SPIN_NS = 40000, NAP_NS = 20000 };

struct held {
    pid_t pid, tid;
    bool asked; /* interrupted, and has not stopped yet */
    bool group; /* it stands in a group stop (SIGSTOP), and is to stay there */
};

struct stopper {
    PP_VEC(struct held) threads;
    size_t current; /* index of the one stopped last */
    int64_t since_ns;
};

struct stopper *stopper_new(void)
{
    return pp_calloc(1, sizeof(struct stopper));
}

static void forget(struct stopper *s, size_t i)
{
    s->threads.at[i] = s->threads.at[--s->threads.count];
}

/* Index of the thread, seized now if it was not; SIZE_MAX if it cannot be. */
static size_t seize(struct stopper *s, pid_t pid, pid_t tid)
{
    for (size_t i = 0; i < s->threads.count; i++) {
        if (s->threads.at[i].tid == tid) {
            return i;
        }
    }
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0) {
        return SIZE_MAX;
    }
    *PP_PUSH(&s->threads) = (struct held){.pid = pid, .tid = tid};
    return s->threads.count - 1;
}

static void resume(const struct held *h, int signal_number)
{
    /* Data of PTRACE_CONT is the signal to deliver. */
    (void)ptrace(h->group ? PTRACE_LISTEN : PTRACE_CONT, h->tid, NULL, (void *)(intptr_t)signal_number);
}

enum stop_seen { SEEN_NOTHING, SEEN_STOP, SEEN_SIGNAL, SEEN_END };

/* A traced thread that has ended stays, and holds up its process' end, until its tracer has taken note. Of a process we started the
 * note is launch_ended's to take: there is but one. */
static void take_end(const struct held *h)
{
    if (h->tid != h->pid || process_parent(h->pid) != getpid()) {
        (void)waitpid(h->tid, NULL, __WALL | WNOHANG);
    }
}

/* Looks whether the thread has something to report. A signal on its way is passed on. */
static enum stop_seen look(struct held *h)
{
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)h->tid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) != 0) {
        return errno == ECHILD ? SEEN_END : SEEN_NOTHING;
    }
    if (info.si_pid == 0) {
        return SEEN_NOTHING;
    }
    if (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED) {
        take_end(h);
        return SEEN_END;
    }
    int status = 0;
    if (waitpid(h->tid, &status, __WALL | WNOHANG) != h->tid || !WIFSTOPPED(status)) {
        return SEEN_NOTHING;
    }
    if (status >> 16 == EVENT_STOP) {
        h->group = WSTOPSIG(status) != SIGTRAP;
        return SEEN_STOP;
    }
    h->group = false;
    resume(h, WSTOPSIG(status));
    return SEEN_SIGNAL;
}

static bool wait_for_stop(struct held *h, int64_t start_ns)
{
    for (;;) {
        switch (look(h)) {
        case SEEN_STOP:
            return true;
        case SEEN_END:
            return false;
        default:
            break;
        }
        int64_t waited = timing_now() - start_ns;
        if (waited > PATIENCE_NS) {
            return false;
        }
        if (waited > SPIN_NS) {
            /* It may be waiting for the very processor we are on. */
            const struct timespec nap = {0, NAP_NS};
            (void)nanosleep(&nap, NULL);
        }
    }
}

bool stopper_stop(struct stopper *s, pid_t pid, pid_t tid)
{
    size_t i = seize(s, pid, tid);
    if (i == SIZE_MAX || s->threads.at[i].asked || s->threads.at[i].group) {
        return false;
    }
    struct held *h = &s->threads.at[i];
    s->since_ns = timing_now();
    if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0) {
        forget(s, i);
        return false;
    }
    h->asked = !wait_for_stop(h, s->since_ns);
    s->current = i;
    return !h->asked;
}

int64_t stopper_continue(struct stopper *s)
{
    struct held *h = &s->threads.at[s->current];
    resume(h, 0);
    return timing_now() - s->since_ns;
}

void stopper_attend(struct stopper *s)
{
    for (size_t i = s->threads.count; i-- > 0;) {
        struct held *h = &s->threads.at[i];
        switch (look(h)) {
        case SEEN_STOP:
            h->asked = false;
            resume(h, 0);
            break;
        case SEEN_END:
            forget(s, i);
            break;
        default:
            break;
        }
    }
}

static void detach(struct held *h)
{
    /* Only a stopped thread can be left; one that does not stop in time is left by the kernel when profrec ends. */
    if (h->asked || ptrace(PTRACE_INTERRUPT, h->tid, NULL, NULL) == 0) {
        if (wait_for_stop(h, timing_now())) {
            (void)ptrace(PTRACE_DETACH, h->tid, NULL, NULL);
        }
    }
}

void stopper_leave(struct stopper *s, pid_t pid)
{
    for (size_t i = s->threads.count; i-- > 0;) {
        if (s->threads.at[i].pid == pid) {
            detach(&s->threads.at[i]);
            forget(s, i);
        }
    }
}

void stopper_free(struct stopper *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; i < s->threads.count; i++) {
        detach(&s->threads.at[i]);
    }
    pp_free(s->threads.at);
    pp_free(s);
}
