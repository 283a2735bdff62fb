#define _DEFAULT_SOURCE /* getentropy */
#include "base/intern.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/number.h"

/* The upper half of the hash is kept, so that most unequal strings are told apart, and all are rehashed, without being read. */
struct pp_intern_slot {
    uint32_t number; /* + 1; 0: empty */
    uint32_t hash;
};

uint64_t pp_hash_u64(uint64_t value)
{
    value ^= value >> 32;
    value *= UINT64_C(0xe9846af9b1a615d);
    value ^= value >> 32;
    value *= UINT64_C(0xe9846af9b1a615d);
    return value ^ (value >> 28);
}

uint64_t pp_hash_seed(void)
{
    /* One seed per process; a race would only set it twice before anything uses it: programs are single-threaded. */
    static uint64_t seed;
    if (seed == 0) {
        const char *fixed = getenv("PROFPIPE_HASH_SEED");
        if (!fixed || !pp_parse_u64(pp_str_of(fixed), &seed)) {
            if (getentropy(&seed, sizeof seed) != 0) {
                seed = (uint64_t)getpid();
            }
        }
        seed |= 1;
    }
    return seed;
}

static void set_slots(struct pp_intern *table, size_t size)
{
    struct pp_intern_slot *slots = pp_calloc(size, sizeof *slots);
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].number) {
            size_t at = table->slots[i].hash & (size - 1);
            while (slots[at].number) {
                at = (at + 1) & (size - 1);
            }
            slots[at] = table->slots[i];
        }
    }
    pp_free(table->slots);
    table->slots = slots;
    table->slot_count = size;
}

void pp_intern_expect(struct pp_intern *table, size_t count)
{
    size_t size = 64;
    while (size * 5 < count * 8) {
        size *= 2;
    }
    if (size > table->slot_count && count < PP_LIMIT_ROWS) {
        set_slots(table, size);
        table->strings = pp_grow(table->strings, count, &table->capacity, sizeof *table->strings);
    }
}

/* The slot that holds s, or the empty one where it belongs. Needs slots. */
static struct pp_intern_slot *find_slot(const struct pp_intern *table, struct pp_str s, uint32_t hash)
{
    size_t at = hash & (table->slot_count - 1);
    for (;; at = (at + 1) & (table->slot_count - 1)) {
        struct pp_intern_slot *slot = &table->slots[at];
        if (!slot->number || (slot->hash == hash && pp_str_eq(table->strings[slot->number - 1], s))) {
            return slot;
        }
    }
}

uint32_t pp_intern_add(struct pp_intern *table, struct pp_arena *arena, struct pp_str s)
{
    if (table->count * 8 >= table->slot_count * 5) {
        set_slots(table, table->slot_count ? table->slot_count * 2 : 64);
    }
    uint32_t hash = (uint32_t)(pp_str_hash(s, pp_hash_seed()) >> 32);
    struct pp_intern_slot *slot = find_slot(table, s, hash);
    if (!slot->number) {
        if (table->count >= PP_LIMIT_ROWS) {
            pp_memory_exhausted(SIZE_MAX);
        }
        if (table->count == table->capacity) {
            table->strings = pp_grow(table->strings, table->count + 1, &table->capacity, sizeof *table->strings);
        }
        table->strings[table->count++] = pp_arena_str(arena, s);
        *slot = (struct pp_intern_slot){(uint32_t)table->count, hash};
    }
    return slot->number - 1;
}

uint32_t pp_intern_find(const struct pp_intern *table, struct pp_str s)
{
    if (!table->slot_count) {
        return UINT32_MAX;
    }
    return find_slot(table, s, (uint32_t)(pp_str_hash(s, pp_hash_seed()) >> 32))->number - 1;
}

void pp_intern_forget_slots(struct pp_intern *table)
{
    pp_free(table->slots);
    table->slots = NULL;
    table->slot_count = 0;
}

void pp_intern_free(struct pp_intern *table)
{
    pp_intern_forget_slots(table);
    pp_free(table->strings);
    *table = (struct pp_intern){0};
}
