/* Sink: bytes out. Buffered; the first error sticks and later writes do nothing; close tells the truth.
 *
 * A file is written as FILE.tmpXXXXXX beside it and renamed on a successful close, so that a failed program leaves
 * nothing half-written. */
#ifndef PP_BASE_SINK_H
#define PP_BASE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct pp_sink;

/* Opens `path` for atomic writing ("-" or NULL: standard output, written directly; a device or pipe likewise).
 * NULL and *err on failure. The caller closes or abandons it. */
struct pp_sink *pp_sink_open(const char *path, struct pp_error *err);
/* Opens `path` for what must be readable while it is written (a recording): the file itself, emptied first, without a
 * temporary one; otherwise as pp_sink_open. */
struct pp_sink *pp_sink_stream(const char *path, struct pp_error *err);
/* Collects in memory. */
struct pp_sink *pp_sink_memory(void);
/* A sink that gzips (no name, no time in the header: reproducible) into `below`, which it takes. */
struct pp_sink *pp_sink_gzip(struct pp_sink *below);

void pp_sink_write(struct pp_sink *k, const void *data, size_t len);
void pp_sink_str(struct pp_sink *k, struct pp_str s);
void pp_sink_text(struct pp_sink *k, const char *text);
void pp_sink_byte(struct pp_sink *k, char byte);
void pp_sink_repeat(struct pp_sink *k, char byte, size_t times);
void pp_sink_printf(struct pp_sink *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Decimal without printf's cost. */
void pp_sink_u64(struct pp_sink *k, uint64_t value);
void pp_sink_i64(struct pp_sink *k, int64_t value);

/* Pushes what is buffered down to the system (record boundaries of streams). False on error. */
bool pp_sink_flush(struct pp_sink *k);
/* True while no write failed; *sys_errno (may be NULL) gets the errno of the failure (EPIPE: the reader left). */
bool pp_sink_ok(const struct pp_sink *k, int *sys_errno);
/* Path of the temporary file written to, to be removed if the program is killed; NULL when there is none. Valid until close. */
const char *pp_sink_temporary(const struct pp_sink *k);
/* Bytes written so far. */
uint64_t pp_sink_bytes(const struct pp_sink *k);
/* What a memory sink holds; valid until the next write or close. */
struct pp_str pp_sink_contents(const struct pp_sink *k);
/* Flushes, closes, renames; frees k. False and *err if anything was not written; the target is then untouched. */
bool pp_sink_close(struct pp_sink *k, struct pp_error *err);
/* Frees k and removes the temporary file; the target is untouched. NULL is allowed. */
void pp_sink_abandon(struct pp_sink *k);

#endif
