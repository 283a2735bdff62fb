/* Filters of STACKS, with pprof's meaning. One pass in id order decides for every stack which of its frames stay; only stacks whose
 * value is kept are made in the new profile, so nothing is built in vain and nothing recurses. */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/filter_parts.h"
#include "model/tree.h"

enum { FOCUSED = 1, IGNORED = 2, FROM_SEEN = 4 };

struct work {
    const struct pp_profile *p;
    const struct pp_filter *filter;
    struct pp_builder *b;
    struct filter_match focus, ignore, hide, show, show_from, prune_from;
    struct pp_arena scratch;
    uint32_t *frames;     /* frame -> builder frame + 1, 0: not made yet */
    uint32_t *functions;  /* function -> builder function + 1 */
    uint32_t *lowest;     /* function -> lowest line of its frames, for function granularity */
    unsigned char *rare;  /* function -> below min_percent */
    unsigned char *state; /* per stack: FOCUSED … */
    uint32_t *visible;    /* per stack: nearest stack from here to the root whose own frame stays; 0: none */
    uint32_t *pruned_at;  /* per stack: the prune_from match nearest the leaf, 0: none */
    uint32_t *depth;      /* per stack: visible frames up to it */
    uint32_t *made;       /* per stack: builder stack + 1 */
    uint32_t *path;       /* scratch of make() */
};

static uint32_t function_of(const struct work *w, uint32_t stack)
{
    return w->p->frames[w->p->stacks[stack].frame.i].function.i;
}

static void start(struct work *w, const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b)
{
    *w = (struct work){.p = p, .filter = filter, .b = b};
    filter_match_init(&w->focus, p, filter->focus);
    filter_match_init(&w->ignore, p, filter->ignore);
    filter_match_init(&w->hide, p, filter->hide);
    filter_match_init(&w->show, p, filter->show);
    filter_match_init(&w->show_from, p, filter->show_from);
    filter_match_init(&w->prune_from, p, filter->prune_from);
    w->frames = pp_calloc(p->frame_count, sizeof *w->frames);
    w->functions = pp_calloc(p->function_count, sizeof *w->functions);
    w->lowest = pp_calloc(p->function_count, sizeof *w->lowest);
    for (size_t f = 0; f < p->frame_count; f++) {
        uint32_t *line = &w->lowest[p->frames[f].function.i];
        *line = p->frames[f].line && (*line == 0 || p->frames[f].line < *line) ? p->frames[f].line : *line;
    }
    w->state = pp_calloc(p->stack_count, 1);
    uint32_t **per_stack[] = {&w->visible, &w->pruned_at, &w->depth, &w->made, &w->path};
    for (size_t i = 0; i < sizeof per_stack / sizeof *per_stack; i++) {
        *per_stack[i] = pp_calloc(p->stack_count, sizeof(uint32_t));
    }
}

static void stop(struct work *w)
{
    struct filter_match *matches[] = {&w->focus, &w->ignore, &w->hide, &w->show, &w->show_from, &w->prune_from};
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        filter_match_free(matches[i]);
    }
    void *tables[] = {w->frames,  w->functions, w->lowest, w->rare, w->state,
                      w->visible, w->pruned_at, w->depth,  w->made, w->path};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
    pp_arena_free(&w->scratch);
}

/* Marks the functions whose total is below min_percent of the sum. */
static void find_rare(struct work *w)
{
    if (w->filter->min_percent <= 0) {
        return;
    }
    struct pp_function_sums sums;
    pp_function_sums_init(&sums, w->p, pp_profile_default_metric(w->p));
    w->rare = pp_calloc(w->p->function_count, 1);
    double least = (double)sums.sum * w->filter->min_percent / 100;
    for (size_t f = 0; f < w->p->function_count; f++) {
        w->rare[f] = (double)sums.total[f] < least;
    }
    pp_function_sums_free(&sums);
}

