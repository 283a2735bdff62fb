/* A finished profile as a raw dump. Samples come first, in their order, then the stacks that hold more than their samples, depth first. Both are
 * coded against the stack before by the place where the two paths part in the tree, so the work is in proportion to what is written. */
#include <string.h>

#include "base/memory.h"
#include "formats/raw/raw.h"
#include "formats/raw/raw_writer.h"
#include "model/tree.h"

struct dump {
    const struct pp_profile *p;
    struct pp_raw_writer *w;
    uint32_t *strings, *functions, *frames, *threads; /* id of the profile -> id of the dump; 0: not defined yet */
    uint32_t *depths;                                 /* per stack */
    uint32_t *last;                                   /* per thread: stack of its sample before */
    int64_t *rest;                                    /* stack_values less what samples carry */
    PP_VEC(pp_frame_id) path;
};

/* --- definitions, when first needed --- */

static pp_string_id string_of(struct dump *d, pp_string_id id)
{
    if (id.i && !d->strings[id.i]) {
        d->strings[id.i] = pp_raw_string(d->w, pp_profile_str(d->p, id)).i;
    }
    return (pp_string_id){d->strings[id.i]};
}

static pp_function_id function_of(struct dump *d, pp_function_id id)
{
    if (id.i && !d->functions[id.i]) {
        struct pp_function f = *pp_profile_function(d->p, id);
        f.name = string_of(d, f.name);
        f.file = string_of(d, f.file);
        f.module = string_of(d, f.module);
        d->functions[id.i] = pp_raw_function(d->w, &f).i;
    }
    return (pp_function_id){d->functions[id.i]};
}

static pp_frame_id frame_of(struct dump *d, pp_frame_id id)
{
    if (id.i && !d->frames[id.i]) {
        struct pp_frame f = d->p->frames[id.i];
        f.function = function_of(d, f.function);
        d->frames[id.i] = pp_raw_frame(d->w, &f).i;
    }
    return (pp_frame_id){d->frames[id.i]};
}

static pp_thread_id thread_of(struct dump *d, pp_thread_id id)
{
    if (id.i && !d->threads[id.i]) {
        const struct pp_thread *t = &d->p->threads[id.i];
        d->threads[id.i] = pp_raw_thread(d->w, t->pid, t->tid, pp_profile_str(d->p, t->name)).i;
    }
    return (pp_thread_id){d->threads[id.i]};
}

/* --- stacks --- */

/* The depth at which the paths to two stacks part. */
static uint32_t common_depth(const struct dump *d, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (d->depths[a] >= d->depths[b]) {
            a = d->p->stacks[a].parent.i;
        } else {
            b = d->p->stacks[b].parent.i;
        }
    }
    return d->depths[a];
}

/* Fills d->path with the frames of `stack` below the outer `shared` ones, defining them. */
static void take_path(struct dump *d, uint32_t stack, uint32_t shared)
{
    size_t count = d->depths[stack] - shared;
    PP_RESERVE(&d->path, count);
    d->path.count = count;
    while (count--) {
        d->path.at[count] = d->p->stacks[stack].frame;
        stack = d->p->stacks[stack].parent.i;
    }
    for (size_t i = 0; i < d->path.count; i++) {
        d->path.at[i] = frame_of(d, d->path.at[i]);
    }
}

static void write_sample(struct dump *d, size_t index)
{
    struct pp_sample sample = d->p->samples[index];
    uint32_t *last = &d->last[sample.thread.i];
    sample.thread = thread_of(d, sample.thread);
    uint32_t shared = pp_raw_fresh(d->w, sample.thread) ? 0 : common_depth(d, *last, sample.stack.i);
    take_path(d, sample.stack.i, shared);
    if (shared && pp_raw_fresh(d->w, sample.thread)) {
        /* Defining the new frames closed the block. */
        shared = 0;
        take_path(d, sample.stack.i, shared);
    }
    *last = sample.stack.i;
    pp_raw_sample_after(d->w, &sample, shared, d->path.at, d->path.count,
                        d->p->sample_values + index * d->p->metric_count);
}

static bool worth_a_record(const struct dump *d, const struct pp_tree *tree, uint32_t stack)
{
    const struct pp_profile *p = d->p;
    bool any = p->bounds && p->bounds[stack].flags;
    for (size_t m = 0; m < p->metric_count && !any; m++) {
        any = d->rest[stack * p->metric_count + m] != 0;
    }
    /* Without samples a leaf is kept whatever its value; with them it may just be a sample's. */
    return any || (p->sample_count == 0 && stack && tree->first_child[stack] == tree->first_child[stack + 1]);
}

