#include "formats/folded/seen.h"

#include "base/intern.h"
#include "base/memory.h"

enum { FIRST_SIZE = 1024 };

struct seen_key seen_key(struct pp_str text)
{
    uint64_t seed = pp_hash_seed();
    return (struct seen_key){pp_str_hash(text, seed), pp_str_hash(text, ~seed) | 1};
}

/* The slot of the key, or the empty one where it belongs. */
static struct seen_slot *find(const struct seen *table, struct seen_key key)
{
    size_t at = key.low & table->mask;
    while (table->slots[at].key.high &&
           (table->slots[at].key.low != key.low || table->slots[at].key.high != key.high)) {
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
        if (old.slots[i].key.high) {
            *find(table, old.slots[i].key) = old.slots[i];
        }
    }
    pp_free(old.slots);
}

bool seen_get(const struct seen *table, struct seen_key key, uint32_t *number)
{
    if (!table->slots) {
        return false;
    }
    const struct seen_slot *slot = find(table, key);
    *number = slot->number;
    return slot->key.high != 0;
}

void seen_put(struct seen *table, struct seen_key key, uint32_t number)
{
    if (!table->slots || table->count * 4 >= (table->mask + 1) * 3) {
        grow(table);
    }
    *find(table, key) = (struct seen_slot){key, number};
    table->count++;
}

void seen_free(struct seen *table)
{
    pp_free(table->slots);
    *table = (struct seen){0};
}
