/* What /proc knows of a process. */
#ifndef PP_RECORD_PROCESS_H
#define PP_RECORD_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/str.h"

/* The whole of /proc/PID/NAME in the arena, followed by a NUL that is not counted; empty if it cannot be read (errno says why). */
struct pp_str process_file(struct pp_arena *arena, pid_t pid, const char *name);
/* The target of the link /proc/PID/NAME; empty if it cannot be read. */
struct pp_str process_link(struct pp_arena *arena, pid_t pid, const char *name);
/* The command line with spaces between words (in brackets the short name where there is none), in the arena. */
struct pp_str process_command(struct pp_arena *arena, pid_t pid);
/* Parent, 0 when unknown. */
pid_t process_parent(pid_t pid);
/* When it was started, in clock ticks since boot: tells a process from a later one with its number. 0: no such process. */
unsigned long long process_started(pid_t pid);
/* It is there, no zombie, and not just ending. */
bool process_alive(pid_t pid);

typedef PP_VEC(pid_t) process_ids;
/* Appends the numbers of the tasks (threads) of the process. */
void process_tasks(pid_t pid, process_ids *tasks);
/* Appends the children of all tasks of the process. False if the kernel does not tell (CONFIG_PROC_CHILDREN): then nothing is appended. */
bool process_children(pid_t pid, process_ids *children);

/* A line of /proc/PID/maps. */
struct process_mapping {
    uint64_t start, end, offset;
    bool executable;
    struct pp_str path; /* as the process sees it; may end in " (deleted)" */
};
/* Takes a line from the front of *maps; false at the end. */
bool process_next_mapping(struct pp_str *maps, struct process_mapping *mapping);

#endif
