#include "render/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "model/tree.h"

/* --- budget --- */

/* Moves the value at the top of a heap (smallest first) down to its place. */
static void sift_down(int64_t *heap, size_t count)
{
    int64_t value = heap[0];
    size_t at = 0;
    for (size_t child = 1; child < count; child = 2 * at + 1) {
        child += child + 1 < count && heap[child + 1] < heap[child];
        if (heap[child] >= value) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = value;
}

static void sift_up(int64_t *heap, size_t at)
{
    int64_t value = heap[at];
    while (at && heap[(at - 1) / 2] > value) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = value;
}

int64_t layout_threshold(const int64_t *widths, size_t count, uint64_t budget, int64_t least, uint64_t *ties)
{
    *ties = 0;
    if (budget == 0 || count <= budget) {
        return least;
    }
    /* A heap of the `budget` largest; most widths fail the first comparison. */
    int64_t *heap = pp_calloc((size_t)budget, sizeof *heap);
    size_t used = 0;
    int64_t largest_out = -1; /* of those that found no place */
    for (size_t i = 0; i < count; i++) {
        if (widths[i] < least) {
            continue;
        }
        if (used < budget) {
            heap[used] = widths[i];
            sift_up(heap, used++);
        } else {
            int64_t out = widths[i];
            if (out > heap[0]) {
                out = heap[0];
                heap[0] = widths[i];
                sift_down(heap, used);
            }
            largest_out = out > largest_out ? out : largest_out;
        }
    }
    int64_t threshold = largest_out < 0 ? least : heap[0];
    if (largest_out == heap[0]) {
        threshold = heap[0] == INT64_MAX ? INT64_MAX : heap[0] + 1;
        for (size_t i = 0; i < used; i++) {
            *ties += heap[i] == heap[0];
        }
    }
    pp_free(heap);
    return threshold;
}

/* --- values --- */

/* One pass's tables, per stack. Those of a diff are NULL otherwise. */
struct tables {
    const struct layout_request *request;
    size_t count;
    int64_t *width;                   /* self, then self and below */
    uint32_t *frames;                 /* frames of the subtree that are wider than 0 */
    int64_t *before, *after, *normal; /* totals; normal: before, normalised */
    double *factor;                   /* of `before`, per stack of the first level */
    bool overflow, negative;
};

static int64_t self_value(const struct tables *t, size_t stack, size_t metric)
{
    return t->request->profile->stack_values[stack * t->request->profile->metric_count + metric];
}

static int64_t scaled(int64_t value, double factor)
{
    double result = (double)value * factor + 0.5;
    return result >= 9.2e18 ? INT64_MAX : result > 0 ? (int64_t)result : 0;
}

/* The stack of the first level above each stack (itself when it is one); the root's is 0. */
static uint32_t *first_level(const struct pp_profile *p)
{
    uint32_t *top = pp_calloc(p->stack_count, sizeof *top);
    for (uint32_t i = 1; i < p->stack_count; i++) {
        uint32_t parent = p->stacks[i].parent.i;
        top[i] = parent ? top[parent] : i;
    }
    return top;
}

/* What `before` is multiplied by, per stack: the sum after divided by the sum before, of all or of the first level's stack. */
static void find_factors(struct tables *t)
{
    const struct pp_profile *p = t->request->profile;
    bool by_root = t->request->normalize == DIFF_NORMALIZE_ROOT;
    uint32_t *top = first_level(p);
    double *sums = pp_calloc(t->count * 2, sizeof *sums);
    for (size_t i = 0; i < t->count; i++) {
        size_t at = by_root ? top[i] : 0;
        sums[at * 2] += (double)self_value(t, i, t->request->before);
        sums[at * 2 + 1] += (double)self_value(t, i, t->request->metric);
    }
    t->factor = pp_calloc(t->count, sizeof *t->factor);
    for (size_t i = 0; i < t->count; i++) {
        const double *sum = &sums[2 * (by_root ? top[i] : 0)];
        t->factor[i] = sum[0] > 0 && sum[1] > 0 ? sum[1] / sum[0] : 1;
    }
    pp_free(sums);
    pp_free(top);
}

static int64_t normal_self_before(const struct tables *t, size_t stack)
{
    int64_t value = self_value(t, stack, t->request->before);
    return t->factor ? scaled(value, t->factor[stack]) : value;
}

static int64_t diff_width(struct tables *t, int64_t before, int64_t after)
{
    int64_t sum = INT64_MAX;
    switch (t->request->width) {
    case DIFF_WIDTH_BEFORE:
        return before;
    case DIFF_WIDTH_MAX:
        return before > after ? before : after;
    case DIFF_WIDTH_SUM:
        t->overflow = !pp_add_i64(before, after, &sum) || t->overflow;
        return sum;
    case DIFF_WIDTH_AFTER:
        break;
    }
    return after;
}

static void fill_plain(struct tables *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->count; i++) {
        int64_t value = self_value(t, i, t->request->metric);
        t->width[i] = value;
        t->negative = t->negative || value < 0;
        sum += (double)value;
    }
    t->overflow = sum >= 9.2e18;
}

