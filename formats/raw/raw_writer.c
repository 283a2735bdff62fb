#include "formats/raw/raw_writer.h"

#include "base/intern.h"
#include "base/number.h"
#include "formats/raw/bytes.h"
#include "formats/raw/layout.h"

/* A block is closed at this size, plus some times what its whole (not delta-coded) stacks took, so that stacks larger than a block do
 * not make every record repeat them. */
enum { BLOCK_SIZE = 64 * 1024, WHOLE_STACK_FACTOR = 4 };

/* A thread that has samples in the open block. A recording may see any number of threads, so that nothing is kept of the others. */
struct thread_state {
    uint32_t epoch; /* the block; in another one the slot is free */
    uint32_t id;
    PP_VEC(pp_frame_id) frames; /* of pp_raw_sample only */
};

enum { FIRST_SLOTS = 16 };

struct pp_raw_writer {
    struct pp_sink *sink;
    raw_bytes columns; /* as each block of values begins */
    size_t column_count;
    raw_bytes definitions, samples, stacks, statistics;
    size_t whole;   /* bytes of whole stacks in the open blocks */
    uint32_t epoch; /* number of the open samples block, from 1 */
    int64_t last_time;
    bool stack_open;            /* the stacks block has a record to code against */
    bool stack_bounds;          /* its records carry bounds */
    struct thread_state *slots; /* open addressing by id */
    size_t mask, open_threads;
    uint32_t strings, functions, frames, threads; /* ids given */
    uint32_t block_number;
    uint64_t sample_count, stack_count;
    bool too_large;
};

/* --- blocks --- */

static void write_block(struct pp_raw_writer *w, enum raw_block_type type, raw_bytes *payload)
{
    if (payload->count > RAW_LIMIT_PAYLOAD) {
        w->too_large = true;
        payload->count = 0;
        return;
    }
    unsigned char header[RAW_BLOCK_HEADER];
    for (int i = 0; i < RAW_MARKER_SIZE; i++) {
        header[i] = (unsigned char)RAW_MARKER[i];
    }
    header[RAW_AT_TYPE] = (unsigned char)type;
    raw_store32(header + RAW_AT_LENGTH, (uint32_t)payload->count);
    raw_store32(header + RAW_AT_NUMBER, w->block_number++);
    raw_store32(header + RAW_AT_CRC, pp_crc32(0, payload->at, payload->count));
    raw_store32(header + RAW_AT_HEADER_CRC, pp_crc32(0, header, RAW_AT_HEADER_CRC));
    pp_sink_write(w->sink, header, sizeof header);
    if (payload->count) {
        pp_sink_write(w->sink, payload->at, payload->count);
    }
    payload->count = 0;
}

/* Definitions first: what the other blocks refer to stands before them. */
static void close_blocks(struct pp_raw_writer *w)
{
    if (w->definitions.count) {
        write_block(w, RAW_DEFINITIONS, &w->definitions);
    }
    if (w->samples.count) {
        write_block(w, RAW_SAMPLES, &w->samples);
    }
    if (w->stacks.count) {
        write_block(w, RAW_STACKS, &w->stacks);
    }
    w->whole = 0;
    w->epoch++;
    w->open_threads = 0;
    w->stack_open = false;
}

static void close_if_full(struct pp_raw_writer *w)
{
    size_t pending = w->definitions.count + w->samples.count + w->stacks.count;
    if (pending >= BLOCK_SIZE + WHOLE_STACK_FACTOR * w->whole) {
        close_blocks(w);
    }
}

