#include "render/flame.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/builder.h"
#include "model/label.h"

/* Adds the stacks of one profile to the text profile. */
struct adder {
    const struct pp_profile *p;
    const struct flame_request *request;
    struct pp_builder *b;
    struct pp_arena scratch;
    uint32_t *frames; /* frame -> builder frame + 1 */
    uint32_t *path;   /* scratch */
    bool base_met;
    uint64_t serial; /* of chart nodes: makes each its own */
};

/* The frame under its whole label; the package is kept as module for the palette. */
static pp_frame_id text_frame(struct adder *a, uint32_t frame)
{
    if (!a->frames[frame]) {
        struct pp_arena_mark mark = pp_arena_save(&a->scratch);
        const struct pp_frame *from = &a->p->frames[frame];
        struct pp_function f = {.name = pp_builder_string(a->b, pp_label_folded(&a->scratch, a->p, from)),
                                .module = pp_builder_string(a->b, pp_label_package(&a->scratch, a->p, from->function))};
        a->frames[frame] = pp_builder_frame(a->b, &(struct pp_frame){.function = pp_builder_function(a->b, &f)}).i + 1;
        pp_arena_restore(&a->scratch, mark);
    }
    return (pp_frame_id){a->frames[frame] - 1};
}

static bool is_base(const struct adder *a, uint32_t stack)
{
    struct pp_str name = pp_profile_str(a->p, pp_frame_function(a->p, a->p->stacks[stack].frame)->name);
    for (const char *const *base = a->request->base; base && *base; base++) {
        if (pp_str_eq(name, pp_str_of(*base))) {
            return true;
        }
    }
    return false;
}

/* Puts the frames of a stack into a->path, in the order they are drawn (root first, or leaf first when reversed); false when --base is not met. */
static bool find_path(struct adder *a, uint32_t stack, size_t *count)
{
    bool met = a->request->base == NULL;
    size_t n = 0;
    *count = 0;
    for (uint32_t at = stack; at; at = a->p->stacks[at].parent.i) {
        a->path[n++] = a->p->stacks[at].frame.i;
        if (a->request->base && is_base(a, at)) {
            *count = n; /* the base nearest the root stays */
            met = true;
        }
    }
    *count = a->request->base ? *count : n;
    a->base_met = a->base_met || met;
    for (size_t i = 0; !a->request->reverse && i < *count / 2; i++) {
        uint32_t frame = a->path[i];
        a->path[i] = a->path[*count - 1 - i];
        a->path[*count - 1 - i] = frame;
    }
    return met;
}

/* When every stack keeps its frames and their order, they are mapped one to one, parents first. */
static void add_plain(struct adder *a, size_t metric, size_t column)
{
    uint32_t *stacks = pp_calloc(a->p->stack_count, sizeof *stacks);
    for (uint32_t i = 0; i < a->p->stack_count; i++) {
        const struct pp_stack *s = &a->p->stacks[i];
        stacks[i] = i ? pp_builder_push(a->b, (pp_stack_id){stacks[s->parent.i]}, text_frame(a, s->frame.i)).i : 0;
        pp_builder_add(a->b, (pp_stack_id){stacks[i]}, column, a->p->stack_values[i * a->p->metric_count + metric]);
        if (a->p->bounds && a->p->bounds[i].flags && column == FLAME_AFTER) {
            pp_builder_bounds(a->b, (pp_stack_id){stacks[i]}, a->p->bounds[i]);
        }
    }
    a->base_met = true;
    pp_free(stacks);
}

static void add_turned(struct adder *a, size_t metric, size_t column)
{
    for (uint32_t i = 0; i < a->p->stack_count; i++) {
        int64_t value = a->p->stack_values[i * a->p->metric_count + metric];
        size_t count;
        if (value == 0 || !find_path(a, i, &count)) {
            continue;
        }
        pp_stack_id stack = {0};
        for (size_t f = 0; f < count; f++) {
            stack = pp_builder_push(a->b, stack, text_frame(a, a->path[f]));
        }
        pp_builder_add(a->b, stack, column, value);
    }
}

