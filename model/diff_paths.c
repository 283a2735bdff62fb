#include "model/diff_paths.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "model/diff_join.h"
#include "model/estimate.h"

/* The joined tree with what is not yet carried by a path below. */
struct tree {
    const struct pp_profile *p; /* columns before, after */
    double *rest[2];
    PP_VEC(uint32_t) found; /* stacks */
};

/* Sum of |change of self| per function. */
static double moved(const struct tree *t)
{
    double *change = pp_calloc(t->p->function_count, sizeof *change);
    for (size_t i = 0; i < t->p->stack_count; i++) {
        change[t->p->frames[t->p->stacks[i].frame.i].function.i] += t->rest[1][i] - t->rest[0][i];
    }
    double sum = 0;
    for (size_t f = 0; f < t->p->function_count; f++) {
        sum += fabs(change[f]);
    }
    pp_free(change);
    return sum;
}

static void find(struct tree *t)
{
    double least = moved(t) / 10;
    for (size_t i = t->p->stack_count; i-- > 0;) {
        double change = t->rest[1][i] - t->rest[0][i];
        if (change != 0 && fabs(change) >= least) {
            *PP_PUSH(&t->found) = (uint32_t)i;
        } else if (i) {
            t->rest[0][t->p->stacks[i].parent.i] += t->rest[0][i];
            t->rest[1][t->p->stacks[i].parent.i] += t->rest[1][i];
        }
    }
}

static struct pp_diff_path path_of(const struct tree *t, uint32_t stack, struct pp_arena *arena)
{
    const struct pp_profile *p = t->p;
    struct pp_diff_path path = {.before = llround(t->rest[0][stack]),
                                .after = llround(t->rest[1][stack]),
                                .estimated = p->bounds && p->bounds[stack].flags & PP_STACK_ESTIMATED};
    for (uint32_t s = stack; s; s = p->stacks[s].parent.i) {
        path.depth++;
    }
    struct pp_str *names = PP_NEW_ARRAY(arena, struct pp_str, path.depth + 1);
    size_t at = path.depth;
    for (uint32_t s = stack; s; s = p->stacks[s].parent.i) {
        names[--at] = pp_arena_str(arena, pp_profile_str(p, pp_frame_function(p, p->stacks[s].frame)->name));
    }
    path.names = names;
    return path;
}

static int by_change(const void *a, const void *b)
{
    const struct pp_diff_path *x = a;
    const struct pp_diff_path *y = b;
    int64_t cx = llabs(x->after - x->before), cy = llabs(y->after - y->before);
    if (cx != cy) {
        return cx > cy ? -1 : 1;
    }
    for (size_t i = 0; i < x->depth && i < y->depth; i++) {
        int order = pp_str_cmp(x->names[i], y->names[i]);
        if (order) {
            return order;
        }
    }
    return (x->depth > y->depth) - (x->depth < y->depth);
}

static struct pp_diff_path *collect(struct tree *t, struct pp_arena *arena, size_t *count,
                                    struct pp_diff_path_sums *sums)
{
    struct pp_diff_path *paths = pp_calloc(t->found.count, sizeof *paths);
    bool root = false;
    for (size_t i = 0; i < t->found.count; i++) {
        paths[i] = path_of(t, t->found.at[i], arena);
        root = root || t->found.at[i] == 0;
    }
    *count = t->found.count;
    sums->left = root || t->p->stack_count == 0 ? 0 : llround(t->rest[1][0] - t->rest[0][0]);
    if (*count > 1) {
        qsort(paths, *count, sizeof *paths, by_change);
    }
    return paths;
}

/* The joined columns as numbers, scaled. */
static void load(struct tree *t, const double wanted[2])
{
    for (size_t side = 0; side < 2; side++) {
        double sum = 0;
        t->rest[side] = pp_calloc(t->p->stack_count, sizeof(double));
        for (size_t i = 0; i < t->p->stack_count; i++) {
            t->rest[side][i] = (double)t->p->stack_values[i * t->p->metric_count + side];
            sum += t->rest[side][i];
        }
        for (size_t i = 0; sum > 0 && i < t->p->stack_count; i++) {
            t->rest[side][i] *= wanted[side] / sum;
        }
    }
}

static struct pp_profile *join(const struct pp_profile *const sides[2], enum pp_match_by by,
                               struct pp_diff_path_sums *sums, struct pp_error *err)
{
    struct pp_profile *made[2] = {NULL, NULL}, *joined = NULL;
    const struct pp_profile *stacks[2];
    bool ok = true;
    for (size_t side = 0; ok && side < 2; side++) {
        if (!(sides[side]->shapes & PP_SHAPE_STACKS)) {
            struct pp_estimate_options options = {.min_share = 2e-5};
            made[side] = pp_estimate_stacks(sides[side], &options, err);
            ok = made[side] != NULL;
            sums->estimated = true;
        }
        stacks[side] = made[side] ? made[side] : sides[side];
        ok = ok && (stacks[side]->metric_count ||
                    pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "a profile has no values to follow"));
    }
    if (ok) {
        joined = pp_diff_joined(stacks[0], pp_profile_default_metric(stacks[0]), stacks[1],
                                pp_profile_default_metric(stacks[1]), by, err);
    }
    pp_profile_free(made[0]);
    pp_profile_free(made[1]);
    return joined;
}

struct pp_diff_path *pp_diff_paths(const struct pp_profile *const sides[2], const double wanted[2], enum pp_match_by by,
                                   struct pp_arena *arena, size_t *count, struct pp_diff_path_sums *sums,
                                   struct pp_error *err)
{
    *sums = (struct pp_diff_path_sums){0};
    struct pp_profile *joined = join(sides, by, sums, err);
    if (!joined) {
        return NULL;
    }
    struct tree t = {.p = joined};
    load(&t, wanted);
    find(&t);
    struct pp_diff_path *paths = collect(&t, arena, count, sums);
    pp_free(t.found.at);
    pp_free(t.rest[0]);
    pp_free(t.rest[1]);
    pp_profile_free(joined);
    return paths;
}
