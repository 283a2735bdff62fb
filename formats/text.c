/* A profile as lines for people and for grep: one sample (or stack, or function) a line, fields separated by tabs. Write only; the lines are
 * described in docs/formats/text.md. */
#include "formats/text.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "model/label.h"

struct text_writer {
    const struct pp_profile *p;
    struct pp_sink *out;
    struct pp_arena arena; /* labels of one line */
    PP_VEC(uint32_t) path;
    int64_t *rest; /* stack_values less what samples carry */
};

/* Names must not break fields: control bytes are escaped, and ';' too where it separates frames. */
static void show(struct pp_sink *out, struct pp_str s, bool in_stack)
{
    while (s.len) {
        struct pp_cut cut = in_stack ? pp_str_cut(s, ';') : (struct pp_cut){s, {0}, false};
        pp_text_show(out, cut.head);
        pp_sink_text(out, cut.found ? "\\x3b" : "");
        s = cut.tail;
    }
}

/* --- values --- */

static void show_decimal(struct pp_sink *out, int64_t value, unsigned decimals)
{
    char text[32];
    pp_sink_write(out, text, pp_format_decimal(text, value, decimals));
}

static void show_values(struct text_writer *t, const int64_t *values)
{
    for (size_t m = 0; m < t->p->metric_count; m++) {
        show_decimal(t->out, values[m], t->p->metrics[m].decimals);
        pp_sink_byte(t->out, '\t');
    }
}

/* Nanoseconds as seconds with all nine decimals. */
static void show_seconds(struct pp_sink *out, int64_t ns)
{
    uint64_t size = ns < 0 ? (uint64_t)0 - (uint64_t)ns : (uint64_t)ns;
    pp_sink_printf(out, "%s%llu.%09llu", ns < 0 ? "-" : "", (unsigned long long)(size / 1000000000),
                   (unsigned long long)(size % 1000000000));
}

static void show_thread(struct text_writer *t, pp_thread_id id)
{
    const struct pp_thread *thread = &t->p->threads[id.i];
    struct pp_str name = pp_profile_str(t->p, thread->name);
    if (!thread->pid && !thread->tid && !name.len) {
        pp_sink_byte(t->out, '-');
        return;
    }
    pp_sink_i64(t->out, thread->pid);
    pp_sink_byte(t->out, '/');
    pp_sink_i64(t->out, thread->tid);
    pp_sink_text(t->out, name.len ? " " : "");
    show(t->out, name, false);
}

/* Names of the bits that are set, joined by commas; '-' for none; bits without a name as a number. */
static void show_flags(struct pp_sink *out, uint32_t flags, const char *const *names)
{
    const char *separator = "";
    for (unsigned bit = 0; names[bit]; bit++) {
        if (flags & (1U << bit)) {
            pp_sink_printf(out, "%s%s", separator, names[bit]);
            flags &= ~(1U << bit);
            separator = ",";
        }
    }
    if (flags) {
        pp_sink_printf(out, "%s0x%x", separator, (unsigned)flags);
    } else if (*separator == '\0') {
        pp_sink_byte(out, '-');
    }
}

/* --- stacks --- */

static const char *const frame_flags[] = {"native", "inlined", "kernel", NULL};
static const char *const sample_flags[] = {"on-cpu", "gil", "gc", "stopped", "verified", "idle", "salvaged", NULL};
static const char *const stack_flags[] = {"estimated", "recursion-cut", "budget-cut", NULL};

static void show_frame(struct text_writer *t, const struct pp_frame *f)
{
    const struct pp_function *function = pp_profile_function(t->p, f->function);
    show(t->out, pp_label_folded(&t->arena, t->p, f), true);
    if (function->module.i) {
        pp_sink_text(t->out, " [");
        show(t->out, pp_profile_str(t->p, function->module), true);
        pp_sink_byte(t->out, ']');
    }
    if (!(f->end_line | f->column | f->end_column | f->flags) && !f->address) {
        return;
    }
    pp_sink_printf(t->out, " {%u:%u-%u:%u ", (unsigned)f->line, (unsigned)f->column, (unsigned)f->end_line,
                   (unsigned)f->end_column);
    show_flags(t->out, f->flags, frame_flags);
    if (f->address) {
        pp_sink_printf(t->out, " 0x%llx", (unsigned long long)f->address);
    }
    pp_sink_byte(t->out, '}');
}

