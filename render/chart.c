/* Charts: samples in time order as boxes, one band per thread. Samples that follow each other and share frames share the boxes. */
#include <stdlib.h>

#include "base/number.h"
#include "render/layout.h"

/* Boxes of one thread in the making: appended when they open, so a parent comes before its children and time runs on: depth first. */
struct band {
    PP_VEC(uint32_t) open; /* box per open depth, the root first */
    int64_t end;           /* of the sample before */
};

struct charter {
    const struct pp_profile *p;
    const struct layout_request *request;
    PP_VEC(struct box) boxes;
    uint32_t *path;        /* scratch: frame ids from the first level down */
    int64_t *from, *to;    /* per sample: the span it fills */
    int64_t start, length; /* ns, or of the metric */
};

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The usual distance of two samples of a thread: the median; 1 when no thread has two. */
static int64_t find_period(const struct pp_profile *p)
{
    int64_t *last = pp_calloc(p->thread_count, sizeof *last);
    bool *seen = pp_calloc(p->thread_count, sizeof *seen);
    int64_t *gaps = pp_calloc(p->sample_count, sizeof *gaps);
    size_t count = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        const struct pp_sample *s = &p->samples[i];
        if (seen[s->thread.i] && s->time_ns > last[s->thread.i]) {
            gaps[count++] = s->time_ns - last[s->thread.i];
        }
        seen[s->thread.i] = true;
        last[s->thread.i] = s->time_ns;
    }
    qsort(gaps, count, sizeof *gaps, compare_times);
    int64_t period = count ? gaps[count / 2] : 1;
    pp_free(last);
    pp_free(seen);
    pp_free(gaps);
    return period;
}

/* Writes the frames from the first level of the chart down into c->path; returns how many. */
static size_t path_of(struct charter *c, uint32_t stack)
{
    size_t count = 0;
    for (uint32_t at = stack; at; at = c->p->stacks[at].parent.i) {
        c->path[count++] = c->p->stacks[at].frame.i;
    }
    for (size_t i = 0; !c->request->reversed && i < count / 2; i++) {
        uint32_t other = c->path[count - 1 - i];
        c->path[count - 1 - i] = c->path[i];
        c->path[i] = other;
    }
    return count;
}

static void open_box(struct charter *c, struct band *band, uint32_t frame, int64_t x)
{
    struct box box = {
        .parent = band->open.at[band->open.count - 1], .frame = frame, .depth = (uint32_t)band->open.count, .x = x};
    *PP_PUSH(&c->boxes) = box;
    *PP_PUSH(&band->open) = (uint32_t)c->boxes.count - 1;
}

/* One sample lasting from x to end: the boxes it shares with the one before grow, others open. A gap between the two closes all. */
static void add_sample(struct charter *c, struct band *band, uint32_t stack, int64_t x, int64_t end)
{
    size_t count = path_of(c, stack);
    size_t same = 1;
    while (x == band->end && same <= count && same < band->open.count &&
           c->boxes.at[band->open.at[same]].frame == c->path[same - 1]) {
        same++;
    }
    band->open.count = same;
    for (size_t i = same; i <= count; i++) {
        open_box(c, band, c->path[i - 1], x);
    }
    for (size_t i = 1; i < band->open.count; i++) {
        struct box *box = &c->boxes.at[band->open.at[i]];
        box->width = end - box->x;
    }
    c->boxes.at[band->open.at[band->open.count - 1]].self += end - x;
    band->end = end;
}

/* --- when --- */

/* Periods without a sample that mean that there was nothing to sample. Recorders draw intervals at random: two periods are often between two samples,
 * eight between one pair in 250. */
enum { GAP = 8 };

/* A sample lasts until its thread's next one, or for one period when that is further away than GAP. */
static bool span_by_time(struct charter *c, struct pp_error *err)
{
    const struct pp_profile *p = c->p;
    c->start = p->samples[0].time_ns;
    if (c->start < 0 && p->samples[p->sample_count - 1].time_ns > INT64_MAX / 2 + c->start) {
        return pp_fail(err, PP_LIMIT, pp_nowhere(), "the samples span more time than 64 bits of nanoseconds");
    }
    int64_t period = find_period(p);
    int64_t *next = pp_calloc(p->thread_count, sizeof *next);
    bool *seen = pp_calloc(p->thread_count, sizeof *seen);
    for (size_t i = p->sample_count; i-- > 0;) {
        const struct pp_sample *s = &p->samples[i];
        int64_t gap = seen[s->thread.i] ? next[s->thread.i] - s->time_ns : INT64_MAX;
        c->from[i] = s->time_ns - c->start;
        if (!pp_add_i64(c->from[i], gap / GAP > period ? period : gap, &c->to[i])) {
            c->to[i] = INT64_MAX;
        }
        next[s->thread.i] = s->time_ns;
        seen[s->thread.i] = true;
    }
    pp_free(next);
    pp_free(seen);
    return true;
}

