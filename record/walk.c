#include "record/walk.h"

/* No frame is smaller: a chain of more frames than the image has room for runs in a circle. */
enum { SMALLEST_FRAME = 48, SOME_FRAMES = 8, WORD = 8 };

/* Owners of frames (enum _frameowner in Include/internal/pycore_frame.h). */
enum { OWNER_THREAD, OWNER_GENERATOR, OWNER_FRAME_OBJECT, NO_OWNER = 256 };

/* From here on the outermost frame of each thread is a shim. */
enum { FIRST_SHIM_AT_ROOT = 12, FIRST_STACK_POINTER = 14 };

/* The low bits of what 3.14 and later keep in a frame are a tag (Include/internal/pycore_stackref.h); objects are aligned. */
#define TAG_BITS UINT64_C(3)

static int64_t instruction_of(const struct python_offsets *o, const unsigned char *bytes)
{
    const unsigned char *at = bytes + o->frame_instruction;
    return o->instruction_kind == INSTRUCTION_POINTER ? (int64_t)load_u64(at) : load_i32(at);
}

/* Not 0; whole words, as all that frames are made of. A sum of products, so that they need not wait for one another. */
static uint64_t hash_words(const unsigned char *at, size_t size)
{
    uint64_t hash = size, factor = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i + WORD <= size; i += WORD) {
        uint64_t word = load_u64(at + i);
        hash += (word ^ word >> 32) * factor;
        factor += UINT64_C(0xbf58476d1ce4e5ba);
    }
    return hash | 1;
}

/* How much of the frame, which is of `size` and `rest` bytes at most, is its own: up to the next one within, or to the top of the data stack. */
static size_t extent_of(uint64_t frame, size_t size, size_t rest, uint64_t next, uint64_t top)
{
    uint64_t most = frame + size + rest;
    if (next >= frame + size && next <= most) {
        return (size_t)(next - frame);
    }
    return top >= frame + size && top <= most ? (size_t)(top - frame) : size;
}

/* A frame that calls another one within the interpreter puts its stack pointer down first, when the other one is complete, and takes it up when that one is gone
 * (_PyFrame_SetStackPointer in Include/internal/pycore_frame.h). In between nobody but the innermost frame runs: if another one says that it does, what was
 * read after it may be older than it. Until 3.13 an int that is -1, later a pointer that is NULL; behind the instruction pointer all along. */
static bool has_put_down(const struct python_offsets *o, const unsigned char *bytes)
{
    const unsigned char *at = bytes + o->frame_instruction + WORD;
    return o->minor >= FIRST_STACK_POINTER ? load_u64(at) != 0 : load_i32(at) >= 0;
}

/* Whether the frame was called within the interpreter by the one that it leads to: not through C. The bytes are of a frame that is no shim; from 3.12 on one that
 * was called by C leads to a shim. */
static bool is_called_within(const struct python_offsets *o, const unsigned char *bytes)
{
    return o->frame_owner != NO_OFFSET && (o->minor >= FIRST_SHIM_AT_ROOT || bytes[o->frame_owner - 1] == 0);
}

/* Whether a chain may end at a frame of that owner. A generator that waits leads nowhere: one that runs has a frame that called it. */
static bool may_be_root(const struct python_offsets *o, unsigned owner)
{
    return o->minor >= FIRST_SHIM_AT_ROOT ? owner >= o->owner_first_shim : owner != OWNER_GENERATOR;
}

enum walk_result walk_frames(struct image *image, unsigned copy, const struct python_offsets *o, struct walk_ends *ends,
                             walked_frames *frames, uint64_t *missing)
{
    size_t most = image->bytes.capacity / SMALLEST_FRAME + SOME_FRAMES;
    size_t steps = 0, rest = 0;
    uint64_t next = 0;
    unsigned owner = NO_OWNER;
    frames->count = 0;
    ends->last = 0;
    size_t unsettled = 0;
    ends->generators = false;
    bool called = false; /* the frame is the caller of the one before, within the interpreter */
    uint64_t frame = ends->first;
    for (; frame && frame != ends->root; steps++) {
        const unsigned char *bytes = image_at(image, copy, frame, o->frame_size, &rest);
        if (!bytes) {
            *missing = frame;
            return WALK_MISSING;
        }
        owner = o->frame_owner == NO_OFFSET ? OWNER_THREAD : bytes[o->frame_owner];
        if (steps > most || owner == OWNER_FRAME_OBJECT) {
            return WALK_BROKEN;
        }
        if (owner < o->owner_first_shim) {
            size_t extent =
                o->frame_owner == NO_OFFSET ? o->frame_size : extent_of(frame, o->frame_size, rest, next, ends->top);
            *PP_PUSH(frames) = (struct walked_frame){
                .frame = frame,
                .code = load_u64(bytes + o->frame_code) & ~TAG_BITS,
                .instruction = instruction_of(o, bytes),
                .bytecode_index = o->frame_bytecode_index == NO_OFFSET ? 0 : load_u32(bytes + o->frame_bytecode_index),
                .contents = next ? hash_words(bytes, extent) : 0,
            };
            unsettled = called && !has_put_down(o, bytes) ? frames->count - 1 : unsettled;
        }
        ends->generators |= owner == OWNER_GENERATOR;
        called = owner < o->owner_first_shim && is_called_within(o, bytes);
        next = frame;
        ends->last = frame;
        frame = load_u64(bytes + o->frame_previous);
    }
    ends->settled = frames->count - unsettled;
    ends->shim_last = frame == 0 && owner != NO_OWNER && owner >= o->owner_first_shim;
    return frame || owner == NO_OWNER || may_be_root(o, owner) ? WALK_DONE : WALK_BROKEN;
}

size_t walk_agreement(const walked_frames *a, const walked_frames *b)
{
    size_t same = 0;
    while (same < a->count && same < b->count) {
        const struct walked_frame *x = &a->at[a->count - 1 - same];
        const struct walked_frame *y = &b->at[b->count - 1 - same];
        if (x->frame != y->frame || x->code != y->code) {
            break;
        }
        if (same + 1 < a->count && same + 1 < b->count &&
            (x->instruction != y->instruction || x->contents != y->contents)) {
            /* It went on, below callers that did not. */
            return same + 1;
        }
        same++;
    }
    return same;
}
