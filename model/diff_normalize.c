/* Runs of different length made comparable: each is scaled such that its reference equals the mean of after's. */
#include <math.h>

#include "base/memory.h"
#include "model/diff_parts.h"

static size_t runs_of(const struct pp_diff *diff)
{
    return diff->run_count[0] + diff->run_count[1];
}

/* The outermost function: of those that all runs have, the one with the largest totals. */
static uint32_t find_root(const struct pp_diff *diff)
{
    uint32_t best = PP_MATCH_NONE;
    double largest = 0;
    for (uint32_t i = 0; i < diff->match.count; i++) {
        double sum = 0;
        bool in_all = true;
        for (size_t r = 0; r < runs_of(diff); r++) {
            const struct pp_diff_run *run = &diff->runs[r];
            in_all = in_all && run->total[i] > 0;
            sum += run->sum > 0 ? (double)run->total[i] / (double)run->sum : 0;
        }
        if (in_all && sum > largest) {
            largest = sum;
            best = i;
        }
    }
    return best;
}

static bool is_named(const struct pp_diff *diff, uint32_t row, struct pp_regex *name)
{
    for (size_t side = 0; side < 2; side++) {
        const struct pp_match_row *m = &diff->match.rows[row];
        if (m->function[side] != PP_MATCH_NONE) {
            const struct pp_profile *p = diff->runs[m->profile[side]].profile;
            if (pp_regex_search(name, pp_profile_str(p, p->functions[m->function[side]].name))) {
                return true;
            }
        }
    }
    return false;
}

/* Of the functions of that name the one with the largest totals, for those that all runs have. */
static uint32_t find_named(const struct pp_diff *diff, struct pp_regex *name)
{
    uint32_t best = PP_MATCH_NONE;
    double largest = 0;
    for (uint32_t i = 0; i < diff->match.count; i++) {
        double sum = 0;
        bool in_all = true;
        for (size_t r = 0; r < runs_of(diff); r++) {
            in_all = in_all && diff->runs[r].total[i] > 0;
            sum += (double)diff->runs[r].total[i];
        }
        if (in_all && sum > largest && is_named(diff, i, name)) {
            largest = sum;
            best = i;
        }
    }
    return best;
}

static bool find_references(struct pp_diff *diff, const struct pp_diff_request *request, struct pp_error *err)
{
    uint32_t row = PP_MATCH_NONE;
    if (request->normalize == PP_DIFF_BY_FUNCTION) {
        row = find_named(diff, request->function);
        if (row == PP_MATCH_NONE) {
            return pp_fail(err, PP_USAGE, pp_nowhere(), "--normalize: no function of that name has time on both sides");
        }
    } else if (request->normalize == PP_DIFF_BY_ROOT) {
        row = find_root(diff);
    }
    for (size_t r = 0; r < runs_of(diff); r++) {
        struct pp_diff_run *run = &diff->runs[r];
        run->reference = (double)(row == PP_MATCH_NONE ? run->sum : run->total[row]);
        if (!(run->reference > 0)) {
            return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "--normalize: a profile has no values to scale");
        }
    }
    return true;
}

bool diff_normalize(struct pp_diff *diff, const struct pp_diff_request *request, struct pp_error *err)
{
    for (size_t r = 0; r < runs_of(diff); r++) {
        diff->runs[r].scale = 1;
    }
    if (request->normalize == PP_DIFF_AS_IS) {
        return true;
    }
    if (!find_references(diff, request, err)) {
        return false;
    }
    double wanted = 0;
    for (size_t r = diff->run_count[0]; r < runs_of(diff); r++) {
        wanted += diff->runs[r].reference / (double)diff->run_count[1];
    }
    for (size_t r = 0; r < runs_of(diff); r++) {
        double reference = diff->runs[r].reference;
        diff->runs[r].scale = reference == wanted ? 1 : wanted / reference;
    }
    return true;
}