static void show_stack(struct text_writer *t, uint32_t stack)
{
    t->path.count = 0;
    for (; stack; stack = t->p->stacks[stack].parent.i) {
        *PP_PUSH(&t->path) = stack;
    }
    for (size_t i = t->path.count; i-- > 0;) {
        struct pp_arena_mark mark = pp_arena_save(&t->arena);
        show_frame(t, &t->p->frames[t->p->stacks[t->path.at[i]].frame.i]);
        pp_sink_text(t->out, i ? ";" : "");
        pp_arena_restore(&t->arena, mark);
    }
    pp_sink_byte(t->out, '\n');
}

static void write_sample(struct text_writer *t, size_t s)
{
    const struct pp_sample *sample = &t->p->samples[s];
    show_seconds(t->out, sample->time_ns);
    pp_sink_byte(t->out, '\t');
    show_thread(t, sample->thread);
    pp_sink_byte(t->out, '\t');
    show_flags(t->out, sample->flags, sample_flags);
    pp_sink_byte(t->out, '\t');
    show_values(t, t->p->sample_values + s * t->p->metric_count);
    show_stack(t, sample->stack.i);
}

/* What samples carry is taken off the stacks' values. */
static void find_rest(struct text_writer *t)
{
    const struct pp_profile *p = t->p;
    size_t cells = p->stack_count * p->metric_count;
    t->rest = pp_calloc(cells, sizeof *t->rest);
    for (size_t i = 0; i < cells; i++) {
        t->rest[i] = p->stack_values[i];
    }
    for (size_t s = 0; s < p->sample_count; s++) {
        const struct pp_sample *sample = &p->samples[s];
        const int64_t *values = p->sample_values + s * p->metric_count;
        for (size_t m = 0; m < p->metric_count; m++) {
            int64_t *cell = &t->rest[sample->stack.i * p->metric_count + m];
            *cell = (int64_t)((uint64_t)*cell - (uint64_t)values[m]);
        }
    }
}

/* What no sample carries; estimated stacks show what is known of their total. */
static void write_rest(struct text_writer *t)
{
    const struct pp_profile *p = t->p;
    for (uint32_t stack = 0; stack < p->stack_count; stack++) {
        const struct pp_stack_bounds *bounds = p->bounds ? &p->bounds[stack] : NULL;
        bool any = bounds && bounds->flags;
        for (size_t m = 0; m < p->metric_count && !any; m++) {
            any = t->rest[stack * p->metric_count + m] != 0;
        }
        if (!any) {
            continue;
        }
        pp_sink_text(t->out, "-\t-\t");
        show_flags(t->out, bounds ? bounds->flags : 0, stack_flags);
        if (bounds && bounds->flags) {
            pp_sink_byte(t->out, ' ');
            show_decimal(t->out, bounds->lower, p->metrics[0].decimals);
            pp_sink_text(t->out, "..");
            show_decimal(t->out, bounds->upper, p->metrics[0].decimals);
        }
        pp_sink_byte(t->out, '\t');
        show_values(t, t->rest + stack * p->metric_count);
        show_stack(t, stack);
    }
}

static void write_heading(struct text_writer *t)
{
    const struct pp_profile *p = t->p;
    pp_sink_text(t->out, "# time\tthread\tflags\t");
    for (size_t m = 0; m < p->metric_count; m++) {
        show(t->out, pp_profile_str(p, p->metrics[m].name), false);
        pp_sink_printf(t->out, "/%s\t", pp_unit_name(p->metrics[m].unit));
    }
    pp_sink_text(t->out, "stack\n");
}

static void write_stacks(struct text_writer *t)
{
    write_heading(t);
    for (size_t s = 0; s < t->p->sample_count; s++) {
        write_sample(t, s);
    }
    find_rest(t);
    write_rest(t);
}

/* --- calls --- */

static void show_double(struct pp_sink *out, double value)
{
    char text[PP_DOUBLE_REPR_SIZE];
    pp_sink_write(out, text, pp_format_double_repr(text, value));
    pp_sink_byte(out, '\t');
}

static void show_call(struct text_writer *t, int64_t calls, int64_t primitive, double tottime, double cumtime,
                      pp_function_id id)
{
    struct pp_arena_mark mark = pp_arena_save(&t->arena);
    pp_sink_i64(t->out, calls);
    pp_sink_byte(t->out, '\t');
    pp_sink_i64(t->out, primitive);
    pp_sink_byte(t->out, '\t');
    show_double(t->out, tottime);
    show_double(t->out, cumtime);
    show(t->out, pp_label_standard(&t->arena, t->p, id), false);
    pp_sink_byte(t->out, '\n');
    pp_arena_restore(&t->arena, mark);
}

