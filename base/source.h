/* Source: bytes in. peek looks without moving, skip moves; gzip is undone below, whatever the format above.
 *
 * Behind it stand memory, a file, or a descriptor (pipe). An I/O error is sticky and is not end of file: when
 * peek or line give less than asked, ask pp_source_error. Memory use is the window asked for, not the input. */
#ifndef PP_BASE_SOURCE_H
#define PP_BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"
#include "base/str.h"

struct pp_source;

/* Opens `path` ("-" is standard input). A directory is an error. max_input: bound on decompressed bytes, 0 for
 * PP_LIMIT_INPUT_DEFAULT. Gzip (also several members) is detected by content. Returns NULL and sets *err on
 * failure; the caller owns the source and closes it. */
struct pp_source *pp_source_open(const char *path, uint64_t max_input, struct pp_error *err);
/* Reads from `data`, which must outlive the source. Gzip is detected too. */
struct pp_source *pp_source_memory(struct pp_str data, uint64_t max_input);
/* Closes and frees; NULL is allowed. */
void pp_source_close(struct pp_source *s);

/* A view of at least `want` bytes (fewer only at the end of input or after an error), without moving. All that is
 * buffered is shown, so asking for 1 gives "some data". Valid until the next call on the source. */
struct pp_str pp_source_peek(struct pp_source *s, size_t want);
/* Moves over `count` bytes (at most what a peek has shown). */
void pp_source_skip(struct pp_source *s, size_t count);
/* The next line without its end (\n, \r\n); false at the end of input or on an error. The last line needs no end.
 * UTF-16 (with BOM) is read as UTF-8 and a UTF-8 BOM is dropped if pp_source_text was called. A line longer than
 * PP_LIMIT_LINE is an error. Valid until the next call. */
bool pp_source_line(struct pp_source *s, struct pp_str *line);
/* The same for a caller who knows that the first `known` bytes of what a peek shows hold no line end: they are not searched. */
bool pp_source_line_past(struct pp_source *s, size_t known, struct pp_str *line);
/* For readers that find the lines themselves in what a peek shows: moves over `lines` whole lines, `bytes` bytes with their ends, of which the last one begins `last` bytes from
 * here; pp_source_where() tells its place then. */
void pp_source_skip_lines(struct pp_source *s, size_t bytes, uint64_t lines, size_t last);
/* How many lines were returned or moved over so far. */
uint64_t pp_source_lines(const struct pp_source *s);
/* Call before the first read of a text format: drops a UTF-8 BOM, decodes UTF-16 LE/BE with BOM into UTF-8. */
void pp_source_text(struct pp_source *s);
/* Place of the next byte; of the line last returned if lines are read: line number set, column 1. */
struct pp_where pp_source_where(const struct pp_source *s);
/* True and *err set if reading failed (I/O, corrupt gzip, over the limit). */
bool pp_source_error(const struct pp_source *s, struct pp_error *err);
/* True when everything was read and no error occurred. */
bool pp_source_at_end(struct pp_source *s);
/* Decompressed bytes moved over so far; bytes of the input file when known, else 0 (for progress). */
uint64_t pp_source_consumed(const struct pp_source *s);
uint64_t pp_source_raw_consumed(const struct pp_source *s);
uint64_t pp_source_raw_size(const struct pp_source *s);
/* Last modification of the file behind, in seconds since 1970; 0 for pipes and memory. */
time_t pp_source_mtime(const struct pp_source *s);
/* True if the input is gzip. */
bool pp_source_gzipped(const struct pp_source *s);
/* Calls call(context, s) every few MiB read; what it returns says whether to go on, or to fail with PP_IO. NULL: no more calls. */
void pp_source_on_progress(struct pp_source *s, bool (*call)(void *context, const struct pp_source *s), void *context);

#endif
