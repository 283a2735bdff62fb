/* Why the system does not let us look into a process, and what to do about it. */
#ifndef PP_RECORD_PERMISSION_H
#define PP_RECORD_PERMISSION_H

#include <sys/types.h>

#include "base/error.h"

/* Puts the reason and the advice into *err; `sys_errno` is what the refused call left. Always false. */
bool permission_explain(pid_t pid, int sys_errno, struct pp_error *err);

#endif