/* Samples without times have an order and values: each follows the one before it in its thread. */
static bool span_by_value(struct charter *c, struct pp_error *err)
{
    const struct pp_profile *p = c->p;
    int64_t *ends = pp_calloc(p->thread_count, sizeof *ends);
    bool ok = true;
    for (size_t i = 0; ok && i < p->sample_count; i++) {
        int64_t *end = &ends[p->samples[i].thread.i],
                value = p->sample_values[i * p->metric_count + c->request->metric];
        c->from[i] = *end;
        if (value < 0) {
            ok = pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "negative values cannot be drawn as widths");
        } else if (!pp_add_i64(*end, value, end)) {
            ok = pp_fail(err, PP_LIMIT, pp_nowhere(), "the sum of the values does not fit 64 bits");
        }
        c->to[i] = *end;
    }
    pp_free(ends);
    return ok;
}

/* --- bands --- */

static void add_thread(struct charter *c, uint32_t thread, const uint32_t *samples, size_t count)
{
    struct band band = {.end = -1};
    *PP_PUSH(&c->boxes) = (struct box){.parent = BOX_NONE, .flags = BOX_ROOT, .thread = thread, .width = c->length};
    *PP_PUSH(&band.open) = (uint32_t)c->boxes.count - 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t sample = samples[i];
        if (c->to[sample] > c->from[sample]) {
            add_sample(c, &band, c->p->samples[sample].stack.i, c->from[sample], c->to[sample]);
        }
    }
    pp_free(band.open.at);
}

static void add_threads(struct charter *c)
{
    const struct pp_profile *p = c->p;
    uint32_t *first = pp_calloc(p->thread_count + 2, sizeof *first);
    uint32_t *sorted = pp_calloc(p->sample_count, sizeof *sorted);
    for (size_t i = 0; i < p->sample_count; i++) {
        first[p->samples[i].thread.i + 2]++;
    }
    for (size_t t = 2; t < p->thread_count + 2; t++) {
        first[t] += first[t - 1];
    }
    for (size_t i = 0; i < p->sample_count; i++) {
        sorted[first[p->samples[i].thread.i + 1]++] = (uint32_t)i;
    }
    for (uint32_t t = 0; t < p->thread_count; t++) {
        if (first[t + 1] > first[t]) {
            add_thread(c, t, sorted + first[t], first[t + 1] - first[t]);
        }
    }
    pp_free(first);
    pp_free(sorted);
}

/* --- budget --- */

/* What was cut below one parent since its last drawn child. */
struct gap {
    uint64_t frames;
    int64_t from, to;
};

struct pruner {
    const struct charter *c;
    struct layout *layout;
    uint32_t *number; /* box of the charter -> its box in the layout; of one that was cut, the nearest drawn one above */
    struct gap *gaps; /* per box of the layout; grown with it */
};

static void close_gap(struct pruner *r, uint32_t parent)
{
    struct gap *gap = &r->gaps[parent];
    if (gap->frames == 0) {
        return;
    }
    struct box box = {.parent = parent,
                      .depth = r->layout->boxes.at[parent].depth + 1,
                      .flags = BOX_MORE,
                      .more = gap->frames,
                      .x = gap->from,
                      .width = gap->to - gap->from};
    box.self = box.width;
    r->layout->cut_frames += gap->frames;
    r->layout->cut_value += box.width;
    *gap = (struct gap){0};
    *PP_PUSH(&r->layout->boxes) = box;
    r->layout->depth = r->layout->depth > box.depth ? r->layout->depth : box.depth + 1;
}

/* Closes the gaps of all boxes from the one drawn last up to (not including) the parent of the next one. */
static void close_below(struct pruner *r, uint32_t last, uint32_t parent)
{
    while (last != BOX_NONE && last != parent) {
        close_gap(r, last);
        last = r->layout->boxes.at[last].parent;
    }
}

static void note_cut(struct pruner *r, uint32_t box)
{
    const struct box *cut = &r->c->boxes.at[box];
    r->number[box] = r->number[cut->parent];
    struct gap *gap = &r->gaps[r->number[box]];
    gap->from = gap->frames ? gap->from : cut->x;
    gap->to = gap->frames && gap->to > cut->x + cut->width ? gap->to : cut->x + cut->width;
    gap->frames++;
}

