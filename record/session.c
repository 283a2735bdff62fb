#include "record/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/intern.h"
#include "record/launch.h"
#include "record/process.h"
#include "record/process_tree.h"
#include "record/progress.h"

enum {
    LONGEST_SLEEP_NS = 100000000,
    FLUSH_NS = NS_PER_SECOND,
    FOLLOW_NS = 5000000,                     /* between looks for children */
    LOOK_NS = 1000000,                       /* between looks at processes that are no Python yet */
    PATIENCE_NS = 2 * (int64_t)NS_PER_SECOND /* with a process that is not launched and whose Python has not begun */
};

struct session {
    const struct session_request *request;
    struct process_tree tree;
    struct recording recording;
    struct record_statistics statistics;
    struct sampler sampler;
    struct timing timing;
    struct progress progress;
    sigset_t signals;
    int64_t start_ns, flushed_ns;
    int ended_by;     /* a signal, 0: none */
    const char *over; /* what ended the recording, if it was the process */
    bool child_ended;
    int child_status;
    bool failed;  /* writing */
    bool writing; /* there was something to record */
};

static void block_signals(struct session *s)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
    sigemptyset(&s->signals);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&s->signals, numbers[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &s->signals, NULL);
}

/* --- the file --- */

static bool begin_file(struct session *s)
{
    if (!output_open(s->request->output)) {
        s->failed = true;
        return false;
    }
    int64_t now = timing_now();
    struct recording_about about = {s->request->rate_hz, timing_utc() - (now - s->start_ns)};
    recording_begin(&s->recording, s->request->output->sink, &about);
    for (size_t i = 0; i < s->tree.processes.count; i++) {
        struct tracked_process *p = &s->tree.processes.at[i];
        p->announced = false;
        for (size_t t = 0; p->python && t < p->python->threads.count; t++) {
            p->python->threads.at[t]->standing = false;
        }
    }
    return true;
}

static void announce(struct session *s)
{
    for (size_t i = 0; i < s->tree.processes.count; i++) {
        struct tracked_process *p = &s->tree.processes.at[i];
        if (p->python && !p->announced) {
            recording_note_process(&s->recording, p->python);
            p->announced = true;
        }
    }
}

static int end_file(struct session *s, bool last)
{
    const struct record_statistics *n = &s->statistics;
    struct pp_error err = {0};
    double seconds = (double)(timing_now() - s->start_ns) / NS_PER_SECOND;
    struct pp_raw_statistics trailer = {
        .asked_hz = s->request->rate_hz,
        .achieved_hz = seconds > 0 ? (double)n->moments / seconds : 0,
        .late = s->timing.late,
        .torn = n->torn,
        .salvaged = n->salvaged,
        .stopped = n->stopped,
        .dropped = n->dropped,
    };
    bool good = recording_end(&s->recording, &trailer, &err);
    int status = output_close(s->request->output, last);
    return good ? status : cli_fail(s->request->common, s->request->output->raw_path, &err);
}

static void flush_or_rotate(struct session *s, int64_t now)
{
    if (output_is_full(s->request->output, now)) {
        s->failed = end_file(s, false) != CLI_OK || !begin_file(s);
    } else if (now - s->flushed_ns >= FLUSH_NS) {
        pp_raw_flush(s->recording.writer);
        s->flushed_ns = now;
    }
}

/* --- the loop --- */

static void sample_all(struct session *s, int64_t now)
{
    announce(s);
    for (size_t i = s->tree.processes.count; i-- > 0;) {
        struct tracked_process *p = &s->tree.processes.at[i];
        if (p->python && !sampler_take(&s->sampler, p->python, now)) {
            process_tree_lost(&s->tree, p, timing_now());
        }
    }
    s->statistics.moments++;
}

/* A signal came while sleeping. */
static void take_signal(struct session *s, int number)
{
    if (number == SIGCHLD) {
        stopper_attend(s->sampler.stopper);
    } else if (number) {
        s->ended_by = number;
    }
}