static void add_profile(struct pp_builder *b, const struct flame_request *request, const struct pp_profile *p, size_t metric,
                        size_t column, bool *base_met)
{
    struct adder a = {.p = p, .request = request, .b = b};
    a.frames = pp_calloc(p->frame_count, sizeof *a.frames);
    a.path = pp_calloc(p->stack_count, sizeof *a.path);
    if (request->reverse || request->base) {
        add_turned(&a, metric, column);
    } else {
        add_plain(&a, metric, column);
    }
    *base_met = *base_met || a.base_met;
    pp_free(a.frames);
    pp_free(a.path);
    pp_arena_free(&a.scratch);
}

/* --- charts --- */

/* The boxes that are open in one thread's band. */
struct band {
    PP_VEC(uint32_t) frames; /* text frames, root first */
    PP_VEC(uint32_t) stacks;
    pp_stack_id root;
    int64_t offset; /* of the band on the x axis */
};

static pp_stack_id new_box(struct adder *a, pp_stack_id parent, uint32_t frame)
{
    struct pp_arena_mark mark = pp_arena_save(&a->scratch);
    struct pp_function function = {.name = pp_builder_string(a->b, pp_label_folded(&a->scratch, a->p, &a->p->frames[frame])),
                                   .module = pp_builder_string(a->b, pp_label_package(&a->scratch, a->p, a->p->frames[frame].function))};
    pp_arena_restore(&a->scratch, mark);
    struct pp_frame box = {.function = pp_builder_function(a->b, &function), .address = ++a->serial};
    return pp_builder_push(a->b, parent, pp_builder_frame(a->b, &box));
}

static pp_stack_id thread_box(struct adder *a, pp_thread_id id)
{
    const struct pp_thread *t = &a->p->threads[id.i];
    struct pp_arena_mark mark = pp_arena_save(&a->scratch);
    struct pp_str name = pp_profile_str(a->p, t->name);
    struct pp_str label = id.i == 0 ? PP_STR("unknown thread")
                                    : pp_arena_printf(&a->scratch, "thread %lld %.*s", (long long)t->tid, PP_STR_ARG(name));
    struct pp_function function = {.name = pp_builder_string(a->b, label)};
    pp_arena_restore(&a->scratch, mark);
    struct pp_frame box = {.function = pp_builder_function(a->b, &function), .address = ++a->serial};
    return pp_builder_push(a->b, (pp_stack_id){0}, pp_builder_frame(a->b, &box));
}

/* Positions by stack, grown as stacks are made. */
struct positions {
    PP_VEC(int64_t) x;
};

static void place(struct positions *positions, pp_stack_id stack, int64_t x)
{
    while (positions->x.count <= stack.i) {
        *PP_PUSH(&positions->x) = INT64_MIN;
    }
    if (positions->x.at[stack.i] == INT64_MIN) {
        positions->x.at[stack.i] = x;
    }
}

static void chart_sample(struct adder *a, struct band *band, struct positions *positions, const struct pp_sample *s, int64_t value, int64_t x)
{
    size_t count, same = 0;
    find_path(a, s->stack.i, &count);
    while (same < count && same < band->frames.count && band->frames.at[same] == a->path[same]) {
        same++;
    }
    band->frames.count = band->stacks.count = same;
    pp_stack_id at = same ? (pp_stack_id){band->stacks.at[same - 1]} : band->root;
    for (; same < count; same++) {
        at = new_box(a, at, a->path[same]);
        place(positions, at, x);
        *PP_PUSH(&band->frames) = a->path[same];
        *PP_PUSH(&band->stacks) = at.i;
    }
    for (size_t column = 0; column < FLAME_WIDTH; column++) {
        pp_builder_add(a->b, at, column, value);
    }
}

