#include "record/image.h"

#include <string.h>

void image_keep(struct image *image, enum image_group group, size_t count)
{
    struct image_parts *g = &image->groups[group];
    g->parts.count = count < g->parts.count ? count : g->parts.count;
    image->hint = 0;
}

void image_add(struct image *image, enum image_group group, uint64_t address, size_t size)
{
    *PP_PUSH(&image->groups[group].parts) = (struct remote_part){address, size};
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

bool image_read(struct image *image, pid_t pid, unsigned copies, bool after)
{
    size_t total = 0;
    image->order.count = 0;
    image->hint = 0;
    image->jumps = 0;
    for (unsigned i = 0; i < (after ? IMAGE_GROUPS : IMAGE_AFTER); i++) {
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

static bool holds(const struct remote_part *part, uint64_t address, size_t size)
{
    return address >= part->address && address - part->address <= part->size &&
           size <= part->size - (address - part->address);
}

const unsigned char *image_at(struct image *image, unsigned copy, uint64_t address, size_t size, size_t *rest)
{
    const struct image_parts *g = &image->groups[IMAGE_FRAMES];
    size_t count = g->parts.count, base = copy ? image->second : g->base;
    for (size_t i = 0, at = image->hint < count ? image->hint : 0; i < count; i++, at = at + 1 == count ? 0 : at + 1) {
        const struct remote_part *part = &g->parts.at[at];
        if (holds(part, address, size)) {
            size_t offset = address - part->address;
            image->jumps += i > 1;
            image->hint = at;
            *rest = part->size - offset - size;
            return image->bytes.at + base + g->starts.at[at] + offset;
        }
    }
    return NULL;
}

void image_free(struct image *image)
{
    for (unsigned i = 0; i < IMAGE_GROUPS; i++) {
        pp_free(image->groups[i].parts.at);
        pp_free(image->groups[i].starts.at);
    }
    pp_free(image->order.at);
    pp_free(image->bytes.at);
    *image = (struct image){0};
}
