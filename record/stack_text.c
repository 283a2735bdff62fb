#include "record/stack_text.h"

#include "base/text.h"
#include "record/process.h"

/* --- frames --- */

struct shown_frame {
    struct pp_str name, file;
    struct line_position position;
};

static bool frame_of(const struct stack_text *t, struct python_process *process, const struct walked_frame *frame,
                     struct shown_frame *shown)
{
    struct code *code = code_cache_find(process->codes, frame->code);
    if (!code) {
        return false;
    }
    *shown = (struct shown_frame){.name = code->name, .file = code->file};
    if (t->first_lines) {
        shown->position.line = code->first_line > 0 ? (uint32_t)code->first_line : 0;
    } else {
        shown->position = line_table_find(&code->lines, code_offset(process->codes, code, frame));
    }
    return true;
}

static const char *quality(const struct stack_text_thread *s)
{
    return s->verdict == STACK_GONE || s->verdict == STACK_MOVING ? "unreadable"
           : s->flags & PP_SAMPLE_SALVAGED                        ? "salvaged"
           : s->flags & PP_SAMPLE_STOPPED                         ? "stopped"
                                                                  : "verified";
}

static bool is_readable(const struct stack_text_thread *s)
{
    return s->verdict == STACK_WHOLE || s->verdict == STACK_PART;
}

/* --- text --- */

static void text_frames(struct stack_text *t, const struct stack_text_thread *s)
{
    const walked_frames *frames = &s->thread->reader.frames;
    if (!is_readable(s)) {
        pp_sink_text(t->out, "    (could not be read)\n");
        return;
    }
    if (s->flags & PP_SAMPLE_SALVAGED) {
        pp_sink_text(t->out, "    (the innermost frames changed too fast to be read)\n");
    } else if (frames->count == 0) {
        pp_sink_text(t->out, "    (no Python frame)\n");
    }
    for (size_t i = 0; i < frames->count; i++) {
        struct shown_frame f;
        if (frame_of(t, s->process, &frames->at[i], &f)) {
            pp_sink_text(t->out, "    ");
            pp_text_show(t->out, f.name);
            pp_sink_text(t->out, " (");
            pp_text_show(t->out, f.file);
            if (f.position.line) {
                pp_sink_printf(t->out, ":%u", f.position.line);
            }
            pp_sink_text(t->out, ")\n");
        }
    }
}

static void text_thread(struct stack_text *t, const struct stack_text_thread *s)
{
    const struct python_thread *thread = s->thread;
    bool idle = s->flags & PP_SAMPLE_IDLE;
    pp_sink_printf(t->out, "Thread %lld (%s%s%s)", thread->tid ? (long long)thread->tid : (long long)thread->ident,
                   idle ? "idle" : "active", s->flags & PP_SAMPLE_GIL ? "+gil" : "",
                   s->flags & PP_SAMPLE_GC ? "+gc" : "");
    if (thread->interpreter_id) {
        pp_sink_printf(t->out, " interpreter %lld", (long long)thread->interpreter_id);
    }
    if (thread->name.count) {
        pp_sink_text(t->out, ": \"");
        pp_text_show(t->out, (struct pp_str){thread->name.at, thread->name.count});
        pp_sink_byte(t->out, '"');
    }
    pp_sink_byte(t->out, '\n');
    text_frames(t, s);
}

static void text_process(struct stack_text *t, const struct python_process *process)
{
    struct pp_arena arena = {0};
    char version[16];
    target_version_text(&process->target, version);
    pp_sink_printf(t->out, "%sProcess %d: ", t->processes ? "\n" : "", (int)process->target.pid);
    pp_text_show(t->out, process_command(&arena, process->target.pid));
    pp_sink_printf(t->out, "\nPython v%s%s (", version, process->target.offsets.free_threaded ? "t" : "");
    pp_text_show(t->out, pp_str_of(process->target.binary));
    pp_sink_text(t->out, ")\n\n");
    pp_arena_free(&arena);
}

/* --- JSON --- */

static void json_string(struct pp_sink *out, const char *key, struct pp_str value)
{
    pp_sink_printf(out, "\"%s\": \"", key);
    pp_text_json(out, value);
    pp_sink_byte(out, '"');
}

static void json_frames(struct stack_text *t, const struct stack_text_thread *s)
{
    const walked_frames *frames = &s->thread->reader.frames;
    bool first = true;
    for (size_t i = 0; is_readable(s) && i < frames->count; i++) {
        struct shown_frame f;
        if (!frame_of(t, s->process, &frames->at[i], &f)) {
            continue;
        }
        pp_sink_text(t->out, first ? "\n      {" : ",\n      {");
        first = false;
        json_string(t->out, "name", f.name);
        pp_sink_text(t->out, ", ");
        json_string(t->out, "filename", f.file);
        pp_sink_printf(t->out, ", \"line\": %u", f.position.line);
        if (f.position.column) {
            pp_sink_printf(t->out, ", \"end_line\": %u, \"column\": %u, \"end_column\": %u", f.position.end_line,
                           f.position.column, f.position.end_column);
        }
        pp_sink_byte(t->out, '}');
    }
}

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

static void json_thread(struct stack_text *t, const struct stack_text_thread *s)
{
    const struct python_thread *thread = s->thread;
    char version[16];
    target_version_text(&s->process->target, version);
    pp_sink_printf(t->out, "%s\n  {\"pid\": %d, \"python\": \"%s%s\", \"thread_id\": %llu, ", t->threads ? "," : "",
                   (int)s->process->target.pid, version, s->process->target.offsets.free_threaded ? "t" : "",
                   (unsigned long long)thread->ident);
    if (thread->tid) {
        pp_sink_printf(t->out, "\"os_thread_id\": %d, ", (int)thread->tid);
    } else {
        pp_sink_text(t->out, "\"os_thread_id\": null, ");
    }
    if (thread->name.count) {
        json_string(t->out, "thread_name", (struct pp_str){thread->name.at, thread->name.count});
    } else {
        pp_sink_text(t->out, "\"thread_name\": null");
    }
    pp_sink_printf(t->out,
                   ", \"interpreter\": %lld, \"main\": %s, \"active\": %s, \"owns_gil\": %s, \"in_gc\": %s, "
                   "\"stack\": \"%s\",\n    \"frames\": [",
                   (long long)thread->interpreter_id, boolean(thread->tid == s->process->target.pid),
                   boolean(!(s->flags & PP_SAMPLE_IDLE)), boolean(s->flags & PP_SAMPLE_GIL),
                   boolean(s->flags & PP_SAMPLE_GC), quality(s));
    json_frames(t, s);
    pp_sink_text(t->out, "]}");
}

/* --- both --- */

void stack_text_begin(struct stack_text *t)
{
    pp_sink_text(t->out, t->json ? "[" : "");
}

void stack_text_process(struct stack_text *t, const struct python_process *process)
{
    if (!t->json) {
        text_process(t, process);
    }
    t->processes++;
}

void stack_text_thread(struct stack_text *t, const struct stack_text_thread *s)
{
    if (t->json) {
        json_thread(t, s);
    } else {
        text_thread(t, s);
    }
    t->threads++;
}

void stack_text_end(struct stack_text *t)
{
    pp_sink_text(t->out, t->json ? "\n]\n" : "");
}