static pp_function_id new_function(struct work *w, uint32_t function)
{
    if (!w->functions[function]) {
        w->functions[function] = filter_function(w->p, w->filter, w->b, &w->scratch, (pp_function_id){function}).i + 1;
    }
    return (pp_function_id){w->functions[function] - 1};
}

static pp_frame_id new_frame(struct work *w, uint32_t frame)
{
    if (!w->frames[frame]) {
        struct pp_frame made = w->p->frames[frame];
        made.function = new_function(w, made.function.i);
        switch (w->filter->granularity) {
        case PP_GRANULARITY_FUNCTION:
            made = (struct pp_frame){
                .function = made.function, .line = w->lowest[w->p->frames[frame].function.i], .flags = made.flags};
            break;
        case PP_GRANULARITY_FILE:
        case PP_GRANULARITY_MODULE:
        case PP_GRANULARITY_PACKAGE:
            made = (struct pp_frame){.function = made.function, .flags = made.flags};
            break;
        case PP_GRANULARITY_LINE:
            made = (struct pp_frame){.function = made.function, .line = made.line, .flags = made.flags};
            break;
        case PP_GRANULARITY_NONE:
            break;
        }
        w->frames[frame] = pp_builder_frame(w->b, &made).i + 1;
    }
    return (pp_frame_id){w->frames[frame] - 1};
}

/* Whether the stack's own frame is left by --hide and --show, and if so, by --show-from. */
static bool frame_left(struct work *w, uint32_t stack)
{
    uint32_t function = function_of(w, stack);
    if (filter_matches(&w->hide, function) || (w->filter->show && !filter_matches(&w->show, function))) {
        return false;
    }
    w->state[stack] |= filter_matches(&w->show_from, function) ? FROM_SEEN : 0;
    return !w->filter->show_from || w->state[stack] & FROM_SEEN;
}

/* Whether a frame that is left is shown, given that of its parent is decided. */
static bool frame_shown(struct work *w, uint32_t stack)
{
    const struct pp_filter *filter = w->filter;
    uint32_t function = function_of(w, stack);
    uint32_t above = w->visible[w->p->stacks[stack].parent.i];
    if ((w->rare && w->rare[function]) || (filter->max_depth && w->depth[above] >= filter->max_depth)) {
        return false;
    }
    return !filter->collapse_recursion || above == 0 ||
           new_function(w, function_of(w, above)).i != new_function(w, function).i;
}

static void decide(struct work *w, uint32_t stack)
{
    uint32_t parent = w->p->stacks[stack].parent.i;
    uint32_t function = function_of(w, stack);
    unsigned state = w->state[parent];
    state |= filter_matches(&w->focus, function) ? FOCUSED : 0;
    state |= filter_matches(&w->ignore, function) ? IGNORED : 0;
    w->state[stack] = (unsigned char)state;
    bool left = frame_left(w, stack);
    bool shown = left && frame_shown(w, stack);
    w->visible[stack] = shown ? stack : w->visible[parent];
    w->depth[stack] = w->depth[w->visible[parent]] + shown;
    /* The match nearest the leaf wins: a later one on the path overrides. */
    w->pruned_at[stack] = left && filter_matches(&w->prune_from, function) ? stack : w->pruned_at[parent];
}

/* The stack that gets the value of `stack`: itself, or the prune_from match nearest the leaf. */
static uint32_t target(const struct work *w, uint32_t stack)
{
    return w->pruned_at[stack] ? w->pruned_at[stack] : stack;
}

static bool stack_kept(const struct work *w, uint32_t stack)
{
    unsigned state = w->state[stack];
    return (!w->filter->focus || state & FOCUSED) && !(state & IGNORED) &&
           (!w->filter->show_from || state & FROM_SEEN) && (w->visible[target(w, stack)] != 0 || stack == 0);
}

