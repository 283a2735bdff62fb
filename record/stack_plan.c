#include "record/stack_plan.h"

#include <stdlib.h>

/* _PyStackChunk: previous, size (bytes of the chunk), top (in words from `data`), data (Include/cpython/pystate.h). */
enum { CHUNK_SIZE = 8, CHUNK_TOP = 16, CHUNK_DATA = 24, WORD = 8 };
/* datastack_top stands behind datastack_chunk. */
enum { TOP_AFTER_CHUNK = 8 };

enum {
    SPARE = 512,       /* bytes read past the top of the data stack: the next stack may be deeper */
    MOST_SPARE = 8192, /* more is given up */
    LARGEST_CHUNK = 1 << 26,
    MOST_CHUNKS = 1 << 16,
    MOST_STEPS = 1 << 20, /* frames followed in search of one that is known */
    MOST_UNUSED = 64,
    MOST_NEW_OBJECTS = 6,
    LOOK_EACH = 64, /* steps */
    NEAR = 512
};

/* Up to the last field that is looked at. */
static size_t head_size(const struct python_offsets *o)
{
    uint32_t chunk = o->thread_chunk == NO_OFFSET ? 0 : o->thread_chunk + TOP_AFTER_CHUNK;
    const uint32_t fields[] = {o->thread_frame, o->thread_interpreter, o->thread_ident, chunk};
    uint32_t last = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        last = fields[i] > last ? fields[i] : last;
    }
    return last + WORD;
}

/* Parts a version has no use for are empty. */
static void add_flag(struct stack_plan *p, enum image_group group, bool there, uint64_t address, size_t size)
{
    image_add(&p->image, group, there ? address : p->thread, there ? size : 0);
}

/* One part for both flags if they are near each other: a part costs more than its bytes. */
static void plan_flags(struct stack_plan *p)
{
    const struct remote_part collecting = {p->collecting, 4};
    uint64_t end = collecting.address + collecting.size, gil_end = p->gil.address + p->gil.size;
    uint64_t start = p->gil.address < collecting.address ? p->gil.address : collecting.address;
    end = gil_end > end ? gil_end : end;
    if (p->gil.size && end - start <= NEAR) {
        image_add(&p->image, IMAGE_BEFORE, start, end - start);
    } else {
        image_add(&p->image, IMAGE_BEFORE, collecting.address, collecting.size);
        image_add(&p->image, IMAGE_BEFORE, p->gil.size ? p->gil.address : p->thread, p->gil.size);
    }
}

/* What was read of an address of IMAGE_BEFORE. */
static const unsigned char *flag_bytes(const struct stack_plan *p, uint64_t address)
{
    size_t part = 0;
    const struct remote_part *parts = p->image.groups[IMAGE_BEFORE].parts.at;
    if (address < parts[0].address || address >= parts[0].address + parts[0].size) {
        part = 1;
    }
    return image_bytes(&p->image, IMAGE_BEFORE, part) + (address - parts[part].address);
}

bool stack_plan_collecting(const struct stack_plan *p)
{
    return load_i32(flag_bytes(p, p->collecting)) != 0;
}

bool stack_plan_holds_gil(const struct stack_plan *p)
{
    const struct python_offsets *o = &p->target->offsets;
    if (p->gil.size == 0) {
        return false;
    }
    const unsigned char *gil = flag_bytes(p, p->gil.address);
    if (o->runtime_current_thread != NO_OFFSET) {
        return load_u64(gil) == p->thread;
    }
    return load_i32(gil + o->gil_locked) > 0 && load_u64(gil + o->gil_holder) == p->thread;
}

void stack_plan_init(struct stack_plan *p, const struct target *target, const struct interpreter *interpreter,
                     uint64_t thread)
{
    const struct python_offsets *o = &target->offsets;
    *p = (struct stack_plan){.target = target, .thread = thread};
    if (o->runtime_current_thread != NO_OFFSET) {
        p->gil = (struct remote_part){target->runtime + o->runtime_current_thread, WORD};
    } else if (interpreter->gil) {
        p->gil = (struct remote_part){interpreter->gil, (size_t)o->gil_locked + 4};
    }
    p->collecting = o->runtime_gc_collecting != NO_OFFSET ? target->runtime + o->runtime_gc_collecting
                                                          : interpreter->address + o->interpreter_gc_collecting;
    plan_flags(p);
    image_add(&p->image, IMAGE_PIVOT, thread, head_size(o));
    add_flag(p, IMAGE_PIVOT, false, 0, 0);
    add_flag(p, IMAGE_PIVOT, o->cframe_frame != NO_OFFSET, thread + o->thread_frame, WORD);
    add_flag(p, IMAGE_AFTER, o->code_generation != NO_OFFSET, interpreter->address + o->code_generation, WORD);
}

