/* Each side is a list of stacks of which every parent is on the path to the one before. The next of both is the deeper one, or of two that are equally deep, and then have the
 * same parent, the one whose frame comes first; or they are one:
 *
 *     before   a  a;b  a;b;x  a;d          next: a;d    deep: 2
 *     after    a  a;b  a;c                 next: a;c    deep: 2, c before d
 *     joined   a  a;b  a;b;x  a;c  a;d
 */
#include "model/join_in_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/label.h"

/* Joined stacks are handed to the builder some at a time. */
enum { SOME = 256 };

/* A stack on the path to the one that comes next. */
struct step {
    uint32_t stack, joined;
    uint32_t last; /* rank of its last child so far, 0: none */
};

struct walker {
    const struct pp_profile *profile;
    const int64_t *values;
    const uint32_t *frames;
    uint32_t next, frame; /* the stack that comes next, and its joined frame */
    PP_VEC(struct step) path;
};

struct join {
    struct pp_builder *b;
    uint32_t *ranks;
    struct walker sides[2];
    uint32_t joined; /* stacks */
    size_t count;    /* of them not handed on yet */
    struct pp_stack stacks[SOME];
    int64_t values[SOME][2];
};

struct labelled {
    struct pp_str text;
    uint32_t frame;
};

static int by_text(const void *a, const void *b)
{
    const struct labelled *x = a, *y = b;
    int order = pp_str_cmp(x->text, y->text);
    return order ? order : (x->frame > y->frame) - (x->frame < y->frame);
}

/* The place of each frame, from 1 on, in the order of texts with a ';' behind, in which sorted files have them. The caller frees. */
static uint32_t *rank_frames(const struct pp_builder *b)
{
    struct pp_profile view;
    struct pp_arena arena = {0};
    pp_builder_view(b, &view);
    struct labelled *labels = pp_calloc(view.frame_count, sizeof *labels);
    for (uint32_t f = 0; f < view.frame_count; f++) {
        struct pp_str label = pp_label_folded(&arena, &view, &view.frames[f]);
        char *text = pp_arena_alloc(&arena, label.len + 1, 1);
        if (label.len) {
            memcpy(text, label.data, label.len);
        }
        text[label.len] = ';';
        labels[f] = (struct labelled){{text, label.len + 1}, f};
    }
    qsort(labels, view.frame_count, sizeof *labels, by_text);
    uint32_t *ranks = pp_calloc(view.frame_count, sizeof *ranks);
    for (uint32_t i = 0; i < view.frame_count; i++) {
        ranks[labels[i].frame] = i + 1;
    }
    pp_free(labels);
    pp_arena_free(&arena);
    return ranks;
}

/* Goes back on the path to the parent of the next stack, if there is one; false when it is not there. */
static bool find_parent(struct walker *w)
{
    if (w->next >= w->profile->stack_count) {
        w->path.count = 0;
        return true;
    }
    struct pp_stack next = w->profile->stacks[w->next];
    w->frame = w->frames[next.frame.i];
    while (w->path.at[w->path.count - 1].stack > next.parent.i) {
        w->path.count--;
    }
    return w->path.at[w->path.count - 1].stack == next.parent.i;
}

static int64_t value_of(const struct walker *w, uint32_t stack)
{
    return w->values[stack * w->profile->metric_count];
}

/* Makes the next stack the joined one that is being made; false when its frame does not come behind those of its parent's other children. */
static bool take(struct join *j, size_t side)
{
    struct walker *w = &j->sides[side];
    struct step *parent = &w->path.at[w->path.count - 1];
    uint32_t rank = j->ranks[w->frame];
    bool behind = rank > parent->last;
    parent->last = rank;
    j->values[j->count][side] = value_of(w, w->next);
    *PP_PUSH(&w->path) = (struct step){w->next++, j->joined, 0};
    return behind;
}

static void hand_on(struct join *j)
{
    pp_builder_append_stacks(j->b, j->stacks, j->values[0], j->count);
    j->count = 0;
}

