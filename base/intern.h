/* Intern table: equal byte strings get equal 32-bit numbers, given in order of first appearance from 0.
 *
 * The hash is seeded per process (PROFPIPE_HASH_SEED fixes it for tests); numbers never depend on it. */
#ifndef PP_BASE_INTERN_H
#define PP_BASE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The upper half of the hash is kept, so that most unequal strings are told apart, and all are rehashed, without being read. */
struct pp_intern_slot {
    uint32_t number; /* + 1; 0: empty */
    uint32_t hash;
};

enum { PP_INTERN_WAITING = 16 };

struct pp_intern {
    struct pp_str *strings; /* number -> bytes, owned by the arena given to pp_intern_add */
    size_t count, capacity;
    struct pp_intern_slot *slots;
    size_t slot_count; /* power of two or 0 */
    /* Of large tables, whose slots have to come from memory: a bit per hash says that a string is new without a look at its slot, and the slot is filled
     * some strings later, when it has come. */
    uint64_t *seen;
    unsigned seen_shift; /* from a mixed 32-bit hash to the number of its bit */
    struct pp_intern_slot waiting[PP_INTERN_WAITING];
    unsigned waiting_count;
};

/* The number of s, adding a copy in `arena` if it is new. At most PP_LIMIT_ROWS strings (then out of memory). */
uint32_t pp_intern_add(struct pp_intern *table, struct pp_arena *arena, struct pp_str s);
/* Makes room for about `count` strings at once; a hint. */
void pp_intern_expect(struct pp_intern *table, size_t count);
/* The number of s, or UINT32_MAX if it was never added. */
uint32_t pp_intern_find(const struct pp_intern *table, struct pp_str s);
/* Frees the slots only; `strings` stays (for a table that is finished). */
void pp_intern_forget_slots(struct pp_intern *table);
void pp_intern_free(struct pp_intern *table);
/* The per-process seed for hashes. */
uint64_t pp_hash_seed(void);
/* A well-mixed hash of a 64-bit value. */
uint64_t pp_hash_u64(uint64_t value);

#endif
