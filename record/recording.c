#include "record/recording.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "record/process.h"

/* Paths remembered in one file; more (a program that invents them) begin anew. */
enum { MOST_FILES = 20000 };

static void meta_number(struct recording *rec, struct pp_str key, double value)
{
    char text[PP_DOUBLE_REPR_SIZE];
    pp_raw_meta(rec->writer, key, (struct pp_str){text, pp_format_double_repr(text, value)});
}

void recording_begin(struct recording *rec, struct pp_sink *sink, const struct recording_about *about)
{
    static const struct pp_raw_column columns[] = {
        {{"samples", 7}, PP_UNIT_COUNT, 0}, {{"wall", 4}, PP_UNIT_NS, 0}, {{"cpu", 3}, PP_UNIT_NS, 0}};
    rec->sink = sink;
    rec->epoch++;
    rec->writer = pp_raw_begin(sink, columns, sizeof columns / sizeof *columns);
    pp_raw_anchor(rec->writer, about->utc_ns);
    pp_raw_meta(rec->writer, PP_STR("producer"), PP_STR("profrec " PP_VERSION));
    meta_number(rec, PP_STR("rate-hz"), about->rate_hz);
}

void recording_note_process(struct recording *rec, const struct python_process *process)
{
    struct pp_arena arena = {0};
    char text[32];
    target_version_text(&process->target, text);
    pp_raw_meta(rec->writer, PP_STR("pid"), pp_arena_printf(&arena, "%d", (int)process->target.pid));
    pp_raw_meta(rec->writer, PP_STR("command"), process_command(&arena, process->target.pid));
    pp_raw_meta(rec->writer, PP_STR("python"),
                pp_arena_printf(&arena, "%s%s", text, process->target.offsets.free_threaded ? "t" : ""));
    pp_arena_free(&arena);
}

/* --- definitions --- */

static void forget_files(struct recording *rec)
{
    pp_intern_free(&rec->files);
    pp_arena_free(&rec->arena);
    rec->file_ids.count = 0;
}

static pp_string_id file_id(struct recording *rec, struct pp_str path)
{
    if (rec->files.count >= MOST_FILES) {
        forget_files(rec);
    }
    uint32_t number = pp_intern_add(&rec->files, &rec->arena, path);
    if (number == rec->file_ids.count) {
        *PP_PUSH(&rec->file_ids) = pp_raw_string(rec->writer, path);
    }
    return rec->file_ids.at[number];
}

static void define_function(struct recording *rec, struct code *code)
{
    struct pp_function function = {
        .name = pp_raw_string(rec->writer, code->name),
        .file = file_id(rec, code->file),
        .line = code->first_line,
    };
    code->function = pp_raw_function(rec->writer, &function);
    code->places.count = 0;
    code->epoch = rec->epoch;
}

/* Index of the first place at or after the offset. */
static size_t place_of(const struct code *code, uint32_t offset)
{
    size_t low = 0, high = code->places.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code->places.at[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static pp_frame_id define_frame(struct recording *rec, struct code *code, int64_t offset)
{
    struct pp_frame frame = {.function = code->function};
    if (rec->first_lines) {
        frame.line = code->first_line > 0 ? (uint32_t)code->first_line : 0;
    } else {
        struct line_position p = line_table_find(&code->lines, offset);
        frame.line = p.line;
        frame.end_line = p.end_line;
        frame.column = p.column;
        frame.end_column = p.end_column;
    }
    return pp_raw_frame(rec->writer, &frame);
}

static pp_frame_id frame_id(struct recording *rec, struct code_cache *codes, const struct walked_frame *frame)
{
    struct code *code = code_cache_find(codes, frame->code);
    if (!code) {
        return (pp_frame_id){0};
    }
    if (code->epoch != rec->epoch) {
        define_function(rec, code);
    }
    int64_t offset = rec->first_lines ? 0 : code_offset(codes, code, frame);
    /* Before the first instruction is a place of its own. */
    uint32_t key = offset < 0 ? UINT32_MAX : (uint32_t)offset;
    size_t at = place_of(code, key);
    if (at < code->places.count && code->places.at[at].offset == key) {
        return code->places.at[at].frame;
    }
    struct code_place place = {key, define_frame(rec, code, offset)};
    (void)PP_PUSH(&code->places);
    memmove(code->places.at + at + 1, code->places.at + at, (code->places.count - 1 - at) * sizeof place);
    code->places.at[at] = place;
    return place.frame;
}

static void define_thread(struct recording *rec, const struct python_process *process, struct python_thread *thread)
{
    int64_t tid = thread->tid ? thread->tid : (int64_t)thread->ident;
    struct pp_str name = {thread->name.at, thread->name.count};
    thread->named_late = false;
    if (thread->epoch == rec->epoch) {
        pp_raw_thread_again(rec->writer, thread->out, process->target.pid, tid, name);
        return;
    }
    thread->out = pp_raw_thread(rec->writer, process->target.pid, tid, name);
    thread->epoch = rec->epoch;
    thread->stack.count = 0;
}

/* --- samples --- */

/* Replaces the thread's stack; returns how many outer frames stayed. */
static size_t set_stack(struct recording *rec, struct python_process *process, struct python_thread *thread,
                        const walked_frames *frames)
{
    size_t shared = 0;
    rec->scratch.count = 0;
    for (size_t i = frames->count; i-- > 0;) {
        *PP_PUSH(&rec->scratch) = frame_id(rec, process->codes, &frames->at[i]);
    }
    while (shared < rec->scratch.count && shared < thread->stack.count &&
           rec->scratch.at[shared].i == thread->stack.at[shared].i) {
        shared++;
    }
    PP_RESERVE(&thread->stack, rec->scratch.count);
    thread->stack.count = rec->scratch.count;
    if (rec->scratch.count > shared) {
        memcpy(thread->stack.at + shared, rec->scratch.at + shared,
               (rec->scratch.count - shared) * sizeof *rec->scratch.at);
    }
    return shared;
}

void recording_sample(struct recording *rec, struct python_process *process, struct python_thread *thread,
                      const walked_frames *frames, uint32_t flags, int64_t now_ns, int64_t wall_ns, int64_t cpu_ns)
{
    python_process_name(process, thread, now_ns);
    if (thread->epoch != rec->epoch || thread->named_late) {
        define_thread(rec, process, thread);
    }
    size_t shared = frames ? set_stack(rec, process, thread, frames) : thread->stack.count;
    if (pp_raw_fresh(rec->writer, thread->out)) {
        shared = 0;
    }
    struct pp_sample sample = {.thread = thread->out, .time_ns = now_ns - rec->start_ns, .flags = flags};
    const int64_t values[] = {1, wall_ns, cpu_ns};
    pp_raw_sample_after(rec->writer, &sample, shared, thread->stack.at + shared, thread->stack.count - shared, values);
}

bool recording_end(struct recording *rec, const struct pp_raw_statistics *statistics, struct pp_error *err)
{
    pp_raw_statistics(rec->writer, statistics);
    bool good = pp_raw_end(rec->writer, err);
    rec->writer = NULL;
    forget_files(rec);
    return good;
}

void recording_free(struct recording *rec)
{
    forget_files(rec);
    pp_free(rec->file_ids.at);
    pp_free(rec->scratch.at);
    *rec = (struct recording){0};
}
