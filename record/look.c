#include "record/look.h"

#include <errno.h>
#include <stdio.h>

#include "base/number.h"
#include "base/text.h"
#include "record/process.h"
#include "record/process_tree.h"
#include "record/stack_text.h"
#include "record/timing.h"

enum { PATIENCE_NS = 2000000000, PAUSE_NS = 1000000, MOST_LEVELS = 100 };

/* The process, and its descendants if they are wanted; false after printing why there is nothing to see. */
static bool find_all(const struct look_request *r, struct process_tree *tree)
{
    int64_t begun = timing_now();
    sigset_t none;
    sigemptyset(&none);
    tree->follow_children = r->subprocesses;
    (void)process_tree_add(tree, r->pid, begun);
    while (tree->processes.at[0].found == TARGET_NOT_YET && timing_now() - begun < PATIENCE_NS) {
        (void)timing_sleep(INT64_MAX, PAUSE_NS, &none);
        process_tree_update(tree, timing_now());
    }
    for (unsigned level = 0; r->subprocesses && level < MOST_LEVELS; level++) {
        size_t before = tree->processes.count;
        tree->next_look_ns = 0;
        process_tree_update(tree, timing_now());
        if (tree->processes.count == before) {
            break;
        }
    }
    bool any = false;
    for (size_t i = 0; i < tree->processes.count; i++) {
        any |= tree->processes.at[i].python != NULL;
    }
    if (!any) {
        cli_fail(r->common, NULL, &tree->processes.at[0].error);
    }
    return any;
}

/* --- the stacks --- */

static void show_thread(struct sampler *s, struct stack_text *text, struct python_process *process,
                        struct python_thread *thread)
{
    struct stack_text_thread shown = {.process = process, .thread = thread};
    bool moved;
    python_process_name(process, thread, timing_now());
    if (thread->tid && (!thread_clock_read(&thread->clock, &moved) || !thread_clock_read_state(&thread->clock))) {
        return;
    }
    shown.verdict = sampler_read(s, process, thread, &shown.flags);
    if (shown.verdict == STACK_GONE && !process_alive(process->target.pid)) {
        return;
    }
    stack_text_thread(text, &shown);
}

static bool wanted(const struct sampler_choice *c, const struct python_process *p, const struct python_thread *t)
{
    return c->threads == THREADS_ALL || t->tid == (c->threads == THREADS_MAIN ? p->target.pid : c->tid);
}

static void show_process(struct sampler *s, struct stack_text *text, struct python_process *process)
{
    stack_text_process(text, process);
    if (!python_process_refresh(process, timing_now())) {
        return;
    }
    /* Interpreters link the newest thread first. */
    for (size_t i = process->threads.count; i-- > 0;) {
        if (wanted(&s->choice, process, process->threads.at[i])) {
            show_thread(s, text, process, process->threads.at[i]);
        }
    }
}

int look_dump(const struct look_request *r)
{
    struct process_tree tree = {0};
    struct record_statistics statistics = {0};
    struct sampler sampler = {.choice = r->choice, .statistics = &statistics};
    if (!find_all(r, &tree)) {
        process_tree_free(&tree);
        return CLI_TROUBLE;
    }
    struct pp_sink *out = cli_open_output(r->common, false);
    if (!out) {
        process_tree_free(&tree);
        return CLI_TROUBLE;
    }
    struct stack_text text = {.out = out, .json = r->json, .first_lines = r->first_lines};
    sampler.stopper = stopper_new();
    hold_budget_init(&sampler.budget, r->choice.stop_share, timing_now() - NS_PER_SECOND);
    stack_text_begin(&text);
    for (size_t i = 0; i < tree.processes.count; i++) {
        if (tree.processes.at[i].python) {
            show_process(&sampler, &text, tree.processes.at[i].python);
        }
    }
    stack_text_end(&text);
    stopper_free(sampler.stopper);
    process_tree_free(&tree);
    return cli_close_output(r->common, out, CLI_OK);
}

/* --- the check --- */

static void show_tracer(struct pp_sink *out, pid_t pid)
{
    struct pp_arena arena = {0};
    struct pp_str status = process_file(&arena, pid, "status");
    size_t at = pp_str_search(status, PP_STR("TracerPid:\t"));
    struct pp_str tracer = pp_str_cut(pp_str_sub(status, at + 11, SIZE_MAX), '\n').head;
    uint64_t number = 0;
    if (pp_parse_u64(tracer, &number) && number) {
        struct pp_str command = process_command(&arena, (pid_t)number);
        pp_sink_printf(out,
                       "it is traced by process %d (%.*s): it can be recorded, but not stopped for a moment where that "
                       "would be needed\n",
                       (int)number, PP_STR_ARG(command));
    }
    pp_arena_free(&arena);
}

/* Whether a thread can be stopped, tried on the main one. */
static void show_stopping(struct pp_sink *out, const struct look_request *r, pid_t pid)
{
    struct stopper *stopper = stopper_new();
    if (r->choice.stop == STOP_NEVER) {
        pp_sink_text(out, "stopping a thread was not tried\n");
    } else if (stopper_stop(stopper, pid, pid)) {
        pp_sink_printf(out, "a thread can be stopped: the main one was, for %.0f us\n",
                       (double)stopper_continue(stopper) / 1000);
    } else {
        pp_sink_text(out, "a thread cannot be stopped just now: what cannot be verified will be salvaged in part\n");
    }
    stopper_free(stopper);
}

static void show_found(struct pp_sink *out, const struct look_request *r, struct python_process *p)
{
    struct pp_arena arena = {0};
    char version[16];
    struct pp_str command = process_command(&arena, p->target.pid);
    target_version_text(&p->target, version);
    pp_sink_printf(out, "process %d: ", (int)p->target.pid);
    pp_text_show(out, command);
    pp_sink_printf(out, "\nCPython %s%s, found in ", version,
                   p->target.offsets.free_threaded ? "t (free-threaded)" : "");
    pp_text_show(out, pp_str_of(p->target.binary));
    (void)python_process_refresh(p, timing_now());
    pp_sink_printf(out, "\nthreads: %zu, interpreters: %zu\n", p->threads.count, p->interpreters.count);
    show_tracer(out, p->target.pid);
    show_stopping(out, r, p->target.pid);
    pp_sink_text(out, "it can be recorded\n");
    pp_arena_free(&arena);
}

int look_check(const struct look_request *r)
{
    struct process_tree tree = {0};
    struct pp_sink *out = NULL;
    int status = CLI_TROUBLE;
    if (find_all(r, &tree) && (out = cli_open_output(r->common, false))) {
        for (size_t i = 0; i < tree.processes.count; i++) {
            struct tracked_process *p = &tree.processes.at[i];
            if (p->python) {
                show_found(out, r, p->python);
            } else {
                pp_sink_printf(out, "process %d: %s\n", (int)p->pid, p->error.message);
            }
        }
        status = cli_close_output(r->common, out, CLI_OK);
    }
    process_tree_free(&tree);
    return status;
}
