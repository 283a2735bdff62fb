#include "record/walk.h"

/* No frame is smaller: a chain of more frames than the image has room for runs in a circle. */
enum { SMALLEST_FRAME = 48, SOME_FRAMES = 8 };

/* The low bits of what 3.14 and later keep in a frame are a tag (Include/internal/pycore_stackref.h); objects are aligned. */
#define TAG_BITS UINT64_C(3)

static int64_t instruction_of(const struct python_offsets *o, const unsigned char *bytes)
{
    const unsigned char *at = bytes + o->frame_instruction;
    return o->instruction_kind == INSTRUCTION_POINTER ? (int64_t)load_u64(at) : load_i32(at);
}

enum walk_result walk_frames(struct image *image, unsigned copy, const struct python_offsets *o, uint64_t first,
                             walked_frames *frames, uint64_t *missing)
{
    size_t most = image->copy_size / SMALLEST_FRAME + SOME_FRAMES;
    size_t steps = 0;
    frames->count = 0;
    for (uint64_t frame = first; frame; steps++) {
        const unsigned char *bytes = image_at(image, copy, frame, o->frame_size);
        if (!bytes) {
            *missing = frame;
            return WALK_MISSING;
        }
        if (steps > most) {
            return WALK_BROKEN;
        }
        if (o->frame_owner == NO_OFFSET || bytes[o->frame_owner] < o->owner_first_shim) {
            *PP_PUSH(frames) = (struct walked_frame){
                .frame = frame,
                .code = load_u64(bytes + o->frame_code) & ~TAG_BITS,
                .instruction = instruction_of(o, bytes),
                .bytecode_index = o->frame_bytecode_index == NO_OFFSET ? 0 : load_u32(bytes + o->frame_bytecode_index),
            };
        }
        frame = load_u64(bytes + o->frame_previous);
    }
    return WALK_DONE;
}

size_t walk_agreement(const walked_frames *a, const walked_frames *b)
{
    size_t same = 0;
    while (same < a->count && same < b->count) {
        const struct walked_frame *x = &a->at[a->count - 1 - same];
        const struct walked_frame *y = &b->at[b->count - 1 - same];
        bool innermost = same + 1 == a->count && same + 1 == b->count;
        if (x->frame != y->frame || x->code != y->code || (!innermost && x->instruction != y->instruction)) {
            break;
        }
        same++;
    }
    return same;
}
