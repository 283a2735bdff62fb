/* A raw dump as it grows: processes, threads and frames are defined when they are met first. */
#ifndef PP_RECORD_RECORDING_H
#define PP_RECORD_RECORDING_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/sink.h"
#include "formats/raw/raw_writer.h"
#include "record/python_process.h"
#include "record/statistics.h"

struct recording {
    struct pp_sink *sink; /* owned by the caller of recording_begin until recording_end */
    struct pp_raw_writer *writer;
    uint64_t epoch;         /* number of the file: what was defined in another does not count */
    int64_t start_ns;       /* CLOCK_MONOTONIC of time 0 */
    bool first_lines;       /* frames show where their function begins */
    struct pp_intern files; /* paths: many functions share one */
    struct pp_arena arena;
    PP_VEC(pp_string_id) file_ids;
    PP_VEC(pp_frame_id) scratch;
};

/* What the file says about itself at its start. */
struct recording_about {
    double rate_hz;
    int64_t utc_ns; /* of time 0 */
};

/* Begins a file in `sink`. A recording that was ended may begin another one. */
void recording_begin(struct recording *rec, struct pp_sink *sink, const struct recording_about *about);
/* Notes a process: its command, number and Python; `note` (may be NULL) says what else there is to say. */
void recording_note_process(struct recording *rec, const struct python_process *process);
/* Adds a sample of the thread at `now_ns`: `frames` innermost first, or NULL for the same stack as before. */
void recording_sample(struct recording *rec, struct python_process *process, struct python_thread *thread,
                      const walked_frames *frames, uint32_t flags, int64_t now_ns, int64_t wall_ns, int64_t cpu_ns);
/* Writes the statistics and the end; false and *err if something could not be held. The sink is still to be closed. */
bool recording_end(struct recording *rec, const struct pp_raw_statistics *statistics, struct pp_error *err);
void recording_free(struct recording *rec);

#endif
