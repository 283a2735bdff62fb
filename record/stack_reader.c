#include "record/stack_reader.h"

#include <errno.h>
#include <string.h>

/* _PyStackChunk: previous, size (bytes of the chunk), top (in words from `data`), data (Include/cpython/pystate.h). */
enum { CHUNK_SIZE = 8, CHUNK_TOP = 16, CHUNK_DATA = 24, WORD = 8 };
/* datastack_top stands behind datastack_chunk. */
enum { TOP_AFTER_CHUNK = 8 };

enum {
    SPARE = 512,       /* bytes read past the top of the data stack: the next stack may be deeper */
    MOST_SPARE = 8192, /* more is given up */
    LARGEST_CHUNK = 1 << 26,
    LARGEST_IMAGE = 1 << 28,
    MOST_EXTENSIONS = 4096, /* reads in search of frames, for one stack */
    MOST_JUMPS = 64,
    STILL_TRIES = 16
};

/* Numbers of the parts that are always there. */
enum { PART_HEAD, PART_GIL, PART_COLLECTING, PART_GENERATION, PART_CFRAME, FIXED_PARTS };

enum read_result { READ_DONE, READ_TORN, READ_GONE };

static size_t head_size(const struct python_offsets *o)
{
    size_t size = o->thread_frame;
    size = o->thread_interpreter > size ? o->thread_interpreter : size;
    if (o->thread_chunk != NO_OFFSET) {
        size_t chunk = o->thread_chunk + TOP_AFTER_CHUNK;
        size = chunk > size ? chunk : size;
    }
    return size + WORD;
}

/* Parts a version has no use for are empty. */
static void add_flag(struct stack_reader *r, bool there, uint64_t address, size_t size)
{
    image_add(&r->image, there ? address : r->thread, there ? size : 0);
}

void stack_reader_init(struct stack_reader *reader, const struct target *target, struct code_cache *codes,
                       const struct interpreter *interpreter, uint64_t thread)
{
    const struct python_offsets *o = &target->offsets;
    *reader = (struct stack_reader){.target = target, .codes = codes, .interpreter = interpreter, .thread = thread};
    image_add(&reader->image, thread, head_size(o));
    if (o->runtime_current_thread != NO_OFFSET) {
        add_flag(reader, true, target->runtime + o->runtime_current_thread, WORD);
    } else {
        add_flag(reader, interpreter->gil != 0, interpreter->gil, (size_t)o->gil_locked + 4);
    }
    if (o->runtime_gc_collecting != NO_OFFSET) {
        add_flag(reader, true, target->runtime + o->runtime_gc_collecting, 4);
    } else {
        add_flag(reader, true, interpreter->address + o->interpreter_gc_collecting, 4);
    }
    add_flag(reader, o->code_generation != NO_OFFSET, interpreter->address + o->code_generation, WORD);
    add_flag(reader, false, 0, 0);
    reader->fixed = FIXED_PARTS;
}

void stack_reader_free(struct stack_reader *reader)
{
    image_free(&reader->image);
    pp_free(reader->frames.at);
    pp_free(reader->first.at);
    pp_free(reader->kept.at);
    *reader = (struct stack_reader){0};
}

/* --- what to read --- */

static void forget_plan(struct stack_reader *r)
{
    image_keep(&r->image, r->fixed);
    r->image.parts.at[PART_CFRAME].size = 0;
    r->chunks = 0;
}

/* 3.11 and 3.12 keep the innermost frame in a struct on the C stack. True if another one has to be read. */
static bool plan_cframe(struct stack_reader *r)
{
    const struct python_offsets *o = &r->target->offsets;
    if (o->cframe_frame == NO_OFFSET) {
        return false;
    }
    struct remote_part *part = &r->image.parts.at[PART_CFRAME];
    uint64_t address = load_u64(image_part(&r->image, 0, PART_HEAD) + o->thread_frame);
    if (part->address == address && part->size) {
        return false;
    }
    *part = (struct remote_part){address ? address : r->thread, address ? o->cframe_frame + WORD : 0};
    return address != 0;
}

static uint64_t first_frame(const struct stack_reader *r, unsigned copy)
{
    const struct python_offsets *o = &r->target->offsets;
    if (o->cframe_frame == NO_OFFSET) {
        return load_u64(image_part(&r->image, copy, PART_HEAD) + o->thread_frame);
    }
    return r->image.parts.at[PART_CFRAME].size ? load_u64(image_part(&r->image, copy, PART_CFRAME) + o->cframe_frame)
                                               : 0;
}

