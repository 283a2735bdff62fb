#include "model/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/memory.h"

static bool broken(struct pp_error *err, const char *table, size_t row, const char *what)
{
    return pp_fail(err, PP_SYNTAX, pp_nowhere(), "%s %zu: %s", table, row, what);
}

/* True if no two of `count` rows of `size` bytes are equal. Rows must have no padding. */
static bool all_distinct(const void *rows, size_t count, size_t size, const char *table, struct pp_error *err)
{
    struct pp_intern seen = {0};
    struct pp_arena arena = {0};
    size_t i = 0;
    for (; i < count; i++) {
        struct pp_str row = {(const char *)rows + i * size, size};
        if (pp_intern_add(&seen, &arena, row) != i) {
            break;
        }
    }
    pp_intern_free(&seen);
    pp_arena_free(&arena);
    return i == count || broken(err, table, i, "equal to an earlier row");
}

static bool check_strings(const struct pp_profile *p, struct pp_error *err)
{
    if (p->string_count == 0 || p->strings[0].len != 0) {
        return broken(err, "string", 0, "is not the empty string");
    }
    struct pp_intern seen = {0};
    struct pp_arena arena = {0};
    size_t i = 0;
    while (i < p->string_count && pp_intern_add(&seen, &arena, p->strings[i]) == i) {
        i++;
    }
    pp_intern_free(&seen);
    pp_arena_free(&arena);
    return i == p->string_count || broken(err, "string", i, "equal to an earlier row");
}

static bool check_functions(const struct pp_profile *p, struct pp_error *err)
{
    if (p->function_count == 0) {
        return broken(err, "function", 0, "is missing");
    }
    for (size_t i = 0; i < p->function_count; i++) {
        const struct pp_function *f = &p->functions[i];
        if (f->name.i >= p->string_count || f->file.i >= p->string_count || f->module.i >= p->string_count) {
            return broken(err, "function", i, "a string is out of range");
        }
    }
    /* Four 32-bit-aligned fields and one 64-bit: rows are compared without their padding. */
    struct packed {
        uint32_t name, file, module, zero;
        int64_t line;
    } *rows = pp_calloc(p->function_count, sizeof *rows);
    for (size_t i = 0; i < p->function_count; i++) {
        const struct pp_function *f = &p->functions[i];
        rows[i] = (struct packed){f->name.i, f->file.i, f->module.i, 0, f->line};
    }
    bool ok = all_distinct(rows, p->function_count, sizeof *rows, "function", err);
    pp_free(rows);
    return ok;
}

static bool check_frames(const struct pp_profile *p, struct pp_error *err)
{
    if (p->frame_count == 0 || p->frames[0].function.i != 0) {
        return broken(err, "frame", 0, "is not the frame of the unknown function");
    }
    for (size_t i = 0; i < p->frame_count; i++) {
        if (p->frames[i].function.i >= p->function_count) {
            return broken(err, "frame", i, "its function is out of range");
        }
    }
    return all_distinct(p->frames, p->frame_count, sizeof *p->frames, "frame", err);
}

static bool check_threads(const struct pp_profile *p, struct pp_error *err)
{
    for (size_t i = 0; i < p->thread_count; i++) {
        if (p->threads[i].name.i >= p->string_count) {
            return broken(err, "thread", i, "its name is out of range");
        }
    }
    return p->thread_count > 0 || broken(err, "thread", 0, "is missing");
}

static bool check_stacks(const struct pp_profile *p, struct pp_error *err)
{
    if (p->stack_count == 0 || p->stacks[0].parent.i != 0 || p->stacks[0].frame.i != 0) {
        return broken(err, "stack", 0, "is not the root");
    }
    if (p->metric_count == 0) {
        return broken(err, "metric", 0, "is missing");
    }
    for (size_t m = 0; m < p->metric_count; m++) {
        if (p->metrics[m].name.i >= p->string_count || p->metrics[m].decimals > 9) {
            return broken(err, "metric", m, "name or decimals out of range");
        }
    }
    for (size_t i = 1; i < p->stack_count; i++) {
        if (p->stacks[i].parent.i >= i) {
            return broken(err, "stack", i, "its parent is not before it");
        }
        if (p->stacks[i].frame.i >= p->frame_count) {
            return broken(err, "stack", i, "its frame is out of range");
        }
    }
    return all_distinct(p->stacks + 1, p->stack_count - 1, sizeof *p->stacks, "stack", err);
}

/* Samples are in time order and, where all of a stack's value comes from samples, do not exceed it in number of columns. */
static bool check_samples(const struct pp_profile *p, struct pp_error *err)
{
    for (size_t s = 0; s < p->sample_count; s++) {
        const struct pp_sample *sample = &p->samples[s];
        if (sample->stack.i >= p->stack_count || sample->thread.i >= p->thread_count) {
            return broken(err, "sample", s, "its stack or thread is out of range");
        }
        if (s && sample->time_ns < p->samples[s - 1].time_ns) {
            return broken(err, "sample", s, "is earlier than the one before");
        }
    }
    return true;
}

static bool check_bounds(const struct pp_profile *p, struct pp_error *err)
{
    for (size_t i = 0; p->bounds && i < p->stack_count; i++) {
        if (p->bounds[i].flags & PP_STACK_ESTIMATED && p->bounds[i].lower > p->bounds[i].upper) {
            return broken(err, "bounds", i, "lower is above upper");
        }
    }
    return true;
}

static bool check_edges(const struct pp_profile *p, size_t r, struct pp_error *err)
{
    const struct pp_call_row *row = &p->rows[r];
    for (uint32_t e = 0; e < row->edge_count; e++) {
        const struct pp_call_edge *edge = &p->edges[row->first_edge + e];
        if (edge->caller.i >= p->function_count || edge->callee.i != row->function.i) {
            return broken(err, "edge", row->first_edge + e, "caller out of range or callee not its row's function");
        }
    }
    return true;
}

static bool check_calls(const struct pp_profile *p, struct pp_error *err)
{
    size_t next_edge = 0;
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        if (row->function.i >= p->function_count || p->row_of[row->function.i] != r) {
            return broken(err, "row", r, "row_of does not lead back to it");
        }
        if (row->first_edge != next_edge || row->edge_count > p->edge_count - next_edge) {
            return broken(err, "row", r, "its edges do not follow those of the row before");
        }
        next_edge += row->edge_count;
        if (!check_edges(p, r, err)) {
            return false;
        }
    }
    size_t with_row = 0;
    for (size_t f = 0; f < p->function_count; f++) {
        with_row += p->row_of[f] != UINT32_MAX;
    }
    if (with_row != p->row_count) {
        return broken(err, "row", with_row, "row_of knows another number of rows");
    }
    return next_edge == p->edge_count || broken(err, "edge", next_edge, "belongs to no row");
}

bool pp_profile_check(const struct pp_profile *p, struct pp_error *err)
{
    bool ok = check_strings(p, err) && check_functions(p, err) && check_frames(p, err) && check_threads(p, err);
    if (ok && p->shapes & PP_SHAPE_STACKS) {
        ok = check_stacks(p, err) && check_samples(p, err) && check_bounds(p, err);
    }
    if (ok && p->shapes & PP_SHAPE_CALLS) {
        ok = check_calls(p, err);
    }
    return ok && (p->shapes != 0 || broken(err, "profile", 0, "has no shape"));
}