static uint32_t draw(struct pruner *r, uint32_t number, uint32_t last)
{
    struct box box = r->c->boxes.at[number];
    box.parent = box.parent == BOX_NONE ? BOX_NONE : r->number[box.parent];
    close_below(r, last, box.parent);
    if (box.parent != BOX_NONE) {
        close_gap(r, box.parent);
    }
    r->layout->drawn += !(box.flags & BOX_ROOT);
    r->layout->depth = r->layout->depth > box.depth ? r->layout->depth : box.depth + 1;
    *PP_PUSH(&r->layout->boxes) = box;
    r->number[number] = (uint32_t)r->layout->boxes.count - 1;
    return r->number[number];
}

/* Which boxes are drawn: those of `least` and wider, and of those one narrower the ones of little depth. Samples are often equally wide. */
struct limits {
    int64_t least;
    uint32_t depth;
};

static void prune(struct layout *layout, const struct charter *c, const struct limits *limits)
{
    struct pruner r = {.c = c, .layout = layout};
    uint32_t last = BOX_NONE;
    r.number = pp_calloc(c->boxes.count, sizeof *r.number);
    /* Every drawn box may be followed by one for what was cut, never more. */
    r.gaps = pp_calloc(c->boxes.count * 2 + 1, sizeof *r.gaps);
    for (uint32_t i = 0; i < c->boxes.count; i++) {
        const struct box *box = &c->boxes.at[i];
        if (box->flags & BOX_ROOT || box->width >= limits->least ||
            (box->width == limits->least - 1 && box->depth < limits->depth)) {
            last = draw(&r, i, last);
        } else {
            note_cut(&r, i);
        }
    }
    close_below(&r, last, BOX_NONE);
    pp_free(r.number);
    pp_free(r.gaps);
}

/* The first depth of which not all boxes of exactly `width` fit, when those of smaller depths come first. */
static uint32_t depth_of_ties(const struct charter *c, int64_t width, uint64_t fit)
{
    uint32_t deepest = 0;
    for (size_t i = 0; i < c->boxes.count; i++) {
        deepest = c->boxes.at[i].depth > deepest ? c->boxes.at[i].depth : deepest;
    }
    uint64_t *at_depth = pp_calloc((size_t)deepest + 1, sizeof *at_depth);
    for (size_t i = 0; i < c->boxes.count; i++) {
        const struct box *box = &c->boxes.at[i];
        at_depth[box->depth] += box->width == width && !(box->flags & BOX_ROOT);
    }
    uint32_t depth = 0;
    while (depth <= deepest && at_depth[depth] <= fit) {
        fit -= at_depth[depth++];
    }
    pp_free(at_depth);
    return depth;
}

static struct limits limits_of(const struct charter *c)
{
    int64_t *widths = pp_calloc(c->boxes.count, sizeof *widths);
    uint64_t ties;
    size_t count = 0;
    for (size_t i = 0; i < c->boxes.count; i++) {
        if (!(c->boxes.at[i].flags & BOX_ROOT)) {
            widths[count++] = c->boxes.at[i].width;
        }
    }
    double share = (double)c->length * c->request->min_share;
    struct limits limits = {.least = share < 1 ? 1 : (int64_t)share};
    limits.least = layout_threshold(widths, count, c->request->max_frames, limits.least, &ties);
    limits.depth = ties ? depth_of_ties(c, limits.least - 1, ties) : 0;
    pp_free(widths);
    return limits;
}

static bool span(struct charter *c, struct pp_error *err)
{
    const struct pp_profile *p = c->p;
    if (!(c->request->by_value ? span_by_value(c, err) : span_by_time(c, err))) {
        return false;
    }
    for (size_t i = 0; i < p->sample_count; i++) {
        c->length = c->to[i] > c->length ? c->to[i] : c->length;
    }
    return c->length > 0 || pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "nothing to draw: the values add up to 0");
}

bool layout_chart(struct layout *layout, const struct layout_request *request, struct pp_error *err)
{
    const struct pp_profile *p = request->profile;
    struct charter c = {.p = p, .request = request};
    *layout = (struct layout){.chart = true};
    if (p->sample_count == 0) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "the profile has no samples in time order to chart");
    }
    c.path = pp_calloc(p->stack_count, sizeof *c.path);
    c.from = pp_calloc(p->sample_count, sizeof *c.from);
    c.to = pp_calloc(p->sample_count, sizeof *c.to);
    bool ok = span(&c, err);
    if (ok) {
        layout->total = layout->sum = c.length;
        if (request->by_value && request->total > c.length) {
            layout->total = c.length = request->total;
        }
        add_threads(&c);
        struct limits limits = limits_of(&c);
        prune(layout, &c, &limits);
    }
    void *tables[] = {c.path, c.from, c.to, c.boxes.at};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
    return ok;
}
