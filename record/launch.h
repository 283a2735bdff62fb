/* Starting the program to be recorded. It is never killed: profrec waits for its end and gives its exit status. */
#ifndef PP_RECORD_LAUNCH_H
#define PP_RECORD_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Exit statuses of a command that could not be run, as the shell's. */
enum { LAUNCH_NOT_FOUND = 127, LAUNCH_CANNOT_RUN = 126, LAUNCH_BY_SIGNAL = 128 };

/* Starts argv[0] (looked for in PATH) with the signals of `unblocked` not blocked. 0 and *err (with sys_errno) if it cannot be run. */
pid_t launch(char *const *argv, const sigset_t *unblocked, struct pp_error *err);
/* True if the process has ended; *status gets its exit status, or 128 and the number of the signal that ended it. Does not wait. */
bool launch_ended(pid_t pid, int *status);

#endif
