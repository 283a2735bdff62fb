/* The kernel's number of a Python thread. */
#ifndef PP_RECORD_THREAD_IDS_H
#define PP_RECORD_THREAD_IDS_H

#include "record/target.h"

/* True if the process is in another PID namespace: its numbers are not those that /proc shows here. */
bool thread_ids_are_foreign(pid_t pid);
/* The task of the process whose pthread_t is `ident`, and which Python 3.11 and later knows as `native` (0: not known). 0 if it is not found. */
pid_t thread_id_of(const struct target *target, uint64_t ident, uint64_t native, bool foreign);

#endif