struct pp_raw_writer *pp_raw_begin(struct pp_sink *sink, const struct pp_raw_column *columns, size_t count)
{
    struct pp_raw_writer *w = pp_calloc(1, sizeof *w);
    w->sink = sink;
    w->epoch = 1;
    w->column_count = count;
    raw_put_u64(&w->columns, count);
    for (size_t i = 0; i < count; i++) {
        raw_put_u64(&w->columns, columns[i].unit);
        raw_put_u64(&w->columns, columns[i].decimals);
        raw_put_str(&w->columns, columns[i].name);
    }
    w->slots = pp_calloc(FIRST_SLOTS, sizeof *w->slots);
    w->mask = FIRST_SLOTS - 1;
    pp_sink_write(sink, RAW_MAGIC, RAW_MAGIC_SIZE);
    pp_sink_byte(sink, RAW_MAJOR);
    pp_sink_byte(sink, RAW_MINOR);
    return w;
}

void pp_raw_flush(struct pp_raw_writer *w)
{
    close_blocks(w);
    pp_sink_flush(w->sink);
}

/* --- definitions --- */

static void define(struct pp_raw_writer *w, enum raw_tag tag, const raw_bytes *body)
{
    *PP_PUSH(&w->definitions) = (unsigned char)tag;
    raw_put_u64(&w->definitions, body->count);
    raw_put(&w->definitions, body->at, body->count);
    close_if_full(w);
}

static void define_and_free(struct pp_raw_writer *w, enum raw_tag tag, raw_bytes *body)
{
    define(w, tag, body);
    pp_free(body->at);
}

void pp_raw_meta(struct pp_raw_writer *w, struct pp_str key, struct pp_str value)
{
    raw_bytes body = {0};
    raw_put_str(&body, key);
    raw_put_str(&body, value);
    define_and_free(w, RAW_META, &body);
}

void pp_raw_anchor(struct pp_raw_writer *w, int64_t utc_ns)
{
    raw_bytes body = {0};
    raw_put_i64(&body, utc_ns);
    define_and_free(w, RAW_ANCHOR, &body);
}

pp_string_id pp_raw_string(struct pp_raw_writer *w, struct pp_str s)
{
    raw_bytes body = {0};
    raw_put_u64(&body, ++w->strings);
    raw_put(&body, s.data, s.len);
    define_and_free(w, RAW_STRING, &body);
    return (pp_string_id){w->strings};
}

pp_function_id pp_raw_function(struct pp_raw_writer *w, const struct pp_function *function)
{
    raw_bytes body = {0};
    raw_put_u64(&body, ++w->functions);
    raw_put_u64(&body, function->name.i);
    raw_put_u64(&body, function->file.i);
    raw_put_i64(&body, function->line);
    if (function->module.i) {
        raw_put_u64(&body, function->module.i);
    }
    define_and_free(w, RAW_FUNCTION, &body);
    return (pp_function_id){w->functions};
}

pp_frame_id pp_raw_frame(struct pp_raw_writer *w, const struct pp_frame *frame)
{
    const uint64_t fields[] = {frame->line,       frame->end_line, frame->column,
                               frame->end_column, frame->flags,    frame->address};
    size_t used = sizeof fields / sizeof *fields;
    while (used && fields[used - 1] == 0) {
        used--;
    }
    raw_bytes body = {0};
    raw_put_u64(&body, ++w->frames);
    raw_put_u64(&body, frame->function.i);
    for (size_t i = 0; i < used; i++) {
        raw_put_u64(&body, fields[i]);
    }
    define_and_free(w, RAW_FRAME, &body);
    return (pp_frame_id){w->frames};
}

pp_thread_id pp_raw_thread(struct pp_raw_writer *w, int64_t pid, int64_t tid, struct pp_str name)
{
    pp_thread_id id = {++w->threads};
    pp_raw_thread_again(w, id, pid, tid, name);
    return id;
}

void pp_raw_thread_again(struct pp_raw_writer *w, pp_thread_id thread, int64_t pid, int64_t tid, struct pp_str name)
{
    raw_bytes body = {0};
    raw_put_u64(&body, thread.i);
    raw_put_i64(&body, pid);
    raw_put_i64(&body, tid);
    raw_put(&body, name.data, name.len);
    define_and_free(w, RAW_THREAD, &body);
}

/* --- samples and stacks --- */

