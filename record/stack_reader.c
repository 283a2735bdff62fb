#include "record/stack_reader.h"

#include <errno.h>
#include <string.h>

enum {
    MOST_READS = 4096, /* in search of frames, for one stack */
    LARGEST_IMAGE = 1 << 28,
    STILL_TRIES = 16,
    ENOUGH_READS = 2,
    READS = 2,
    READS_OF_OBJECTS = 4,
    READS_OF_GENERATORS = 8,
    WITHIN_THREAD = 4096,   /* bytes of a PyThreadState */
    ROOT_CONFIRMATIONS = 16 /* before stacks of a running thread may begin elsewhere */
};

enum read_result { READ_DONE, READ_TORN, READ_GONE };

void stack_reader_init(struct stack_reader *reader, const struct target *target, struct code_cache *codes,
                       const struct interpreter *interpreter, uint64_t thread, uint64_t ident)
{
    *reader = (struct stack_reader){
        .codes = codes, .ident = ident, .interpreter = interpreter->address, .generation = UINT64_MAX};
    stack_plan_init(&reader->plan, target, interpreter, thread);
}

void stack_reader_free(struct stack_reader *reader)
{
    stack_plan_free(&reader->plan);
    pp_free(reader->frames.at);
    pp_free(reader->first.at);
    pp_free(reader->kept.at);
    pp_free(reader->before.at);
    pp_free(reader->expected.at);
    *reader = (struct stack_reader){0};
}

static const struct python_offsets *offsets_of(const struct stack_reader *r)
{
    return &r->plan.target->offsets;
}

/* --- reading --- */

static enum read_result refused(struct stack_reader *r)
{
    const struct image *image = &r->plan.image;
    bool planned = image_count(image, IMAGE_FRAMES) > 0 || image_count(image, IMAGE_AFTER) > AFTER_CODES ||
                   image->groups[IMAGE_PIVOT].parts.at[PIVOT_CFRAME].size > 0;
    enum read_result result = errno == EFAULT && planned ? READ_TORN : READ_GONE;
    stack_plan_forget(&r->plan);
    r->expected.count = 0;
    return result;
}

/* The thread's memory still is that thread's. */
static bool same_thread(const struct stack_reader *r)
{
    const struct python_offsets *o = offsets_of(r);
    const unsigned char *head = stack_plan_head(&r->plan);
    return load_u64(head + o->thread_interpreter) == r->interpreter && load_u64(head + o->thread_ident) == r->ident;
}

static bool walk_copy(struct stack_reader *r, unsigned copy, walked_frames *frames, struct walk_ends *ends,
                      enum read_result *result)
{
    uint64_t missing = 0;
    *ends =
        (struct walk_ends){.first = stack_plan_first(&r->plan), .top = stack_plan_top(&r->plan), .root = r->plan.root};
    switch (walk_frames(&r->plan.image, copy, offsets_of(r), ends, frames, &missing)) {
    case WALK_DONE:
        return true;
    case WALK_MISSING:
        stack_plan_extend(&r->plan, missing);
        return false;
    default:
        *result = READ_TORN;
        return false;
    }
}

/* True if all that should have been read was; else *result says whether there is any use in going on. */
static bool walk_copies(struct stack_reader *r, unsigned copies, struct walk_ends *ends, enum read_result *result)
{
    if (!same_thread(r)) {
        *result = READ_GONE;
        return false;
    }
    enum plan_fit fit = stack_plan_check(&r->plan);
    if (fit != PLAN_FITS) {
        *result = fit == PLAN_TORN ? READ_TORN : READ_DONE;
        return false;
    }
    if (copies == 2 && !walk_copy(r, 0, &r->first, ends, result)) {
        return false;
    }
    size_t settled = copies == 2 ? ends->settled : SIZE_MAX;
    bool whole = walk_copy(r, copies - 1, &r->frames, ends, result);
    ends->settled = settled < ends->settled ? settled : ends->settled;
    return whole;
}

/* From 3.15 on (or so) the outermost frame is one that stands in the PyThreadState and never changes: once seen it is not read any more. */
static void note_root(struct stack_reader *r, const struct walk_ends *ends)
{
    if (!r->plan.root && ends->shim_last && ends->last > r->plan.thread &&
        ends->last - r->plan.thread < WITHIN_THREAD) {
        r->plan.root = ends->last;
        r->root_planned = true;
    }
}

/* Reads until every frame of the chain is in the image: frames is the chain of the last copy, first that of the first of two.
 * `before`, `after`: with what stands in IMAGE_BEFORE and IMAGE_AFTER. */
