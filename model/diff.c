/* Comparing two profiles: both become the same list of per-function sums, matched by a key that a shifted line does not change. */
#include "model/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/memory.h"
#include "model/label.h"
#include "model/tree.h"

/* One function's sums of one profile, whatever its shape. */
struct side_row {
    pp_function_id function;
    double self, total;
    int64_t calls, line;
};

struct side {
    const struct pp_profile *profile;
    PP_VEC(struct side_row) rows;
    double sum;
    bool seconds;
};

static void side_of_calls(struct side *side, const struct pp_profile *p)
{
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        int64_t line = p->functions[row->function.i].line;
        *PP_PUSH(&side->rows) = (struct side_row){row->function, row->tottime, row->cumtime, row->calls, line};
    }
    side->sum = p->total_tottime;
    side->seconds = true;
}

static double scale_of(const struct pp_metric *metric)
{
    double scale = metric->unit == PP_UNIT_NS ? 1e9 : 1;
    for (unsigned d = 0; d < metric->decimals; d++) {
        scale *= 10;
    }
    return scale;
}

/* The lowest line a function was seen at, for functions whose definition line is unknown. */
static int64_t *lowest_lines(const struct pp_profile *p)
{
    int64_t *lines = pp_calloc(p->function_count, sizeof *lines);
    for (size_t f = 0; f < p->frame_count; f++) {
        int64_t *line = &lines[p->frames[f].function.i];
        if (p->frames[f].line && (*line == 0 || p->frames[f].line < *line)) {
            *line = p->frames[f].line;
        }
    }
    for (size_t i = 0; i < p->function_count; i++) {
        lines[i] = p->functions[i].line ? p->functions[i].line : lines[i];
    }
    return lines;
}

static void side_of_stacks(struct side *side, const struct pp_profile *p)
{
    struct pp_function_sums sums;
    size_t metric = pp_profile_default_metric(p);
    double scale = scale_of(&p->metrics[metric]);
    pp_function_sums_init(&sums, p, metric);
    int64_t *lines = lowest_lines(p);
    for (uint32_t f = 0; f < p->function_count; f++) {
        if (sums.total[f] || sums.self[f]) {
            struct side_row row = {{f}, (double)sums.self[f] / scale, (double)sums.total[f] / scale, 0, lines[f]};
            *PP_PUSH(&side->rows) = row;
        }
    }
    side->sum = (double)sums.sum / scale;
    side->seconds = p->metrics[metric].unit == PP_UNIT_NS;
    pp_free(lines);
    pp_function_sums_free(&sums);
}

static void side_init(struct side *side, const struct pp_profile *p)
{
    *side = (struct side){.profile = p};
    if (p->shapes & PP_SHAPE_CALLS) {
        side_of_calls(side, p);
    } else {
        side_of_stacks(side, p);
    }
}

/* --- matching --- */

struct joiner {
    struct pp_intern keys;
    struct pp_arena arena;
    PP_VEC(struct pp_diff_row) rows;
    enum pp_diff_match match;
    char *buffer;
    size_t capacity;
};

/* The bytes by which a function is known: name, NUL, file (basename unless by path), NUL, line if asked. */
static struct pp_str key_of(struct joiner *j, const struct pp_profile *p, const struct side_row *row)
{
    const struct pp_function *f = pp_profile_function(p, row->function);
    struct pp_str name = pp_profile_str(p, f->name);
    struct pp_str file = pp_profile_str(p, f->file);
    if (j->match != PP_DIFF_BY_PATH) {
        file = pp_str_basename(file);
    }
    /* A folded frame without a place and cProfile's "~" mean the same: no file. */
    file = pp_str_eq(file, PP_STR("~")) ? (struct pp_str){0} : file;
    size_t need = name.len + file.len + 2 + sizeof row->line;
    j->buffer = need > j->capacity ? pp_grow(j->buffer, need, &j->capacity, 1) : j->buffer;
    size_t at = 0;
    const struct pp_str parts[] = {name, file};
    for (size_t i = 0; i < 2; i++) {
        if (parts[i].len) {
            memcpy(j->buffer + at, parts[i].data, parts[i].len);
        }
        at += parts[i].len;
        j->buffer[at++] = '\0';
    }
    if (j->match == PP_DIFF_BY_LINE) {
        memcpy(j->buffer + at, &row->line, sizeof row->line);
        at += sizeof row->line;
    }
    return (struct pp_str){j->buffer, at};
}

