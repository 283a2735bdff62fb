#define _DEFAULT_SOURCE /* getentropy */
#include "base/intern.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/number.h"

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

/* From this many slots on, bits are kept, four for each slot. */
enum { LARGE_TABLE = 1 << 14, LOG_LARGE_TABLE = 14, LOG_BITS_PER_SLOT = 2 };

static uint32_t bit_of(const struct pp_intern *table, uint32_t hash)
{
    return (uint32_t)(hash * UINT32_C(0x9e3779b1)) >> table->seen_shift;
}

/* True if a string of that hash may be there; afterwards one is. */
static bool see(struct pp_intern *table, uint32_t hash)
{
    uint32_t bit = bit_of(table, hash);
    uint64_t *word = &table->seen[bit / 64];
    bool seen = *word >> bit % 64 & 1;
    *word |= UINT64_C(1) << bit % 64;
    return seen;
}

/* Fills the first empty slot for `entry`, which is in no slot yet. */
static void fill_slot(struct pp_intern_slot *slots, size_t slot_count, struct pp_intern_slot entry)
{
    size_t at = entry.hash & (slot_count - 1);
    while (slots[at].number) {
        at = (at + 1) & (slot_count - 1);
    }
    slots[at] = entry;
}

static void fill_waiting(struct pp_intern *table)
{
    for (unsigned i = 0; i < table->waiting_count; i++) {
        fill_slot(table->slots, table->slot_count, table->waiting[i]);
    }
    table->waiting_count = 0;
}

static void set_seen(struct pp_intern *table)
{
    unsigned log = LOG_LARGE_TABLE;
    while ((size_t)1 << log < table->slot_count) {
        log++;
    }
    pp_free(table->seen);
    table->seen = NULL;
    if (table->slot_count < LARGE_TABLE || log + LOG_BITS_PER_SLOT > 32) {
        return;
    }
    table->seen_shift = 32 - log - LOG_BITS_PER_SLOT;
    table->seen = pp_calloc(table->slot_count * (1 << LOG_BITS_PER_SLOT) / 64, sizeof *table->seen);
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].number) {
            (void)see(table, table->slots[i].hash);
        }
    }
}

static void set_slots(struct pp_intern *table, size_t size)
{
    struct pp_intern_slot *slots = pp_calloc(size, sizeof *slots);
    fill_waiting(table);
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].number) {
            fill_slot(slots, size, table->slots[i]);
        }
    }
    pp_free(table->slots);
    table->slots = slots;
    table->slot_count = size;
    set_seen(table);
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

/* Gives s the next number, for a slot to be filled by the caller. */
static struct pp_intern_slot append(struct pp_intern *table, struct pp_arena *arena, struct pp_str s, uint32_t hash)
{
    if (table->count >= PP_LIMIT_ROWS) {
        pp_memory_exhausted(SIZE_MAX);
    }
    if (table->count == table->capacity) {
        table->strings = pp_grow(table->strings, table->count + 1, &table->capacity, sizeof *table->strings);
    }
    table->strings[table->count++] = pp_arena_str(arena, s);
    return (struct pp_intern_slot){(uint32_t)table->count, hash};
}

uint32_t pp_intern_add(struct pp_intern *table, struct pp_arena *arena, struct pp_str s)
{
    if (table->count * 8 >= table->slot_count * 5) {
        set_slots(table, table->slot_count ? table->slot_count * 2 : 64);
    }
    uint32_t hash = (uint32_t)(pp_str_hash(s, pp_hash_seed()) >> 32);
    if (table->seen && !see(table, hash)) {
        if (table->waiting_count == PP_INTERN_WAITING) {
            fill_waiting(table);
        }
        __builtin_prefetch(&table->slots[hash & (table->slot_count - 1)], 1);
        table->waiting[table->waiting_count++] = append(table, arena, s, hash);
        return (uint32_t)table->count - 1;
    }
    fill_waiting(table);
    struct pp_intern_slot *slot = find_slot(table, s, hash);
    if (!slot->number) {
        *slot = append(table, arena, s, hash);
    }
    return slot->number - 1;
}

uint32_t pp_intern_find(const struct pp_intern *table, struct pp_str s)
{
    if (!table->slot_count) {
        return UINT32_MAX;
    }
    uint32_t hash = (uint32_t)(pp_str_hash(s, pp_hash_seed()) >> 32);
    for (unsigned i = 0; i < table->waiting_count; i++) {
        if (table->waiting[i].hash == hash && pp_str_eq(table->strings[table->waiting[i].number - 1], s)) {
            return table->waiting[i].number - 1;
        }
    }
    return find_slot(table, s, hash)->number - 1;
}

void pp_intern_forget_slots(struct pp_intern *table)
{
    pp_free(table->slots);
    pp_free(table->seen);
    table->slots = NULL;
    table->seen = NULL;
    table->slot_count = 0;
    table->waiting_count = 0;
}

void pp_intern_free(struct pp_intern *table)
{
    pp_intern_forget_slots(table);
    pp_free(table->strings);
    *table = (struct pp_intern){0};
}