static enum read_result read_chain(struct stack_reader *r, unsigned copies, bool before, bool after,
                                   struct walk_ends *ends)
{
    if (r->root_planned) {
        stack_plan_forget(&r->plan);
        r->expected.count = 0;
        r->root_planned = false;
    }
    for (unsigned reads = 0; reads < MOST_READS; reads++) {
        enum read_result result = READ_DONE;
        *ends = (struct walk_ends){0};
        if (!image_read(&r->plan.image, r->plan.target->pid, copies, before, after)) {
            return refused(r);
        }
        bool whole = walk_copies(r, copies, ends, &result);
        if (whole) {
            note_root(r, ends);
        }
        if (whole || result != READ_DONE) {
            return result;
        }
        if (r->plan.image.bytes.capacity > LARGEST_IMAGE) {
            break;
        }
    }
    stack_plan_forget(&r->plan);
    r->expected.count = 0;
    return READ_TORN;
}

/* What stands beside the frames. */
static void read_flags(struct stack_reader *r)
{
    r->holds_gil = stack_plan_holds_gil(&r->plan);
    r->collecting = stack_plan_collecting(&r->plan) && (r->holds_gil || offsets_of(r)->free_threaded);
}

/* --- code objects --- */

/* The code objects of the stack are read with it the next time: most will be there again. */
static void expect_codes(struct stack_reader *r)
{
    r->expected.count = 0;
    image_keep(&r->plan.image, IMAGE_AFTER, AFTER_CODES);
    if (r->generation != UINT64_MAX) {
        return;
    }
    uint64_t round = code_cache_next_round(r->codes);
    for (size_t i = 0; i < r->frames.count; i++) {
        struct code *code = code_cache_find(r->codes, r->frames.at[i].code);
        if (code && code->round != round) {
            code->round = round;
            *PP_PUSH(&r->expected) = code->address;
            code_cache_add_parts(r->codes, code, &r->plan.image);
        }
    }
}

/* A call that has not begun is none yet. */
static void drop_unbegun(struct stack_reader *r)
{
    if (r->frames.count && code_has_not_begun(r->codes, &r->frames.at[0])) {
        r->frames.count--;
        memmove(r->frames.at, r->frames.at + 1, r->frames.count * sizeof *r->frames.at);
    }
}

/* Whether the code objects of the stack are what they were before it was read; looks first at those that were read with it. */
static bool codes_are_known(struct stack_reader *r)
{
    const struct image *image = &r->plan.image;
    if (offsets_of(r)->code_generation != NO_OFFSET) {
        r->generation = load_u64(image_bytes(image, IMAGE_AFTER, AFTER_GENERATION));
    }
    size_t each = code_cache_parts_each(r->codes);
    (void)code_cache_next_round(r->codes);
    for (size_t i = 0; i < r->expected.count; i++) {
        size_t part = AFTER_CODES + i * each;
        /* The parts of one code object were read one after another, so their bytes are too. One that could not be read is empty. */
        if (image_size(image, IMAGE_AFTER, part, each) == code_cache_parts_size(r->codes)) {
            code_cache_confirm(r->codes, r->expected.at[i], image_bytes(image, IMAGE_AFTER, part), r->generation);
        }
    }
    size_t looked_at = 0;
    bool known = code_cache_check(r->codes, &r->frames, r->generation, &looked_at);
    if (looked_at || !known || r->expected.count > 2 * r->frames.count + 8) {
        expect_codes(r);
    }
    return known;
}

/* --- verdicts --- */

/* The outer `count` frames of `from`. */
static void keep_outer(walked_frames *to, const walked_frames *from, size_t count)
{
    PP_RESERVE(to, count);
    if (count) {
        memmove(to->at, from->at + (from->count - count), count * sizeof *to->at);
    }
    to->count = count;
}

static void keep_common(struct stack_reader *r, size_t agreed, bool first_time)
{
    if (first_time) {
        keep_outer(&r->kept, &r->frames, agreed);
        return;
    }
    size_t still = walk_agreement(&r->kept, &r->frames);
    keep_outer(&r->kept, &r->kept, still < agreed ? still : agreed);
}

/* The part all tries had in common, as far as its code objects are known. */
static enum stack_verdict part_of_it(struct stack_reader *r)
{
    keep_outer(&r->frames, &r->kept, r->kept.count);
    for (unsigned tries = 0; tries < 3; tries++) {
        size_t looked_at;
        (void)code_cache_next_round(r->codes);
        if (code_cache_check(r->codes, &r->frames, r->generation, &looked_at)) {
            drop_unbegun(r);
            return STACK_PART;
        }
    }
    r->frames.count = 0;
    return STACK_PART;
}

