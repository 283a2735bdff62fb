#include "model/key_map.h"

#include "base/intern.h"
#include "base/memory.h"

struct key_map_slot {
    uint64_t a, b;
    uint32_t number; /* + 1; 0: free */
};

/* The slot of the key, or the free one where it belongs. */
static size_t slot_of(const struct key_map *map, uint64_t a, uint64_t b)
{
    size_t at = pp_hash_u64(a ^ (b ? pp_hash_u64(b) : 0)) & map->mask;
    while (map->slots[at].number && (map->slots[at].a != a || map->slots[at].b != b)) {
        at = (at + 1) & map->mask;
    }
    return at;
}

static void resize(struct key_map *map, size_t size)
{
    struct key_map old = *map;
    size_t old_size = old.slots ? old.mask + 1 : 0;
    map->slots = pp_calloc(size, sizeof *map->slots);
    map->mask = size - 1;
    for (size_t i = 0; i < old_size; i++) {
        if (old.slots[i].number) {
            map->slots[slot_of(map, old.slots[i].a, old.slots[i].b)] = old.slots[i];
        }
    }
    pp_free(old.slots);
}

void key_map_expect(struct key_map *map, size_t count)
{
    size_t size = 64;
    while (size / 2 <= count) {
        size *= 2;
    }
    if (!map->slots || size > map->mask + 1) {
        resize(map, size);
    }
}

uint32_t key_map_add(struct key_map *map, uint64_t a, uint64_t b)
{
    if (!map->slots || (size_t)map->count * 2 >= map->mask) {
        key_map_expect(map, (size_t)map->count * 2);
    }
    struct key_map_slot *slot = &map->slots[slot_of(map, a, b)];
    if (!slot->number) {
        *slot = (struct key_map_slot){a, b, ++map->count};
    }
    return slot->number - 1;
}

uint32_t key_map_find(const struct key_map *map, uint64_t a, uint64_t b)
{
    if (!map->slots) {
        return UINT32_MAX;
    }
    return map->slots[slot_of(map, a, b)].number - 1;
}

void key_map_free(struct key_map *map)
{
    pp_free(map->slots);
    *map = (struct key_map){0};
}
