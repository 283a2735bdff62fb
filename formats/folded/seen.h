/* Texts that a reader has met, each with a number. They are told apart by a hash of 96 bits that is seeded per process: the texts themselves are not kept,
 * and finding one is one look at memory. Inline, because it is done for every frame of large files. */
#ifndef PP_FORMATS_FOLDED_SEEN_H
#define PP_FORMATS_FOLDED_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

/* Secrets: whoever does not know them cannot make two texts with one key. */
struct seen_seed {
    uint64_t of[4];
};

/* Two hashes of a text; of the lower one 32 bits are kept. */
struct seen_key {
    uint64_t low, high;
};

/* A key and its number, 16 bytes. */
struct seen_slot {
    uint64_t high;
    uint32_t low;
    uint32_t number; /* + 1; 0: empty */
};

/* Zero-initialise; seen_free frees. */
struct seen {
    struct seen_slot *slots;
    size_t mask, count;
};

/* The secrets of this process. */
struct seen_seed seen_seed(void);
/* Adds a key that is not there; number is below UINT32_MAX. */
void seen_put(struct seen *table, struct seen_key key, uint32_t number);
void seen_free(struct seen *table);
static inline uint64_t seen_load(const char *data, size_t bytes)
{
    uint64_t word = 0;
    memcpy(&word, data, bytes);
    return word;
}

/* The last 16 bytes, or all of a shorter text: two words that, with the length, tell all of it. */
static inline void seen_last_words(struct pp_str text, uint64_t *a, uint64_t *b)
{
    const char *end = text.data + text.len;
    *b = 0;
    if (text.len >= 8) {
        *a = seen_load(text.len >= 16 ? end - 16 : text.data, 8);
        *b = seen_load(end - 8, 8);
    } else if (text.len >= 4) {
        *a = seen_load(text.data, 4) << 32 | seen_load(end - 4, 4);
    } else {
        *a = text.len
                 ? seen_load(text.data, 1) << 16 | seen_load(text.data + text.len / 2, 1) << 8 | seen_load(end - 1, 1)
                 : 0;
    }
}

/* Takes two words in: a multiplication to 128 bits, and the words again, so that nothing is lost when a factor is 0. */
static inline void seen_mix(const struct seen_seed *seed, uint64_t a, uint64_t b, struct seen_key *key)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(a ^ key->low ^ seed->of[2]) * (b ^ key->high ^ seed->of[3]);
    key->low = (uint64_t)product ^ b;
    key->high = (uint64_t)(product >> 64) ^ a;
}

static inline struct seen_key seen_finish(const struct seen_seed *seed, struct pp_str text, struct seen_key key)
{
    uint64_t a, b;
    seen_last_words(text, &a, &b);
    key.high += text.len;
    seen_mix(seed, a, b, &key);
    return key;
}

/* The key of a whole text, long as stacks are. */
struct seen_key seen_key(const struct seen_seed *seed, struct pp_str text);

/* The key of a text as short as frames are, in one lane. */
static inline struct seen_key seen_key_of_frame(const struct seen_seed *seed, struct pp_str text)
{
    struct seen_key key = {seed->of[0], seed->of[1]};
    for (size_t done = 0; text.len - done > 16; done += 16) {
        seen_mix(seed, seen_load(text.data + done, 8), seen_load(text.data + done + 8, 8), &key);
    }
    return seen_finish(seed, text, key);
}

/* Has the place of the key fetched from memory. */
static inline void seen_foresee(const struct seen *table, struct seen_key key)
{
    if (table->slots) {
        __builtin_prefetch(&table->slots[key.high & table->mask]);
    }
}

/* The number put with the key; false if there was none. */
static inline bool seen_get(const struct seen *table, struct seen_key key, uint32_t *number)
{
    if (!table->slots) {
        return false;
    }
    size_t at = key.high & table->mask;
    for (; table->slots[at].number; at = (at + 1) & table->mask) {
        if (table->slots[at].high == key.high && table->slots[at].low == (uint32_t)key.low) {
            *number = table->slots[at].number - 1;
            return true;
        }
    }
    return false;
}

#endif