static void fill_diff(struct tables *t)
{
    double sum = 0;
    for (size_t i = 0; i < t->count; i++) {
        t->after[i] = self_value(t, i, t->request->metric);
        t->before[i] = self_value(t, i, t->request->before);
        t->normal[i] = normal_self_before(t, i);
        t->negative = t->negative || t->after[i] < 0 || t->before[i] < 0;
        t->width[i] = diff_width(t, t->normal[i], t->after[i]);
        sum += (double)t->after[i] + (double)t->before[i] + (double)t->normal[i];
    }
    t->overflow = t->overflow || sum >= 9.2e18;
}

/* Children follow their parents in the table, so one backward loop makes totals of selfs. Nothing is negative and the sum of all fits, so no sum of
 * some can overflow. */
static void add_up(struct tables *t)
{
    const struct pp_stack *stacks = t->request->profile->stacks;
    for (uint32_t i = (uint32_t)t->count; i-- > 1;) {
        uint32_t parent = stacks[i].parent.i;
        t->frames[i] += t->width[i] > 0;
        t->frames[parent] += t->frames[i];
        t->width[parent] += t->width[i];
    }
    for (uint32_t i = (uint32_t)t->count; t->request->diff && i-- > 1;) {
        uint32_t parent = stacks[i].parent.i;
        t->before[parent] += t->before[i];
        t->after[parent] += t->after[i];
        t->normal[parent] += t->normal[i];
    }
}

static bool tables_init(struct tables *t, const struct layout_request *request, struct pp_error *err)
{
    size_t count = request->profile->stack_count;
    *t = (struct tables){.request = request, .count = count};
    t->width = pp_calloc(count, sizeof *t->width);
    t->frames = pp_calloc(count, sizeof *t->frames);
    if (request->diff) {
        t->before = pp_calloc(count, sizeof *t->before);
        t->after = pp_calloc(count, sizeof *t->after);
        t->normal = pp_calloc(count, sizeof *t->normal);
    }
    if (request->diff && request->normalize != DIFF_NORMALIZE_NONE) {
        find_factors(t);
    }
    if (request->diff) {
        fill_diff(t);
    } else {
        fill_plain(t);
    }
    if (t->negative) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "negative values cannot be drawn as widths");
    }
    if (t->overflow) {
        return pp_fail(err, PP_LIMIT, pp_nowhere(), "the sum of the values does not fit 64 bits");
    }
    add_up(t);
    return t->width[0] > 0 || pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "nothing to draw: the values add up to 0");
}

static void tables_free(struct tables *t)
{
    void *all[] = {t->width, t->frames, t->before, t->after, t->normal, t->factor};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pp_free(all[i]);
    }
}

/* --- choice --- */

/* A stack that will be drawn. */
struct kept {
    const struct pp_profile *profile;
    uint32_t stack;
    uint32_t parent; /* number of its parent among the kept */
    bool input_order;
};

struct choice {
    PP_VEC(struct kept) kept; /* parents first; kept.at[0] is the root */
    uint32_t *number;         /* stack -> number among the kept, BOX_NONE */
};

/* Among the stacks of exactly `width`, those of small depth are drawn while they fit: returns the first depth that does not. The order of the
 * input plays no part. */
static uint32_t depth_limit(const struct tables *t, int64_t width, uint64_t fit)
{
    const struct pp_profile *p = t->request->profile;
    uint32_t *depth = pp_calloc(t->count, sizeof *depth);
    uint64_t *at_depth = pp_calloc(t->count + 1, sizeof *at_depth);
    for (uint32_t i = 1; i < t->count; i++) {
        depth[i] = depth[p->stacks[i].parent.i] + 1;
        at_depth[depth[i]] += t->width[i] == width;
    }
    uint32_t limit = 0;
    while (limit < t->count && at_depth[limit] <= fit) {
        fit -= at_depth[limit++];
    }
    pp_free(depth);
    pp_free(at_depth);
    return limit;
}

