#include "formats/raw/ids.h"

#include "base/intern.h"
#include "base/memory.h"

struct raw_id_slot {
    uint64_t id;
    uint32_t number;
    bool used;
};

static size_t find(const struct raw_ids *ids, uint64_t id)
{
    size_t at = pp_hash_u64(id ^ pp_hash_seed()) & ids->mask;
    while (ids->slots[at].used && ids->slots[at].id != id) {
        at = (at + 1) & ids->mask;
    }
    return at;
}

static void grow(struct raw_ids *ids)
{
    struct raw_ids larger = {.mask = ids->slots ? ids->mask * 2 + 1 : 63, .count = ids->count};
    larger.slots = pp_calloc(larger.mask + 1, sizeof *larger.slots);
    for (size_t i = 0; ids->slots && i <= ids->mask; i++) {
        if (ids->slots[i].used) {
            larger.slots[find(&larger, ids->slots[i].id)] = ids->slots[i];
        }
    }
    pp_free(ids->slots);
    *ids = larger;
}

void raw_ids_put(struct raw_ids *ids, uint64_t id, uint32_t number)
{
    if (!ids->slots || ids->count * 3 >= ids->mask * 2) {
        grow(ids);
    }
    struct raw_id_slot *slot = &ids->slots[find(ids, id)];
    ids->count += !slot->used;
    *slot = (struct raw_id_slot){id, number, true};
}

bool raw_ids_get(const struct raw_ids *ids, uint64_t id, uint32_t *number)
{
    if (!ids->slots) {
        return false;
    }
    const struct raw_id_slot *slot = &ids->slots[find(ids, id)];
    *number = slot->number;
    return slot->used;
}

void raw_ids_free(struct raw_ids *ids)
{
    pp_free(ids->slots);
    *ids = (struct raw_ids){0};
}
