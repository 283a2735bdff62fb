#include "record/image.h"

#include <string.h>

void image_keep(struct image *image, size_t count)
{
    image->part_count = count < image->part_count ? count : image->part_count;
    image->parts.count = image->part_count;
    image->hint = 0;
}

void image_add(struct image *image, uint64_t address, size_t size)
{
    image->parts.count = image->part_count;
    *PP_PUSH(&image->parts) = (struct remote_part){address, size};
    image->part_count++;
}

bool image_read(struct image *image, pid_t pid, unsigned copies)
{
    size_t total = 0;
    image->parts.count = image->part_count;
    image->starts.count = 0;
    for (size_t i = 0; i < image->part_count; i++) {
        *PP_PUSH(&image->starts) = total;
        total += image->parts.at[i].size;
    }
    if (copies == 2) {
        PP_RESERVE(&image->parts, 2 * image->part_count);
        memcpy(image->parts.at + image->part_count, image->parts.at, image->part_count * sizeof *image->parts.at);
    }
    PP_RESERVE(&image->bytes, 2 * total);
    image->copy_size = total;
    image->hint = 0;
    image->jumps = 0;
    return remote_read_parts(pid, image->parts.at, copies * image->part_count, image->bytes.at);
}

static bool holds(const struct remote_part *part, uint64_t address, size_t size)
{
    return address >= part->address && address - part->address <= part->size &&
           size <= part->size - (address - part->address);
}

const unsigned char *image_part(const struct image *image, unsigned copy, size_t number)
{
    return image->bytes.at + copy * image->copy_size + image->starts.at[number];
}

const unsigned char *image_at(struct image *image, unsigned copy, uint64_t address, size_t size)
{
    size_t count = image->part_count;
    for (size_t i = 0, at = image->hint; i < count; i++, at = at + 1 == count ? 0 : at + 1) {
        const struct remote_part *part = &image->parts.at[at];
        if (holds(part, address, size)) {
            image->jumps += i > 1;
            image->hint = at;
            return image_part(image, copy, at) + (address - part->address);
        }
    }
    return NULL;
}

void image_free(struct image *image)
{
    pp_free(image->parts.at);
    pp_free(image->starts.at);
    pp_free(image->bytes.at);
    *image = (struct image){0};
}