/* The chunk that the head names, and each chunk the next one. */
static bool chunks_are_right(const struct stack_reader *r)
{
    const struct image *image = &r->image;
    uint64_t expected = load_u64(image_part(image, 0, PART_HEAD) + r->target->offsets.thread_chunk);
    for (size_t i = 0; i < r->chunks; i++) {
        if (image->parts.at[r->fixed + i].address != expected) {
            return false;
        }
        expected = load_u64(image_part(image, 0, r->fixed + i));
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
static bool plan_chunks(struct stack_reader *r)
{
    const unsigned char *head = image_part(&r->image, 0, PART_HEAD) + r->target->offsets.thread_chunk;
    uint64_t address = load_u64(head), top = load_u64(head + TOP_AFTER_CHUNK);
    image_keep(&r->image, r->fixed);
    r->chunks = 0;
    for (; address; r->chunks++) {
        unsigned char header[CHUNK_DATA];
        if (r->chunks > LARGEST_IMAGE / 4096 || !remote_read(r->target->pid, address, header, sizeof header)) {
            forget_plan(r);
            return false;
        }
        size_t used = used_of(header, address, top);
        image_add(&r->image, address, top ? with_spare(used, load_u64(header + CHUNK_SIZE)) : used);
        address = load_u64(header);
        top = 0;
    }
    return true;
}

/* A newest chunk of which far more is read than is used costs time. */
static void shrink_newest(struct stack_reader *r)
{
    if (r->chunks == 0) {
        return;
    }
    const unsigned char *head = image_part(&r->image, 0, PART_HEAD) + r->target->offsets.thread_chunk;
    struct remote_part *part = &r->image.parts.at[r->fixed];
    uint64_t used = load_u64(head + TOP_AFTER_CHUNK) - part->address;
    if (used + MOST_SPARE < part->size) {
        part->size = with_spare((size_t)used, part->size);
    }
}

/* True if the parts are those that the head (in copy 0) asks for; else they have been put right and must be read. */
static bool plan_is_right(struct stack_reader *r, enum read_result *result)
{
    if (plan_cframe(r)) {
        return false;
    }
    if (r->target->offsets.thread_chunk != NO_OFFSET && !chunks_are_right(r)) {
        if (!plan_chunks(r)) {
            *result = READ_TORN;
        }
        return false;
    }
    return true;
}

/* Makes the chunk's part hold the frame; false if no chunk does. */
static bool extend_chunk(struct stack_reader *r, uint64_t frame)
{
    for (size_t i = 0; i < r->chunks; i++) {
        struct remote_part *part = &r->image.parts.at[r->fixed + i];
        uint64_t size = load_u64(image_part(&r->image, 0, r->fixed + i) + CHUNK_SIZE);
        if (size < LARGEST_CHUNK && frame > part->address && frame - part->address < size) {
            size_t wanted = with_spare((size_t)(frame - part->address) + r->target->offsets.frame_size, size);
            part->size = wanted > part->size ? wanted : part->size;
            return true;
        }
    }
    return false;
}

/* Adds the frame, and those it leads to as far as they are not there either, each by a read of its own. */
static void extend(struct stack_reader *r, uint64_t frame)
{
    const struct python_offsets *o = &r->target->offsets;
    for (size_t steps = 0; frame && steps < LARGEST_IMAGE / 256; steps++) {
        uint64_t previous;
        if (extend_chunk(r, frame)) {
            return;
        }
        image_add(&r->image, frame, o->frame_size);
        if (!remote_u64(r->target->pid, frame + o->frame_previous, &previous)) {
            return;
        }
        /* What was there at the last read ends the search; its starts are still those of that read. */
        bool known = false;
        for (size_t i = r->fixed; i < r->image.part_count && !known; i++) {
            const struct remote_part *part = &r->image.parts.at[i];
            known = previous >= part->address && previous - part->address < part->size;
        }
        frame = known ? 0 : previous;
    }
}

/* --- reading --- */

static enum read_result refused(struct stack_reader *r)
{
    if (errno != EFAULT || r->image.part_count == r->fixed) {
        bool cframe = r->image.parts.at[PART_CFRAME].size != 0;
        forget_plan(r);
        return errno == EFAULT && cframe ? READ_TORN : READ_GONE;
    }
    forget_plan(r);
    return READ_TORN;
}

static bool walk_copy(struct stack_reader *r, unsigned copy, walked_frames *frames, enum read_result *result)
{
    uint64_t missing = 0;
    switch (walk_frames(&r->image, copy, &r->target->offsets, first_frame(r, copy), frames, &missing)) {
    case WALK_DONE:
        return true;
    case WALK_MISSING:
        extend(r, missing);
        return false;
    default:
        *result = READ_TORN;
        return false;
    }
}

/* Reads until every frame of the chain is in the image: frames is the chain of the last copy, first that of the first of two. */
static enum read_result read_chain(struct stack_reader *r, unsigned copies)
{
    for (unsigned tries = 0; tries < MOST_EXTENSIONS; tries++) {
        enum read_result result = READ_DONE;
        if (!image_read(&r->image, r->target->pid, copies)) {
            return refused(r);
        }
        bool whole = plan_is_right(r, &result) && walk_copy(r, 0, copies == 2 ? &r->first : &r->frames, &result) &&
                     (copies == 1 || walk_copy(r, 1, &r->frames, &result));
        if (whole || result != READ_DONE) {
            return result;
        }
        if (r->image.copy_size > LARGEST_IMAGE) {
            forget_plan(r);
            return READ_TORN;
        }
    }
    return READ_TORN;
}

/* What stands beside the frames, in the copy read last. */
static void read_flags(struct stack_reader *r, unsigned copy)
{
    const struct python_offsets *o = &r->target->offsets;
    const struct image *image = &r->image;
    const unsigned char *gil = image_part(image, copy, PART_GIL);
    bool collecting = load_i32(image_part(image, copy, PART_COLLECTING)) != 0;
    if (o->runtime_current_thread != NO_OFFSET) {
        r->holds_gil = load_u64(gil) == r->thread;
    } else {
        r->holds_gil = image->parts.at[PART_GIL].size && load_i32(gil + o->gil_locked) > 0 &&
                       load_u64(gil + o->gil_holder) == r->thread;
    }
    r->collecting = collecting && (r->holds_gil || o->free_threaded);
    r->generation =
        image->parts.at[PART_GENERATION].size ? load_u64(image_part(image, copy, PART_GENERATION)) : UINT64_MAX;
}

/* Frames elsewhere that are not used any more, or out of order, make every look-up slower. */
static void tidy(struct stack_reader *r)
{
    size_t elsewhere = r->image.part_count - r->fixed - r->chunks;
    bool objects = r->target->offsets.frame_owner == NO_OFFSET;
    if ((objects && r->image.jumps > MOST_JUMPS) || elsewhere > 2 * r->frames.count + MOST_JUMPS) {
        image_keep(&r->image, r->fixed + r->chunks);
        for (size_t i = 0; objects && i < r->frames.count; i++) {
            image_add(&r->image, r->frames.at[i].frame, r->target->offsets.frame_size);
        }
    }
    shrink_newest(r);
}

/* --- verdicts --- */

/* The outer `count` frames of `from`. */
static void keep_outer(walked_frames *to, const walked_frames *from, size_t count)
{
    PP_RESERVE(to, count);
    memmove(to->at, from->at + (from->count - count), count * sizeof *to->at);
    to->count = count;
}

static void keep_common(struct stack_reader *r, size_t agreed, bool first_time)
{
    if (first_time) {
        keep_outer(&r->kept, &r->frames, agreed);
        return;
    }
    size_t still = walk_agreement(&r->kept, &r->frames);
    still = still < agreed ? still : agreed;
    keep_outer(&r->kept, &r->kept, still);
}

/* The part all tries had in common, as far as its code objects are known. */
static enum stack_verdict part_of_it(struct stack_reader *r)
{
    keep_outer(&r->frames, &r->kept, r->kept.count);
    for (unsigned tries = 0; tries < 3; tries++) {
        if (code_cache_check(r->codes, &r->frames, r->generation)) {
            return STACK_PART;
        }
    }
    r->frames.count = 0;
    return STACK_PART;
}

enum stack_verdict stack_read_running(struct stack_reader *r, unsigned tries)
{
    bool none_kept = true;
    r->kept.count = 0;
    for (unsigned i = 0; i < tries; i++) {
        enum read_result result = read_chain(r, 2);
        if (result == READ_GONE) {
            return STACK_GONE;
        }
        if (result == READ_TORN) {
            r->torn++;
            continue;
        }
        read_flags(r, 1);
        size_t agreed = walk_agreement(&r->first, &r->frames);
        if (agreed == r->first.count && agreed == r->frames.count) {
            tidy(r);
            if (code_cache_check(r->codes, &r->frames, r->generation)) {
                return STACK_WHOLE;
            }
            continue;
        }
        r->torn++;
        keep_common(r, agreed, none_kept);
        none_kept = false;
    }
    return part_of_it(r);
}

enum stack_verdict stack_read_still(struct stack_reader *r)
{
    for (unsigned i = 0; i < STILL_TRIES; i++) {
        enum read_result result = read_chain(r, 1);
        if (result == READ_GONE) {
            return STACK_GONE;
        }
        if (result == READ_TORN) {
            continue;
        }
        read_flags(r, 0);
        tidy(r);
        if (code_cache_check(r->codes, &r->frames, r->generation)) {
            return STACK_WHOLE;
        }
    }
    return STACK_MOVING;
}
