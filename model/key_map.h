/* A hash table from pairs of 64-bit numbers to numbers given in order of first appearance. */
#ifndef PP_MODEL_KEY_MAP_H
#define PP_MODEL_KEY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

struct key_map_key {
    uint64_t a, b;
};

/* Zero-initialise; key_map_free frees it. */
struct key_map {
    struct key_map_slot *slots;
    size_t mask;
    PP_VEC(struct key_map_key) keys; /* by number */
};

/* The number of the key (a, b): 0 for the first one ever added, 1 for the next … */
uint32_t key_map_add(struct key_map *map, uint64_t a, uint64_t b);
/* Makes room for about `count` keys; a hint. */
void key_map_expect(struct key_map *map, size_t count);
void key_map_free(struct key_map *map);

#endif
