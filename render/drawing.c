#include "render/drawing.h"

#include "base/memory.h"
#include "model/diff_join.h"
#include "model/estimate.h"
#include "model/filter.h"
#include "model/merge.h"
#include "render/turn.h"

/* Replaces *p by `made`; false after printing when there is none. */
static bool replace(const struct draw_args *a, struct pp_profile **p, struct pp_profile *made,
                    const struct pp_error *err)
{
    pp_profile_free(*p);
    *p = made;
    if (!made) {
        cli_fail(&a->common, NULL, err);
    }
    return made != NULL;
}

/* Whatever was read as stacks, with the filters asked for. */
static bool make_stacks(const struct draw_args *a, struct pp_profile **p)
{
    struct pp_error err = {0};
    if (!((*p)->shapes & PP_SHAPE_STACKS)) {
        /* The same estimate as anywhere, so that the picture gives back what pstat2folded writes. */
        struct pp_estimate_options estimate = {0};
        if (!replace(a, p, pp_estimate_stacks(*p, &estimate, &err), &err)) {
            return false;
        }
    }
    if (a->collapse || a->granularity) {
        static const enum pp_granularity granularities[] = {PP_GRANULARITY_NONE, PP_GRANULARITY_FUNCTION,
                                                            PP_GRANULARITY_FILE, PP_GRANULARITY_MODULE,
                                                            PP_GRANULARITY_PACKAGE};
        struct pp_filter filter = {.collapse_recursion = a->collapse, .granularity = granularities[a->granularity]};
        if (!replace(a, p, pp_filter_apply(*p, &filter, NULL, NULL, &err), &err)) {
            return false;
        }
    }
    if (a->base.count) {
        const char **names = pp_calloc(a->base.count, sizeof *names);
        for (size_t i = 0; i < a->base.count; i++) {
            names[i] = a->base.at[i].argument;
        }
        struct pp_profile *made = turn_at_base(*p, names, a->base.count, &err);
        pp_free(names);
        return replace(a, p, made, &err);
    }
    return true;
}

/* Reads the files and adds them up. */
static struct pp_profile *read_sum(const struct draw_args *a, size_t count, char **paths)
{
    struct pp_error err = {0};
    struct cli_input *inputs = pp_calloc(count, sizeof *inputs);
    const struct pp_profile **profiles = pp_calloc(count, sizeof *profiles);
    struct pp_profile *sum = NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = cli_read(&a->common, paths ? paths[i] : NULL, &inputs[i]);
        profiles[i] = inputs[i].profile;
    }
    if (ok && count == 1) {
        sum = inputs[0].profile;
        inputs[0].profile = NULL;
    } else if (ok) {
        sum = pp_merge(profiles, count, &err);
        if (!sum) {
            cli_fail(&a->common, NULL, &err);
        }
    }
    for (size_t i = 0; i < count; i++) {
        cli_input_free(&inputs[i]);
    }
    pp_free(inputs);
    pp_free(profiles);
    return sum;
}

static struct pp_profile *read_stacks(const struct draw_args *a, size_t count, char **paths)
{
    struct pp_profile *p = read_sum(a, count, paths);
    if (p && !make_stacks(a, &p)) {
        return NULL;
    }
    return p;
}

static bool find_metric(const struct draw_args *a, const struct pp_profile *p, size_t *metric)
{
    *metric = a->metric         ? pp_profile_metric(p, pp_str_of(a->metric))
              : p->metric_count ? pp_profile_default_metric(p)
                                : 0;
    if (*metric < p->metric_count) {
        return true;
    }
    if (a->metric) {
        cli_usage(&a->common, "--metric: the profile has no metric \"%s\"", a->metric);
    } else {
        cli_error(&a->common, "nothing to draw: the profile has no values");
    }
    return false;
}

/* By the values of --match: name, exact, fuzzy, and the old words line and path. */
static const enum pp_match_by matches[] = {PP_MATCH_NAME, PP_MATCH_EXACT, PP_MATCH_FUZZY, PP_MATCH_EXACT,
                                           PP_MATCH_EXACT};

static bool read_two(struct drawing *d, const struct draw_args *a, char **paths)
{
    struct pp_error err = {0};
    size_t before_metric, after_metric;
    struct pp_profile *before = read_stacks(a, 1, paths);
    struct pp_profile *after = before ? read_stacks(a, 1, paths + 1) : NULL;
    bool ok = after && find_metric(a, before, &before_metric) && find_metric(a, after, &after_metric);
    if (ok) {
        d->data = pp_diff_joined(before, before_metric, after, after_metric, matches[a->match], &err);
        d->diff = true;
        d->metric = 1;
        ok = d->data || cli_fail(&a->common, NULL, &err) == CLI_OK;
    }
    pp_profile_free(before);
    pp_profile_free(after);
    return ok;
}

/* A profile with both columns is a diff too, unless one metric is asked for. */
static bool read_one(struct drawing *d, const struct draw_args *a, size_t count, char **paths)
{
    d->data = read_stacks(a, count ? count : 1, count ? paths : NULL);
    if (!d->data || !find_metric(a, d->data, &d->metric)) {
        return false;
    }
    size_t before = pp_profile_metric(d->data, PP_STR("before"));
    size_t after = pp_profile_metric(d->data, PP_STR("after"));
    if (!a->metric && before < d->data->metric_count && after < d->data->metric_count) {
        d->diff = true;
        d->before = before;
        d->metric = after;
    }
    return true;
}

bool drawing_init(struct drawing *d, const struct draw_args *a, int count, char **paths)
{
    struct pp_error err = {0};
    *d = (struct drawing){0};
    if (a->diff && count != 2) {
        cli_usage(&a->common, "--diff: expected two files, BEFORE and AFTER");
        return false;
    }
    if (!(a->diff ? read_two(d, a, paths) : read_one(d, a, (size_t)count, paths))) {
        return false;
    }
    d->chart = a->chart && !d->diff && d->data->sample_count > 0;
    d->by_value = d->chart && d->data->samples[0].time_ns == d->data->samples[d->data->sample_count - 1].time_ns;
    if (a->chart && !d->chart) {
        cli_warn(&a->common,
                 d->diff ? "two profiles have no common order in time: the chart is in order of first appearance"
                         : "no samples in time order: the chart is in order of first appearance");
    }
    if (a->reverse && !d->chart) {
        d->turned = turn_reversed(d->data, &err);
        if (!d->turned) {
            cli_fail(&a->common, NULL, &err);
            return false;
        }
    }
    d->profile = d->turned ? d->turned : d->data;
    return true;
}

void drawing_free(struct drawing *d)
{
    pp_profile_free(d->data);
    pp_profile_free(d->turned);
    *d = (struct drawing){0};
}
