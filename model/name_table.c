#include "model/name_table.h"

#include "base/intern.h"

struct name_table_slot {
    uint32_t number; /* + 1; 0: free */
    uint32_t hash;
};

static size_t slot_of(const struct name_table *table, struct pp_str s, uint64_t hash)
{
    size_t at = hash & table->mask;
    for (; table->slots[at].number; at = (at + 1) & table->mask) {
        const struct name_table_slot *slot = &table->slots[at];
        if (slot->hash == (uint32_t)(hash >> 32) && pp_str_eq(table->strings.at[slot->number - 1], s)) {
            break;
        }
    }
    return at;
}

void name_table_expect(struct name_table *table, size_t count)
{
    size_t size = 64;
    while (size / 2 <= count) {
        size *= 2;
    }
    if (table->slots && size <= table->mask + 1) {
        return;
    }
    pp_free(table->slots);
    table->slots = pp_calloc(size, sizeof *table->slots);
    table->mask = size - 1;
    for (size_t i = 0; i < table->strings.count; i++) {
        uint64_t hash = pp_str_hash(table->strings.at[i], pp_hash_seed());
        table->slots[slot_of(table, table->strings.at[i], hash)] =
            (struct name_table_slot){(uint32_t)i + 1, (uint32_t)(hash >> 32)};
    }
}

uint32_t name_table_add(struct name_table *table, struct pp_str s)
{
    if (!table->slots || table->strings.count * 2 >= table->mask) {
        name_table_expect(table, table->strings.count * 2);
    }
    uint64_t hash = pp_str_hash(s, pp_hash_seed());
    struct name_table_slot *slot = &table->slots[slot_of(table, s, hash)];
    if (!slot->number) {
        *PP_PUSH(&table->strings) = s;
        *slot = (struct name_table_slot){(uint32_t)table->strings.count, (uint32_t)(hash >> 32)};
    }
    return slot->number - 1;
}

void name_table_free(struct name_table *table)
{
    pp_free(table->slots);
    pp_free(table->strings.at);
    *table = (struct name_table){0};
}
