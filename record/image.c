#include "record/image.h"

#include <stdlib.h>
#include <string.h>

/* So many are searched for one by one. */
enum { FEW_JUMPS = 16 };

void image_keep(struct image *image, enum image_group group, size_t count)
{
    struct image_parts *g = &image->groups[group];
    g->parts.count = count < g->parts.count ? count : g->parts.count;
    image->hint = 0;
    image->sorted.count = 0;
}

void image_add(struct image *image, enum image_group group, uint64_t address, size_t size)
{
    *PP_PUSH(&image->groups[group].parts) = (struct remote_part){address, size};
    image->sorted.count = 0;
}

struct remote_part *image_part(struct image *image, enum image_group group, size_t number)
{
    return &image->groups[group].parts.at[number];
}

size_t image_count(const struct image *image, enum image_group group)
{
    return image->groups[group].parts.count;
}

/* Puts the group at the end of what is read; returns where its bytes will begin. */
static size_t put(struct image *image, struct image_parts *g, size_t base)
{
    size_t at = 0;
    PP_RESERVE(&g->starts, g->parts.count);
    g->starts.count = g->parts.count;
    for (size_t i = 0; i < g->parts.count; i++) {
        g->starts.at[i] = at;
        at += g->parts.at[i].size;
        /* The kernel takes its time for an empty part too. */
        if (g->parts.at[i].size) {
            *PP_PUSH(&image->order) = g->parts.at[i];
        }
    }
    g->size = at;
    return base;
}

bool image_read(struct image *image, pid_t pid, unsigned copies, bool before, bool after)
{
    size_t total = 0;
    image->order.count = 0;
    image->hint = 0;
    image->jumps = 0;
    for (unsigned i = before ? IMAGE_BEFORE : IMAGE_FRAMES; i < (after ? IMAGE_GROUPS : IMAGE_AFTER); i++) {
        struct image_parts *g = &image->groups[i];
        g->base = put(image, g, total);
        total += g->size;
        if (i == IMAGE_PIVOT && copies == 2) {
            image->second = put(image, &image->groups[IMAGE_FRAMES], total);
            total += image->groups[IMAGE_FRAMES].size;
        }
    }
    PP_RESERVE(&image->bytes, total);
    return remote_read_parts(pid, image->order.at, image->order.count, image->bytes.at);
}

const unsigned char *image_bytes(const struct image *image, enum image_group group, size_t number)
{
    const struct image_parts *g = &image->groups[group];
    return image->bytes.at + g->base + g->starts.at[number];
}

size_t image_size(const struct image *image, enum image_group group, size_t number, size_t count)
{
    const struct image_parts *g = &image->groups[group];
    if (number + count > g->starts.count) {
        return 0;
    }
    size_t end = number + count < g->starts.count ? g->starts.at[number + count] : g->size;
    return end - g->starts.at[number];
}

static bool holds(const struct remote_part *part, uint64_t address, size_t size)
{
    return address >= part->address && address - part->address <= part->size &&
           size <= part->size - (address - part->address);
}

static int by_address(const void *a, const void *b)
{
    const struct image_place *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static void sort_parts(struct image *image)
{
    const struct image_parts *g = &image->groups[IMAGE_FRAMES];
    for (size_t i = 0; i < g->parts.count; i++) {
        *PP_PUSH(&image->sorted) = (struct image_place){g->parts.at[i].address, i};
    }
    qsort(image->sorted.at, image->sorted.count, sizeof *image->sorted.at, by_address);
}

/* Number of the part with the largest address up to this one. */
static size_t search_sorted(struct image *image, uint64_t address)
{
    if (image->sorted.count == 0) {
        sort_parts(image);
    }
    size_t low = 0, high = image->sorted.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (image->sorted.at[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return image->sorted.at[low ? low - 1 : 0].part;
}

/* Number of a part that has the bytes; SIZE_MAX if none has. */
static size_t part_with(struct image *image, uint64_t address, size_t size)
{
    const struct image_parts *g = &image->groups[IMAGE_FRAMES];
    size_t count = g->parts.count;
    for (size_t at = image->hint; at < count && at <= image->hint + 1; at++) {
        if (holds(&g->parts.at[at], address, size)) {
            return at;
        }
    }
    if (++image->jumps > FEW_JUMPS && count) {
        size_t at = search_sorted(image, address);
        return holds(&g->parts.at[at], address, size) ? at : SIZE_MAX;
    }
    for (size_t at = 0; at < count; at++) {
        if (holds(&g->parts.at[at], address, size)) {
            return at;
        }
    }
    return SIZE_MAX;
}

const unsigned char *image_at(struct image *image, unsigned copy, uint64_t address, size_t size, size_t *rest)
{
    const struct image_parts *g = &image->groups[IMAGE_FRAMES];
    size_t at = part_with(image, address, size);
    if (at == SIZE_MAX) {
        return NULL;
    }
    size_t offset = address - g->parts.at[at].address;
    image->hint = at;
    *rest = g->parts.at[at].size - offset - size;
    return image->bytes.at + (copy ? image->second : g->base) + g->starts.at[at] + offset;
}

void image_free(struct image *image)
{
    for (unsigned i = 0; i < IMAGE_GROUPS; i++) {
        pp_free(image->groups[i].parts.at);
        pp_free(image->groups[i].starts.at);
    }
    pp_free(image->sorted.at);
    pp_free(image->order.at);
    pp_free(image->bytes.at);
    *image = (struct image){0};
}