static bool is_over(struct session *s, int64_t now)
{
    const struct session_request *r = s->request;
    if (s->failed || s->ended_by || (r->duration_ns && now - s->start_ns >= r->duration_ns)) {
        return true;
    }
    if (r->launched && !s->child_ended && launch_ended(r->pid, &s->child_status)) {
        s->child_ended = true;
    }
    if ((!r->launched || s->child_ended) && process_tree_ended(&s->tree)) {
        s->over = s->tree.processes.count > 1 ? "the processes ended" : "the process ended";
        return true;
    }
    return false;
}

static bool any_python(const struct session *s)
{
    for (size_t i = 0; i < s->tree.processes.count; i++) {
        if (s->tree.processes.at[i].python) {
            return true;
        }
    }
    return false;
}

/* How long there is nothing to look after but samples. Every look costs the target something where profrec keeps to its processor. */
static int64_t longest_sleep(const struct session *s, bool python, int64_t now)
{
    const struct session_request *r = s->request;
    int64_t most = !python ? LOOK_NS : r->subprocesses ? FOLLOW_NS : LONGEST_SLEEP_NS;
    int64_t left = r->duration_ns ? r->duration_ns - (now - s->start_ns) : most;
    return left < most ? left : most;
}

/* Looking whether it is over costs some reads of /proc. A process that ends is noticed by its samples first. */
static bool is_time_to_check(const struct session *s, bool python, int64_t now, int64_t checked)
{
    const struct session_request *r = s->request;
    bool done = r->duration_ns && now - s->start_ns >= r->duration_ns;
    return !python || done || s->ended_by || s->failed ||
           now - checked > (r->subprocesses ? LONGEST_SLEEP_NS / 10 : LONGEST_SLEEP_NS);
}

static void record(struct session *s)
{
    int64_t checked = 0;
    for (;;) {
        int64_t now = timing_now();
        bool python = any_python(s);
        if (now >= s->timing.next_ns) {
            timing_begin(&s->timing, now);
            sample_all(s, now);
            now = timing_now();
            timing_plan(&s->timing, now);
            flush_or_rotate(s, now);
            s->failed |= !pp_sink_ok(s->recording.sink, NULL);
        }
        process_tree_update(&s->tree, now);
        if (is_time_to_check(s, python, now, checked)) {
            checked = now;
            take_signal(s, timing_signal(&s->signals));
            if (is_over(s, now)) {
                return;
            }
        }
        progress_show(&s->progress, &s->statistics, now - s->start_ns);
        take_signal(s, timing_sleep(s->timing.next_ns, longest_sleep(s, python, now), &s->signals));
    }
}

/* --- beginning and end --- */

/* Why there is nothing to record. */
static void say_why(const struct session *s)
{
    const struct session_request *r = s->request;
    const struct tracked_process *first = &s->tree.processes.at[0];
    if (!r->launched) {
        cli_fail(r->common, NULL, &first->error);
    } else if (first->found == TARGET_UNSUPPORTED || first->found == TARGET_DENIED) {
        cli_error(r->common, "nothing was recorded: %s", first->error.message);
    } else {
        cli_error(r->common, "nothing was recorded: the program ended before a Python in it could be read");
    }
}

/* Waits for the process to be a Python that can be read; false after printing why it never will. */
static bool wait_for_python(struct session *s)
{
    const struct session_request *r = s->request;
    (void)process_tree_add(&s->tree, r->pid, timing_now());
    int64_t begun = timing_now();
    while (!any_python(s) && !s->ended_by) {
        const struct tracked_process *first = &s->tree.processes.at[0];
        bool gone = first->found == TARGET_DENIED || first->found == TARGET_GONE;
        bool hopeless =
            !r->launched &&
            (gone || (!r->subprocesses && (first->found != TARGET_NOT_YET || timing_now() - begun > PATIENCE_NS)));
        s->child_ended = r->launched && launch_ended(r->pid, &s->child_status);
        if (s->child_ended || hopeless) {
            say_why(s);
            return false;
        }
        take_signal(s, timing_sleep(INT64_MAX, LOOK_NS, &s->signals));
        process_tree_update(&s->tree, timing_now());
    }
    return !s->ended_by;
}