/* The new stack of what stays of `stack`, made with all above it. */
static pp_stack_id make(struct work *w, uint32_t stack)
{
    size_t count = 0;
    uint32_t at = w->visible[stack];
    while (at && !w->made[at]) {
        w->path[count++] = at;
        at = w->visible[w->p->stacks[at].parent.i];
    }
    pp_stack_id made = {at ? w->made[at] - 1 : 0};
    while (count--) {
        uint32_t next = w->path[count];
        made = pp_builder_push(w->b, made, new_frame(w, w->p->stacks[next].frame.i));
        w->made[next] = made.i + 1;
    }
    return made;
}

/* --- values --- */

static void keep_books(struct pp_filter_books *books, int64_t value, bool kept)
{
    books->read = pp_add_saturating(books->read, value);
    int64_t *side = kept ? &books->kept : &books->dropped;
    *side = pp_add_saturating(*side, value);
}

/* True if the thread's name or number matches. */
static bool thread_matches(const struct pp_profile *p, const struct pp_filter *filter, pp_thread_id id)
{
    const struct pp_thread *thread = &p->threads[id.i];
    char digits[32];
    struct pp_str tid = {digits, pp_format_decimal(digits, thread->tid, 0)};
    return pp_regex_search(filter->thread, pp_profile_str(p, thread->name)) || pp_regex_search(filter->thread, tid);
}

static void add_sample(struct work *w, const struct pp_sample *sample, const int64_t *values, const uint32_t *threads)
{
    struct pp_sample copy = *sample;
    copy.stack = make(w, target(w, sample->stack.i));
    copy.thread.i = threads[sample->thread.i];
    pp_builder_sample(w->b, &copy, values);
}

/* Adds the samples that stay, and takes all samples off `rest`. */
static void filter_samples(struct work *w, const uint32_t *threads, int64_t *rest, struct pp_filter_books *books)
{
    const struct pp_profile *p = w->p;
    size_t columns = p->metric_count;
    size_t metric = pp_profile_default_metric(p);
    int64_t first = p->sample_count ? p->samples[0].time_ns : 0;
    for (size_t s = 0; s < p->sample_count; s++) {
        const struct pp_sample *sample = &p->samples[s];
        const int64_t *values = p->sample_values + s * columns;
        /* In time order, so never before the first; the distance of hostile times may still pass 63 bits. */
        uint64_t distance = (uint64_t)sample->time_ns - (uint64_t)first;
        int64_t time = distance > INT64_MAX ? INT64_MAX : (int64_t)distance;
        bool kept = stack_kept(w, sample->stack.i) && (!w->filter->states || sample->flags & w->filter->states) &&
                    (!w->filter->thread || thread_matches(p, w->filter, sample->thread)) &&
                    (!w->filter->has_time || (time >= w->filter->time_from_ns && time < w->filter->time_to_ns));
        for (size_t m = 0; m < columns; m++) {
            rest[sample->stack.i * columns + m] -= values[m];
        }
        keep_books(books, values[metric], kept);
        if (kept) {
            add_sample(w, sample, values, threads);
        }
    }
}

/* Without samples a thread is what py-spy and Austin make of it: a root frame that is named after it. */
static bool root_frame_matches(const struct work *w, uint32_t stack)
{
    uint32_t root = stack;
    while (w->p->stacks[root].parent.i) {
        root = w->p->stacks[root].parent.i;
    }
    struct pp_str name = pp_profile_str(w->p, w->p->functions[function_of(w, root)].name);
    return pp_regex_search(w->filter->thread, name);
}

static void filter_sums(struct work *w, const int64_t *rest, struct pp_filter_books *books)
{
    const struct pp_profile *p = w->p;
    size_t columns = p->metric_count;
    size_t metric = pp_profile_default_metric(p);
    for (uint32_t i = 0; i < p->stack_count; i++) {
        bool any = false;
        for (size_t m = 0; m < columns; m++) {
            any = any || rest[i * columns + m] != 0;
        }
        if (!any) {
            continue;
        }
        bool kept = stack_kept(w, i) && !w->filter->has_time && !w->filter->states;
        if (kept && w->filter->thread) {
            kept = p->sample_count == 0 && root_frame_matches(w, i);
        }
        keep_books(books, rest[i * columns + metric], kept);
        if (kept) {
            pp_stack_id made = make(w, target(w, i));
            for (size_t m = 0; m < columns; m++) {
                pp_builder_add(w->b, made, m, rest[i * columns + m]);
            }
        }
    }
}

