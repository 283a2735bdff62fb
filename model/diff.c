#include "model/diff.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/diff_parts.h"

/* --- rows --- */

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

/* True when the values of a side are those of its only run, as they are. */
static bool is_plain(const struct pp_diff *diff, size_t side)
{
    return diff->run_count[side] == 1 && diff->runs[side ? diff->run_count[0] : 0].scale == 1;
}

/* The values of a row whose sides are plain: all in one go, because rows are large and there may be many. */
static void fill_plain(const struct pp_diff *diff, struct pp_diff_row *row)
{
    for (size_t side = 0; side < 2; side++) {
        if (is_plain(diff, side)) {
            const struct pp_diff_run *run = &diff->runs[side ? diff->run_count[0] : 0];
            row->self[side] = run->self[row->number];
            row->total[side] = run->total[row->number];
            row->calls[side] = run->calls[row->number];
            row->primitive_calls[side] = run->primitive_calls[row->number];
        }
    }
}

static void fill_sides(struct pp_diff *diff)
{
    for (size_t side = 0; side < 2; side++) {
        if (is_plain(diff, side)) {
            continue;
        }
        fill_means(diff, side, offsetof(struct pp_diff_run, self), true, offsetof(struct pp_diff_row, self));
        fill_means(diff, side, offsetof(struct pp_diff_run, total), true, offsetof(struct pp_diff_row, total));
        fill_means(diff, side, offsetof(struct pp_diff_run, calls), false, offsetof(struct pp_diff_row, calls));
        fill_means(diff, side, offsetof(struct pp_diff_run, primitive_calls), false,
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

static void add_to_whole(struct pp_diff *diff, const struct pp_diff_row *row)
{
    struct pp_diff_row *whole = &diff->whole;
    for (size_t side = 0; side < 2; side++) {
        whole->in[side] = true;
        whole->self[side] = pp_add_saturating(whole->self[side], row->self[side]);
        whole->total[side] = whole->self[side];
        whole->calls[side] = pp_add_saturating(whole->calls[side], row->calls[side]);
        whole->primitive_calls[side] = pp_add_saturating(whole->primitive_calls[side], row->primitive_calls[side]);
    }
    int64_t change = pp_diff_self(row);
    diff->moved = change < 0 ? pp_subtract_saturating(diff->moved, change) : pp_add_saturating(diff->moved, change);
    whole->exact_calls = whole->exact_calls && row->exact_calls;
}

static void make_rows(struct pp_diff *diff)
{
    diff->rows = pp_calloc(diff->match.count, sizeof *diff->rows);
    fill_sides(diff);
    diff->whole.exact_calls = diff->has_calls;
    diff->whole.number = UINT32_MAX;
    for (uint32_t i = 0; i < diff->match.count; i++) {
        struct pp_diff_row row = diff->rows[i];
        row.number = i;
        fill_plain(diff, &row);
        look_at_runs(diff, &row);
        if (row.in[PP_BEFORE] || row.in[PP_AFTER]) {
            diff->rows[diff->count++] = row;
            add_to_whole(diff, &row);
        }
    }
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
    make_rows(diff);
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
    pp_free(diff->order);
    pp_match_free(&diff->match);
    *diff = (struct pp_diff){0};
}

/* --- names --- */

/* The side itself, or the other one where it has no such function. */
static size_t known_side(const struct pp_match_row *match, size_t side)
{
    return match->function[side] == PP_MATCH_NONE ? 1 - side : side;
}

struct pp_str pp_diff_name(const struct pp_diff *diff, const struct pp_diff_row *row, size_t side)
{
    if (row == &diff->whole) {
        return PP_STR("total");
    }
    const struct pp_match_row *match = &diff->match.rows[row->number];
    size_t from = known_side(match, side);
    const struct pp_profile *p = diff->runs[match->profile[from]].profile;
    return pp_profile_str(p, p->functions[match->function[from]].name);
}

struct pp_str pp_diff_file(const struct pp_diff *diff, const struct pp_diff_row *row, size_t side)
{
    if (row == &diff->whole) {
        return (struct pp_str){0};
    }
    const struct pp_match_row *match = &diff->match.rows[row->number];
    size_t from = known_side(match, side);
    const struct pp_profile *p = diff->runs[match->profile[from]].profile;
    const struct pp_function *f = &p->functions[match->function[from]];
    struct pp_str file = pp_profile_str(p, f->file);
    return file.len ? file : pp_profile_str(p, f->module);
}

const struct pp_match_row *pp_diff_match(const struct pp_diff *diff, const struct pp_diff_row *row)
{
    return &diff->match.rows[row->number];
}

/* --- order --- */

/* What a row is sorted by. */
struct sorted {
    double size;
    const struct pp_diff_row *row;
    const struct pp_diff *diff; /* NULL: ties are not broken by names */
    uint32_t verdict;
};

static double ratio_size(double ratio)
{
    return isnan(ratio) ? 0 : fabs(log(ratio));
}

static double size_of(const struct pp_diff *diff, const struct pp_diff_row *row, enum pp_diff_key key)
{
    switch (key) {
    case PP_DIFF_BY_SELF:
        return fabs((double)pp_diff_self(row));
    case PP_DIFF_BY_TOTALS:
        return fabs((double)pp_diff_total(row));
    case PP_DIFF_BY_CALLS:
        return fabs((double)pp_diff_calls(row));
    case PP_DIFF_BY_RATIO:
        return ratio_size(pp_diff_ratio(diff, row).median);
    case PP_DIFF_BY_NAMES:
        break;
    }
    return 0;
}

static int by_size_alone(const void *a, const void *b)
{
    const struct sorted *x = a;
    const struct sorted *y = b;
    if (x->verdict != y->verdict) {
        return x->verdict < y->verdict ? -1 : 1;
    }
    return x->size > y->size ? -1 : x->size < y->size;
}

static int by_size(const void *a, const void *b)
{
    const struct sorted *x = a;
    const struct sorted *y = b;
    int order = by_size_alone(x, y);
    if (order || !x->diff) {
        return order ? order : (x->row->number > y->row->number) - (x->row->number < y->row->number);
    }
    order = pp_str_cmp(pp_diff_name(x->diff, x->row, PP_AFTER), pp_diff_name(y->diff, y->row, PP_AFTER));
    order =
        order ? order : pp_str_cmp(pp_diff_file(x->diff, x->row, PP_AFTER), pp_diff_file(y->diff, y->row, PP_AFTER));
    return order ? order : (x->row->number > y->row->number) - (x->row->number < y->row->number);
}

static void swap(struct sorted *a, struct sorted *b)
{
    struct sorted kept = *a;
    *a = *b;
    *b = kept;
}

/* Moves the rows that belong among the first `most`, and what equals the last of them, to the front (Hoare's quickselect); returns how many. */
static size_t select_first(struct sorted *rows, size_t count, size_t most, int (*compare)(const void *, const void *))
{
    size_t from = 0, to = count;
    while (to - from > most + 16 || (to > most && to - from > 64)) {
        struct sorted pivot = rows[from + (to - from) / 2];
        size_t less = from, more = to;
        for (size_t i = from; i < more;) {
            int order = compare(&rows[i], &pivot);
            if (order < 0) {
                swap(&rows[i++], &rows[less++]);
            } else if (order > 0) {
                swap(&rows[i], &rows[--more]);
            } else {
                i++;
            }
        }
        if (most <= less) {
            to = less;
        } else if (most <= more) {
            return more;
        } else {
            from = more;
        }
    }
    return to;
}

void pp_diff_sort(struct pp_diff *diff, enum pp_diff_key key, size_t most)
{
    struct sorted *sorted = pp_calloc(diff->count, sizeof *sorted);
    for (size_t i = 0; i < diff->count; i++) {
        const struct pp_diff_row *row = &diff->rows[i];
        /* Of equal rows there may be very many, all with the same size, 0. */
        bool plain = row->verdict == PP_DIFF_SAME && key != PP_DIFF_BY_NAMES;
        sorted[i] = (struct sorted){size_of(diff, row, key), row, plain ? NULL : diff, (uint32_t)row->verdict};
    }
    size_t first = diff->count;
    if (most && most < first) {
        first = select_first(sorted, first, most, by_size_alone);
        first = select_first(sorted, first, most, by_size);
    }
    if (first > 1) {
        qsort(sorted, first, sizeof *sorted, by_size);
    }
    pp_free(diff->order);
    diff->order = pp_calloc(diff->count, sizeof *diff->order);
    for (size_t i = 0; i < diff->count; i++) {
        diff->order[i] = sorted[i].row;
    }
    pp_free(sorted);
}
