#include "formats/folded/text.h"

#include "base/memory.h"
#include "model/builder.h"
#include "model/label.h"

/* Two frames of the builder with one text: as the last of a stack, and with ';' behind it. */
struct text_frame {
    uint32_t last, inner;
};

struct folded_texts {
    const struct pp_profile *p;
    const struct folded_choice *choice;
    struct pp_report *report;
    struct pp_builder *b;
    struct pp_arena scratch;
    struct text_frame *frames; /* by frame of p */
};

static uint32_t frame_named(struct folded_texts *t, struct pp_str name)
{
    struct pp_function function = {.name = pp_builder_string(t->b, name)};
    return pp_builder_frame(t->b, &(struct pp_frame){.function = pp_builder_function(t->b, &function)}).i;
}

struct pp_str folded_safe(struct pp_arena *arena, struct pp_str label, bool *changed)
{
    char *text = pp_arena_alloc(arena, label.len + 1, 1);
    *changed = false;
    for (size_t i = 0; i < label.len; i++) {
        char c = label.data[i];
        text[i] = (char)(c == ';' ? ':' : c == '\n' || c == '\r' ? ' ' : c);
        *changed = *changed || text[i] != c;
    }
    text[label.len] = ';';
    return (struct pp_str){text, label.len};
}

void folded_note_changed(struct pp_report *report, uint64_t times)
{
    pp_report_note_many(report, "frames with ';' or line ends were written with ':' or ' ' there", times, pp_nowhere());
}

/* The frames with this text. */
static struct text_frame text_frame(struct folded_texts *t, struct pp_str label)
{
    bool changed;
    struct pp_str text = folded_safe(&t->scratch, label, &changed);
    folded_note_changed(t->report, changed);
    uint32_t last = frame_named(t, text);
    return (struct text_frame){last, frame_named(t, (struct pp_str){text.data, text.len + 1})};
}

static void make_frames(struct folded_texts *t)
{
    t->frames = pp_calloc(t->p->frame_count, sizeof *t->frames);
    for (uint32_t f = 0; f < t->p->frame_count; f++) {
        struct pp_arena_mark mark = pp_arena_save(&t->scratch);
        t->frames[f] = text_frame(t, pp_label_folded(&t->scratch, t->p, &t->p->frames[f]));
        pp_arena_restore(&t->scratch, mark);
    }
}

static uint32_t push(struct folded_texts *t, uint32_t parent, uint32_t frame)
{
    return pp_builder_push(t->b, (pp_stack_id){parent}, (pp_frame_id){frame}).i;
}

static bool has_values(const struct folded_texts *t, const int64_t *values)
{
    return values[t->choice->metrics[0]] != 0 || values[t->choice->metrics[t->choice->columns - 1]] != 0;
}

static void add_values(struct folded_texts *t, uint32_t stack, const int64_t *values)
{
    for (unsigned c = 0; c < t->choice->columns; c++) {
        pp_builder_add(t->b, (pp_stack_id){stack}, c, values[t->choice->metrics[c]]);
    }
}

/* A parent's inner node is made when its first child comes; the node above it exists by then, because the parent came before. */
static void copy_stacks(struct folded_texts *t)
{
    const struct pp_profile *p = t->p;
    uint32_t *inner = pp_calloc(p->stack_count, sizeof *inner);
    for (uint32_t i = 0; i < p->stack_count; i++) {
        const int64_t *values = p->stack_values + i * p->metric_count;
        uint32_t parent = p->stacks[i].parent.i;
        if (parent && !inner[parent]) {
            inner[parent] = push(t, inner[p->stacks[parent].parent.i], t->frames[p->stacks[parent].frame.i].inner);
        }
        if (has_values(t, values)) {
            add_values(t, i ? push(t, inner[parent], t->frames[p->stacks[i].frame.i].last) : 0, values);
        }
    }
    pp_free(inner);
}

/* "name", or "thread 1234" where there is no name. */
static struct text_frame thread_frame(struct folded_texts *t, const struct pp_thread *thread)
{
    struct pp_str name = pp_profile_str(t->p, thread->name);
    if (name.len == 0) {
        name = pp_arena_printf(&t->scratch, "thread %lld", (long long)thread->tid);
    }
    return text_frame(t, name);
}

/* The samples' stacks, each under its thread. */
static void copy_samples(struct folded_texts *t)
{
    const struct pp_profile *p = t->p;
    struct text_frame *threads = pp_calloc(p->thread_count, sizeof *threads);
    PP_VEC(struct text_frame) path = {0};
    for (size_t i = 0; i < p->thread_count; i++) {
        threads[i] = thread_frame(t, &p->threads[i]);
    }
    for (size_t i = 0; i < p->sample_count; i++) {
        path.count = 0;
        for (uint32_t s = p->samples[i].stack.i; s; s = p->stacks[s].parent.i) {
            *PP_PUSH(&path) = t->frames[p->stacks[s].frame.i];
        }
        *PP_PUSH(&path) = threads[p->samples[i].thread.i];
        uint32_t stack = 0;
        while (path.count) {
            path.count--;
            stack = push(t, stack, path.count ? path.at[path.count].inner : path.at[0].last);
        }
        add_values(t, stack, p->sample_values + i * p->metric_count);
    }
    pp_free(path.at);
    pp_free(threads);
}

struct pp_profile *folded_text(const struct pp_profile *p, const struct folded_choice *choice, struct pp_report *report,
                               struct pp_error *err)
{
    struct folded_texts t = {.p = p, .choice = choice, .report = report, .b = pp_builder_new()};
    for (unsigned c = 0; c < choice->columns; c++) {
        pp_builder_metric(t.b, c ? PP_STR("2") : PP_STR("1"), PP_UNIT_COUNT);
    }
    pp_builder_stacks(t.b);
    make_frames(&t);
    if (choice->threads && p->sample_count) {
        copy_samples(&t);
    } else {
        copy_stacks(&t);
    }
    pp_free(t.frames);
    pp_arena_free(&t.scratch);
    return pp_builder_finish(t.b, err);
}