/* `fresh`: the coding begins anew only because a block does. */
static void put_frames(struct pp_raw_writer *w, raw_bytes *out, bool fresh, size_t shared, const pp_frame_id *frames,
                       size_t count)
{
    size_t before = out->count;
    raw_put_u64(out, shared);
    raw_put_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        raw_put_u64(out, frames[i].i);
    }
    w->whole += fresh ? out->count - before : 0;
}

static void put_values(struct pp_raw_writer *w, raw_bytes *out, const int64_t *values)
{
    for (size_t i = 0; i < w->column_count; i++) {
        raw_put_i64(out, values[i]);
    }
}

/* The thread's slot, or the free one where it belongs. */
static struct thread_state *slot_of(const struct pp_raw_writer *w, uint32_t id)
{
    size_t at = (size_t)pp_hash_u64(id) & w->mask;
    while (w->slots[at].epoch == w->epoch && w->slots[at].id != id) {
        at = (at + 1) & w->mask;
    }
    return &w->slots[at];
}

static void grow(struct pp_raw_writer *w)
{
    struct thread_state *old = w->slots;
    size_t count = w->mask + 1;
    w->slots = pp_calloc(2 * count, sizeof *w->slots);
    w->mask = 2 * count - 1;
    for (size_t i = 0; i < count; i++) {
        if (old[i].epoch == w->epoch) {
            *slot_of(w, old[i].id) = old[i];
        } else {
            pp_free(old[i].frames.at);
        }
    }
    pp_free(old);
}

bool pp_raw_fresh(const struct pp_raw_writer *w, pp_thread_id thread)
{
    return slot_of(w, thread.i)->epoch != w->epoch;
}

/* The state of a thread in the open block; *fresh: it had none yet. */
static struct thread_state *open_thread(struct pp_raw_writer *w, pp_thread_id thread, bool *fresh)
{
    struct thread_state *state = slot_of(w, thread.i);
    *fresh = state->epoch != w->epoch;
    if (*fresh) {
        if (2 * ++w->open_threads > w->mask) {
            grow(w);
            state = slot_of(w, thread.i);
        }
        state->epoch = w->epoch;
        state->id = thread.i;
        state->frames.count = 0;
    }
    return state;
}

static void put_sample(struct pp_raw_writer *w, const struct pp_sample *sample, bool fresh, size_t shared,
                       const pp_frame_id *frames, size_t count, const int64_t *values)
{
    raw_bytes *out = &w->samples;
    if (out->count == 0) {
        raw_put(out, w->columns.at, w->columns.count);
        w->last_time = 0;
    }
    raw_put_u64(out, sample->flags);
    raw_put_u64(out, sample->thread.i);
    /* Modulo 2^64, so that no two times are too far apart. */
    uint64_t step = (uint64_t)sample->time_ns - (uint64_t)w->last_time;
    raw_put_i64(out, step > INT64_MAX ? -1 - (int64_t)(UINT64_MAX - step) : (int64_t)step);
    w->last_time = sample->time_ns;
    put_frames(w, out, fresh, shared, frames, count);
    put_values(w, out, values);
    w->sample_count++;
    close_if_full(w);
}

void pp_raw_sample_after(struct pp_raw_writer *w, const struct pp_sample *sample, size_t shared,
                         const pp_frame_id *frames, size_t count, const int64_t *values)
{
    bool fresh;
    (void)open_thread(w, sample->thread, &fresh);
    put_sample(w, sample, fresh, shared, frames, count, values);
}

void pp_raw_sample(struct pp_raw_writer *w, const struct pp_sample *sample, const pp_frame_id *frames, size_t depth,
                   const int64_t *values)
{
    bool fresh;
    struct thread_state *state = open_thread(w, sample->thread, &fresh);
    size_t shared = 0;
    while (shared < depth && shared < state->frames.count && state->frames.at[shared].i == frames[shared].i) {
        shared++;
    }
    state->frames.count = shared;
    for (size_t i = shared; i < depth; i++) {
        *PP_PUSH(&state->frames) = frames[i];
    }
    put_sample(w, sample, fresh, shared, frames + shared, depth - shared, values);
}

