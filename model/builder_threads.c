/* The builder's threads: interned, or each for itself until all have got their names. */
#include <string.h>

#include "model/builder_parts.h"

static uint32_t hash_thread(const struct pp_thread *t)
{
    return (uint32_t)pp_hash_u64((uint64_t)t->tid ^ pp_hash_u64((uint64_t)t->pid ^ ((uint64_t)t->name.i << 32)));
}

/* The row of an equal thread, or where its slot is to be. */
static bool find(struct pp_builder *b, const struct pp_thread *thread, uint32_t hash, size_t *at)
{
    struct pp_row_set *set = &b->thread_set;
    *at = pp_row_set_slot(set, hash);
    for (; set->slots[*at].row; *at = (*at + 1) & set->mask) {
        const struct pp_thread *known = &b->threads.at[set->slots[*at].row - 1];
        if (known->pid == thread->pid && known->tid == thread->tid && known->name.i == thread->name.i) {
            return true;
        }
    }
    return false;
}

pp_thread_id pp_builder_thread(struct pp_builder *b, const struct pp_thread *thread)
{
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->threads.count, "threads")) {
        return (pp_thread_id){0};
    }
    size_t at;
    uint32_t hash = hash_thread(thread);
    if (find(b, thread, hash, &at)) {
        return (pp_thread_id){b->thread_set.slots[at].row - 1};
    }
    b->thread_set.slots[at] = (struct pp_row_slot){(uint32_t)b->threads.count + 1, hash};
    b->thread_set.count++;
    return pp_builder_new_thread(b, thread);
}

pp_thread_id pp_builder_new_thread(struct pp_builder *b, const struct pp_thread *thread)
{
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->threads.count, "threads")) {
        return (pp_thread_id){0};
    }
    *PP_PUSH(&b->threads) = *thread;
    return (pp_thread_id){(uint32_t)b->threads.count - 1};
}

void pp_builder_name_thread(struct pp_builder *b, pp_thread_id thread, pp_string_id name)
{
    if (thread.i && thread.i < b->threads.count) {
        b->threads.at[thread.i].name = name;
    }
}

void pp_builder_join_threads(struct pp_builder *b)
{
    uint32_t *rows = pp_calloc(b->threads.count, sizeof *rows);
    size_t kept = 0;
    if (b->thread_set.slots) {
        memset(b->thread_set.slots, 0, (b->thread_set.mask + 1) * sizeof *b->thread_set.slots);
    }
    b->thread_set.count = 0;
    for (size_t i = 0; i < b->threads.count; i++) {
        size_t at;
        struct pp_thread thread = b->threads.at[i];
        uint32_t hash = hash_thread(&thread);
        if (!find(b, &thread, hash, &at)) {
            b->threads.at[kept] = thread;
            b->thread_set.slots[at] = (struct pp_row_slot){(uint32_t)++kept, hash};
            b->thread_set.count++;
        }
        rows[i] = b->thread_set.slots[at].row - 1;
    }
    b->threads.count = kept;
    for (size_t i = 0; i < b->samples.count; i++) {
        b->samples.at[i].thread.i = rows[b->samples.at[i].thread.i];
    }
    pp_free(rows);
}