static struct pp_diff_row *row_for(struct joiner *j, const struct pp_profile *p, const struct side_row *row)
{
    size_t known = j->rows.count;
    uint32_t number = pp_intern_add(&j->keys, &j->arena, key_of(j, p, row));
    if (number == known) {
        const struct pp_function *f = pp_profile_function(p, row->function);
        *PP_PUSH(&j->rows) =
            (struct pp_diff_row){.name = pp_profile_str(p, f->name), .file = pp_profile_str(p, f->file)};
    }
    return &j->rows.at[number];
}

static void join(struct joiner *j, const struct side *side, bool after)
{
    for (size_t i = 0; i < side->rows.count; i++) {
        const struct side_row *from = &side->rows.at[i];
        struct pp_diff_row *row = row_for(j, side->profile, from);
        bool *in = after ? &row->in_after : &row->in_before;
        int64_t *line = after ? &row->line_after : &row->line_before;
        int64_t *calls = after ? &row->calls_after : &row->calls_before;
        double *self = after ? &row->self_after : &row->self_before;
        double *total = after ? &row->total_after : &row->total_before;
        *line = *in && *line <= from->line ? *line : from->line;
        *in = true;
        *self += from->self;
        *total += from->total;
        *calls += from->calls;
    }
}

/* --- order --- */

static double magnitude(const struct pp_diff_row *row)
{
    double delta = fabs(row->self_after - row->self_before);
    return isnan(delta) ? 0 : delta;
}

static int compare_rows(const void *a, const void *b)
{
    const struct pp_diff_row *x = a;
    const struct pp_diff_row *y = b;
    double dx = magnitude(x);
    double dy = magnitude(y);
    if (dx < dy || dx > dy) {
        return dx > dy ? -1 : 1;
    }
    int order = pp_str_cmp(x->name, y->name);
    order = order ? order : pp_str_cmp(x->file, y->file);
    int64_t lx = x->in_before ? x->line_before : x->line_after;
    int64_t ly = y->in_before ? y->line_before : y->line_after;
    return order ? order : (lx > ly) - (lx < ly);
}

bool pp_diff_init(struct pp_diff *diff, const struct pp_profile *before, const struct pp_profile *after,
                  enum pp_diff_match match, struct pp_error *err)
{
    struct side sides[2];
    *diff = (struct pp_diff){0};
    side_init(&sides[0], before);
    side_init(&sides[1], after);
    bool ok = sides[0].seconds == sides[1].seconds ||
              pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                      "one profile is in seconds and the other in counts; they cannot be compared");
    if (ok) {
        struct joiner j = {.match = match};
        join(&j, &sides[0], false);
        join(&j, &sides[1], true);
        *diff = (struct pp_diff){j.rows.at, j.rows.count, sides[0].sum, sides[1].sum, sides[0].seconds};
        if (diff->count > 1) {
            qsort(diff->rows, diff->count, sizeof *diff->rows, compare_rows);
        }
        pp_intern_free(&j.keys);
        pp_arena_free(&j.arena);
        pp_free(j.buffer);
    }
    pp_free(sides[0].rows.at);
    pp_free(sides[1].rows.at);
    return ok;
}

void pp_diff_free(struct pp_diff *diff)
{
    pp_free(diff->rows);
    *diff = (struct pp_diff){0};
}
