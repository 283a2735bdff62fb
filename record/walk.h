/* From the head of a thread along the chain of its frames, within an image. */
#ifndef PP_RECORD_WALK_H
#define PP_RECORD_WALK_H

#include "record/image.h"
#include "record/offsets.h"

/* A frame as it was found; the interpreter's own (shims) are left out. */
struct walked_frame {
    uint64_t frame, code;    /* addresses */
    int64_t instruction;     /* as the version keeps it: see enum instruction_kind */
    uint32_t bytecode_index; /* which copy of the bytecode (free-threaded builds), else 0 */
};

/* Innermost first. */
typedef PP_VEC(struct walked_frame) walked_frames;

enum walk_result {
    WALK_DONE,
    WALK_MISSING, /* *missing is the address of a frame the image does not hold */
    WALK_BROKEN   /* a chain that cannot be: it changed while it was read */
};

/* Walks from the frame at address `first` (0: no frames) within copy 0 or 1 of the image. */
enum walk_result walk_frames(struct image *image, unsigned copy, const struct python_offsets *offsets, uint64_t first,
                             walked_frames *frames, uint64_t *missing);
/* How many frames, counted from the root, are the same in both: same place, same code and, but for an innermost frame, same instruction. */
size_t walk_agreement(const walked_frames *a, const walked_frames *b);

#endif
