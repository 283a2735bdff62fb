#include "record/sampler.h"

#include "record/remote_memory.h"
#include "record/timing.h"

/* Reads of a running thread before it is stopped instead, or given up. Each takes from it the cache lines that it is writing to, so that one which moves nearly always is
 * read only as often as its outer part needs to be certain. */
enum { TRIES_BEFORE_STOP = 2, TRIES_WITHOUT_STOP = 4, TRIES_IN_VAIN = 1 };
/* The kernel brings the clock of a running thread up to date at its ticks, 1 ms apart or more. */
enum { CLOCK_NS = 80000 };
enum { RESTLESS_STEP = 64, RESTLESS = 64, VERY_RESTLESS = 384 };

static bool may_stop(const struct sampler *s, int64_t now_ns)
{
    return s->choice.stop == STOP_ALWAYS ||
           (s->choice.stop == STOP_AUTO && hold_budget_allows(&s->budget, HOLD_STOP, now_ns));
}

/* Reads a thread that waits for the processor we are on: what that costs it is lost, whether we make use of it or not. STACK_MOVING: it went on meanwhile. */
static enum stack_verdict read_met(struct sampler *s, struct python_thread *thread)
{
    hold_budget_charge(&s->budget, &thread->hold, HOLD_MEETING, &thread->clock, 0);
    enum stack_verdict verdict = stack_read_still(&thread->reader, false);
    if (verdict == STACK_WHOLE && !thread_clock_stood(&thread->clock)) {
        verdict = STACK_MOVING;
    }
    s->statistics->met += verdict == STACK_WHOLE;
    return verdict;
}

/* Stops the thread, reads, lets it go on. STACK_MOVING: it could not be stopped. */
static enum stack_verdict read_stopped(struct sampler *s, struct python_process *process, struct python_thread *thread)
{
    int64_t held_ns = 0, start_ns = timing_now();
    if (!thread->tid || !stopper_stop(s->stopper, process->target.pid, thread->tid)) {
        /* Waiting in vain is not to be done at every sample. */
        s->budget.spent_ns[HOLD_STOP] += timing_now() - start_ns;
        return STACK_MOVING;
    }
    enum stack_verdict verdict = stack_read_still(&thread->reader, false);
    held_ns = stopper_continue(s->stopper);
    hold_budget_charge(&s->budget, &thread->hold, HOLD_STOP, &thread->clock, held_ns);
    s->statistics->longest_stop_ns =
        held_ns > s->statistics->longest_stop_ns ? held_ns : s->statistics->longest_stop_ns;
    return verdict;
}

/* `restless` of a thread goes up by this when it moved while it was read, and down by an eighth at each read: 0 to 512. */
static void note_rest(struct python_thread *thread, enum stack_verdict verdict)
{
    thread->restless += (verdict == STACK_PART ? RESTLESS_STEP : 0) - thread->restless / 8;
}

/* What makes it stand still, in the order of what it costs the thread. */
static enum stack_verdict read_held(struct sampler *s, struct python_process *process, struct python_thread *thread,
                                    uint32_t *flags)
{
    enum stack_verdict verdict = STACK_MOVING;
    if (s->choice.stop != STOP_ALWAYS && thread_clock_is_here(&thread->clock)) {
        verdict = read_met(s, thread);
        *flags |= verdict == STACK_WHOLE ? PP_SAMPLE_VERIFIED : 0;
    }
    if (verdict == STACK_MOVING && may_stop(s, timing_now())) {
        verdict = read_stopped(s, process, thread);
        *flags |= verdict == STACK_WHOLE ? PP_SAMPLE_STOPPED : 0;
    }
    return verdict;
}

/* A thread that may be running. One that is known to move, or whose frames are objects, is not read before it is held. */
static enum stack_verdict read_running(struct sampler *s, struct python_process *process, struct python_thread *thread,
                                       uint32_t *flags)
{
    bool objects = process->target.offsets.minor < PYTHON_FIRST_DATA_STACK;
    bool here = thread_clock_is_here(&thread->clock);
    s->shared = here && thread->clock.state == 'R' ? thread->clock.processor : s->shared;
    bool held_first = objects || s->choice.stop == STOP_ALWAYS || thread->restless > RESTLESS || here;
    enum stack_verdict verdict = STACK_MOVING;
    if (!held_first) {
        verdict = stack_read_running(&thread->reader, TRIES_BEFORE_STOP);
        note_rest(thread, verdict);
    }
    if (verdict == STACK_MOVING || verdict == STACK_PART) {
        unsigned tries = thread->restless > VERY_RESTLESS ? TRIES_IN_VAIN : TRIES_WITHOUT_STOP;
        enum stack_verdict held = read_held(s, process, thread, flags);
        verdict = held == STACK_MOVING ? stack_read_running(&thread->reader, tries) : held;
        if (held == STACK_MOVING) {
            note_rest(thread, verdict);
        }
        if (held == STACK_WHOLE) {
            return verdict;
        }
    }
    /* Frames that are objects lie apart: copies of them that agree can still mix two moments of a thread that was not held. */
    *flags |= verdict == STACK_PART ? PP_SAMPLE_SALVAGED : verdict == STACK_WHOLE && !objects ? PP_SAMPLE_VERIFIED : 0;
    return verdict;
}

enum stack_verdict sampler_read(struct sampler *s, struct python_process *process, struct python_thread *thread,
                                uint32_t *flags)
{
    enum stack_verdict verdict = STACK_MOVING;
    thread->standing = false;
    *flags = thread->clock.state == 'R' ? PP_SAMPLE_ON_CPU : PP_SAMPLE_IDLE;
    if (thread->clock.state != 'R' && thread->clock.arrivals) {
        verdict = stack_read_still(&thread->reader, true);
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

/* Looks at the thread's clock; false if it has ended. Of one that ran just now nothing new is expected. *moved: it may have run since its last sample. */
static bool look_at_clock(struct sampler *s, struct python_thread *thread, bool *moved)
{
    *moved = true;
    if (!thread->tid || (thread->clock.state == 'R' && s->now_ns - thread->looked_ns < CLOCK_NS)) {
        return true;
    }
    thread->looked_ns = s->now_ns;
    if (!thread_clock_read(&thread->clock, moved) || (*moved && !thread_clock_read_state(&thread->clock))) {
        return false;
    }
    hold_budget_settle(&s->budget, &thread->hold, &thread->clock);
    return true;
}

static void sample_thread(struct sampler *s, struct python_process *process, struct python_thread *thread)
{
    bool moved;
    if (!look_at_clock(s, thread, &moved)) {
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

bool sampler_take(struct sampler *s, struct python_process *process, int64_t now_ns)
{
    if (!python_process_refresh(process, now_ns)) {
        return false;
    }
    s->now_ns = now_ns;
    s->shared = -1;
    for (size_t i = 0; i < process->threads.count; i++) {
        struct python_thread *thread = process->threads.at[i];
        if (wanted_thread(&s->choice, process, thread)) {
            sample_thread(s, process, thread);
        }
    }
    /* To be met costs a thread about as much as to be stopped: as long as there is time left for it, it is not worth moving. */
    if (s->shared >= 0 && !hold_budget_allows(&s->budget, HOLD_MEETING, now_ns)) {
        own_processor_leave(&s->own, s->shared, now_ns);
    }
    s->statistics->met_ns = s->budget.spent_ns[HOLD_MEETING];
    s->statistics->stopped_ns = s->budget.spent_ns[HOLD_STOP];
    code_cache_trim(process->codes);
    return true;
}