/* Goes on where both sides have just taken the same stack, as long as on both the next stack is the first child of the last and has the same frame: most stacks of similar profiles
 * are in such chains. */
static void join_chain(struct join *j)
{
    struct walker *x = &j->sides[0], *y = &j->sides[1];
    PP_RESERVE(&x->path, x->path.count + SOME);
    PP_RESERVE(&y->path, y->path.count + SOME);
    struct step *on_x = x->path.at + x->path.count - 1, *on_y = y->path.at + y->path.count - 1;
    const struct pp_stack *of_x = x->profile->stacks, *of_y = y->profile->stacks;
    size_t left_x = x->profile->stack_count - x->next, left_y = y->profile->stack_count - y->next;
    size_t most = SOME - j->count, count = 0;
    most = most < left_x ? most : left_x;
    most = most < left_y ? most : left_y;
    for (; count < most; count++) {
        struct pp_stack a = of_x[on_x->stack + 1], b = of_y[on_y->stack + 1];
        uint32_t frame = x->frames[a.frame.i];
        if (a.parent.i != on_x->stack || b.parent.i != on_y->stack || frame != y->frames[b.frame.i]) {
            break;
        }
        on_x->last = on_y->last = j->ranks[frame];
        j->stacks[j->count + count] = (struct pp_stack){{on_x->joined}, {frame}};
        on_x[1] = (struct step){on_x->stack + 1, on_x->joined + 1, 0};
        on_y[1] = (struct step){on_y->stack + 1, on_x->joined + 1, 0};
        on_x++;
        on_y++;
        j->values[j->count + count][0] = value_of(x, on_x->stack);
        j->values[j->count + count][1] = value_of(y, on_y->stack);
    }
    x->path.count += count;
    y->path.count += count;
    x->next += (uint32_t)count;
    y->next += (uint32_t)count;
    j->joined += (uint32_t)count;
    j->count += count;
}

/* Joins what comes next on one side or on both. */
static bool join_next(struct join *j)
{
    struct walker *before = &j->sides[0], *after = &j->sides[1];
    bool level = before->path.count == after->path.count;
    bool both = level && before->frame == after->frame;
    size_t side = before->path.count < after->path.count || (level && j->ranks[before->frame] > j->ranks[after->frame]);
    struct walker *w = &j->sides[side];
    j->stacks[j->count] = (struct pp_stack){{w->path.at[w->path.count - 1].joined}, {w->frame}};
    j->values[j->count][1 - side] = 0;
    bool ok = take(j, side) && (!both || take(j, 1 - side));
    j->joined++;
    j->count++;
    if (ok && both) {
        join_chain(j);
    }
    if (j->count == SOME) {
        hand_on(j);
    }
    return ok;
}

static void begin(struct join *j, const struct join_side *side, size_t column)
{
    struct walker *w = &j->sides[column];
    *w = (struct walker){.profile = side->profile,
                         .values = side->profile->stack_values + side->metric,
                         .frames = side->frames,
                         .next = 1};
    *PP_PUSH(&w->path) = (struct step){0};
    if (side->profile->stack_count) {
        pp_builder_add(j->b, (pp_stack_id){0}, column, value_of(w, 0));
    }
}

bool join_in_order(struct pp_builder *b, const struct join_side sides[2])
{
    struct join *j = pp_calloc(1, sizeof *j);
    *j = (struct join){.b = b, .ranks = rank_frames(b), .joined = 1};
    begin(j, &sides[0], 0);
    begin(j, &sides[1], 1);
    struct walker *before = &j->sides[0], *after = &j->sides[1];
    bool ok = find_parent(before) && find_parent(after);
    while (ok && (before->path.count || after->path.count)) {
        ok = join_next(j) && find_parent(before) && find_parent(after);
    }
    hand_on(j);
    pp_free(before->path.at);
    pp_free(after->path.at);
    pp_free(j->ranks);
    pp_free(j);
    return ok;
}
