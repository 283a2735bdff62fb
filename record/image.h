/* A copy of the parts of a process that a stack consists of, taken with one vectored read (or several, past REMOTE_PARTS parts), once or twice over. */
#ifndef PP_RECORD_IMAGE_H
#define PP_RECORD_IMAGE_H

#include "base/memory.h"
#include "record/remote_memory.h"

/* Zero-initialise; free with image_free. Parts are remembered from one read to the next: a stack changes little. */
struct image {
    PP_VEC(struct remote_part) parts; /* both copies' worth after image_read: the first part_count are the parts */
    size_t part_count;
    PP_VEC(size_t) starts; /* of each part in a copy */
    PP_VEC(unsigned char) bytes;
    size_t copy_size;
    size_t hint;  /* the part found last: walks go through them in order */
    size_t jumps; /* look-ups that did not find it there, since the last read */
};

/* Forgets the parts from `count` on. */
void image_keep(struct image *image, size_t count);
/* Adds a part at the end. */
void image_add(struct image *image, uint64_t address, size_t size);
/* Reads all parts `copies` (1 or 2) times, one copy after the other. False, and errno, if any byte cannot be read. */
bool image_read(struct image *image, pid_t pid, unsigned copies);
/* Where `size` bytes at `address` are in the copy (0 or 1) read last; NULL if no part has them all. */
const unsigned char *image_at(struct image *image, unsigned copy, uint64_t address, size_t size);
/* Where part `number` is. */
const unsigned char *image_part(const struct image *image, unsigned copy, size_t number);
void image_free(struct image *image);

#endif
