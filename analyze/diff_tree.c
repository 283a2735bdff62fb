#include "analyze/diff_tree.h"

#include <string.h>

#include "base/memory.h"
#include "model/diff_join.h"
#include "model/estimate.h"
#include "model/merge.h"
#include "render/picture.h"

/* Calls as stacks, to the same depth as folded2svg. *made is owned by the caller, NULL when they are stacks already. */
static const struct pp_profile *stacks_of(const struct pp_profile *p, struct pp_profile **made, struct pp_error *err)
{
    struct pp_estimate_options options = {0};
    *made = NULL;
    if (p->shapes & PP_SHAPE_STACKS) {
        return p;
    }
    *made = pp_estimate_stacks(p, &options, err);
    return *made;
}

static int write_joined(const struct diff_args *a, struct pp_profile *joined)
{
    if (strcmp(a->common.to, "folded") == 0) {
        return cli_write_profile(&a->common, joined, NULL);
    }
    enum diff_normalize normalize = !a->normalize || strcmp(a->normalize, "none") == 0 ? DIFF_NORMALIZE_NONE
                                    : strcmp(a->normalize, "root") == 0                ? DIFF_NORMALIZE_ROOT
                                                                                       : DIFF_NORMALIZE_TOTAL;
    return picture_of_diff(&a->common, joined, normalize);
}

static bool check(const struct diff_args *a, const struct diff_inputs *in)
{
    const char *how = a->normalize ? a->normalize : "none";
    bool svg = strcmp(a->common.to, "svg") == 0;
    if (in->count[0] + in->count[1] > 2) {
        cli_usage(&a->common, "--to %s takes one run a side; add the runs with profmerge first", a->common.to);
        return false;
    }
    if (strcmp(how, "none") != 0 && !(svg && (strcmp(how, "total") == 0 || strcmp(how, "root") == 0))) {
        cli_usage(&a->common, svg ? "--to svg: --normalize can be total or root"
                                  : "--to folded writes the values as they are; say --normalize to folded2svg");
        return false;
    }
    return true;
}

int diff_write_tree(const struct diff_args *a, const struct diff_inputs *in)
{
    struct pp_error err = {0};
    struct pp_profile *made[2] = {NULL, NULL};
    int status = CLI_TROUBLE;
    if (!check(a, in)) {
        return status;
    }
    const struct pp_profile *before = stacks_of(in->profiles[0], &made[0], &err);
    const struct pp_profile *after = before ? stacks_of(in->profiles[1], &made[1], &err) : NULL;
    bool ok = after && ((before->metric_count && after->metric_count) ||
                        pp_fail(&err, PP_UNSUPPORTED, pp_nowhere(), "nothing to compare: a profile has no values"));
    struct pp_profile *joined =
        ok ? pp_diff_joined(before, pp_profile_default_metric(before), after, pp_profile_default_metric(after),
                            (enum pp_match_by)a->match_by, &err)
           : NULL;
    status = joined ? write_joined(a, joined) : cli_fail(&a->common, NULL, &err);
    pp_profile_free(joined);
    pp_profile_free(made[0]);
    pp_profile_free(made[1]);
    return status;
}

/* The runs of a side as one profile. *made is owned by the caller, NULL when there is one run. */
static const struct pp_profile *side_of(const struct diff_inputs *in, size_t side, struct pp_profile **made,
                                        struct pp_error *err)
{
    const struct pp_profile **first = &in->profiles[side ? in->count[0] : 0];
    *made = in->count[side] > 1 ? pp_merge(first, in->count[side], err) : NULL;
    return in->count[side] > 1 ? *made : first[0];
}

bool diff_find_paths(struct diff_report *r, struct pp_arena *arena)
{
    struct pp_error err = {0};
    struct pp_profile *made[2];
    const struct pp_profile *sides[2];
    const double wanted[2] = {(double)r->diff->whole.self[0], (double)r->diff->whole.self[1]};
    sides[0] = side_of(r->inputs, 0, &made[0], &err);
    sides[1] = side_of(r->inputs, 1, &made[1], &err);
    if (sides[0] && sides[1]) {
        r->paths = pp_diff_paths(sides, wanted, (enum pp_match_by)r->args->match_by, arena, &r->path_count,
                                 &r->path_sums, &err);
    }
    if (!r->paths) {
        cli_fail(&r->args->common, NULL, &err);
    }
    pp_profile_free(made[0]);
    pp_profile_free(made[1]);
    return r->paths != NULL;
}
