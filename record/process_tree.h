/* The processes that are recorded: the one asked for, and with --subprocesses all that descend from it. A process may become a Python, stop being one
 * (exec), and end. */
#ifndef PP_RECORD_PROCESS_TREE_H
#define PP_RECORD_PROCESS_TREE_H

#include "record/python_process.h"

struct tracked_process {
    pid_t pid;
    unsigned long long started;    /* tells it from a later process of the same number */
    struct python_process *python; /* NULL: no Python that can be read, so far */
    bool announced;                /* the dump knows this Python */
    bool was_python;               /* it is or was one */
    int64_t next_try_ns, patience_ns;
    uint64_t program; /* hash of what it runs */
    unsigned looks;   /* at this program before: one that was no Python is not looked at for ever */
    char command[64]; /* as far as it fits */
    bool counted;     /* among those that are no Python */
    enum target_found found;
    struct pp_error error; /* why it cannot be read */
};

struct process_tree {
    PP_VEC(struct tracked_process) processes;
    bool follow_children;
    bool children_unknown; /* the kernel does not tell */
    int64_t next_look_ns;  /* for children */
    uint64_t children;     /* found so far */
    uint64_t
        not_python; /* of those that ended, and after process_tree_count of all: how many were in the end no Python that can be read */
    uint64_t too_short;    /* likewise: ended before it could be told what they were */
    pid_t first_other_pid; /* the first of them, and what it ran */
    char first_other[80];
};

/* Adds the process, and looks at it at once. */
struct tracked_process *process_tree_add(struct process_tree *tree, pid_t pid, int64_t now_ns);
/* Looks for new children, and at processes that are no Python (yet). `now_ns`: CLOCK_MONOTONIC. */
void process_tree_update(struct process_tree *tree, int64_t now_ns);
/* The Python of the process could not be read: finds out whether it ended, or runs something else now. */
void process_tree_lost(struct process_tree *tree, struct tracked_process *process, int64_t now_ns);
/* True if none of the processes lives any more. */
bool process_tree_ended(struct process_tree *tree);
/* Counts those that are left too. */
void process_tree_count(struct process_tree *tree);
void process_tree_free(struct process_tree *tree);

#endif
