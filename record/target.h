/* Finding the interpreter in a process, and making sure of it. */
#ifndef PP_RECORD_TARGET_H
#define PP_RECORD_TARGET_H

#include <sys/types.h>

#include "base/error.h"
#include "record/offsets.h"

enum { TARGET_PATH = 4096 };

/* A process with a Python in it. */
struct target {
    pid_t pid;
    struct python_offsets offsets;
    uint64_t runtime;         /* address of _PyRuntime */
    uint32_t version;         /* as PY_VERSION_HEX; only major and minor are sure before 3.11 */
    char binary[TARGET_PATH]; /* the program or library it was found in, as the process sees it */
};

enum target_found {
    TARGET_READY,
    TARGET_NOT_YET,     /* a Python that has not begun, or is just ending: try again */
    TARGET_NO_PYTHON,   /* it runs something else */
    TARGET_UNSUPPORTED, /* a Python that profrec cannot read; *err says which */
    TARGET_DENIED,      /* the system does not let us; *err says why and what to do */
    TARGET_GONE         /* there is no such process */
};

/* How hard to look. */
struct target_effort {
    bool
        all_files; /* into all files the process has mapped, not only into the program and those with "python" in their names */
    bool
        without_code; /* a Python in which no code runs at all will do: an interpreter within another program, which waits for work */
};

/* Looks for CPython in process `pid`. *err is set unless TARGET_READY. */
enum target_found target_find(pid_t pid, struct target_effort effort, struct target *target, struct pp_error *err);
/* Checks that what the offsets say holds in the process now: interpreters, a thread that knows its interpreter, and the type of a code object.
 * TARGET_NOT_YET where there is nothing to check yet. */
enum target_found target_check(const struct target *target, struct target_effort effort, struct pp_error *err);
/* "3.11.7", or "3.9" where no more is known; at most 16 bytes. */
void target_version_text(const struct target *target, char text[16]);

#endif
