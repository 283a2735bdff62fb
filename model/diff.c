#include "model/diff.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/diff_parts.h"

/* --- rows --- */

static void name_row(struct pp_diff_row *row, const struct pp_match_row *from, const struct pp_profile *const *profiles)
{
    struct pp_str names[2] = {{0}, {0}}, files[2] = {{0}, {0}};
    for (size_t side = 0; side < 2; side++) {
        if (from->function[side] != PP_MATCH_NONE) {
            const struct pp_profile *p = profiles[from->profile[side]];
            const struct pp_function *f = &p->functions[from->function[side]];
            names[side] = pp_profile_str(p, f->name);
            files[side] = pp_profile_str(p, f->file.i && pp_profile_str(p, f->file).len ? f->file : f->module);
        }
        row->line[side] = from->line[side];
    }
    bool has_after = from->function[PP_AFTER] != PP_MATCH_NONE;
    row->name = names[has_after];
    row->name_before = from->function[PP_BEFORE] != PP_MATCH_NONE ? names[PP_BEFORE] : names[has_after];
    row->file = files[has_after];
    row->file_before = from->function[PP_BEFORE] != PP_MATCH_NONE ? files[PP_BEFORE] : files[has_after];
    row->how = from->how;
}

/* One array of a run, by its offset in struct pp_diff_run. */
static const int64_t *array_of(const struct pp_diff_run *run, size_t which)
{
    return *(int64_t *const *)(const void *)((const char *)run + which);
}

static int64_t *field_of(struct pp_diff_row *row, size_t field)
{
    return (int64_t *)(void *)((char *)row + field);
}

/* The means of a side's runs go to the rows' fields, rounded such that their sum is right. */
static void fill_means(struct pp_diff *diff, size_t side, size_t which, bool scaled, size_t field)
{
    size_t from = side ? diff->run_count[0] : 0, count = diff->run_count[side], rows = diff->match.count;
    double *sums = pp_calloc(rows, sizeof *sums);
    int64_t *means = pp_calloc(rows, sizeof *means);
    for (size_t r = from; r < from + count; r++) {
        const int64_t *values = array_of(&diff->runs[r], which);
        double scale = scaled ? diff->runs[r].scale : 1;
        for (size_t i = 0; i < rows; i++) {
            sums[i] += (double)values[i] * scale;
        }
    }
    diff_scale(means, sums, rows, 1.0 / (double)count);
    for (size_t i = 0; i < rows; i++) {
        field_of(&diff->rows[i], field)[side] = means[i];
    }
    pp_free(sums);
    pp_free(means);
}

static void fill(struct pp_diff *diff, size_t side, size_t which, bool scaled, size_t field)
{
    const struct pp_diff_run *run = &diff->runs[side ? diff->run_count[0] : 0];
    if (diff->run_count[side] > 1 || (scaled && run->scale != 1)) {
        fill_means(diff, side, which, scaled, field);
        return;
    }
    const int64_t *values = array_of(run, which);
    for (size_t i = 0; i < diff->match.count; i++) {
        field_of(&diff->rows[i], field)[side] = values[i];
    }
}

static void fill_sides(struct pp_diff *diff)
{
    for (size_t side = 0; side < 2; side++) {
        fill(diff, side, offsetof(struct pp_diff_run, self), true, offsetof(struct pp_diff_row, self));
        fill(diff, side, offsetof(struct pp_diff_run, total), true, offsetof(struct pp_diff_row, total));
        fill(diff, side, offsetof(struct pp_diff_run, calls), false, offsetof(struct pp_diff_row, calls));
        fill(diff, side, offsetof(struct pp_diff_run, primitive_calls), false,
             offsetof(struct pp_diff_row, primitive_calls));
    }
}

/* Which sides have the function, and whether the runs of a side agree on its calls. */
static void look_at_runs(const struct pp_diff *diff, struct pp_diff_row *row)
{
    row->exact_calls = diff->has_calls;
    for (size_t r = 0; r < diff->run_count[0] + diff->run_count[1]; r++) {
        size_t side = r >= diff->run_count[0];
        const struct pp_diff_run *first = &diff->runs[side ? diff->run_count[0] : 0];
        row->in[side] = row->in[side] || diff->runs[r].in[row->number];
        row->exact_calls = row->exact_calls && diff->runs[r].calls[row->number] == first->calls[row->number];
    }
}

