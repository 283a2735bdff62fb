/* Errors with a place, and the report of what was skipped. The library never prints and never exits: a function
 * that can fail returns bool and takes a struct pp_error last; cli/ shows it. */
#ifndef PP_BASE_ERROR_H
#define PP_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pp_status {
    PP_OK,          /* no error */
    PP_IO,          /* the system refused; sys_errno says why */
    PP_SYNTAX,      /* the bytes are not what the format says */
    PP_UNSUPPORTED, /* understood, but not something profpipe can do */
    PP_LIMIT,       /* a limit of base/limits.h or --max-input */
    PP_USAGE        /* the request makes no sense (bad option value, bad regex) */
};

/* A place in the input. */
struct pp_where {
    uint64_t offset; /* bytes from the start of the (decompressed) input */
    uint32_t line;   /* 1-based; 0: binary input, show the offset */
    uint32_t column; /* 1-based, in bytes; 0: unknown */
    bool known;      /* false: no place at all (usage errors) */
};

struct pp_error {
    enum pp_status status;
    int sys_errno; /* 0 when it has no errno */
    struct pp_where where;
    char message[240]; /* one line, no final period: "expected X, found Y"; control bytes escaped when shown */
};

/* Records the error unless one is recorded already (first error wins); `err` may be NULL. Always returns false. */
bool pp_fail(struct pp_error *err, enum pp_status status, struct pp_where where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool pp_vfail(struct pp_error *err, enum pp_status status, struct pp_where where, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));
/* As pp_fail with status PP_IO and errno `sys_errno`; message "WHAT: strerror". */
bool pp_fail_errno(struct pp_error *err, int sys_errno, const char *what);
/* Places: nowhere, a byte offset of a binary input, a line and column of a text. */
struct pp_where pp_nowhere(void);
struct pp_where pp_at_offset(uint64_t offset);
struct pp_where pp_at_line(uint64_t offset, uint32_t line, uint32_t column);

enum { PP_REPORT_KINDS = 16 };

/* What a reader or writer skipped, bent or lost, per kind. Zero-initialise. */
struct pp_report {
    struct pp_report_entry {
        const char *kind;      /* static text with one %s-free phrase: "lines without a count were skipped" */
        uint64_t count;        /* how often */
        struct pp_where first; /* where first */
    } entries[PP_REPORT_KINDS];
    unsigned count;    /* entries in use */
    uint64_t unlisted; /* notes of kinds beyond PP_REPORT_KINDS */
};

/* Counts one more of `kind` (compared by text; must be static) at `where`; `report` may be NULL. */
void pp_report_note(struct pp_report *report, const char *kind, struct pp_where where);
/* The same for `times` at once. */
void pp_report_note_many(struct pp_report *report, const char *kind, uint64_t times, struct pp_where where);

#endif
