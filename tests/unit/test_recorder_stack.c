/* Images of memory, and walks along frames in them: of this process' own memory, with frames made here. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "record/walk.h"
#include "tests/support/own_memory.h"

/* Owners of frames; from SHIM on they are the interpreter's own. */
enum { THREAD, GENERATOR, FRAME_OBJECT, SHIM };
/* A frame of Python 3.13: code, previous, instruction, owner. */
enum { CODE = 0, PREVIOUS = 8, INSTRUCTION = 56, OWNER = 70, FRAME_SIZE = 72, STEP = 80, FRAMES = 8 };

static const struct python_offsets offsets_3_13 = {
    .minor = 13,
    .instruction_kind = INSTRUCTION_POINTER,
    .frame_code = CODE,
    .frame_previous = PREVIOUS,
    .frame_instruction = INSTRUCTION,
    .frame_owner = OWNER,
    .frame_size = FRAME_SIZE,
    .frame_bytecode_index = NO_OFFSET,
    .owner_first_shim = SHIM,
};

/* --- images --- */

START_TEST(images_hold_what_was_read)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    unsigned char memory[4096];
    struct image image = {0};
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = (unsigned char)(i * 7 + i / 256);
    }
    /* Not in the order of their addresses, one of them empty. */
    static const size_t places[] = {300, 100, 2000, 700, 3000};
    static const size_t sizes[] = {50, 10, 0, 200, 1};
    image_add(&image, IMAGE_BEFORE, address_of(memory), 4);
    image_add(&image, IMAGE_PIVOT, address_of(memory + 8), 8);
    image_add(&image, IMAGE_AFTER, address_of(memory + 16), 16);
    for (size_t i = 0; i < 5; i++) {
        image_add(&image, IMAGE_FRAMES, address_of(memory + places[i]), sizes[i]);
    }
    ck_assert_uint_eq(image_count(&image, IMAGE_FRAMES), 5);
    ck_assert(image_read(&image, getpid(), 2, true, true));
    ck_assert(memcmp(image_bytes(&image, IMAGE_BEFORE, 0), memory, 4) == 0);
    ck_assert(memcmp(image_bytes(&image, IMAGE_PIVOT, 0), memory + 8, 8) == 0);
    ck_assert(memcmp(image_bytes(&image, IMAGE_AFTER, 0), memory + 16, 16) == 0);
    ck_assert_uint_eq(image_size(&image, IMAGE_FRAMES, 0, 5), 261);
    ck_assert_uint_eq(image_size(&image, IMAGE_FRAMES, 1, 2), 10);
    ck_assert_uint_eq(image_size(&image, IMAGE_FRAMES, 3, 3), 0);
    for (unsigned copy = 0; copy < 2; copy++) {
        /* Many more look-ups than are made one by one. */
        for (size_t at = 0; at < sizeof memory; at++) {
            size_t rest = 0, inside = SIZE_MAX;
            for (size_t i = 0; i < 5; i++) {
                inside = at >= places[i] && at + 3 <= places[i] + sizes[i] ? i : inside;
            }
            const unsigned char *found = image_at(&image, copy, address_of(memory + at), 3, &rest);
            ck_assert_int_eq(found != NULL, inside != SIZE_MAX);
            if (found) {
                ck_assert(memcmp(found, memory + at, 3) == 0);
                ck_assert_uint_eq(rest, places[inside] + sizes[inside] - at - 3);
            }
        }
    }
    size_t rest;
    ck_assert_ptr_null(image_at(&image, 0, UINT64_MAX - 1, 8, &rest));
    ck_assert_ptr_null(image_at(&image, 0, 0, SIZE_MAX, &rest));
    image_free(&image);
}
END_TEST

START_TEST(images_say_what_cannot_be_read)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    uint64_t word = 0;
    struct image image = {0};
    image_add(&image, IMAGE_FRAMES, address_of(&word), sizeof word);
    image_add(&image, IMAGE_FRAMES, own_memory_hole(), 8);
    ck_assert(!image_read(&image, getpid(), 1, true, false));
    ck_assert_int_eq(errno, EFAULT);
    image_keep(&image, IMAGE_FRAMES, 1);
    ck_assert(image_read(&image, getpid(), 1, true, false));
    ck_assert(!image_read(&image, 0x3fffffff, 1, true, false));
    ck_assert_int_eq(errno, ESRCH);
    image_free(&image);
}
END_TEST

