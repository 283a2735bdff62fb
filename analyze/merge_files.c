#include "analyze/merge_files.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/intern.h"
#include "base/memory.h"
#include "model/estimate.h"
#include "model/graph.h"

/* Notes of readers are said once per kind, with the first file; of how many others they hold is said at the end. */
struct note {
    const char *kind;
    size_t files;
};

/* The two shapes are summed apart: one of them is turned into the other at the end, if --to says into which. */
enum { CALLS, STACKS, SHAPES };

struct work {
    const struct merge_request *request;
    struct pp_merge *sums[SHAPES]; /* NULL: no profile of the shape yet */
    unsigned can_hold;             /* enum pp_shape: what --to can hold; 0: it was not given */
    struct merge_result result;
    bool estimated; /* calls were made stacks */
    PP_VEC(struct note) notes;
    struct timespec started, shown;
    size_t done;
};

/* --- what is said meanwhile --- */

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
    return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

/* On a terminal, after a second, five times a second. */
static void show_progress(struct work *w)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(&w->started, &now) < 1 || seconds_between(&w->shown, &now) < 0.2) {
        return;
    }
    char text[96];
    (void)snprintf(text, sizeof text, "%zu of %zu files added", w->done, w->request->count);
    cli_progress(w->request->common, text);
    w->shown = now;
}

static void end_progress(struct work *w)
{
    if (w->shown.tv_sec) {
        cli_progress(w->request->common, NULL);
        w->shown = (struct timespec){0};
    }
}

static struct note *note_of(struct work *w, const char *kind)
{
    size_t i = 0;
    while (i < w->notes.count && strcmp(w->notes.at[i].kind, kind) != 0) {
        i++;
    }
    if (i == w->notes.count) {
        *PP_PUSH(&w->notes) = (struct note){kind, 0};
    }
    return &w->notes.at[i];
}

static void show_new_notes(struct work *w, const struct cli_input *input)
{
    struct pp_report fresh = {.unlisted = input->report.unlisted};
    for (unsigned i = 0; i < input->report.count; i++) {
        struct note *note = note_of(w, input->report.entries[i].kind);
        if (note->files++ == 0) {
            fresh.entries[fresh.count++] = input->report.entries[i];
        }
    }
    if (fresh.count || fresh.unlisted) {
        end_progress(w);
        cli_show_report(w->request->common, input->path, &fresh);
    }
}

static void show_repeated_notes(struct work *w)
{
    for (size_t i = 0; i < w->notes.count; i++) {
        if (w->notes.at[i].files > 1) {
            cli_warn(w->request->common, "%zu more files: %s", w->notes.at[i].files - 1, w->notes.at[i].kind);
        }
    }
}

/* --- one file --- */

static struct pp_merge *sum_of(struct work *w, int shape)
{
    const struct merge_request *r = w->request;
    if (!w->sums[shape]) {
        struct pp_merge_plan plan = {.mean = r->mean, .divisor = r->divisor, .weighted = r->weights != NULL};
        w->sums[shape] = pp_merge_begin(&plan);
    }
    return w->sums[shape];
}

static struct pp_merge_part part_of(const struct merge_request *r, size_t k)
{
    struct pp_merge_part part = {.weight = r->weights ? r->weights[k] : 1};
    if (r->labels && r->label_as == MERGE_LABELS_COLUMN) {
        part.column = r->labels[k];
    } else if (r->labels) {
        part.root = r->labels[k];
    }
    return part;
}

/* Labels are for stacks. */
static bool add_labelled_calls(struct work *w, size_t k, const struct pp_profile *p, struct pp_error *err)
{
    struct pp_merge_part part = part_of(w->request, k);
    struct pp_estimate_options defaults = {0};
    struct pp_profile *stacks = pp_estimate_stacks(p, &defaults, err);
    bool ok = stacks && pp_merge_add(sum_of(w, STACKS), stacks, &part, err);
    w->estimated |= ok && pp_profile_estimated(stacks);
    pp_profile_free(stacks);
    return ok;
}

static bool may_mix(const struct work *w, int shape, struct pp_error *err)
{
    bool other_seen = w->sums[shape == CALLS ? STACKS : CALLS] != NULL;
    return !other_seen || w->can_hold ||
           pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                   "it is a profile of %s and the ones before it are of %s; --to pstat adds all as calls, --to folded "
                   "as stacks",
                   shape == CALLS ? "calls" : "stacks", shape == CALLS ? "stacks" : "calls");
}

static bool add_profile(struct work *w, size_t k, const struct pp_profile *p, struct pp_error *err)
{
    int shape = p->shapes & PP_SHAPE_CALLS ? CALLS : STACKS;
    if (shape == CALLS && w->request->labels) {
        return add_labelled_calls(w, k, p, err);
    }
    struct pp_merge_part part = part_of(w->request, k);
    return may_mix(w, shape, err) && pp_merge_add(sum_of(w, shape), p, &part, err);
}

