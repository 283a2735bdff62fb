/* A sample of each thread of a process: the cheapest way that is certain to be right. */
#ifndef PP_RECORD_SAMPLER_H
#define PP_RECORD_SAMPLER_H

#include "record/hold_budget.h"
#include "record/own_processor.h"
#include "record/python_process.h"
#include "record/recording.h"
#include "record/stopper.h"

enum sampler_stop { STOP_AUTO, STOP_NEVER, STOP_ALWAYS };
enum sampler_threads { THREADS_ALL, THREADS_MAIN, THREADS_ONE };

/* What is sampled, and how far it may go. */
struct sampler_choice {
    enum sampler_stop stop;
    double stop_share; /* of the target's time that stops and meetings may take together */
    bool gil_only, on_cpu_only;
    enum sampler_threads threads;
    pid_t tid; /* THREADS_ONE */
};

struct sampler {
    struct sampler_choice choice;
    struct recording *recording;
    struct record_statistics *statistics;
    struct stopper *stopper;
    struct hold_budget budget;
    struct own_processor own;
    int64_t now_ns; /* of this moment */
    int shared;     /* a processor that we had in it and a thread would have liked to have; -1: none */
};

/* Samples all threads of the process now, which `now_ns` is. False if the process cannot be read any more. */
bool sampler_take(struct sampler *sampler, struct python_process *process, int64_t now_ns);
/* Reads one thread's stack as a sample would; *flags gets what is known (enum pp_sample_flag). STACK_WHOLE or STACK_PART: thread->reader.frames hold it. */
enum stack_verdict sampler_read(struct sampler *sampler, struct python_process *process, struct python_thread *thread,
                                uint32_t *flags);

#endif