static void write_stack(struct dump *d, uint32_t *last, uint32_t stack)
{
    uint32_t shared = pp_raw_stack_fresh(d->w) ? 0 : common_depth(d, *last, stack);
    take_path(d, stack, shared);
    if (shared && pp_raw_stack_fresh(d->w)) {
        shared = 0;
        take_path(d, stack, shared);
    }
    *last = stack;
    pp_raw_stack_after(d->w, shared, d->path.at, d->path.count, d->rest + stack * d->p->metric_count,
                       d->p->bounds ? &d->p->bounds[stack] : NULL);
}

static void write_stacks(struct dump *d)
{
    struct pp_tree tree;
    struct pp_walk walk;
    uint32_t last = 0;
    pp_tree_init(&tree, d->p, 0, PP_TREE_BY_ID);
    pp_walk_init(&walk, &tree);
    while (pp_walk_next(&walk)) {
        if (walk.entering && worth_a_record(d, &tree, walk.stack)) {
            write_stack(d, &last, walk.stack);
        }
    }
    pp_walk_free(&walk);
    pp_tree_free(&tree);
}

/* --- all of it --- */

static struct pp_raw_writer *begin(const struct pp_profile *p, struct pp_sink *out)
{
    struct pp_raw_column *columns = pp_calloc(p->metric_count, sizeof *columns);
    for (size_t m = 0; m < p->metric_count; m++) {
        const struct pp_metric *metric = &p->metrics[m];
        columns[m] = (struct pp_raw_column){pp_profile_str(p, metric->name), metric->unit, metric->decimals};
    }
    struct pp_raw_writer *w = pp_raw_begin(out, columns, p->metric_count);
    pp_free(columns);
    return w;
}

/* Metadata that a reader made from a trailer ("stat-…", the last ones) go back into the trailer. */
static void write_metas(const struct dump *d)
{
    const struct pp_profile *p = d->p;
    struct pp_str mark = PP_STR("stat-");
    size_t metas = p->meta_count;
    while (metas && pp_str_starts(pp_profile_str(p, p->metas[metas - 1].key), mark)) {
        metas--;
    }
    for (size_t i = 0; i < p->meta_count; i++) {
        struct pp_str key = pp_profile_str(p, p->metas[i].key);
        struct pp_str value = pp_profile_str(p, p->metas[i].value);
        if (i < metas) {
            pp_raw_meta(d->w, key, value);
        } else {
            pp_raw_statistic(d->w, pp_str_sub(key, mark.len, key.len), value);
        }
    }
    if (p->start_utc_ns) {
        pp_raw_anchor(d->w, p->start_utc_ns);
    }
}

static void prepare(struct dump *d)
{
    const struct pp_profile *p = d->p;
    d->strings = pp_calloc(p->string_count, sizeof *d->strings);
    d->functions = pp_calloc(p->function_count, sizeof *d->functions);
    d->frames = pp_calloc(p->frame_count, sizeof *d->frames);
    d->threads = pp_calloc(p->thread_count, sizeof *d->threads);
    d->last = pp_calloc(p->thread_count, sizeof *d->last);
    d->depths = pp_calloc(p->stack_count, sizeof *d->depths);
    for (size_t i = 1; i < p->stack_count; i++) {
        d->depths[i] = d->depths[p->stacks[i].parent.i] + 1;
    }
    size_t cells = p->stack_count * p->metric_count;
    d->rest = pp_calloc(cells, sizeof *d->rest);
    memcpy(d->rest, p->stack_values, cells * sizeof *d->rest);
    for (size_t s = 0; s < p->sample_count; s++) {
        for (size_t m = 0; m < p->metric_count; m++) {
            /* Sums of samples were checked when they were made; the subtraction undoes them. */
            int64_t *cell = &d->rest[p->samples[s].stack.i * p->metric_count + m];
            *cell = (int64_t)((uint64_t)*cell - (uint64_t)p->sample_values[s * p->metric_count + m]);
        }
    }
}

bool raw_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
               struct pp_report *report, struct pp_error *err)
{
    (void)options;
    (void)report;
    struct dump d = {.p = p};
    d.w = begin(p, out);
    prepare(&d);
    write_metas(&d);
    for (size_t s = 0; s < p->sample_count; s++) {
        write_sample(&d, s);
    }
    write_stacks(&d);
    bool ok = pp_raw_end(d.w, err);
    void *tables[] = {d.strings, d.functions, d.frames, d.threads, d.last, d.depths, d.rest, d.path.at};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
    return ok;
}
