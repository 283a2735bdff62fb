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

/* True if all lines of a child with the text a and below it come before those of one with b. */
static bool before(struct pp_str a, struct pp_str b)
{
    return pp_str_cmp((struct pp_str){a.data, a.len + 1}, b) < 0;
}

bool folded_is_sorted(const struct pp_profile *p, const struct folded_labels *labels)
{
    for (uint32_t i = 1; i < p->stack_count; i++) {
        uint32_t parent = p->stacks[i].parent.i, frame = p->stacks[i].frame.i, last = i - 1;
        if (parent != last) {
            /* The child before this one stands on the path to the stack before it. */
            while (p->stacks[last].parent.i > parent) {
                last = p->stacks[last].parent.i;
            }
            if (p->stacks[last].parent.i != parent || !before(labels->of[p->stacks[last].frame.i], labels->of[frame])) {
                return false;
            }
        }
        if (!frame) {
            return false;
        }
    }
    return true;
}
