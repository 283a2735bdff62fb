/* A process whose Python threads are sampled: its interpreters, its threads, their readers. */
#ifndef PP_RECORD_PYTHON_PROCESS_H
#define PP_RECORD_PYTHON_PROCESS_H

#include "record/hold_budget.h"
#include "record/stack_reader.h"
#include "record/thread_clock.h"
#include "record/thread_ids.h"
#include "record/unicode.h"

/* A Python thread. */
struct python_thread {
    uint64_t address; /* of its PyThreadState */
    uint64_t ident;   /* Python's number: its pthread_t */
    uint64_t serial;  /* as offsets' thread_serial */
    pid_t tid;        /* as /proc of this process knows it; 0: not found */
    struct interpreter *interpreter;
    int64_t interpreter_id;
    bool present; /* at the last refresh */
    bool
        standing; /* asleep when sampled last, and the sample was right: while it does not run, that sample stays right */
    struct stack_reader reader;
    struct thread_clock clock;
    struct hold hold;     /* the last one */
    int64_t looked_ns;    /* when the clock was looked at last */
    int64_t last_ns;      /* time of its sample before */
    uint64_t last_cpu_ns; /* its clock then */
    uint32_t last_flags;
    unsigned restless; /* how often it moved while it was read, lately */
    /* For who writes it out. */
    uint64_t epoch;
    pp_thread_id out;
    PP_VEC(pp_frame_id) stack; /* of the sample before, from the root */
    remote_text name;          /* empty: unknown (yet) */
    int64_t next_name_ns, name_patience_ns;
    bool named_late; /* since it was written out */
};

struct python_process {
    struct target target;
    struct code_cache *codes;
    unsigned long long started; /* as process_started */
    PP_VEC(struct interpreter *) interpreters;
    PP_VEC(struct python_thread *) threads; /* oldest last, as the interpreters link them */
    /* The links that make up the lists: as long as they hold, so do the lists. */
    PP_VEC(struct remote_part) links;
    PP_VEC(uint64_t) expected, seen;
    int64_t refreshed_ns; /* when they were looked at last */
    thread_ids ids;
    remote_text name; /* scratch */
    bool other_names; /* thread numbers in the process are not those of our /proc (another PID namespace) */
};

/* A process found by target_find; freed with python_process_free. `now_ns`: from when its first samples count. */
struct python_process *python_process_new(const struct target *target);
void python_process_free(struct python_process *process);
/* Looks for new and ended threads, unless it did so within the last millisecond and `links` is not empty. False if the process cannot be read (it
 * ended, or runs something else now). `now_ns` is when new threads were seen first. */
bool python_process_refresh(struct python_process *process, int64_t now_ns);
/* Looks for the thread's name, if it is time to; a new one makes it named_late. Python knows it some time after the thread began, and programs change it. */
void python_process_name(struct python_process *process, struct python_thread *thread, int64_t now_ns);

#endif
