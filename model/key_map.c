#include "model/key_map.h"

#include "base/intern.h"

/* Apart from the keys: a search touches few lines of memory until the hash agrees. */
struct key_map_slot {
    uint32_t number; /* + 1; 0: free */
    uint32_t hash;
};

/* The slot of the key, or the free one where it belongs. */
static size_t slot_of(const struct key_map *map, uint64_t a, uint64_t b, uint32_t *hash)
{
    uint64_t mixed = pp_hash_u64(a ^ (b ? pp_hash_u64(b) : 0));
    size_t at = mixed & map->mask;
    *hash = (uint32_t)(mixed >> 32);
    for (; map->slots[at].number; at = (at + 1) & map->mask) {
        const struct key_map_key *key = &map->keys.at[map->slots[at].number - 1];
        if (map->slots[at].hash == *hash && key->a == a && key->b == b) {
            break;
        }
    }
    return at;
}

void key_map_expect(struct key_map *map, size_t count)
{
    size_t size = 64;
    while (size / 2 <= count) {
        size *= 2;
    }
    if (map->slots && size <= map->mask + 1) {
        return;
    }
    pp_free(map->slots);
    map->slots = pp_calloc(size, sizeof *map->slots);
    map->mask = size - 1;
    for (size_t i = 0; i < map->keys.count; i++) {
        uint32_t hash;
        size_t at = slot_of(map, map->keys.at[i].a, map->keys.at[i].b, &hash);
        map->slots[at] = (struct key_map_slot){(uint32_t)i + 1, hash};
    }
}

uint32_t key_map_add(struct key_map *map, uint64_t a, uint64_t b)
{
    uint32_t hash;
    if (!map->slots || map->keys.count * 2 >= map->mask) {
        key_map_expect(map, map->keys.count * 2);
    }
    struct key_map_slot *slot = &map->slots[slot_of(map, a, b, &hash)];
    if (!slot->number) {
        *PP_PUSH(&map->keys) = (struct key_map_key){a, b};
        *slot = (struct key_map_slot){(uint32_t)map->keys.count, hash};
    }
    return slot->number - 1;
}

void key_map_free(struct key_map *map)
{
    pp_free(map->slots);
    pp_free(map->keys.at);
    *map = (struct key_map){0};
}