void stack_plan_free(struct stack_plan *p)
{
    image_free(&p->image);
    pp_free(p->scratch.at);
    *p = (struct stack_plan){0};
}

void stack_plan_forget(struct stack_plan *p)
{
    image_keep(&p->image, IMAGE_FRAMES, 0);
    image_keep(&p->image, IMAGE_AFTER, AFTER_CODES);
    image_part(&p->image, IMAGE_PIVOT, PIVOT_CFRAME)->size = 0;
    p->chunks = 0;
    p->objects = 0;
}

const unsigned char *stack_plan_head(const struct stack_plan *p)
{
    return image_bytes(&p->image, IMAGE_PIVOT, PIVOT_HEAD);
}

uint64_t stack_plan_top(const struct stack_plan *p)
{
    uint32_t chunk = p->target->offsets.thread_chunk;
    return chunk == NO_OFFSET ? 0 : load_u64(stack_plan_head(p) + chunk + TOP_AFTER_CHUNK);
}

uint64_t stack_plan_first(const struct stack_plan *p)
{
    const struct python_offsets *o = &p->target->offsets;
    uint64_t frame = load_u64(stack_plan_head(p) + o->thread_frame);
    if (o->cframe_frame == NO_OFFSET || frame == 0) {
        return frame;
    }
    return load_u64(image_bytes(&p->image, IMAGE_PIVOT, PIVOT_CFRAME) + o->cframe_frame);
}

/* --- the struct on the C stack --- */

static enum plan_fit check_cframe(struct stack_plan *p)
{
    const struct python_offsets *o = &p->target->offsets;
    if (o->cframe_frame == NO_OFFSET) {
        return PLAN_FITS;
    }
    struct remote_part *part = image_part(&p->image, IMAGE_PIVOT, PIVOT_CFRAME);
    uint64_t address = load_u64(stack_plan_head(p) + o->thread_frame);
    if (address && (part->address != address || part->size == 0)) {
        *part = (struct remote_part){address, o->cframe_frame + WORD};
        return PLAN_CHANGED;
    }
    return load_u64(image_bytes(&p->image, IMAGE_PIVOT, PIVOT_CFRAME_AGAIN)) == address ? PLAN_FITS : PLAN_TORN;
}

/* --- chunks --- */

static uint64_t newest_chunk(const struct stack_plan *p)
{
    return load_u64(stack_plan_head(p) + p->target->offsets.thread_chunk);
}

/* The chunk that the head names, and each chunk the next one. */
static bool chunks_are_right(const struct stack_plan *p)
{
    uint64_t expected = newest_chunk(p);
    for (size_t i = 0; i < p->chunks; i++) {
        if (p->image.groups[IMAGE_FRAMES].parts.at[i].address != expected) {
            return false;
        }
        expected = load_u64(image_bytes(&p->image, IMAGE_FRAMES, i));
    }
    return expected == 0;
}

/* Bytes of the chunk in use; `top` is the address past them in the newest chunk, 0 in others. */
static size_t used_of(const unsigned char *header, uint64_t address, uint64_t top)
{
    uint64_t size = load_u64(header + CHUNK_SIZE);
    uint64_t used = top ? top - address : CHUNK_DATA + WORD * load_u64(header + CHUNK_TOP);
    size = size < LARGEST_CHUNK ? size : LARGEST_CHUNK;
    used = used < CHUNK_DATA ? CHUNK_DATA : used;
    return (size_t)(used < size ? used : size);
}

static size_t with_spare(size_t used, uint64_t size)
{
    size_t wanted = (used + SPARE + SPARE - 1) / SPARE * SPARE;
    return wanted < size ? wanted : (size_t)size;
}

/* Follows the chunks from the newest; false if they cannot be followed. */
static bool plan_chunks(struct stack_plan *p)
{
    uint64_t address = newest_chunk(p), top = stack_plan_top(p);
    image_keep(&p->image, IMAGE_FRAMES, 0);
    for (p->chunks = 0; address; p->chunks++) {
        unsigned char header[CHUNK_DATA];
        if (p->chunks > MOST_CHUNKS || !remote_read(p->target->pid, address, header, sizeof header) ||
            load_u64(header + CHUNK_SIZE) < CHUNK_DATA) {
            return false;
        }
        size_t used = used_of(header, address, top);
        image_add(&p->image, IMAGE_FRAMES, address, top ? with_spare(used, load_u64(header + CHUNK_SIZE)) : used);
        address = load_u64(header);
        top = 0;
    }
    return true;
}

