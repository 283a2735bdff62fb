#include "record/process_tree.h"

#include <stdio.h>

#include "base/intern.h"
#include "base/text.h"
#include "record/process.h"

enum {
    FIRST_PATIENCE_NS = 1000000, /* between looks at a process that is no Python yet */
    MOST_PATIENCE_NS = 50000000,
    LOOKS_FOR_LIBRARY = 24, /* some 900 ms, by then */
    CHILDREN_NS = 5000000,  /* between looks for children */
    CHILDREN_PER_PROCESS_NS = 200000
};

/* What the process runs, as a number. */
static uint64_t program_of(pid_t pid)
{
    struct pp_arena arena = {0};
    uint64_t hash = pp_str_hash(process_link(&arena, pid, "exe"), pp_hash_seed());
    pp_arena_free(&arena);
    return hash;
}

static void try_again_later(struct tracked_process *p, int64_t now_ns)
{
    p->next_try_ns = now_ns + p->patience_ns;
    p->patience_ns = 2 * p->patience_ns < MOST_PATIENCE_NS ? 2 * p->patience_ns : MOST_PATIENCE_NS;
}

static void take_python(struct tracked_process *p, const struct target *target)
{
    p->python = python_process_new(target);
    p->was_python = true;
    p->announced = false;
    p->patience_ns = FIRST_PATIENCE_NS;
}

/* For when it has ended and was no Python. */
static void remember_command(struct tracked_process *p)
{
    struct pp_arena arena = {0};
    struct pp_str command = process_command(&arena, p->pid);
    if (command.len) {
        snprintf(p->command, sizeof p->command, "%.*s", PP_STR_ARG(command));
    }
    pp_arena_free(&arena);
}

static void look_at(struct tracked_process *p, int64_t now_ns)
{
    uint64_t program = program_of(p->pid);
    try_again_later(p, now_ns);
    if (program != p->program) {
        remember_command(p);
    }
    p->looks = program == p->program ? p->looks + 1 : 0;
    /* A program that has just begun has not mapped its libraries yet. */
    if (p->looks &&
        (p->found == TARGET_UNSUPPORTED || (p->found == TARGET_NO_PYTHON && p->looks > LOOKS_FOR_LIBRARY))) {
        return;
    }
    struct target target;
    p->program = program;
    p->error = (struct pp_error){0};
    bool last = p->looks >= LOOKS_FOR_LIBRARY;
    struct target_effort effort = {.all_files = p->looks == 0 || last || p->found == TARGET_NOT_YET,
                                   .without_code = last};
    p->found = target_find(p->pid, effort, &target, &p->error);
    if (p->found == TARGET_READY) {
        take_python(p, &target);
    }
}

struct tracked_process *process_tree_add(struct process_tree *tree, pid_t pid, int64_t now_ns)
{
    struct tracked_process *p = PP_PUSH(&tree->processes);
    *p = (struct tracked_process){
        .pid = pid, .started = process_started(pid), .patience_ns = FIRST_PATIENCE_NS, .found = TARGET_NOT_YET};
    look_at(p, now_ns);
    return p;
}

/* A child that was forked and has not called exec is its parent over again. */
static bool take_fork(struct process_tree *tree, const struct tracked_process *parent, pid_t pid)
{
    if (!parent->python || program_of(pid) != parent->program) {
        return false;
    }
    struct target target = parent->python->target;
    target.pid = pid;
    if (target_check(&target, (struct target_effort){0}, NULL) != TARGET_READY) {
        return false;
    }
    uint64_t program = parent->program;
    struct tracked_process *p = PP_PUSH(&tree->processes);
    *p = (struct tracked_process){
        .pid = pid, .started = process_started(pid), .program = program, .found = TARGET_READY};
    take_python(p, &target);
    return true;
}

static bool is_tracked(const struct process_tree *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->processes.count; i++) {
        if (tree->processes.at[i].pid == pid) {
            return true;
        }
    }
    return false;
}

static void look_for_children(struct process_tree *tree, int64_t now_ns)
{
    process_ids children = {0};
    size_t parents = tree->processes.count;
    for (size_t i = 0; i < parents && !tree->children_unknown; i++) {
        children.count = 0;
        tree->children_unknown = !process_children(tree->processes.at[i].pid, &children);
        for (size_t c = 0; c < children.count; c++) {
            if (is_tracked(tree, children.at[c]) || !process_alive(children.at[c])) {
                continue;
            }
            tree->children++;
            if (!take_fork(tree, &tree->processes.at[i], children.at[c])) {
                (void)process_tree_add(tree, children.at[c], now_ns);
            }
        }
    }
    pp_free(children.at);
    tree->next_look_ns = now_ns + CHILDREN_NS + (int64_t)tree->processes.count * CHILDREN_PER_PROCESS_NS;
}

static void count_other(struct process_tree *tree, const struct tracked_process *p)
{
    if (p->python || p->counted) {
        return;
    }
    if (p->found != TARGET_NO_PYTHON && p->found != TARGET_UNSUPPORTED && p->found != TARGET_DENIED) {
        tree->too_short += !p->was_python;
        return;
    }
    if (tree->not_python++ == 0) {
        tree->first_other_pid = p->pid;
        pp_text_show_buffer(tree->first_other, sizeof tree->first_other, pp_str_of(p->command));
    }
}

void process_tree_count(struct process_tree *tree)
{
    for (size_t i = 1; i < tree->processes.count; i++) {
        count_other(tree, &tree->processes.at[i]);
        tree->processes.at[i].counted = true;
    }
}

static void drop(struct process_tree *tree, size_t i)
{
    struct tracked_process *p = &tree->processes.at[i];
    count_other(tree, p);
    python_process_free(p->python);
    *p = tree->processes.at[--tree->processes.count];
}

static bool ended(const struct tracked_process *p)
{
    return process_started(p->pid) != p->started || !process_alive(p->pid);
}

void process_tree_update(struct process_tree *tree, int64_t now_ns)
{
    if (tree->follow_children && !tree->children_unknown && now_ns >= tree->next_look_ns) {
        look_for_children(tree, now_ns);
    }
    for (size_t i = tree->processes.count; i-- > 0;) {
        struct tracked_process *p = &tree->processes.at[i];
        if (p->python || now_ns < p->next_try_ns) {
            continue;
        }
        /* The first one stays: it is what was asked for, and tells why there is nothing. */
        if (i > 0 && ended(p)) {
            drop(tree, i);
        } else {
            look_at(p, now_ns);
        }
    }
}

void process_tree_lost(struct process_tree *tree, struct tracked_process *process, int64_t now_ns)
{
    (void)tree;
    python_process_free(process->python);
    process->python = NULL;
    process->found = TARGET_NOT_YET;
    process->patience_ns = FIRST_PATIENCE_NS;
    process->next_try_ns = now_ns;
}

bool process_tree_ended(struct process_tree *tree)
{
    for (size_t i = 0; i < tree->processes.count; i++) {
        if (!ended(&tree->processes.at[i])) {
            return false;
        }
    }
    return true;
}

void process_tree_free(struct process_tree *tree)
{
    for (size_t i = 0; i < tree->processes.count; i++) {
        python_process_free(tree->processes.at[i].python);
    }
    pp_free(tree->processes.at);
    *tree = (struct process_tree){0};
}
