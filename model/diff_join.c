#include "model/diff_join.h"

#include "base/memory.h"
#include "model/builder.h"
#include "model/key_map.h"

struct joiner {
    struct pp_builder *b;
    struct pp_match match;
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
        uint32_t row = j->match.row_of[number][p->frames[f].function.i];
        uint32_t key = key_map_add(&j->keys, row, j->by == PP_MATCH_EXACT ? p->frames[f].line : 0);
        if (key == j->frames.count) {
            uint32_t frame = copy_frame(j->b, p, f).i;
            *PP_PUSH(&j->frames) = frame;
        }
        joined[f] = j->frames.at[key];
    }
    return joined;
}

static void add_side(struct joiner *j, const struct pp_profile *p, size_t metric, size_t column, const uint32_t *frames)
{
    uint32_t *made = pp_calloc(p->stack_count, sizeof *made);
    for (uint32_t i = 0; i < p->stack_count; i++) {
        const struct pp_stack *s = &p->stacks[i];
        made[i] = i ? pp_builder_push(j->b, (pp_stack_id){made[s->parent.i]}, (pp_frame_id){frames[s->frame.i]}).i : 0;
        int64_t value = p->stack_values[i * p->metric_count + metric];
        if (value) {
            pp_builder_add_decimal(j->b, (pp_stack_id){made[i]}, column, value, p->metrics[metric].decimals);
        }
        /* The bounds of one side are not those of both together; the mark stays. */
        if (p->bounds && p->bounds[i].flags) {
            struct pp_stack_bounds open = {0, INT64_MAX, p->bounds[i].flags};
            pp_builder_bounds(j->b, (pp_stack_id){made[i]}, open);
        }
    }
    pp_free(made);
}

struct pp_profile *pp_diff_joined(const struct pp_profile *before, size_t before_metric, const struct pp_profile *after,
                                  size_t after_metric, enum pp_match_by by, struct pp_error *err)
{
    const struct pp_metric *x = &before->metrics[before_metric];
    const struct pp_metric *y = &after->metrics[after_metric];
    if (x->unit != y->unit) {
        pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "one profile is in %s and the other in %s; they cannot be compared",
                pp_unit_name(x->unit), pp_unit_name(y->unit));
        return NULL;
    }
    const struct pp_profile *both[] = {before, after};
    struct joiner j = {.b = pp_builder_new(), .by = by};
    pp_match_init(&j.match, both, 1, 1, by);
    unsigned decimals = x->decimals > y->decimals ? x->decimals : y->decimals;
    for (size_t column = 0; column < 2; column++) {
        pp_builder_metric(j.b, column ? PP_STR("after") : PP_STR("before"), x->unit);
        pp_builder_decimals(j.b, column, decimals);
    }
    pp_builder_stacks(j.b);
    pp_builder_expect_stacks(j.b, before->stack_count > after->stack_count ? before->stack_count : after->stack_count);
    uint32_t *after_frames = join_frames(&j, after, 1);
    uint32_t *before_frames = join_frames(&j, before, 0);
    add_side(&j, before, before_metric, 0, before_frames);
    add_side(&j, after, after_metric, 1, after_frames);
    pp_free(before_frames);
    pp_free(after_frames);
    pp_free(j.frames.at);
    key_map_free(&j.keys);
    pp_match_free(&j.match);
    return pp_builder_finish(j.b, err);
}
