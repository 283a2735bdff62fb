#include "formats/folded/sorted.h"

#include "base/memory.h"
#include "model/label.h"

void folded_labels_init(struct folded_labels *labels, const struct pp_profile *p)
{
    struct pp_arena scratch = {0};
    labels->of = pp_calloc(p->frame_count, sizeof *labels->of);
    for (uint32_t f = 0; f < p->frame_count; f++) {
        bool changed;
        struct pp_arena_mark mark = pp_arena_save(&scratch);
        labels->of[f] = folded_safe(&labels->arena, pp_label_folded(&scratch, p, &p->frames[f]), &changed);
        labels->changed += changed;
        pp_arena_restore(&scratch, mark);
    }
    pp_arena_free(&scratch);
}

void folded_labels_free(struct folded_labels *labels)
{
    pp_free(labels->of);
    pp_arena_free(&labels->arena);
    *labels = (struct folded_labels){0};
}

/* A stack on the path, and the frame of its last child so far (0: none). */
struct open_stack {
    uint32_t stack, last;
};

/* True if all lines of a child with the text a and below it come before those of one with b. */
static bool before(struct pp_str a, struct pp_str b)
{
    return pp_str_cmp((struct pp_str){a.data, a.len + 1}, b) < 0;
}

bool folded_is_sorted(const struct pp_profile *p, const struct folded_labels *labels)
{
    PP_VEC(struct open_stack) path = {0};
    bool sorted = true;
    *PP_PUSH(&path) = (struct open_stack){0, 0};
    for (uint32_t i = 1; sorted && i < p->stack_count; i++) {
        uint32_t parent = p->stacks[i].parent.i, frame = p->stacks[i].frame.i;
        while (path.at[path.count - 1].stack > parent) {
            path.count--;
        }
        struct open_stack *above = &path.at[path.count - 1];
        sorted =
            above->stack == parent && frame && (!above->last || before(labels->of[above->last], labels->of[frame]));
        above->last = frame;
        *PP_PUSH(&path) = (struct open_stack){i, 0};
    }
    pp_free(path.at);
    return sorted;
}