/* Estimates stay marked. A stack whose frames all stayed keeps its bounds; where frames were taken out or values moved the interval is open. */
static void copy_bounds(struct work *w)
{
    const struct pp_profile *p = w->p;
    bool changes_values = w->filter->focus || w->filter->ignore || w->filter->hide || w->filter->show ||
                          w->filter->show_from || w->filter->prune_from || w->filter->thread || w->filter->has_time ||
                          w->filter->states || w->filter->granularity || w->filter->collapse_recursion || w->rare;
    for (uint32_t i = 0; p->bounds && i < p->stack_count; i++) {
        if (!w->made[i] || !p->bounds[i].flags) {
            continue;
        }
        struct pp_stack_bounds bounds = p->bounds[i];
        if (changes_values && bounds.flags & PP_STACK_ESTIMATED) {
            bounds.lower = 0;
        }
        pp_builder_bounds(w->b, (pp_stack_id){w->made[i] - 1}, bounds);
    }
}

static bool has_meaning(const struct pp_profile *p, const struct pp_filter *filter, struct pp_error *err)
{
    if (filter->has_time && p->sample_count == 0) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                       "--time needs samples with times, and this profile has only sums");
    }
    if (filter->states && p->sample_count == 0) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                       "--state needs samples of a recorder, and this profile has only sums");
    }
    return true;
}

static void note_unmatched(const struct work *w, struct pp_report *report)
{
    filter_note_unmatched(&w->focus, report, "--focus matches no function");
    filter_note_unmatched(&w->ignore, report, "--ignore matches no function");
    filter_note_unmatched(&w->hide, report, "--hide matches no function");
    filter_note_unmatched(&w->show, report, "--show matches no function");
    filter_note_unmatched(&w->show_from, report, "--show-from matches no function that is left");
    filter_note_unmatched(&w->prune_from, report, "--prune-from matches no function that is left");
}

/* Whether a recorder noted at all what the threads did. */
static bool states_known(const struct pp_profile *p)
{
    for (size_t s = 0; s < p->sample_count; s++) {
        if (p->samples[s].flags & (PP_SAMPLE_ON_CPU | PP_SAMPLE_GIL | PP_SAMPLE_IDLE)) {
            return true;
        }
    }
    return false;
}

bool filter_stacks(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                   struct pp_filter_books *books, struct pp_report *report, struct pp_error *err)
{
    if (!has_meaning(p, filter, err)) {
        return false;
    }
    struct work w;
    uint32_t *threads = filter_copy_tables(p, b);
    pp_builder_stacks(b);
    start(&w, p, filter, b);
    find_rare(&w);
    for (uint32_t i = 1; i < p->stack_count; i++) {
        decide(&w, i);
    }
    size_t cells = p->stack_count * p->metric_count;
    int64_t *rest = pp_calloc(cells, sizeof *rest);
    memcpy(rest, p->stack_values, cells * sizeof *rest);
    filter_samples(&w, threads, rest, books);
    filter_sums(&w, rest, books);
    copy_bounds(&w);
    note_unmatched(&w, filter->note_unmatched ? report : NULL);
    if (filter->states && !states_known(p)) {
        pp_report_note(report, "no sample says what its thread did: --state keeps none", pp_nowhere());
    }
    if (p->sample_count == 0 && filter->thread) {
        pp_report_note(report, "this profile has no threads: --thread was searched in root frames", pp_nowhere());
    }
    stop(&w);
    pp_free(rest);
    pp_free(threads);
    return true;
}