static void sum_up(struct pp_diff *diff)
{
    struct pp_diff_row *whole = &diff->whole;
    whole->exact_calls = diff->has_calls;
    for (size_t i = 0; i < diff->count; i++) {
        const struct pp_diff_row *row = &diff->rows[i];
        for (size_t side = 0; side < 2; side++) {
            whole->in[side] = true;
            whole->self[side] += row->self[side];
            whole->calls[side] += row->calls[side];
            whole->primitive_calls[side] += row->primitive_calls[side];
        }
        diff->moved += llabs(pp_diff_self(row));
        whole->exact_calls = whole->exact_calls && row->exact_calls;
    }
    whole->total[0] = whole->self[0];
    whole->total[1] = whole->self[1];
    whole->number = UINT32_MAX;
    whole->name = whole->name_before = PP_STR("total");
}

static void make_rows(struct pp_diff *diff, const struct pp_profile *const *profiles)
{
    diff->rows = pp_calloc(diff->match.count, sizeof *diff->rows);
    fill_sides(diff);
    for (uint32_t i = 0; i < diff->match.count; i++) {
        struct pp_diff_row row = diff->rows[i];
        row.number = i;
        look_at_runs(diff, &row);
        if (row.in[PP_BEFORE] || row.in[PP_AFTER]) {
            name_row(&row, &diff->match.rows[i], profiles);
            diff->rows[diff->count++] = row;
        }
    }
    sum_up(diff);
}

bool pp_diff_init(struct pp_diff *diff, const struct pp_profile *const *profiles, size_t before_count,
                  size_t after_count, const struct pp_diff_request *request, struct pp_error *err)
{
    *diff = (struct pp_diff){.normalize = request->normalize,
                             .threshold = request->threshold,
                             .alpha = request->alpha,
                             .run_count = {before_count, after_count}};
    pp_match_init(&diff->match, profiles, before_count, after_count, request->match);
    if (!diff_read_runs(diff, profiles, request->normalize != PP_DIFF_AS_IS, err) ||
        !diff_normalize(diff, request, err)) {
        pp_diff_free(diff);
        return false;
    }
    make_rows(diff, profiles);
    diff_judge(diff);
    return true;
}

void pp_diff_free(struct pp_diff *diff)
{
    for (size_t i = 0; diff->runs && i < diff->run_count[0] + diff->run_count[1]; i++) {
        struct pp_diff_run *run = &diff->runs[i];
        pp_free(run->self);
        pp_free(run->total);
        pp_free(run->calls);
        pp_free(run->primitive_calls);
        pp_free(run->in);
    }
    pp_free(diff->runs);
    pp_free(diff->rows);
    pp_match_free(&diff->match);
    *diff = (struct pp_diff){0};
}

/* --- order --- */

/* What a row is sorted by, and where it is. */
struct sorted {
    double size;
    const struct pp_diff_row *row;
    uint32_t verdict;
    uint32_t at; /* its index; after sorting, that of the row that goes here */
};

static double size_of(const struct pp_diff_row *row, enum pp_diff_key key)
{
    switch (key) {
    case PP_DIFF_BY_SELF:
        return fabs((double)pp_diff_self(row));
    case PP_DIFF_BY_TOTALS:
        return fabs((double)pp_diff_total(row));
    case PP_DIFF_BY_CALLS:
        return fabs((double)pp_diff_calls(row));
    case PP_DIFF_BY_RATIO:
        return isnan(row->ratio.median) ? 0 : fabs(log(row->ratio.median));
    case PP_DIFF_BY_NAMES:
        break;
    }
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const struct sorted *x = a;
    const struct sorted *y = b;
    if (x->verdict != y->verdict) {
        return x->verdict < y->verdict ? -1 : 1;
    }
    if (x->size < y->size || x->size > y->size) {
        return x->size > y->size ? -1 : 1;
    }
    int order = pp_str_cmp(x->row->name, y->row->name);
    order = order ? order : pp_str_cmp(x->row->file, y->row->file);
    if (order) {
        return order;
    }
    return (x->row->number > y->row->number) - (x->row->number < y->row->number);
}

/* Moves every row to its place, one cycle of the permutation after another: rows are large, and there may be many. */
static void permute(struct pp_diff_row *rows, struct sorted *sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct pp_diff_row first = rows[i];
        size_t to = i;
        while (sorted[to].at != i) {
            size_t from = sorted[to].at;
            rows[to] = rows[from];
            sorted[to].at = (uint32_t)to;
            to = from;
        }
        rows[to] = first;
        sorted[to].at = (uint32_t)to;
    }
}

void pp_diff_sort(struct pp_diff *diff, enum pp_diff_key key)
{
    struct sorted *sorted = pp_calloc(diff->count, sizeof *sorted);
    for (uint32_t i = 0; i < diff->count; i++) {
        const struct pp_diff_row *row = &diff->rows[i];
        sorted[i] = (struct sorted){size_of(row, key), row, (uint32_t)row->verdict, i};
    }
    if (diff->count > 1) {
        qsort(sorted, diff->count, sizeof *sorted, by_size);
    }
    permute(diff->rows, sorted, diff->count);
    pp_free(sorted);
}