/* One band per thread, one after the other on the x axis, samples in time order within. Stacks without samples stand in order of appearance. */
static void add_chart(struct pp_builder *b, const struct flame_request *request, struct positions *positions)
{
    const struct pp_profile *p = request->profile;
    struct adder a = {.p = p, .request = request, .b = b};
    a.path = pp_calloc(p->stack_count, sizeof *a.path);
    int64_t x = 0;
    place(positions, (pp_stack_id){0}, 0);
    for (uint32_t t = 0; t < p->thread_count; t++) {
        struct band band = {0};
        for (size_t i = 0; i < p->sample_count; i++) {
            const struct pp_sample *s = &p->samples[i];
            if (s->thread.i != t) {
                continue;
            }
            if (!band.root.i) {
                band.root = thread_box(&a, s->thread);
                place(positions, band.root, x);
            }
            int64_t value = p->sample_values[i * p->metric_count + request->metric];
            chart_sample(&a, &band, positions, s, value, x);
            x += value;
        }
        pp_free(band.frames.at);
        pp_free(band.stacks.at);
    }
    pp_free(a.path);
    pp_arena_free(&a.scratch);
}

/* --- diffs --- */

static int64_t scaled(int64_t value, double factor)
{
    double result = (double)value * factor;
    return result >= 9.2e18 ? INT64_MAX : result <= -9.2e18 ? INT64_MIN : (int64_t)(result < 0 ? result - .5 : result + .5);
}

/* Which root frame each stack grows from. */
static uint32_t *root_of(const struct pp_profile *p)
{
    uint32_t *root = pp_calloc(p->stack_count, sizeof *root);
    for (uint32_t i = 1; i < p->stack_count; i++) {
        uint32_t parent = p->stacks[i].parent.i;
        root[i] = parent ? root[parent] : i;
    }
    return root;
}

/* Scales the values before to the total after: of everything, or of each root frame. */
static void normalize(const struct flame_request *request, const struct pp_profile *p, int64_t *values)
{
    if (request->normalize == NORMALIZE_NONE) {
        return;
    }
    uint32_t *root = root_of(p);
    double *sums = pp_calloc(p->stack_count * 2, sizeof *sums);
    for (size_t i = 0; i < p->stack_count; i++) {
        size_t at = request->normalize == NORMALIZE_ROOT ? root[i] : 0;
        sums[at * 2] += (double)values[i * FLAME_COLUMNS + FLAME_BEFORE];
        sums[at * 2 + 1] += (double)values[i * FLAME_COLUMNS + FLAME_AFTER];
    }
    for (size_t i = 0; i < p->stack_count; i++) {
        size_t at = request->normalize == NORMALIZE_ROOT ? root[i] : 0;
        int64_t *before = &values[i * FLAME_COLUMNS + FLAME_BEFORE];
        if (sums[at * 2] > 0 && sums[at * 2 + 1] > 0) {
            *before = scaled(*before, sums[at * 2 + 1] / sums[at * 2]);
        }
    }
    pp_free(sums);
    pp_free(root);
}

static int64_t width_of(enum diff_width width, int64_t before, int64_t after)
{
    int64_t sum;
    switch (width) {
    case DIFF_BEFORE:
        return before;
    case DIFF_MAX:
        return before > after ? before : after;
    case DIFF_SUM:
        return pp_add_i64(before, after, &sum) ? sum : INT64_MAX;
    case DIFF_AFTER:
        break;
    }
    return after;
}

/* Fills the width column: in a diff from both, else the value itself. The builder's profile is ours alone until it is drawn. */
static void fill_widths(struct flame *flame, const struct flame_request *request)
{
    int64_t *values = (int64_t *)(uintptr_t)flame->text->stack_values;
    if (flame->diff) {
        normalize(request, flame->text, values);
    }
    for (size_t i = 0; i < flame->text->stack_count; i++) {
        int64_t *row = values + i * FLAME_COLUMNS;
        row[FLAME_WIDTH] = flame->diff ? width_of(request->width, row[FLAME_BEFORE], row[FLAME_AFTER]) : row[FLAME_AFTER];
        row[FLAME_WIDTH] = row[FLAME_WIDTH] < 0 ? 0 : row[FLAME_WIDTH];
    }
}