static void keep(struct choice *c, const struct tables *t, uint32_t stack, uint32_t parent)
{
    c->number[stack] = (uint32_t)c->kept.count;
    *PP_PUSH(&c->kept) = (struct kept){t->request->profile, stack, parent, t->request->input_order};
}

static int64_t least_width(const struct tables *t)
{
    double least = (double)t->width[0] * t->request->min_share;
    int64_t whole = least >= 9.2e18 ? INT64_MAX : (int64_t)least;
    whole += (double)whole < least;
    return whole < 1 ? 1 : whole;
}

/* A child is never wider than its parent, so whatever is wide enough has its parents there. */
static void choose(struct choice *c, const struct tables *t)
{
    const struct pp_profile *p = t->request->profile;
    uint64_t ties;
    int64_t least = least_width(t);
    int64_t threshold = layout_threshold(t->width + 1, t->count - 1, t->request->max_frames, least, &ties);
    uint32_t limit = threshold > least && ties ? depth_limit(t, threshold - 1, ties) : 0;
    uint32_t *depth = limit ? pp_calloc(t->count, sizeof *depth) : NULL;
    c->number = pp_calloc(t->count, sizeof *c->number);
    keep(c, t, 0, BOX_NONE);
    for (uint32_t i = 1; i < t->count; i++) {
        uint32_t parent = p->stacks[i].parent.i;
        if (depth) {
            depth[i] = depth[parent] + 1;
        }
        c->number[i] = BOX_NONE;
        if (c->number[parent] != BOX_NONE &&
            (t->width[i] >= threshold || (depth && t->width[i] == threshold - 1 && depth[i] < limit))) {
            keep(c, t, i, c->number[parent]);
        }
    }
    pp_free(depth);
}

/* Left to right below the same parent. */
static int compare_kept(const void *a, const void *b)
{
    const struct kept *x = a;
    const struct kept *y = b;
    int order = (x->parent > y->parent) - (x->parent < y->parent);
    if (!order && !x->input_order) {
        order = pp_frame_compare(x->profile, x->profile->stacks[x->stack].frame, y->profile->stacks[y->stack].frame);
    }
    return order ? order : (x->stack > y->stack) - (x->stack < y->stack);
}

/* --- boxes --- */

struct cut {
    uint64_t frames;
    int64_t width, before, after, normal;
};

/* Per kept stack: what was cut below it. Owned by the caller. */
static struct cut *find_cuts(const struct choice *c, const struct tables *t)
{
    const struct pp_profile *p = t->request->profile;
    struct cut *cuts = pp_calloc(c->kept.count, sizeof *cuts);
    for (uint32_t i = 1; i < t->count; i++) {
        uint32_t parent = c->number[p->stacks[i].parent.i];
        if (c->number[i] == BOX_NONE && parent != BOX_NONE && t->frames[i]) {
            struct cut *cut = &cuts[parent];
            cut->frames += t->frames[i];
            cut->width += t->width[i];
            if (t->request->diff) {
                cut->before += t->before[i];
                cut->after += t->after[i];
                cut->normal += t->normal[i];
            }
        }
    }
    return cuts;
}

static struct box make_box(const struct tables *t, uint32_t stack)
{
    const struct pp_profile *p = t->request->profile;
    struct box box = {.parent = BOX_NONE, .frame = p->stacks[stack].frame.i, .width = t->width[stack]};
    box.self = self_value(t, stack, t->request->metric);
    if (t->request->diff) {
        box.before = t->before[stack];
        box.after = t->after[stack];
        box.normal_before = t->normal[stack];
        box.self_after = box.self;
        box.self_before = self_value(t, stack, t->request->before);
        box.normal_self_before = normal_self_before(t, stack);
        struct tables unused = *t;
        box.self = diff_width(&unused, box.normal_self_before, box.self_after);
    }
    if (p->bounds && p->bounds[stack].flags) {
        const struct pp_stack_bounds *bounds = &p->bounds[stack];
        box.flags |= bounds->flags & PP_STACK_ESTIMATED ? BOX_ESTIMATED : 0;
        box.flags |= bounds->flags & PP_STACK_RECURSION_CUT ? BOX_RECURSION_CUT : 0;
        box.flags |= bounds->flags & PP_STACK_BUDGET_CUT ? BOX_BUDGET_CUT : 0;
        /* Totals are sums of rounded numbers, bounds are rounded once: some ns lie between. */
        box.lower = bounds->lower < box.width ? bounds->lower : box.width;
        box.upper = bounds->upper > box.width ? bounds->upper : box.width;
        box.upper = box.upper < t->width[0] ? box.upper : t->width[0];
    }
    return box;
}

