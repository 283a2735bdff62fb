#include "model/diff_join.h"

#include "base/memory.h"
#include "model/builder.h"
#include "model/join_in_order.h"
#include "model/key_map.h"

struct joiner {
    struct pp_builder *b;
    const struct pp_match *match;
    enum pp_match_by by;
    struct key_map keys;     /* of row of the match and, by PP_MATCH_EXACT, line of execution */
    PP_VEC(uint32_t) frames; /* key -> builder frame */
};

static pp_frame_id copy_frame(struct pp_builder *b, const struct pp_profile *p, uint32_t frame)
{
    struct pp_frame made = p->frames[frame];
    struct pp_function f = *pp_profile_function(p, made.function);
    f.name = pp_builder_string(b, pp_profile_str(p, f.name));
    f.file = pp_builder_string(b, pp_profile_str(p, f.file));
    f.module = pp_builder_string(b, pp_profile_str(p, f.module));
    made.function = pp_builder_function(b, &f);
    return pp_builder_frame(b, &made);
}

/* The joined frame of each frame of profile `number`; the profile asked first gives file and line. Owned by the caller. */
static uint32_t *join_frames(struct joiner *j, const struct pp_profile *p, size_t number)
{
    uint32_t *joined = pp_calloc(p->frame_count, sizeof *joined);
    for (uint32_t f = 1; f < p->frame_count; f++) {
        uint32_t row = j->match->row_of[number][p->frames[f].function.i];
        uint32_t key = key_map_add(&j->keys, row, j->by == PP_MATCH_EXACT ? p->frames[f].line : 0);
        if (key == j->frames.count) {
            uint32_t frame = copy_frame(j->b, p, f).i;
            *PP_PUSH(&j->frames) = frame;
        }
        joined[f] = j->frames.at[key];
    }
    return joined;
}

static void add_side(struct pp_builder *b, const struct join_side *side, size_t column)
{
    const struct pp_profile *p = side->profile;
    uint32_t *made = pp_calloc(p->stack_count, sizeof *made);
    for (uint32_t i = 0; i < p->stack_count; i++) {
        const struct pp_stack *s = &p->stacks[i];
        made[i] =
            i ? pp_builder_push(b, (pp_stack_id){made[s->parent.i]}, (pp_frame_id){side->frames[s->frame.i]}).i : 0;
        int64_t value = p->stack_values[i * p->metric_count + side->metric];
        if (value) {
            pp_builder_add_decimal(b, (pp_stack_id){made[i]}, column, value, p->metrics[side->metric].decimals);
        }
        /* The bounds of one side are not those of both together; the mark stays. */
        if (p->bounds && p->bounds[i].flags) {
            struct pp_stack_bounds open = {0, INT64_MAX, p->bounds[i].flags};
            pp_builder_bounds(b, (pp_stack_id){made[i]}, open);
        }
    }
    pp_free(made);
}

/* A builder with the two columns and no stacks yet. */
static struct pp_builder *new_builder(const struct join_side of[2])
{
    struct pp_builder *b = pp_builder_new();
    const struct pp_metric *x = &of[0].profile->metrics[of[0].metric], *y = &of[1].profile->metrics[of[1].metric];
    size_t before = of[0].profile->stack_count, after = of[1].profile->stack_count;
    for (size_t column = 0; column < 2; column++) {
        pp_builder_metric(b, column ? PP_STR("after") : PP_STR("before"), x->unit);
        pp_builder_decimals(b, column, x->decimals > y->decimals ? x->decimals : y->decimals);
    }
    pp_builder_stacks(b);
    pp_builder_expect_stacks(b, before > after ? before : after);
    return b;
}

/* Both in one pass, if they are in order, or one after the other; NULL if they are not. */
static struct pp_builder *join(const struct join_side of[2], const struct pp_match *match, enum pp_match_by by,
                               bool in_order)
{
    struct joiner j = {.b = new_builder(of), .match = match, .by = by};
    struct join_side sides[2] = {of[0], of[1]};
    uint32_t *after = join_frames(&j, of[1].profile, 1);
    uint32_t *before = join_frames(&j, of[0].profile, 0);
    sides[0].frames = before;
    sides[1].frames = after;
    bool ok = !in_order || join_in_order(j.b, sides);
    for (size_t column = 0; !in_order && column < 2; column++) {
        add_side(j.b, &sides[column], column);
    }
    pp_free(before);
    pp_free(after);
    pp_free(j.frames.at);
    key_map_free(&j.keys);
    if (!ok) {
        pp_builder_free(j.b);
    }
    return ok ? j.b : NULL;
}

struct pp_profile *pp_diff_joined(const struct pp_profile *before, size_t before_metric, const struct pp_profile *after,
                                  size_t after_metric, enum pp_match_by by, struct pp_error *err)
{
    const struct pp_profile *both[] = {before, after};
    const struct join_side of[] = {{.profile = before, .metric = before_metric},
                                   {.profile = after, .metric = after_metric}};
    const struct pp_metric *x = &before->metrics[before_metric], *y = &after->metrics[after_metric];
    if (x->unit != y->unit) {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "one profile is in %s and the other in %s; they cannot be compared",
                pp_unit_name(x->unit), pp_unit_name(y->unit));
        return NULL;
    }
    struct pp_match match;
    pp_match_init(&match, both, 1, 1, by);
    bool plain = !before->bounds && !after->bounds && x->decimals == y->decimals;
    struct pp_builder *b = plain ? join(of, &match, by, true) : NULL;
    b = b ? b : join(of, &match, by, false);
    pp_match_free(&match);
    return pp_builder_finish(b, err);
}
