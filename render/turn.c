#include "render/turn.h"

#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/builder.h"
#include "model/label.h"

/* Copies frames of one profile into a builder, each once. */
struct copier {
    const struct pp_profile *p;
    struct pp_builder *b;
    uint32_t *frames; /* frame -> builder frame + 1 */
};

static pp_frame_id copy_frame(struct copier *c, uint32_t frame)
{
    if (!c->frames[frame]) {
        struct pp_frame made = c->p->frames[frame];
        struct pp_function f = *pp_profile_function(c->p, made.function);
        f.name = pp_builder_string(c->b, pp_profile_str(c->p, f.name));
        f.file = pp_builder_string(c->b, pp_profile_str(c->p, f.file));
        f.module = pp_builder_string(c->b, pp_profile_str(c->p, f.module));
        made.function = pp_builder_function(c->b, &f);
        c->frames[frame] = pp_builder_frame(c->b, &made).i + 1;
    }
    return (pp_frame_id){c->frames[frame] - 1};
}

static void copy_metrics(const struct pp_profile *p, struct pp_builder *b)
{
    for (size_t i = 0; i < p->meta_count; i++) {
        pp_builder_meta(b, pp_profile_str(p, p->metas[i].key), pp_profile_str(p, p->metas[i].value));
    }
    for (size_t m = 0; m < p->metric_count; m++) {
        size_t column = pp_builder_metric(b, pp_profile_str(p, p->metrics[m].name), p->metrics[m].unit);
        pp_builder_decimals(b, column, p->metrics[m].decimals);
    }
    pp_builder_stacks(b);
}

static bool any_value(const struct pp_profile *p, uint32_t stack)
{
    for (size_t m = 0; m < p->metric_count; m++) {
        if (p->stack_values[stack * p->metric_count + m]) {
            return true;
        }
    }
    return false;
}

static void add_values(struct copier *c, pp_stack_id to, uint32_t stack)
{
    for (size_t m = 0; m < c->p->metric_count; m++) {
        pp_builder_add(c->b, to, m, c->p->stack_values[stack * c->p->metric_count + m]);
    }
}

/* Self and below of metric 0, the one that bounds are of. Owned by the caller. */
static int64_t *totals_of(const struct pp_profile *p)
{
    int64_t *total = pp_calloc(p->stack_count, sizeof *total);
    for (size_t i = p->stack_count; i-- > 0;) {
        int64_t *parent = &total[p->stacks[i].parent.i];
        if (!pp_add_i64(total[i], p->stack_values[i * p->metric_count], &total[i]) ||
            (i && !pp_add_i64(*parent, total[i], parent))) {
            *parent = INT64_MAX;
        }
    }
    return total;
}

/* --- reversed --- */

/* Per stack of the result: the first-level stack above it, and whether an estimated stack went through it. */
struct marks {
    PP_VEC(uint32_t) top;
    PP_VEC(unsigned char) estimated;
};

static void mark(struct marks *marks, pp_stack_id stack, pp_stack_id top, bool estimated)
{
    while (marks->top.count <= stack.i) {
        *PP_PUSH(&marks->top) = 0;
        *PP_PUSH(&marks->estimated) = 0;
    }
    marks->top.at[stack.i] = top.i;
    marks->estimated.at[stack.i] |= estimated;
}

static void add_reversed(struct copier *c, struct marks *marks)
{
    const struct pp_profile *p = c->p;
    for (uint32_t i = 1; i < p->stack_count; i++) {
        if (!any_value(p, i)) {
            continue;
        }
        pp_stack_id at = {0}, top = {0};
        bool estimated = p->bounds && p->bounds[i].flags & PP_STACK_ESTIMATED;
        for (uint32_t s = i; s; s = p->stacks[s].parent.i) {
            at = pp_builder_push(c->b, at, copy_frame(c, p->stacks[s].frame.i));
            top = top.i ? top : at;
            mark(marks, at, top, estimated && at.i != top.i);
        }
        add_values(c, at, i);
    }
    add_values(c, (pp_stack_id){0}, 0);
}

/* First levels are sums of self values, which are exact; below them only "not more than all of it" is known. */
static struct pp_profile *set_bounds(const struct pp_profile *reversed, const struct marks *marks)
{
    int64_t *total = totals_of(reversed);
    struct pp_builder *b = pp_builder_new();
    struct copier c = {.p = reversed, .b = b, .frames = pp_calloc(reversed->frame_count, sizeof(uint32_t))};
    copy_metrics(reversed, b);
    for (uint32_t i = 0; i < reversed->stack_count; i++) {
        const struct pp_stack *s = &reversed->stacks[i];
        pp_stack_id made = i ? pp_builder_push(b, s->parent, copy_frame(&c, s->frame.i)) : (pp_stack_id){0};
        add_values(&c, made, i);
        if (i < marks->estimated.count && marks->estimated.at[i]) {
            pp_builder_bounds(b, made, (struct pp_stack_bounds){0, total[marks->top.at[i]], PP_STACK_ESTIMATED});
        }
    }
    pp_free(c.frames);
    pp_free(total);
    struct pp_error err = {0};
    return pp_builder_finish(b, &err);
}