static struct box more_box(const struct cut *cut)
{
    return (struct box){.flags = BOX_MORE,
                        .more = cut->frames,
                        .width = cut->width,
                        .self = cut->width,
                        .before = cut->before,
                        .after = cut->after,
                        .self_before = cut->before,
                        .self_after = cut->after,
                        .normal_before = cut->normal,
                        .normal_self_before = cut->normal};
}

static void count_box(struct layout *layout, const struct box *box)
{
    layout->drawn += !(box->flags & (BOX_ROOT | BOX_MORE));
    layout->estimated += (box->flags & BOX_ESTIMATED) != 0;
    layout->recursion_cut += (box->flags & BOX_RECURSION_CUT) != 0;
    layout->budget_cut += (box->flags & BOX_BUDGET_CUT) != 0;
    layout->depth = layout->depth > box->depth ? layout->depth : box->depth + 1;
    if (box->flags & BOX_MORE) {
        layout->cut_frames += box->more;
        layout->cut_value += box->width;
    }
}

/* A box whose children are being placed. */
struct open_box {
    uint32_t box, kept; /* its index; its number among the kept */
    uint32_t next;      /* its next child in the sorted list */
    int64_t x;          /* where that one begins */
};

static uint32_t place(struct layout *layout, struct box box, uint32_t parent, int64_t x)
{
    box.parent = parent;
    box.depth = parent == BOX_NONE ? 0 : layout->boxes.at[parent].depth + 1;
    box.x = x;
    count_box(layout, &box);
    *PP_PUSH(&layout->boxes) = box;
    return (uint32_t)layout->boxes.count - 1;
}

/* Walks the kept stacks depth first; `sorted` holds all but the root, `first` where each one's children begin. */
static void place_all(struct layout *layout, const struct tables *t, const struct kept *sorted, const uint32_t *first,
                      const struct choice *c, const struct cut *cuts)
{
    PP_VEC(struct open_box) open = {0};
    struct box root = make_box(t, 0);
    root.flags |= BOX_ROOT;
    *PP_PUSH(&open) = (struct open_box){place(layout, root, BOX_NONE, 0), 0, first[0], 0};
    while (open.count) {
        struct open_box *top = &open.at[open.count - 1];
        if (top->next < first[top->kept + 1]) {
            uint32_t stack = sorted[top->next++].stack;
            int64_t x = top->x;
            top->x += t->width[stack];
            uint32_t box = place(layout, make_box(t, stack), top->box, x);
            *PP_PUSH(&open) = (struct open_box){box, c->number[stack], first[c->number[stack]], x};
            continue;
        }
        if (cuts[top->kept].frames) {
            place(layout, more_box(&cuts[top->kept]), top->box, top->x);
        }
        open.count--;
    }
    pp_free(open.at);
}

static void build(struct layout *layout, const struct tables *t)
{
    struct choice c = {0};
    choose(&c, t);
    size_t count = c.kept.count;
    struct cut *cuts = find_cuts(&c, t);
    uint32_t *first = pp_calloc(count + 1, sizeof *first);
    for (size_t i = 1; i < count; i++) {
        first[c.kept.at[i].parent + 1]++;
    }
    for (size_t i = 1; i <= count; i++) {
        first[i] += first[i - 1];
    }
    qsort(c.kept.at + 1, count - 1, sizeof *c.kept.at, compare_kept);
    place_all(layout, t, c.kept.at + 1, first, &c, cuts);
    pp_free(first);
    pp_free(cuts);
    pp_free(c.kept.at);
    pp_free(c.number);
}

bool layout_tree(struct layout *layout, const struct layout_request *request, struct pp_error *err)
{
    struct tables t;
    *layout = (struct layout){.diff = request->diff};
    bool ok = tables_init(&t, request, err);
    if (ok) {
        build(layout, &t);
        struct box *root = &layout->boxes.at[0];
        layout->sum = t.width[0];
        layout->sum_before = request->diff ? t.before[0] : 0;
        layout->sum_after = request->diff ? t.after[0] : 0;
        layout->total = request->total > layout->sum ? request->total : layout->sum;
        root->width = layout->total;
    }
    tables_free(&t);
    return ok;
}

void layout_free(struct layout *layout)
{
    pp_free(layout->boxes.at);
    *layout = (struct layout){0};
}
