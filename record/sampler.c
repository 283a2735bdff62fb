#include "record/sampler.h"

#include "record/remote_memory.h"
#include "record/timing.h"

/* Reads of a running thread before it is stopped instead, or given up. */
enum { TRIES_BEFORE_STOP = 2, TRIES_WITHOUT_STOP = 5 };
/* What stops may take at once before the share of time counts: a recording of a second is worth some stops too. */
enum { FREE_STOP_NS = 2000000 };

static bool may_stop(const struct sampler *s, int64_t now_ns)
{
    if (s->choice.stop != STOP_AUTO) {
        return s->choice.stop == STOP_ALWAYS;
    }
    double allowed = s->choice.stop_share * (double)(now_ns - s->start_ns) + FREE_STOP_NS;
    return (double)(s->statistics->stopped_ns + stopper_expected_ns(s->stopper)) <= allowed;
}

/* Stops the thread, reads, lets it go on. STACK_MOVING: it could not be stopped. */
static enum stack_verdict read_stopped(struct sampler *s, struct python_process *process, struct python_thread *thread)
{
    int64_t held_ns = 0;
    if (!thread->tid || !stopper_stop(s->stopper, process->target.pid, thread->tid)) {
        return STACK_MOVING;
    }
    enum stack_verdict verdict = stack_read_still(&thread->reader);
    held_ns = stopper_continue(s->stopper);
    s->statistics->stopped_ns += held_ns;
    s->statistics->longest_stop_ns =
        held_ns > s->statistics->longest_stop_ns ? held_ns : s->statistics->longest_stop_ns;
    return verdict;
}

/* A thread that may be running. */
static enum stack_verdict read_running(struct sampler *s, struct python_process *process, struct python_thread *thread,
                                       uint32_t *flags)
{
    bool heap_frames = process->target.offsets.minor < PYTHON_FIRST_DATA_STACK;
    bool stop = may_stop(s, timing_now());
    bool stop_first = stop && (heap_frames || s->choice.stop == STOP_ALWAYS);
    enum stack_verdict verdict = STACK_MOVING;
    if (!stop_first) {
        verdict = stack_read_running(&thread->reader, stop ? TRIES_BEFORE_STOP : TRIES_WITHOUT_STOP);
    }
    if (stop && (verdict == STACK_MOVING || verdict == STACK_PART)) {
        verdict = read_stopped(s, process, thread);
        if (verdict == STACK_WHOLE) {
            *flags |= PP_SAMPLE_STOPPED;
            return verdict;
        }
        if (verdict == STACK_MOVING) {
            verdict = stack_read_running(&thread->reader, TRIES_WITHOUT_STOP);
        }
    }
    *flags |= verdict == STACK_WHOLE ? PP_SAMPLE_VERIFIED : verdict == STACK_PART ? PP_SAMPLE_SALVAGED : 0;
    return verdict;
}

enum stack_verdict sampler_read(struct sampler *s, struct python_process *process, struct python_thread *thread,
                                uint32_t *flags)
{
    enum stack_verdict verdict = STACK_MOVING;
    thread->standing = false;
    *flags = thread->clock.state == 'R' ? PP_SAMPLE_ON_CPU : PP_SAMPLE_IDLE;
    if (thread->clock.state != 'R' && thread->clock.arrivals) {
        verdict = stack_read_still(&thread->reader);
        if (verdict == STACK_WHOLE && thread_clock_slept(&thread->clock)) {
            thread->standing = true;
            *flags |= PP_SAMPLE_VERIFIED;
        } else {
            verdict = verdict == STACK_GONE ? verdict : STACK_MOVING;
        }
    }
    if (verdict == STACK_MOVING) {
        verdict = read_running(s, process, thread, flags);
    }
    *flags |= (thread->reader.holds_gil ? PP_SAMPLE_GIL : 0U) | (thread->reader.collecting ? PP_SAMPLE_GC : 0U);
    return verdict;
}

static bool wanted_thread(const struct sampler_choice *c, const struct python_process *process,
                          const struct python_thread *thread)
{
    return c->threads == THREADS_ALL || thread->tid == (c->threads == THREADS_MAIN ? process->target.pid : c->tid);
}

static bool wanted_sample(const struct sampler_choice *c, uint32_t flags)
{
    return (!c->gil_only || flags & PP_SAMPLE_GIL) && (!c->on_cpu_only || flags & PP_SAMPLE_ON_CPU);
}

static void count_sample(struct record_statistics *n, uint32_t flags)
{
    n->samples++;
    n->stopped += (flags & PP_SAMPLE_STOPPED) != 0;
    n->verified += (flags & PP_SAMPLE_VERIFIED) != 0;
    n->salvaged += (flags & PP_SAMPLE_SALVAGED) != 0;
}

static void keep(struct sampler *s, struct python_process *process, struct python_thread *thread,
                 const walked_frames *frames, uint32_t flags)
{
    int64_t now_ns = timing_now();
    int64_t wall_ns = now_ns - thread->last_ns;
    int64_t cpu_ns = (int64_t)(thread->clock.cpu_ns - thread->last_cpu_ns);
    thread->last_ns = now_ns;
    thread->last_cpu_ns = thread->clock.cpu_ns;
    thread->last_flags = flags;
    count_sample(s->statistics, flags);
    if (wanted_sample(&s->choice, flags)) {
        recording_sample(s->recording, process, thread, frames, flags, now_ns, wall_ns, cpu_ns > 0 ? cpu_ns : 0);
    } else {
        s->statistics->left_out++;
        /* The dump does not have this stack. */
        thread->standing = false;
    }
}

/* A thread that ends while it is looked at, or with its process, has no stack; the lists are looked at anew. */
static bool has_ended(struct python_process *process, struct python_thread *thread)
{
    uint64_t interpreter;
    process->links.count = 0;
    return (thread->tid && !thread_clock_read_state(&thread->clock)) ||
           !remote_u64(process->target.pid, thread->reader.interpreter, &interpreter);
}

static void sample_thread(struct sampler *s, struct python_process *process, struct python_thread *thread)
{
    bool moved = true;
    bool alive = !thread->tid ||
                 (thread_clock_read(&thread->clock, &moved) && (!moved || thread_clock_read_state(&thread->clock)));
    if (!alive) {
        return;
    }
    if (thread->standing && !moved) {
        keep(s, process, thread, NULL, thread->last_flags);
        return;
    }
    uint32_t flags;
    uint64_t torn = thread->reader.torn;
    enum stack_verdict verdict = sampler_read(s, process, thread, &flags);
    s->statistics->torn += thread->reader.torn - torn;
    if (verdict == STACK_GONE && has_ended(process, thread)) {
        return;
    }
    if (verdict == STACK_GONE || verdict == STACK_MOVING) {
        s->statistics->dropped++;
    } else if (thread->reader.frames.count || verdict == STACK_PART) {
        keep(s, process, thread, &thread->reader.frames, flags);
    } else {
        /* A thread without any Python frame has no stack to tell. */
        thread->standing = false;
    }
}

bool sampler_take(struct sampler *s, struct python_process *process)
{
    if (!python_process_refresh(process, timing_now())) {
        return false;
    }
    for (size_t i = 0; i < process->threads.count; i++) {
        if (wanted_thread(&s->choice, process, process->threads.at[i])) {
            sample_thread(s, process, process->threads.at[i]);
        }
    }
    code_cache_trim(process->codes);
    return true;
}
