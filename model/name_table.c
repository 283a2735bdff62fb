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

/* Strings that are put into the hash table together: the slots of all are on their way from memory before the first one is looked at. */
enum { TOGETHER = 16 };

static void index_some(struct name_table *table, size_t count)
{
    uint64_t hashes[TOGETHER];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = pp_str_hash(table->strings.at[table->indexed + i], pp_hash_seed());
        __builtin_prefetch(&table->slots[hashes[i] & table->mask], 1);
    }
    for (size_t i = 0; i < count; i++, table->indexed++) {
        table->slots[slot_of(table, table->strings.at[table->indexed], hashes[i])] =
            (struct name_table_slot){(uint32_t)table->indexed + 1, (uint32_t)(hashes[i] >> 32)};
    }
}

/* Puts all strings that are not there yet into a hash table with room for some more. */
static void index_strings(struct name_table *table)
{
    size_t count = table->strings.count;
    if (!table->slots || count * 3 >= table->mask * 2) {
        size_t size = 64;
        while (size <= count * 2) {
            size *= 2;
        }
        pp_free(table->slots);
        table->slots = pp_calloc(size, sizeof *table->slots);
        table->mask = size - 1;
        table->indexed = 0;
    }
    while (table->indexed < count) {
        index_some(table, count - table->indexed < TOGETHER ? count - table->indexed : TOGETHER);
    }
}

uint32_t name_table_append(struct name_table *table, struct pp_str s)
{
    *PP_PUSH(&table->strings) = s;
    return (uint32_t)table->strings.count - 1;
}

uint32_t name_table_add(struct name_table *table, struct pp_str s)
{
    /* Lists of names are alike from one profile to the next: often the one after the last one found is asked for. */
    uint32_t guess = table->last + 1;
    if (guess < table->strings.count && pp_str_eq(table->strings.at[guess], s)) {
        table->last = guess;
        return guess;
    }
    index_strings(table);
    uint64_t hash = pp_str_hash(s, pp_hash_seed());
    uint32_t number = table->slots[slot_of(table, s, hash)].number;
    table->last = number ? number - 1 : name_table_append(table, s);
    return table->last;
}

void name_table_expect(struct name_table *table, size_t count)
{
    PP_RESERVE(&table->strings, count);
}

void name_table_free(struct name_table *table)
{
    pp_free(table->slots);
    pp_free(table->strings.at);
    *table = (struct name_table){0};
}