bool pp_raw_stack_fresh(const struct pp_raw_writer *w)
{
    return !w->stack_open;
}

void pp_raw_stack_after(struct pp_raw_writer *w, size_t shared, const pp_frame_id *frames, size_t count,
                        const int64_t *values, const struct pp_stack_bounds *bounds)
{
    static const struct pp_stack_bounds exact = {0};
    raw_bytes *out = &w->stacks;
    bool fresh = !w->stack_open;
    if (fresh) {
        w->stack_open = true;
        w->stack_bounds = bounds != NULL;
        raw_put(out, w->columns.at, w->columns.count);
        raw_put_u64(out, w->stack_bounds ? RAW_HAS_BOUNDS : 0);
    }
    put_frames(w, out, fresh, shared, frames, count);
    put_values(w, out, values);
    if (w->stack_bounds) {
        bounds = bounds ? bounds : &exact;
        raw_put_u64(out, bounds->flags);
        if (bounds->flags) {
            raw_put_i64(out, bounds->lower);
            raw_put_i64(out, bounds->upper);
        }
    }
    w->stack_count++;
    close_if_full(w);
}

/* --- the end --- */

void pp_raw_statistic(struct pp_raw_writer *w, struct pp_str key, struct pp_str value)
{
    raw_put_str(&w->statistics, key);
    raw_put_str(&w->statistics, value);
}

static void number_statistic(struct pp_raw_writer *w, struct pp_str key, uint64_t value)
{
    char text[32];
    int64_t shown = value > INT64_MAX ? INT64_MAX : (int64_t)value;
    pp_raw_statistic(w, key, (struct pp_str){text, pp_format_decimal(text, shown, 0)});
}

static void rate_statistic(struct pp_raw_writer *w, struct pp_str key, double value)
{
    char text[PP_DOUBLE_REPR_SIZE];
    pp_raw_statistic(w, key, (struct pp_str){text, pp_format_double_repr(text, value)});
}

void pp_raw_statistics(struct pp_raw_writer *w, const struct pp_raw_statistics *statistics)
{
    rate_statistic(w, PP_STR("asked-hz"), statistics->asked_hz);
    rate_statistic(w, PP_STR("achieved-hz"), statistics->achieved_hz);
    number_statistic(w, PP_STR("late"), statistics->late);
    number_statistic(w, PP_STR("torn"), statistics->torn);
    number_statistic(w, PP_STR("salvaged"), statistics->salvaged);
    number_statistic(w, PP_STR("stopped"), statistics->stopped);
    number_statistic(w, PP_STR("dropped"), statistics->dropped);
}

static void free_writer(struct pp_raw_writer *w)
{
    for (size_t i = 0; i <= w->mask; i++) {
        pp_free(w->slots[i].frames.at);
    }
    pp_free(w->slots);
    pp_free(w->columns.at);
    pp_free(w->definitions.at);
    pp_free(w->samples.at);
    pp_free(w->stacks.at);
    pp_free(w->statistics.at);
    pp_free(w);
}

bool pp_raw_end(struct pp_raw_writer *w, struct pp_error *err)
{
    raw_bytes end = {0};
    if (w->sample_count + w->stack_count == 0) {
        /* Nothing was recorded; its columns are still worth knowing. */
        raw_put(&w->stacks, w->columns.at, w->columns.count);
        raw_put_u64(&w->stacks, 0);
    }
    close_blocks(w);
    raw_put_u64(&end, w->sample_count);
    raw_put_u64(&end, w->stack_count);
    raw_put(&end, w->statistics.at, w->statistics.count);
    write_block(w, RAW_END, &end);
    pp_free(end.at);
    pp_sink_flush(w->sink);
    bool ok = !w->too_large;
    free_writer(w);
    return ok || pp_fail(err, PP_LIMIT, pp_nowhere(), "a record is over the limit of 1 GiB for a block");
}
