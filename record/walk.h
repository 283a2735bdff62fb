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
    uint64_t contents; /* a hash of the frame with its variables; 0 of the innermost, which changes all the time */
};

/* Innermost first. */
typedef PP_VEC(struct walked_frame) walked_frames;

enum walk_result {
    WALK_DONE,
    WALK_MISSING, /* *missing is the address of a frame the image does not hold */
    WALK_BROKEN   /* a chain that cannot be: it changed while it was read */
};

/* Where a walk begins and what is known of where it ends. */
struct walk_ends {
    uint64_t first; /* address of the innermost frame; 0: no frames */
    uint64_t top;   /* end of the data stack in use, 0 without one */
    uint64_t
        root; /* address of an outermost frame that never changes (base_frame of a PyThreadState), which need not be in the image; 0: none is known */
    uint64_t last;   /* out: address of the outermost frame that was looked at, shims too */
    bool shim_last;  /* out: it is a shim */
    bool generators; /* out: frames of generators or coroutines are among them, which do not stand on the data stack */
    size_t
        settled; /* out: so many outer frames are left from the outermost on that runs itself, by its own account, although it has called another; all if there is none */
};

/* Walks along copy 0 or 1 of the image's frames. */
enum walk_result walk_frames(struct image *image, unsigned copy, const struct python_offsets *offsets,
                             struct walk_ends *ends, walked_frames *frames, uint64_t *missing);
/* How many frames, counted from the root, are the same in both: same place, same code and, but for the last of them and a frame that is the innermost of either,
 * same instruction and contents. All frames of both agree only if it is all of both. */
size_t walk_agreement(const walked_frames *a, const walked_frames *b);

#endif
