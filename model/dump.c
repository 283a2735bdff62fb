/* The canonical text form of a profile, for tests and for people. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/sink.h"
#include "base/text.h"
#include "model/check.h"
#include "model/tree.h"

static void dump_quoted(struct pp_sink *out, struct pp_str s)
{
    pp_sink_byte(out, '"');
    pp_text_json(out, s);
    pp_sink_byte(out, '"');
}

static void dump_function(const struct pp_profile *p, struct pp_sink *out, pp_function_id id)
{
    const struct pp_function *f = pp_profile_function(p, id);
    dump_quoted(out, pp_profile_str(p, f->name));
    if (f->file.i) {
        pp_sink_text(out, "@");
        dump_quoted(out, pp_profile_str(p, f->file));
    }
    if (f->line) {
        pp_sink_byte(out, ':');
        pp_sink_i64(out, f->line);
    }
    if (f->module.i) {
        pp_sink_text(out, " in ");
        dump_quoted(out, pp_profile_str(p, f->module));
    }
}

static void dump_frame(const struct pp_profile *p, struct pp_sink *out, pp_frame_id id)
{
    const struct pp_frame *f = &p->frames[id.i];
    dump_function(p, out, f->function);
    const uint64_t extras[] = {f->line, f->end_line, f->column, f->end_column, f->flags};
    static const char *const names[] = {" line ", " end ", " column ", " end-column ", " flags "};
    for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
        if (extras[i]) {
            pp_sink_text(out, names[i]);
            pp_sink_u64(out, extras[i]);
        }
    }
    if (f->address) {
        pp_sink_printf(out, " address 0x%llx", (unsigned long long)f->address);
    }
}

static void dump_metas(const struct pp_profile *p, struct pp_sink *out)
{
    for (size_t i = 0; i < p->meta_count; i++) {
        pp_sink_text(out, "meta ");
        dump_quoted(out, pp_profile_str(p, p->metas[i].key));
        pp_sink_text(out, " = ");
        dump_quoted(out, pp_profile_str(p, p->metas[i].value));
        pp_sink_byte(out, '\n');
    }
}

static void dump_metrics(const struct pp_profile *p, struct pp_sink *out)
{
    for (size_t m = 0; m < p->metric_count; m++) {
        pp_sink_text(out, "metric ");
        dump_quoted(out, pp_profile_str(p, p->metrics[m].name));
        pp_sink_printf(out, " %s decimals %u\n", pp_unit_name(p->metrics[m].unit), p->metrics[m].decimals);
    }
}

static bool worth_a_line(const struct pp_profile *p, size_t stack)
{
    bool any = p->bounds && p->bounds[stack].flags;
    for (size_t m = 0; m < p->metric_count; m++) {
        any = any || p->stack_values[stack * p->metric_count + m] != 0;
    }
    return any;
}

/* Writes the frames of a stack from the root; `path` is scratch of at least its depth. */
static void dump_path(const struct pp_profile *p, struct pp_sink *out, uint32_t stack, uint32_t *path)
{
    size_t depth = 0;
    for (; stack; stack = p->stacks[stack].parent.i) {
        path[depth++] = stack;
    }
    while (depth--) {
        dump_frame(p, out, p->stacks[path[depth]].frame);
        pp_sink_text(out, depth ? "; " : "");
    }
}

static void dump_values(const struct pp_profile *p, struct pp_sink *out, const int64_t *values)
{
    for (size_t m = 0; m < p->metric_count; m++) {
        pp_sink_byte(out, ' ');
        pp_sink_i64(out, values[m]);
    }
}

static void dump_stacks(const struct pp_profile *p, struct pp_sink *out)
{
    struct pp_tree tree;
    struct pp_walk walk;
    uint32_t *path = pp_calloc(p->stack_count, sizeof *path);
    pp_tree_init(&tree, p, 0, PP_TREE_BY_NAME);
    pp_walk_init(&walk, &tree);
    while (pp_walk_next(&walk)) {
        if (!walk.entering || !worth_a_line(p, walk.stack)) {
            continue;
        }
        pp_sink_text(out, "stack ");
        dump_path(p, out, walk.stack, path);
        pp_sink_text(out, " =");
        dump_values(p, out, p->stack_values + walk.stack * p->metric_count);
        if (p->bounds && p->bounds[walk.stack].flags) {
            const struct pp_stack_bounds *b = &p->bounds[walk.stack];
            pp_sink_printf(out, " bounds %lld..%lld flags %u", (long long)b->lower, (long long)b->upper, b->flags);
        }
        pp_sink_byte(out, '\n');
    }
    for (size_t s = 0; s < p->sample_count; s++) {
        const struct pp_sample *sample = &p->samples[s];
        const struct pp_thread *thread = &p->threads[sample->thread.i];
        pp_sink_printf(out, "sample %lld thread %lld/%lld ", (long long)sample->time_ns, (long long)thread->pid,
                       (long long)thread->tid);
        dump_quoted(out, pp_profile_str(p, thread->name));
        pp_sink_printf(out, " flags %u ", sample->flags);
        dump_path(p, out, sample->stack.i, path);
        pp_sink_text(out, " =");
        dump_values(p, out, p->sample_values + s * p->metric_count);
        pp_sink_byte(out, '\n');
    }
    pp_walk_free(&walk);
    pp_tree_free(&tree);
    pp_free(path);
}

static void dump_calls(const struct pp_profile *p, struct pp_sink *out)
{
    pp_sink_printf(out, "calls %lld primitive %lld tottime %a%s%s\n", (long long)p->total_calls,
                   (long long)p->total_primitive_calls, p->total_tottime, p->counts_swapped ? " swapped" : "",
                   p->sampled_calls ? " sampled" : "");
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        pp_sink_text(out, "row ");
        dump_function(p, out, row->function);
        pp_sink_printf(out, " = cc %lld nc %lld tt %a ct %a\n", (long long)row->primitive_calls, (long long)row->calls,
                       row->tottime, row->cumtime);
        for (uint32_t e = 0; e < row->edge_count; e++) {
            const struct pp_call_edge *edge = &p->edges[row->first_edge + e];
            pp_sink_text(out, "  from ");
            dump_function(p, out, edge->caller);
            pp_sink_printf(out, " = nc %lld cc %lld tt %a ct %a%s\n", (long long)edge->calls,
                           (long long)edge->primitive_calls, edge->tottime, edge->cumtime,
                           edge->flags & PP_EDGE_COUNT_ONLY ? " count only" : "");
        }
    }
}

void pp_profile_dump(const struct pp_profile *p, struct pp_sink *out)
{
    dump_metas(p, out);
    if (p->start_utc_ns) {
        pp_sink_printf(out, "start %lld\n", (long long)p->start_utc_ns);
    }
    if (p->shapes & PP_SHAPE_STACKS) {
        dump_metrics(p, out);
        dump_stacks(p, out);
    }
    if (p->shapes & PP_SHAPE_CALLS) {
        dump_calls(p, out);
    }
}
