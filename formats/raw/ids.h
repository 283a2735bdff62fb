/* Ids of a file, which may have gaps and may lie, to numbers of ours; memory grows with what is there, not with the ids. */
#ifndef PP_FORMATS_RAW_IDS_H
#define PP_FORMATS_RAW_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw_ids {
    struct raw_id_slot *slots;
    size_t mask, count;
};

/* A second put of the same id replaces the first. */
void raw_ids_put(struct raw_ids *ids, uint64_t id, uint32_t number);
bool raw_ids_get(const struct raw_ids *ids, uint64_t id, uint32_t *number);
void raw_ids_free(struct raw_ids *ids);

#endif