/* More parts than the kernel takes at once. */
START_TEST(images_of_very_many_parts)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    enum { MANY = 3 * REMOTE_PARTS + 1 };
    static uint32_t numbers[MANY];
    struct image image = {0};
    size_t rest;
    image_add(&image, IMAGE_PIVOT, address_of(numbers), 4);
    for (uint32_t i = 0; i < MANY; i++) {
        numbers[i] = i;
        image_add(&image, IMAGE_FRAMES, address_of(&numbers[MANY - 1 - i]), 4);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        numbers[i] = 5 * i;
    }
    ck_assert(image_read(&image, getpid(), 2, true, false));
    for (uint32_t i = 0; i < MANY; i++) {
        const unsigned char *found = image_at(&image, i % 2, address_of(&numbers[i]), 4, &rest);
        ck_assert_ptr_nonnull(found);
        ck_assert_uint_eq(load_u32(found), 5 * i);
    }
    image_free(&image);
}
END_TEST

/* --- walks --- */

/* Frames one after another in memory, frame 0 the innermost, the last one a shim. */
static unsigned char stack[FRAMES * STEP];

static unsigned char *frame(size_t number)
{
    return stack + number * STEP;
}

static void make_stack(void)
{
    memset(stack, 0, sizeof stack);
    for (size_t i = 0; i < FRAMES; i++) {
        put(frame(i) + CODE, 0x1000 * (i + 1));
        put(frame(i) + PREVIOUS, i + 1 < FRAMES ? address_of(frame(i + 1)) : 0);
        put(frame(i) + INSTRUCTION, 0x5000 + i);
        frame(i)[OWNER] = i + 1 < FRAMES ? THREAD : SHIM;
    }
}

/* Reads the stack (a part of it, if `size` is smaller) and walks along it. */
static enum walk_result walk(const struct python_offsets *offsets, size_t size, walked_frames *frames,
                             uint64_t *missing, uint64_t *last)
{
    struct image image = {0};
    struct walk_ends ends = {.first = address_of(stack), .top = address_of(stack + sizeof stack)};
    image_add(&image, IMAGE_FRAMES, address_of(stack), size);
    ck_assert(image_read(&image, getpid(), 1, true, false));
    enum walk_result result = walk_frames(&image, 0, offsets, &ends, frames, missing);
    *last = ends.last;
    image_free(&image);
    return result;
}

static enum walk_result walk_it(const struct python_offsets *offsets)
{
    walked_frames frames = {0};
    uint64_t missing, last;
    enum walk_result result = walk(offsets, sizeof stack, &frames, &missing, &last);
    pp_free(frames.at);
    return result;
}

START_TEST(walks_find_all_frames)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    walked_frames frames = {0};
    uint64_t missing = 0, last = 0;
    make_stack();
    frame(3)[OWNER] = SHIM;
    frame(5)[OWNER] = GENERATOR;
    put(frame(2) + CODE, 0x3003); /* tagged */
    ck_assert_int_eq(walk(&offsets_3_13, sizeof stack, &frames, &missing, &last), WALK_DONE);
    ck_assert_uint_eq(frames.count, FRAMES - 2);
    ck_assert_uint_eq(last, address_of(frame(FRAMES - 1)));
    ck_assert_uint_eq(frames.at[0].contents, 0);
    for (size_t i = 0; i < frames.count; i++) {
        size_t number = i < 3 ? i : i + 1;
        ck_assert_uint_eq(frames.at[i].frame, address_of(frame(number)));
        ck_assert_uint_eq(frames.at[i].code, 0x1000 * (number + 1));
        ck_assert_int_eq(frames.at[i].instruction, (int64_t)(0x5000 + number));
        ck_assert(i == 0 || frames.at[i].contents != 0);
    }
    ck_assert_int_eq(walk(&offsets_3_13, 3 * STEP + FRAME_SIZE - 1, &frames, &missing, &last), WALK_MISSING);
    ck_assert_uint_eq(missing, address_of(frame(3)));
    pp_free(frames.at);
}
END_TEST

START_TEST(walks_refuse_chains_that_cannot_be)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct python_offsets old = offsets_3_13;
    old.minor = 11;
    make_stack();
    put(frame(6) + PREVIOUS, address_of(frame(2)));
    ck_assert_int_eq(walk_it(&offsets_3_13), WALK_BROKEN);
    make_stack();
    put(frame(0) + PREVIOUS, address_of(frame(0)));
    ck_assert_int_eq(walk_it(&offsets_3_13), WALK_BROKEN);
    make_stack();
    frame(4)[OWNER] = FRAME_OBJECT;
    ck_assert_int_eq(walk_it(&offsets_3_13), WALK_BROKEN);
    make_stack();
    frame(4)[OWNER] = 0xff;
    ck_assert_int_eq(walk_it(&offsets_3_13), WALK_DONE);
    /* A thread's outermost frame is a shim from 3.12 on, and never a generator's. */
    make_stack();
    frame(FRAMES - 1)[OWNER] = THREAD;
    ck_assert_int_eq(walk_it(&offsets_3_13), WALK_BROKEN);
    ck_assert_int_eq(walk_it(&old), WALK_DONE);
    frame(FRAMES - 1)[OWNER] = GENERATOR;
    ck_assert_int_eq(walk_it(&old), WALK_BROKEN);
    /* No thread has it innermost, but a generator that was left just now. */
    make_stack();
    put(frame(0) + PREVIOUS, 0);
    frame(0)[OWNER] = GENERATOR;
    ck_assert_int_eq(walk_it(&offsets_3_13), WALK_BROKEN);
}
END_TEST