/* Frames that are objects say nothing of whether they are the outermost one: a frame that was freed meanwhile leads nowhere. A stack that begins where no stack of
 * the thread did is not believed until many did. */
static bool begins_at_root(struct stack_reader *r, uint64_t last, bool still)
{
    if (offsets_of(r)->frame_owner != NO_OFFSET || last == 0 || last == r->root) {
        return true;
    }
    r->new_root_seen = last == r->new_root ? r->new_root_seen + 1 : 0;
    r->new_root = last;
    if (still || r->new_root_seen >= ROOT_CONFIRMATIONS) {
        r->root = last;
        return true;
    }
    return false;
}

/* How often a stack has to be found, one read after another. One is not enough: a program may have come back to where it was between the two copies.
 * Frames that are objects, and those of generators, are read one by one, up to a microsecond apart: then chance has it far easier. */
static unsigned reads_needed(const struct stack_reader *r)
{
    return offsets_of(r)->frame_owner == NO_OFFSET ? READS_OF_OBJECTS : r->generators ? READS_OF_GENERATORS : READS;
}

/* True if the stack is that of the read before. */
static bool is_same_again(struct stack_reader *r)
{
    bool same = r->before.count == r->frames.count && walk_agreement(&r->before, &r->frames) == r->frames.count;
    keep_outer(&r->before, &r->frames, r->frames.count);
    return same;
}

/* Lets up to half a microsecond pass, never the same time, so that no program keeps step with the reads. */
static void wait_a_little(struct stack_reader *r)
{
    r->random = r->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    for (volatile unsigned left = (unsigned)(r->random >> 56); left; left--) {
    }
}

/* One read of a thread that may run. *whole: it looks like a whole stack; *agreed: so many outer frames are the same in both copies. */
static enum read_result read_twice(struct stack_reader *r, bool with_flags, bool with_codes, bool *whole,
                                   size_t *agreed)
{
    struct walk_ends ends = {0};
    enum read_result result = read_chain(r, 2, with_flags, with_codes, &ends);
    *whole = false;
    if (result == READ_DONE) {
        stack_plan_tidy(&r->plan, &r->frames);
        if (with_flags) {
            read_flags(r);
        }
        *agreed = walk_agreement(&r->first, &r->frames);
        *agreed = *agreed < ends.settled ? *agreed : ends.settled;
        r->generators = ends.generators;
        *whole = *agreed == r->first.count && *agreed == r->frames.count;
        result = begins_at_root(r, ends.last, false) ? READ_DONE : READ_TORN;
        *whole = *whole && result == READ_DONE;
    }
    r->torn += !*whole;
    return result;
}

enum stack_verdict stack_read_running(struct stack_reader *r, unsigned tries)
{
    unsigned rooted = 0, found = 0;
    r->kept.count = 0;
    for (unsigned i = 0; i < tries + reads_needed(r) - 1; i++) {
        unsigned needed = reads_needed(r);
        bool whole;
        size_t agreed = 0;
        enum read_result result = read_twice(r, found == 0, found + 1 >= needed, &whole, &agreed);
        if (result == READ_GONE) {
            return STACK_GONE;
        }
        bool again = whole && is_same_again(r);
        found = !whole ? 0 : again ? found + 1 : 1;
        needed = reads_needed(r);
        if (found >= needed) {
            if (codes_are_known(r)) {
                drop_unbegun(r);
                return STACK_WHOLE;
            }
            /* Now they are: once more. */
            found = needed - 1;
        }
        if (result == READ_DONE) {
            keep_common(r, agreed, rooted++ == 0);
        }
        wait_a_little(r);
    }
    /* What but one read found is not certain. */
    r->kept.count = rooted >= ENOUGH_READS ? r->kept.count : 0;
    return part_of_it(r);
}

enum stack_verdict stack_read_still(struct stack_reader *r, bool twice)
{
    for (unsigned i = 0; i < STILL_TRIES; i++) {
        struct walk_ends ends = {0};
        enum read_result result = read_chain(r, twice ? 2 : 1, true, true, &ends);
        if (result == READ_GONE) {
            return STACK_GONE;
        }
        if (result == READ_TORN || (twice && (r->first.count != r->frames.count ||
                                              walk_agreement(&r->first, &r->frames) != r->frames.count))) {
            continue;
        }
        read_flags(r);
        stack_plan_tidy(&r->plan, &r->frames);
        if (codes_are_known(r)) {
            (void)begins_at_root(r, ends.last, true);
            drop_unbegun(r);
            return STACK_WHOLE;
        }
    }
    return STACK_MOVING;
}
