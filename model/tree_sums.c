/* Sums per function, or per group of functions: one walk over the tree, whose path holds the sums of the stacks that are not finished. No sum
 * over stacks can overflow: pp_builder_check_sums() sees to it. */
#include <string.h>

#include "base/memory.h"
#include "model/tree.h"

/* A stack on the path: what it and its finished children add up to. */
struct step {
    uint32_t stack, group;
    int64_t sum;
};

/* All of a group in one place, because groups come in any order. */
struct group {
    int64_t self, total;
    uint64_t on_path; /* how often it is on the path */
};

struct group_walk {
    const struct pp_profile *p;
    size_t metric, group_count;
    uint32_t *group_of_frame;
    struct group *groups;
    PP_VEC(struct step) path;
};

static inline int64_t self_of(const struct group_walk *w, uint32_t stack)
{
    return w->p->stack_values[stack * w->p->metric_count + w->metric];
}

static inline void enter(struct group_walk *w, uint32_t stack)
{
    uint32_t number = w->group_of_frame[w->p->stacks[stack].frame.i];
    struct group *group = &w->groups[number];
    int64_t self = self_of(w, stack);
    group->on_path++;
    group->self += self;
    *PP_PUSH(&w->path) = (struct step){stack, number, self};
}

static inline void leave(struct group_walk *w)
{
    struct step step = w->path.at[--w->path.count];
    struct group *group = &w->groups[step.group];
    if (--group->on_path == 0) {
        group->total += step.sum;
    }
    w->path.at[w->path.count - 1].sum += step.sum;
}

/* The root, of no group. */
static void begin(struct group_walk *w)
{
    memset(w->groups, 0, w->group_count * sizeof *w->groups);
    w->path.count = 0;
    *PP_PUSH(&w->path) = (struct step){0, 0, self_of(w, 0)};
}

/* Goes through the table as it stands, which is the order of a walk after reading a sorted file: every stack's parent is on the path to the one before it. False where it is
 * not, half done. */
static bool go_in_order(struct group_walk *w)
{
    begin(w);
    for (uint32_t i = 1; i < w->p->stack_count; i++) {
        uint32_t parent = w->p->stacks[i].parent.i;
        while (w->path.at[w->path.count - 1].stack > parent) {
            leave(w);
        }
        if (w->path.at[w->path.count - 1].stack != parent) {
            return false;
        }
        enter(w, i);
    }
    while (w->path.count > 1) {
        leave(w);
    }
    return true;
}

static void go_by_children(struct group_walk *w)
{
    struct pp_tree tree;
    struct pp_walk walk;
    pp_tree_init(&tree, w->p, w->metric, PP_TREE_BY_ID);
    pp_walk_init(&walk, &tree);
    begin(w);
    while (pp_walk_next(&walk)) {
        if (walk.stack && walk.entering) {
            enter(w, walk.stack);
        } else if (walk.stack) {
            leave(w);
        }
    }
    pp_walk_free(&walk);
    pp_tree_free(&tree);
}

void pp_group_sums_init(struct pp_function_sums *sums, const struct pp_profile *p, size_t metric, const uint32_t *group,
                        size_t group_count)
{
    sums->self = pp_calloc(group_count, sizeof *sums->self);
    sums->total = pp_calloc(group_count, sizeof *sums->total);
    sums->sum = 0;
    if (p->stack_count == 0) {
        return;
    }
    struct group_walk w = {.p = p, .metric = metric, .group_count = group_count};
    w.groups = pp_calloc(group_count, sizeof *w.groups);
    w.group_of_frame = pp_calloc(p->frame_count, sizeof *w.group_of_frame);
    for (size_t f = 0; f < p->frame_count; f++) {
        w.group_of_frame[f] = group[p->frames[f].function.i];
    }
    if (!go_in_order(&w)) {
        go_by_children(&w);
    }
    sums->sum = w.path.at[0].sum;
    for (size_t g = 0; g < group_count; g++) {
        sums->self[g] = w.groups[g].self;
        sums->total[g] = w.groups[g].total;
    }
    pp_free(w.path.at);
    pp_free(w.group_of_frame);
    pp_free(w.groups);
}

void pp_function_sums_init(struct pp_function_sums *sums, const struct pp_profile *p, size_t metric)
{
    uint32_t *same = pp_calloc(p->function_count, sizeof *same);
    for (uint32_t i = 0; i < p->function_count; i++) {
        same[i] = i;
    }
    pp_group_sums_init(sums, p, metric, same, p->function_count);
    pp_free(same);
}

void pp_function_sums_free(struct pp_function_sums *sums)
{
    pp_free(sums->self);
    pp_free(sums->total);
    *sums = (struct pp_function_sums){0};
}
