/* One look at a process: every thread's stack, or whether it could be recorded at all. */
#ifndef PP_RECORD_LOOK_H
#define PP_RECORD_LOOK_H

#include "cli/cli.h"
#include "record/sampler.h"

struct look_request {
    const struct cli_common *common; /* for messages and -o */
    pid_t pid;
    bool subprocesses, json;
    bool first_lines; /* frames show where their function begins */
    struct sampler_choice choice;
};

/* Writes every thread's stack, innermost frame first, as text or JSON (docs/recorder.md). Returns the exit status; problems are printed. */
int look_dump(const struct look_request *request);
/* Writes what is known about the process and whether it can be recorded; an error says why not and what to do. Returns the exit status. */
int look_check(const struct look_request *request);

#endif
