#include "formats/folded/seen.h"

#include "base/intern.h"
#include "base/memory.h"

enum { FIRST_SIZE = 1024 };

struct seen_seed seen_seed(void)
{
    struct seen_seed seed;
    uint64_t word = pp_hash_seed();
    for (size_t i = 0; i < sizeof seed.of / sizeof *seed.of; i++) {
        word = pp_hash_u64(word + UINT64_C(0x9e3779b97f4a7c15));
        seed.of[i] = word;
    }
    return seed;
}

/* Two lanes: a multiplication waits for the one before it in its lane only. */
struct seen_key seen_key(const struct seen_seed *seed, struct pp_str text)
{
    struct seen_key key = {seed->of[0], seed->of[1]}, other = {seed->of[2], seed->of[3]};
    size_t done = 0;
    for (; text.len - done >= 32; done += 32) {
        const char *at = text.data + done;
        seen_mix(seed, seen_load(at, 8), seen_load(at + 8, 8), &key);
        seen_mix(seed, seen_load(at + 16, 8), seen_load(at + 24, 8), &other);
    }
    seen_mix(seed, other.low, other.high, &key);
    if (text.len - done >= 16) {
        seen_mix(seed, seen_load(text.data + done, 8), seen_load(text.data + done + 8, 8), &key);
    }
    return seen_finish(seed, text, key);
}

/* The empty slot where a key belongs. */
static struct seen_slot *empty_slot(const struct seen *table, uint64_t high)
{
    size_t at = high & table->mask;
    while (table->slots[at].number) {
        at = (at + 1) & table->mask;
    }
    return &table->slots[at];
}

static void grow(struct seen *table)
{
    struct seen old = *table;
    size_t size = old.slots ? (old.mask + 1) * 2 : FIRST_SIZE;
    table->slots = pp_calloc(size, sizeof *table->slots);
    table->mask = size - 1;
    for (size_t i = 0; old.slots && i <= old.mask; i++) {
        if (old.slots[i].number) {
            *empty_slot(table, old.slots[i].high) = old.slots[i];
        }
    }
    pp_free(old.slots);
}

void seen_put(struct seen *table, struct seen_key key, uint32_t number)
{
    if (!table->slots || table->count * 8 >= (table->mask + 1) * 5) {
        grow(table);
    }
    *empty_slot(table, key.high) = (struct seen_slot){key.high, (uint32_t)key.low, number + 1};
    table->count++;
}

void seen_free(struct seen *table)
{
    pp_free(table->slots);
    *table = (struct seen){0};
}