/* Reads and adds one file; false after a message. */
static bool add_file(struct work *w, size_t k)
{
    const struct merge_request *r = w->request;
    struct cli_common silent = *r->common;
    struct cli_input input;
    struct pp_error err = {0};
    /* With one file its own progress and notes are the right ones. */
    silent.quiet |= r->count > 1;
    bool ok = cli_read(&silent, r->paths[k], &input);
    if (ok) {
        ok = add_profile(w, k, input.profile, &err);
        if (r->count > 1) {
            show_new_notes(w, &input);
        }
        if (!ok) {
            end_progress(w);
            cli_fail(r->common, r->paths[k], &err);
        }
    }
    if (ok && !w->result.format) {
        w->result.format = input.format;
    }
    cli_input_free(&input);
    w->done++;
    show_progress(w);
    return ok;
}

/* --- all of them --- */

static bool add_all(struct work *w)
{
    const struct merge_request *r = w->request;
    for (size_t k = 0; k < r->count; k++) {
        /* pstats.Stats(a, b, c) loads a, then adds c, then b. */
        bool reversed = k && w->sums[CALLS];
        if (!add_file(w, reversed ? r->count - k : k)) {
            w->result.left_out++;
            if (!r->keep_going) {
                return false;
            }
        }
    }
    return true;
}

static struct pp_profile *as_stacks(const struct pp_profile *calls, struct pp_error *err)
{
    struct pp_estimate_options defaults = {0};
    return pp_estimate_stacks(calls, &defaults, err);
}

static struct pp_profile *as_calls(const struct pp_profile *stacks, struct pp_error *err)
{
    size_t metric = pp_profile_default_metric(stacks);
    const struct pp_metric *m = &stacks->metrics[metric];
    if (m->unit != PP_UNIT_NS) {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                "the stacks count samples, which cannot be added to seconds of calls; profconv --to pstat gives them "
                "a unit");
        return NULL;
    }
    double scale = 1e-9;
    for (unsigned d = 0; d < m->decimals; d++) {
        scale /= 10;
    }
    return pp_graph_calls(stacks, metric, scale, err);
}

/* Both sums in the shape that --to holds. */
static struct pp_profile *join(struct work *w, struct pp_profile *const sums[SHAPES], struct pp_error *err)
{
    bool to_stacks = w->can_hold & PP_SHAPE_STACKS;
    struct pp_profile *made = to_stacks ? as_stacks(sums[CALLS], err) : as_calls(sums[STACKS], err);
    const struct pp_profile *both[] = {to_stacks ? sums[STACKS] : sums[CALLS], made};
    struct pp_profile *joined = made ? pp_merge(both, 2, err) : NULL;
    w->estimated |= joined && to_stacks && pp_profile_estimated(made);
    pp_profile_free(made);
    return joined;
}

static void finish(struct work *w)
{
    const struct cli_common *c = w->request->common;
    struct pp_profile *sums[SHAPES] = {NULL, NULL};
    struct pp_report report = {0};
    struct pp_error err = {0};
    bool ok = true;
    for (int shape = 0; ok && shape < SHAPES; shape++) {
        if (w->sums[shape]) {
            sums[shape] = pp_merge_finish(w->sums[shape], &report, &err);
            w->sums[shape] = NULL;
            ok = sums[shape] != NULL;
        }
    }
    if (ok && sums[CALLS] && sums[STACKS]) {
        w->result.sum = join(w, sums, &err);
        ok = w->result.sum != NULL;
    } else if (ok) {
        w->result.sum = sums[CALLS] ? sums[CALLS] : sums[STACKS];
        sums[CALLS] = sums[STACKS] = NULL;
    }
    pp_profile_free(sums[CALLS]);
    pp_profile_free(sums[STACKS]);
    if (w->estimated) {
        pp_report_note(&report, "profiles of calls have no stacks: those made of them are estimates", pp_nowhere());
    }
    if (ok) {
        cli_show_report(c, NULL, &report);
    } else {
        cli_fail(c, NULL, &err);
    }
}

static unsigned shapes_of_format(const char *name)
{
    const struct pp_format *to = name ? pp_format_named(pp_str_of(name)) : NULL;
    unsigned holds = to ? to->holds : 0;
    return (holds & PP_HOLDS_STACKS ? PP_SHAPE_STACKS : 0U) | (holds & PP_HOLDS_CALLS ? PP_SHAPE_CALLS : 0U);
}

struct merge_result merge_files(const struct merge_request *request)
{
    struct work w = {.request = request, .can_hold = shapes_of_format(request->common->to)};
    clock_gettime(CLOCK_MONOTONIC, &w.started);
    bool ok = add_all(&w);
    end_progress(&w);
    show_repeated_notes(&w);
    if (ok && w.result.left_out < request->count) {
        finish(&w);
    } else if (ok) {
        cli_error(request->common, "none of the files could be added");
    }
    pp_merge_free(w.sums[CALLS]);
    pp_merge_free(w.sums[STACKS]);
    pp_free(w.notes.at);
    return w.result;
}