/* Children that could not be recorded are no failure, but are not passed over in silence. */
static void note_others(struct session *s)
{
    const struct process_tree *t = &s->tree;
    if (t->not_python) {
        cli_warn(s->request->common,
                 "%llu of %llu child processes were no Python that can be read; the first was %d: %s",
                 (unsigned long long)t->not_python, (unsigned long long)t->children, (int)t->first_other_pid,
                 t->first_other);
    }
    if (t->too_short) {
        cli_warn(s->request->common, "%llu child processes ended before they could be looked at",
                 (unsigned long long)t->too_short);
    }
    if (t->children_unknown) {
        cli_warn(s->request->common,
                 "this kernel does not tell which processes are children of which: none were followed");
    }
}

static int finish(struct session *s)
{
    progress_end(&s->progress);
    s->statistics.duration_ns = timing_now() - s->start_ns;
    s->statistics.late = s->timing.late;
    s->statistics.missed = s->timing.missed;
    s->statistics.worst_late_ns = s->timing.worst_ns;
    stopper_free(s->sampler.stopper);
    s->sampler.stopper = NULL;
    own_processor_free(&s->sampler.own);
    timing_relax();
    process_tree_count(&s->tree);
    int status = end_file(s, true);
    progress_summary(&s->progress, &s->statistics, s->request->rate_hz, s->over);
    note_others(s);
    return status;
}

/* After the recording: the program goes on, and its exit status is ours. */
static void wait_for_child(struct session *s)
{
    while (!s->child_ended) {
        int number = timing_sleep(INT64_MAX, LONGEST_SLEEP_NS, &s->signals);
        if (number == SIGTERM || number == SIGHUP) {
            return;
        }
        s->child_ended = launch_ended(s->request->pid, &s->child_status);
    }
}

static void init(struct session *s, const struct session_request *request)
{
    *s = (struct session){.request = request};
    s->recording.first_lines = request->first_lines;
    s->sampler = (struct sampler){
        .choice = request->choice, .recording = &s->recording, .statistics = &s->statistics, .stopper = stopper_new()};
    own_processor_init(&s->sampler.own);
    s->tree.follow_children = request->subprocesses;
    progress_init(&s->progress, request->common);
    block_signals(s);
    timing_sharpen(request->rate_hz);
}

static int run_recording(struct session *s)
{
    const struct session_request *r = s->request;
    s->start_ns = timing_now();
    s->recording.start_ns = s->start_ns;
    hold_budget_init(&s->sampler.budget, r->choice.stop_share, s->start_ns);
    s->flushed_ns = s->start_ns;
    if (!begin_file(s)) {
        return CLI_TROUBLE;
    }
    timing_start(&s->timing, r->rate_hz, r->fixed, (uint64_t)timing_utc() ^ pp_hash_seed(), s->start_ns);
    record(s);
    return finish(s);
}

int session_run(const struct session_request *request)
{
    struct session s;
    int status = CLI_TROUBLE;
    init(&s, request);
    if (wait_for_python(&s)) {
        s.writing = true;
        status = run_recording(&s);
    } else if (s.ended_by) {
        cli_warn(request->common, "nothing was recorded");
    }
    if (request->launched) {
        wait_for_child(&s);
        /* What became of the program is the answer; trouble of our own is told only where it would pass for success. */
        status = s.child_ended && (s.child_status || !s.writing) ? s.child_status : status;
    }
    stopper_free(s.sampler.stopper);
    own_processor_free(&s.sampler.own);
    process_tree_free(&s.tree);
    recording_free(&s.recording);
    return status;
}
