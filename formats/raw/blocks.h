/* The framing of a raw dump: intact blocks one after another, and where bytes between them are damaged. */
#ifndef PP_FORMATS_RAW_BLOCKS_H
#define PP_FORMATS_RAW_BLOCKS_H

#include "base/source.h"

enum raw_found {
    RAW_FOUND_BLOCK,  /* an intact block; still to be skipped with raw_block_skip */
    RAW_FOUND_DAMAGE, /* bytes that are no intact block; they are skipped already */
    RAW_FOUND_CUT,    /* the input ends within a block; what there was is skipped */
    RAW_FOUND_END     /* end of the input, or an I/O error: ask the source */
};

struct raw_block {
    uint64_t offset;
    uint64_t size;   /* bytes with its header; of damage: the bytes skipped */
    uint32_t number; /* only if `numbered` */
    bool numbered;   /* a header was intact */
    char type;
    struct pp_str payload; /* valid until the next call on the source */
};

/* Looks at the next block. A block whose header is right and whose payload is not is skipped by its length; where a header is wrong, the next
 * right one is looked for. So every byte is looked at a fixed number of times, whatever the damage. */
enum raw_found raw_block_next(struct pp_source *source, struct raw_block *block);
void raw_block_skip(struct pp_source *source, const struct raw_block *block);

#endif