START_TEST(walks_of_no_frames)
{
    struct image image = {0};
    struct walk_ends ends = {0};
    walked_frames frames = {0};
    uint64_t missing;
    ck_assert_int_eq(walk_frames(&image, 0, &offsets_3_13, &ends, &frames, &missing), WALK_DONE);
    ck_assert_uint_eq(frames.count, 0);
    ck_assert_uint_eq(ends.last, 0);
    ends.first = 0x1000;
    ck_assert_int_eq(walk_frames(&image, 0, &offsets_3_13, &ends, &frames, &missing), WALK_MISSING);
}
END_TEST

/* What of a frame is compared: its variables up to the next frame or the top of the stack, and nothing behind. */
START_TEST(contents_are_those_of_the_frame)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    walked_frames before = {0}, after = {0};
    uint64_t missing, last;
    make_stack();
    ck_assert_int_eq(walk(&offsets_3_13, sizeof stack, &before, &missing, &last), WALK_DONE);
    frame(2)[FRAME_SIZE - 1] ^= 1;
    ck_assert_int_eq(walk(&offsets_3_13, sizeof stack, &after, &missing, &last), WALK_DONE);
    ck_assert_uint_ne(before.at[2].contents, after.at[2].contents);
    ck_assert_uint_eq(before.at[3].contents, after.at[3].contents);
    ck_assert_uint_eq(walk_agreement(&before, &after), before.count - 2);
    pp_free(before.at);
    pp_free(after.at);
}
END_TEST

static void frames_of(walked_frames *frames, const struct walked_frame *from, size_t count)
{
    frames->count = 0;
    for (size_t i = 0; i < count; i++) {
        *PP_PUSH(frames) = from[i];
    }
}

/* Counted from the root, which stands last. */
START_TEST(agreement_ends_at_the_first_difference)
{
    const struct walked_frame one[] = {{1, 10, 100, 0, 0}, {2, 20, 200, 0, 5}, {3, 30, 300, 0, 6}, {4, 40, 400, 0, 7}};
    struct walked_frame other[4];
    walked_frames a = {0}, b = {0};
    frames_of(&a, one, 4);
    frames_of(&b, one, 4);
    ck_assert_uint_eq(walk_agreement(&a, &b), 4);
    frames_of(&b, one + 1, 3); /* the innermost one has returned: its caller has not gone on */
    ck_assert_uint_eq(walk_agreement(&a, &b), 3);
    memcpy(other, one, sizeof one);
    other[0].instruction = 101; /* the innermost: it runs */
    frames_of(&b, other, 4);
    ck_assert_uint_eq(walk_agreement(&a, &b), 4);
    other[2].instruction = 301; /* a caller that went on has called something else */
    frames_of(&b, other, 4);
    ck_assert_uint_eq(walk_agreement(&a, &b), 2);
    memcpy(other, one, sizeof one);
    other[2].contents = 60;
    frames_of(&b, other, 4);
    ck_assert_uint_eq(walk_agreement(&a, &b), 2);
    memcpy(other, one, sizeof one);
    other[3].code = 41;
    frames_of(&b, other, 4);
    ck_assert_uint_eq(walk_agreement(&a, &b), 0);
    b.count = 0;
    ck_assert_uint_eq(walk_agreement(&a, &b), 0);
    pp_free(a.at);
    pp_free(b.at);
}
END_TEST

Suite *suite_recorder_stack(void);
Suite *suite_recorder_stack(void)
{
    Suite *suite = suite_create("recorder_stack");
    TCase *tc = tcase_create("recorder_stack");
    tcase_add_test(tc, images_hold_what_was_read);
    tcase_add_test(tc, images_say_what_cannot_be_read);
    tcase_add_test(tc, images_of_very_many_parts);
    tcase_add_test(tc, walks_find_all_frames);
    tcase_add_test(tc, walks_refuse_chains_that_cannot_be);
    tcase_add_test(tc, walks_of_no_frames);
    tcase_add_test(tc, contents_are_those_of_the_frame);
    tcase_add_test(tc, agreement_ends_at_the_first_difference);
    suite_add_tcase(suite, tc);
    return suite;
}
