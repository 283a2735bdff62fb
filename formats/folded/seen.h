/* Texts that a reader has met, each with a number. They are told apart by a hash of 128 bits that is seeded per process: the texts themselves are not kept,
 * and finding one is one look at memory. */
#ifndef PP_FORMATS_FOLDED_SEEN_H
#define PP_FORMATS_FOLDED_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct seen_key {
    uint64_t low, high; /* high is never 0 */
};

struct seen_slot {
    struct seen_key key; /* high 0: empty */
    uint32_t number;
};

/* Zero-initialise; seen_free frees. */
struct seen {
    struct seen_slot *slots;
    size_t mask, count;
};

struct seen_key seen_key(struct pp_str text);
/* The number put with the key; false if there was none. */
bool seen_get(const struct seen *table, struct seen_key key, uint32_t *number);
/* Adds a key that is not there. */
void seen_put(struct seen *table, struct seen_key key, uint32_t number);
void seen_free(struct seen *table);

#endif
