/* Writing a raw dump record by record, as a recorder does it: no profile, no memory in proportion to the recording.
 *
 *     w = pp_raw_begin(sink, columns, 3);
 *     name = pp_raw_string(w, …); function = pp_raw_function(w, &(struct pp_function){.name = name, …});
 *     frame = pp_raw_frame(w, …); thread = pp_raw_thread(w, pid, tid, name);
 *     pp_raw_sample(w, &sample, frames, depth, values); …   pp_raw_flush(w) now and then
 *     pp_raw_statistics(w, …); pp_raw_end(w, &err);
 *
 * Ids are given from 1 in each table; 0 always means "unknown". Blocks are written when they are full (about 64 KiB) and at
 * pp_raw_flush: what was flushed can be read whatever happens later. A write error sticks to the sink (pp_sink_ok). */
#ifndef PP_FORMATS_RAW_RAW_WRITER_H
#define PP_FORMATS_RAW_RAW_WRITER_H

#include "base/error.h"
#include "base/sink.h"
#include "model/profile.h"

struct pp_raw_writer;

struct pp_raw_column {
    struct pp_str name;
    enum pp_unit unit;
    unsigned decimals; /* a value v means v / 10^decimals of the unit, 0-9 */
};

/* Numbers a recording owes its reader; what is not known is left 0 and still written. */
struct pp_raw_statistics {
    double asked_hz, achieved_hz;
    uint64_t late;     /* samples taken more than one interval after their time */
    uint64_t torn;     /* reads thrown away because the stack changed meanwhile */
    uint64_t salvaged; /* samples of which only the verified part was kept */
    uint64_t stopped;  /* samples for which the thread was stopped */
    uint64_t dropped;  /* samples lost altogether */
};

/* Writes the file header into `sink` (borrowed, not closed). `columns` are copied; at least 1, at most 64. Freed by pp_raw_end. */
struct pp_raw_writer *pp_raw_begin(struct pp_sink *sink, const struct pp_raw_column *columns, size_t count);

/* Metadata; order is kept, keys may repeat. Call at any time. */
void pp_raw_meta(struct pp_raw_writer *w, struct pp_str key, struct pp_str value);
/* The UTC time of sample time 0, in ns since 1970. */
void pp_raw_anchor(struct pp_raw_writer *w, int64_t utc_ns);

/* Definitions: each call gives a new id; the caller remembers what it has defined. The ids in `function` and `frame` are ids
 * given by this writer. */
pp_string_id pp_raw_string(struct pp_raw_writer *w, struct pp_str s);
pp_function_id pp_raw_function(struct pp_raw_writer *w, const struct pp_function *function);
pp_frame_id pp_raw_frame(struct pp_raw_writer *w, const struct pp_frame *frame);
pp_thread_id pp_raw_thread(struct pp_raw_writer *w, int64_t pid, int64_t tid, struct pp_str name);
/* Names a thread anew, with the pid and tid it has: for its samples before this too. */
void pp_raw_thread_again(struct pp_raw_writer *w, pp_thread_id thread, int64_t pid, int64_t tid, struct pp_str name);

/* A sample: `sample->stack` is ignored; frames from the root to the leaf; one value per column. Time must not decrease. */
void pp_raw_sample(struct pp_raw_writer *w, const struct pp_sample *sample, const pp_frame_id *frames, size_t depth,
                   const int64_t *values);
/* The same for callers who know how many outer frames are those of the thread's sample before: `frames` are the others.
 * `shared` must be 0 when pp_raw_fresh(w, thread). Do not mix with pp_raw_sample for one thread. */
void pp_raw_sample_after(struct pp_raw_writer *w, const struct pp_sample *sample, size_t shared,
                         const pp_frame_id *frames, size_t count, const int64_t *values);
/* True if the next sample of the thread begins its coding anew (its first in a block). */
bool pp_raw_fresh(const struct pp_raw_writer *w, pp_thread_id thread);

/* A stack without samples: values (and what is known of the total, NULL: exact) that no sample carries. Coded against the stack
 * given before, as above with one state for all; pp_raw_stack_fresh says when `shared` must be 0. */
void pp_raw_stack_after(struct pp_raw_writer *w, size_t shared, const pp_frame_id *frames, size_t count,
                        const int64_t *values, const struct pp_stack_bounds *bounds);
bool pp_raw_stack_fresh(const struct pp_raw_writer *w);

/* Writes all that is pending as blocks and flushes the sink. */
void pp_raw_flush(struct pp_raw_writer *w);
/* A number for the trailer, as text; read back as metadata "stat-KEY". */
void pp_raw_statistic(struct pp_raw_writer *w, struct pp_str key, struct pp_str value);
void pp_raw_statistics(struct pp_raw_writer *w, const struct pp_raw_statistics *statistics);
/* Writes what is pending and the end block; frees w. False and *err if a record did not fit a block; write errors stay in the sink. */
bool pp_raw_end(struct pp_raw_writer *w, struct pp_error *err);

#endif