enum plan_fit stack_plan_check(struct stack_plan *p)
{
    enum plan_fit fit = check_cframe(p);
    if (fit == PLAN_FITS && p->target->offsets.thread_chunk != NO_OFFSET && !chunks_are_right(p)) {
        fit = plan_chunks(p) ? PLAN_CHANGED : PLAN_TORN;
    }
    if (fit == PLAN_TORN) {
        stack_plan_forget(p);
    }
    return fit;
}

/* Makes the chunk's part hold the frame; false if no chunk does. */
static bool extend_chunk(struct stack_plan *p, uint64_t frame)
{
    for (size_t i = 0; i < p->chunks; i++) {
        struct remote_part *part = image_part(&p->image, IMAGE_FRAMES, i);
        uint64_t size = load_u64(image_bytes(&p->image, IMAGE_FRAMES, i) + CHUNK_SIZE);
        if (size < LARGEST_CHUNK && frame > part->address && frame - part->address < size) {
            size_t wanted = with_spare((size_t)(frame - part->address) + p->target->offsets.frame_size, size);
            part->size = wanted > part->size ? wanted : part->size;
            return true;
        }
    }
    return false;
}

static bool is_planned(const struct stack_plan *p, uint64_t address)
{
    for (size_t i = 0; i < image_count(&p->image, IMAGE_FRAMES); i++) {
        const struct remote_part *part = &p->image.groups[IMAGE_FRAMES].parts.at[i];
        if (address >= part->address && address - part->address < part->size) {
            return true;
        }
    }
    return false;
}

void stack_plan_extend(struct stack_plan *p, uint64_t frame)
{
    const struct python_offsets *o = &p->target->offsets;
    for (size_t steps = 0; frame && frame != p->root && steps < MOST_STEPS; steps++) {
        uint64_t previous;
        if (extend_chunk(p, frame)) {
            return;
        }
        image_add(&p->image, IMAGE_FRAMES, frame, o->frame_size);
        if (!remote_u64(p->target->pid, frame + o->frame_previous, &previous)) {
            return;
        }
        /* What was there at the last read ends the search; in a long one it is not looked for at every step. */
        bool look = steps < LOOK_EACH || steps % LOOK_EACH == 0;
        frame = look && is_planned(p, previous) ? 0 : previous;
    }
}

/* --- tidying --- */

/* A newest chunk of which far more is read than is used costs time. */
static void shrink_newest(struct stack_plan *p)
{
    if (p->chunks == 0) {
        return;
    }
    struct remote_part *part = image_part(&p->image, IMAGE_FRAMES, 0);
    uint64_t used = stack_plan_top(p) - part->address;
    if (used + MOST_SPARE < part->size) {
        part->size = with_spare((size_t)used, part->size);
    }
}

static int by_address(const void *a, const void *b)
{
    const struct remote_part *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

/* Frames that are objects, in one part where they lie near each other. */
static void plan_objects(struct stack_plan *p, const walked_frames *frames)
{
    size_t size = p->target->offsets.frame_size;
    p->scratch.count = 0;
    for (size_t i = 0; i < frames->count; i++) {
        *PP_PUSH(&p->scratch) = (struct remote_part){frames->at[i].frame, size};
    }
    if (p->scratch.count) {
        qsort(p->scratch.at, p->scratch.count, sizeof *p->scratch.at, by_address);
    }
    for (size_t i = 0; i < p->scratch.count; i++) {
        struct remote_part part = p->scratch.at[i];
        /* Less than a page lies between them, so all of it can be read. */
        while (i + 1 < p->scratch.count && p->scratch.at[i + 1].address - part.address - part.size <= NEAR) {
            part.size = p->scratch.at[++i].address + size - part.address;
        }
        image_add(&p->image, IMAGE_FRAMES, part.address, part.size);
    }
}

/* Frames elsewhere that are not used any more make every look-up slower. */
void stack_plan_tidy(struct stack_plan *p, const walked_frames *frames)
{
    size_t elsewhere = image_count(&p->image, IMAGE_FRAMES) - p->chunks;
    bool objects = p->target->offsets.frame_owner == NO_OFFSET;
    if (objects ? elsewhere > p->objects + MOST_NEW_OBJECTS : elsewhere > 2 * frames->count + MOST_UNUSED) {
        image_keep(&p->image, IMAGE_FRAMES, p->chunks);
        if (objects) {
            plan_objects(p, frames);
            p->objects = image_count(&p->image, IMAGE_FRAMES);
        }
    }
    shrink_newest(p);
}