static void write_calls(struct text_writer *t)
{
    const struct pp_profile *p = t->p;
    pp_sink_text(t->out, "# kind\tcalls\tprimitive\ttottime\tcumtime\tfunction\n");
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        pp_sink_text(t->out, "function\t");
        show_call(t, row->calls, row->primitive_calls, row->tottime, row->cumtime, row->function);
        for (uint32_t e = row->first_edge; e < row->first_edge + row->edge_count; e++) {
            const struct pp_call_edge *edge = &p->edges[e];
            pp_sink_text(t->out, edge->flags & PP_EDGE_COUNT_ONLY ? "caller-count\t" : "caller\t");
            show_call(t, edge->calls, edge->primitive_calls, edge->tottime, edge->cumtime, edge->caller);
        }
    }
}

static void write_metas(struct text_writer *t, size_t first)
{
    const struct pp_profile *p = t->p;
    for (size_t i = first; i < p->meta_count; i++) {
        pp_sink_text(t->out, "# ");
        show(t->out, pp_profile_str(p, p->metas[i].key), false);
        pp_sink_text(t->out, ": ");
        show(t->out, pp_profile_str(p, p->metas[i].value), false);
        pp_sink_byte(t->out, '\n');
    }
}

static void write_start(struct text_writer *t)
{
    const struct pp_profile *p = t->p;
    if (p->start_utc_ns) {
        pp_sink_text(t->out, "# start: ");
        show_seconds(t->out, p->start_utc_ns);
        pp_sink_text(t->out, " s since 1970-01-01 UTC\n");
    }
}

static bool text_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
                       struct pp_report *report, struct pp_error *err)
{
    (void)options;
    (void)report;
    (void)err;
    struct text_writer t = {.p = p, .out = out};
    write_metas(&t, 0);
    write_start(&t);
    if (p->shapes & PP_SHAPE_STACKS) {
        write_stacks(&t);
    }
    if (p->shapes & PP_SHAPE_CALLS) {
        write_calls(&t);
    }
    pp_arena_free(&t.arena);
    pp_free(t.path.at);
    pp_free(t.rest);
    return true;
}

/* --- a profile that still grows --- */

struct text_follower {
    struct text_writer writer;
    PP_VEC(struct pp_stack) stacks; /* copies, as the builder's stand among other things */
    size_t samples, metas, metrics; /* shown */
    bool started;
};

struct text_follower *text_follower_new(struct pp_sink *out)
{
    struct text_follower *f = pp_calloc(1, sizeof *f);
    f->writer.out = out;
    return f;
}

void text_follower_free(struct text_follower *f)
{
    pp_arena_free(&f->writer.arena);
    pp_free(f->writer.path.at);
    pp_free(f->writer.rest);
    pp_free(f->stacks.at);
    pp_free(f);
}

/* Metadata that are new, the start once it is known, and the heading when there are other columns. */
static void follow_heads(struct text_follower *f, const struct pp_profile *p)
{
    write_metas(&f->writer, f->metas);
    f->metas = p->meta_count;
    if (!f->started && p->start_utc_ns) {
        write_start(&f->writer);
        f->started = true;
    }
    if (f->metrics != p->metric_count) {
        write_heading(&f->writer);
        f->metrics = p->metric_count;
    }
}

void text_follower_show(struct text_follower *f, const struct pp_builder *b)
{
    struct pp_profile view;
    pp_builder_view(b, &view);
    for (size_t i = f->stacks.count; i < pp_builder_stack_count(b); i++) {
        *PP_PUSH(&f->stacks) = pp_builder_stack_at(b, (pp_stack_id){(uint32_t)i});
    }
    view.stacks = f->stacks.at;
    view.stack_count = f->stacks.count;
    f->writer.p = &view;
    follow_heads(f, &view);
    for (; f->samples < view.sample_count; f->samples++) {
        write_sample(&f->writer, f->samples);
    }
    f->writer.p = NULL;
}

void text_follower_end(struct text_follower *f, const struct pp_profile *p)
{
    f->writer.p = p;
    follow_heads(f, p);
    find_rest(&f->writer);
    write_rest(&f->writer);
}

const struct pp_format pp_format_text = {
    .name = "text",
    .summary = "one sample, stack or function a line, for reading and grep",
    .holds = PP_HOLDS_STACKS | PP_HOLDS_CALLS | PP_HOLDS_LINES | PP_HOLDS_THREADS | PP_HOLDS_TIME | PP_HOLDS_METRICS |
             PP_HOLDS_BOUNDS | PP_HOLDS_META,
    .write = text_write,
};
