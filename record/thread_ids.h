/* Finding the system's number of a Python thread. */
#ifndef PP_RECORD_THREAD_IDS_H
#define PP_RECORD_THREAD_IDS_H

#include "base/memory.h"
#include "record/target.h"

/* A task of the process, as we number it and as the process does: another PID namespace counts anew. */
struct thread_id {
    pid_t ours, theirs;
};

/* Zero-initialise; free with pp_free(ids.at). Filled as needed. */
typedef PP_VEC(struct thread_id) thread_ids;

/* True if the process' own numbers are not those of our /proc. */
bool thread_ids_are_foreign(pid_t pid);
/* Our number of the thread with Python's number `ident` and, from 3.11 on, the system's in `native` (else 0); 0: not found. `foreign` as above. `ids` is
 * kept between calls. */
pid_t thread_id_of(const struct target *target, uint64_t ident, uint64_t native, bool foreign, thread_ids *ids);

#endif
