/* A recording from its first sample to its last. */
#ifndef PP_RECORD_SESSION_H
#define PP_RECORD_SESSION_H

#include "cli/cli.h"
#include "record/output.h"
#include "record/sampler.h"
#include "record/timing.h"

struct session_request {
    const struct cli_common *common; /* for messages */
    pid_t pid;
    bool launched; /* the process is our child */
    double rate_hz;
    bool fixed;          /* intervals */
    int64_t duration_ns; /* 0: until the process ends or a signal comes */
    bool subprocesses;
    bool first_lines;
    struct sampler_choice choice;
    struct output *output; /* where samples go */
};

/* Records until it is over. Returns the exit status of profrec as far as recording goes: problems have been printed. */
int session_run(const struct session_request *request);

#endif
