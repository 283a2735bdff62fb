/* A copy of the parts of a process that a stack consists of, taken with one vectored read (or several, past REMOTE_PARTS parts).
 *
 * The frames are read twice: just before and just after what says which of them is the innermost. */
#ifndef PP_RECORD_IMAGE_H
#define PP_RECORD_IMAGE_H

#include "base/memory.h"
#include "record/remote_memory.h"

/* In the order in which they are read; IMAGE_FRAMES once more after IMAGE_PIVOT if two copies are wanted. */
enum image_group { IMAGE_BEFORE, IMAGE_FRAMES, IMAGE_PIVOT, IMAGE_AFTER, IMAGE_GROUPS };

struct image_parts {
    PP_VEC(struct remote_part) parts;
    PP_VEC(size_t) starts; /* of each part, from `base` of the last read */
    size_t size, base;
};

struct image_place {
    uint64_t address;
    size_t part;
};

/* Zero-initialise; free with image_free. Parts are remembered from one read to the next: a stack changes little. */
struct image {
    struct image_parts groups[IMAGE_GROUPS];
    size_t second; /* base of the second copy of the frames */
    PP_VEC(struct remote_part) order;
    PP_VEC(unsigned char) bytes;
    size_t hint;                       /* the part of frames found last: walks go through them in order */
    size_t jumps;                      /* look-ups that did not find it there or just behind, since the last read */
    PP_VEC(struct image_place) sorted; /* the parts of frames by address, once there are many jumps */
};

/* Forgets the parts of a group from `count` on. */
void image_keep(struct image *image, enum image_group group, size_t count);
/* Adds a part at the end of a group. */
void image_add(struct image *image, enum image_group group, uint64_t address, size_t size);
/* Part `number` of a group; what is set in it counts from the next read on. */
struct remote_part *image_part(struct image *image, enum image_group group, size_t number);
size_t image_count(const struct image *image, enum image_group group);
/* Reads the parts, the frames `copies` times (1 or 2), IMAGE_BEFORE and IMAGE_AFTER only if they are wanted. False, and errno, if any byte cannot be read. */
bool image_read(struct image *image, pid_t pid, unsigned copies, bool before, bool after);
/* What was read of a part; of IMAGE_FRAMES the first copy. */
const unsigned char *image_bytes(const struct image *image, enum image_group group, size_t number);
/* How many bytes of `count` parts of a group from `number` on were read; 0 if not all of them were. */
size_t image_size(const struct image *image, enum image_group group, size_t number, size_t count);
/* Where `size` bytes at `address` are in the copy (0 or 1) of the frames read last, and in *rest how many more bytes of the part follow them; NULL if no part
 * has them all. */
const unsigned char *image_at(struct image *image, unsigned copy, uint64_t address, size_t size, size_t *rest);
void image_free(struct image *image);

#endif