struct pp_profile *turn_reversed(const struct pp_profile *p, struct pp_error *err)
{
    struct pp_builder *b = pp_builder_new();
    struct copier c = {.p = p, .b = b, .frames = pp_calloc(p->frame_count, sizeof(uint32_t))};
    struct marks marks = {0};
    copy_metrics(p, b);
    add_reversed(&c, &marks);
    pp_free(c.frames);
    struct pp_profile *reversed = pp_builder_finish(b, err);
    if (reversed && p->bounds) {
        struct pp_profile *bounded = set_bounds(reversed, &marks);
        pp_profile_free(reversed);
        reversed = bounded;
    }
    pp_free(marks.top.at);
    pp_free(marks.estimated.at);
    return reversed;
}

/* --- base --- */

static bool is_base(const struct pp_profile *p, struct pp_arena *scratch, uint32_t frame, const char *const *names,
                    size_t count)
{
    struct pp_arena_mark mark = pp_arena_save(scratch);
    struct pp_str name = pp_profile_str(p, pp_frame_function(p, (pp_frame_id){frame})->name);
    struct pp_str label = pp_label_folded(scratch, p, &p->frames[frame]);
    bool is = false;
    for (size_t i = 0; i < count; i++) {
        struct pp_str wanted = pp_str_of(names[i]);
        is = is || pp_str_eq(wanted, name) || pp_str_eq(wanted, label);
    }
    pp_arena_restore(scratch, mark);
    return is;
}

/* Per frame: whether it is a base. Owned by the caller. */
static bool *find_bases(const struct pp_profile *p, const char *const *names, size_t count)
{
    struct pp_arena scratch = {0};
    bool *base = pp_calloc(p->frame_count, sizeof *base);
    for (uint32_t f = 1; f < p->frame_count; f++) {
        base[f] = is_base(p, &scratch, f, names, count);
    }
    pp_arena_free(&scratch);
    return base;
}

/* Stacks that meet below their bases become one: so do their bounds. */
static void add_bounds(const struct pp_profile *p, uint32_t stack, const int64_t *total, struct pp_stack_bounds *sum)
{
    bool known = p->bounds && p->bounds[stack].flags;
    int64_t lower = known ? p->bounds[stack].lower : total[stack];
    int64_t upper = known ? p->bounds[stack].upper : total[stack];
    sum->flags |= known ? p->bounds[stack].flags : 0;
    sum->lower = pp_add_i64(sum->lower, lower, &lower) ? lower : INT64_MAX;
    sum->upper = pp_add_i64(sum->upper, upper, &upper) ? upper : INT64_MAX;
}

struct pp_profile *turn_at_base(const struct pp_profile *p, const char *const *names, size_t count,
                                struct pp_error *err)
{
    struct pp_builder *b = pp_builder_new();
    struct copier c = {.p = p, .b = b, .frames = pp_calloc(p->frame_count, sizeof(uint32_t))};
    uint32_t *made = pp_calloc(p->stack_count, sizeof *made); /* 0: not below a base */
    bool *base = find_bases(p, names, count);
    int64_t *total = totals_of(p);
    struct pp_stack_bounds *bounds = pp_calloc(p->stack_count, sizeof *bounds);
    bool met = false;
    copy_metrics(p, b);
    for (uint32_t i = 1; i < p->stack_count; i++) {
        uint32_t parent = made[p->stacks[i].parent.i];
        uint32_t frame = p->stacks[i].frame.i;
        if (!parent && !base[frame]) {
            continue;
        }
        met = true;
        pp_stack_id stack = pp_builder_push(b, (pp_stack_id){parent}, copy_frame(&c, frame));
        made[i] = stack.i;
        add_values(&c, stack, i);
        add_bounds(p, i, total, &bounds[stack.i]);
    }
    for (uint32_t i = 0; i < p->stack_count; i++) {
        if (bounds[i].flags) {
            pp_builder_bounds(b, (pp_stack_id){i}, bounds[i]);
        }
    }
    pp_free(bounds);
    pp_free(total);
    pp_free(c.frames);
    pp_free(made);
    pp_free(base);
    if (!met) {
        pp_builder_free(b);
        pp_fail(err, PP_USAGE, pp_nowhere(), "no stack contains the --base function");
        return NULL;
    }
    return pp_builder_finish(b, err);
}
