/* Why the system does not let us look into a process, and what to do about it. */
#ifndef PP_RECORD_PERMISSION_H
#define PP_RECORD_PERMISSION_H

#include <sys/types.h>

#include "base/error.h"

/* What decides whether one process may look into another: ptrace(2), "Ptrace access mode checking". */
struct permission_facts {
    pid_t pid;
    int sys_errno;     /* what the refused call left */
    bool other_user;   /* the process is not ours */
    unsigned owner;    /* whose it is */
    bool may_trace;    /* we have CAP_SYS_PTRACE */
    bool in_container; /* as far as can be seen */
    unsigned yama_scope;
};

/* Puts what follows from the facts, and the advice, into *err. Always false. */
bool permission_say(const struct permission_facts *facts, struct pp_error *err);
/* Puts the reason and the advice into *err; `sys_errno` is what the refused call left. Always false. */
bool permission_explain(pid_t pid, int sys_errno, struct pp_error *err);

#endif