static int64_t *column_totals(const struct pp_profile *p, size_t column)
{
    int64_t *totals = pp_calloc(p->stack_count, sizeof *totals);
    for (size_t i = p->stack_count; i-- > 0;) {
        totals[i] += p->stack_values[i * FLAME_COLUMNS + column];
        if (i) {
            totals[p->stacks[i].parent.i] += totals[i];
        }
    }
    return totals;
}

/* --- budget --- */

static int compare_descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* The smallest total still drawn: the max_frames largest frames stay (a frame is never smaller than what it contains), and none below min_share. */
static void find_least(struct flame *flame, const struct flame_request *request)
{
    size_t count = flame->text->stack_count;
    flame->least = (int64_t)((double)flame->tree.total[0] * request->min_share);
    flame->least = flame->least < 1 ? 1 : flame->least;
    if (request->max_frames && count > request->max_frames) {
        int64_t *totals = pp_calloc(count, sizeof *totals);
        size_t kept = 0;
        for (size_t i = 0; i < count; i++) {
            if (flame->tree.total[i] >= flame->least) {
                totals[kept++] = flame->tree.total[i];
            }
        }
        if (kept > request->max_frames) {
            qsort(totals, kept, sizeof *totals, compare_descending);
            flame->least = totals[request->max_frames - 1] + (totals[request->max_frames] == totals[request->max_frames - 1]);
        }
        pp_free(totals);
    }
    for (size_t i = 1; i < count; i++) {
        flame->cut_frames += flame->tree.total[i] < flame->least && flame->tree.total[i] > 0;
    }
}

static struct pp_profile *build_text(struct flame *flame, const struct flame_request *request, struct pp_error *err)
{
    struct pp_builder *b = pp_builder_new();
    struct positions positions = {0};
    bool base_met = false;
    pp_builder_metric(b, PP_STR("before"), PP_UNIT_COUNT);
    pp_builder_metric(b, PP_STR("after"), PP_UNIT_COUNT);
    pp_builder_metric(b, PP_STR("width"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    if (request->chart && request->profile->sample_count) {
        add_chart(b, request, &positions);
        base_met = true;
    } else {
        add_profile(b, request, request->profile, request->metric, FLAME_AFTER, &base_met);
        const struct pp_profile *before = request->two_columns ? request->profile : request->before;
        if (before) {
            add_profile(b, request, before, request->before_metric, FLAME_BEFORE, &base_met);
        }
    }
    flame->chart_x = positions.x.at;
    if (!base_met) {
        pp_builder_fail(b, PP_USAGE, "no stack contains the --base function");
    }
    return pp_builder_finish(b, err);
}

bool flame_init(struct flame *flame, const struct flame_request *request, struct pp_error *err)
{
    *flame = (struct flame){.diff = request->before || request->two_columns};
    flame->text = build_text(flame, request, err);
    if (!flame->text) {
        flame_free(flame);
        return false;
    }
    fill_widths(flame, request);
    enum pp_tree_order order = request->chart || request->keep_order ? PP_TREE_BY_ID : PP_TREE_BY_NAME;
    pp_tree_init(&flame->tree, flame->text, FLAME_WIDTH, order);
    if (flame->diff) {
        flame->totals[0] = column_totals(flame->text, FLAME_BEFORE);
        flame->totals[1] = column_totals(flame->text, FLAME_AFTER);
    }
    if (flame->tree.total[0] <= 0) {
        flame_free(flame);
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "nothing to draw: the values add up to 0");
    }
    find_least(flame, request);
    return true;
}

void flame_free(struct flame *flame)
{
    pp_tree_free(&flame->tree);
    pp_free(flame->totals[0]);
    pp_free(flame->totals[1]);
    pp_free(flame->chart_x);
    pp_profile_free(flame->text);
    *flame = (struct flame){0};
}
