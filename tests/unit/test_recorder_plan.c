/* What is read of a thread: its head, the chunks of its data stack, frames elsewhere; of a thread made here, in this process' own memory. */
#include <check.h>
#include <string.h>
#include <unistd.h>

#include "record/stack_plan.h"
#include "tests/support/own_memory.h"

enum { THREAD_FRAME = 72, THREAD_IDENT = 152, THREAD_CHUNK = 232, THREAD_TOP = 240, THREAD_SIZE = 264 };
enum { CHUNK_PREVIOUS = 0, CHUNK_SIZE = 8, CHUNK_TOP = 16, CHUNK_DATA = 24, CHUNK_BYTES = 16384 };
enum { PREVIOUS = 8, FRAME_SIZE = 72, GIL = 512, COLLECTING = 64 };

static unsigned char thread[THREAD_SIZE], interpreter[1024], chunks[2][CHUNK_BYTES], elsewhere[3][FRAME_SIZE];
static unsigned char cframe[24];

static struct target target_3_13(void)
{
    struct target target = {.pid = getpid()};
    target.offsets = (struct python_offsets){
        .minor = 13,
        .instruction_kind = INSTRUCTION_POINTER,
        .frame_previous = PREVIOUS,
        .frame_owner = 70,
        .frame_size = FRAME_SIZE,
        .owner_first_shim = 3,
        .thread_interpreter = 16,
        .thread_frame = THREAD_FRAME,
        .cframe_frame = NO_OFFSET,
        .thread_ident = THREAD_IDENT,
        .thread_chunk = THREAD_CHUNK,
        .runtime_current_thread = NO_OFFSET,
        .runtime_gc_collecting = NO_OFFSET,
        .interpreter_gc_collecting = COLLECTING,
        .code_generation = NO_OFFSET,
        .gil_holder = 8,
        .gil_locked = 16,
    };
    return target;
}

/* Chunk 0 is the newest, in use up to `top` bytes; chunk 1 was left with 100 words in it. */
static void make_thread(size_t top)
{
    memset(thread, 0, sizeof thread);
    memset(interpreter, 0, sizeof interpreter);
    memset(chunks, 0, sizeof chunks);
    memset(elsewhere, 0, sizeof elsewhere);
    put(thread + THREAD_CHUNK, address_of(chunks[0]));
    put(thread + THREAD_TOP, address_of(chunks[0] + top));
    put(chunks[0] + CHUNK_PREVIOUS, address_of(chunks[1]));
    put(chunks[0] + CHUNK_SIZE, CHUNK_BYTES);
    put(chunks[1] + CHUNK_SIZE, CHUNK_BYTES);
    put(chunks[1] + CHUNK_TOP, 100);
}

static struct stack_plan plan_of(const struct target *target, uint64_t gil)
{
    struct stack_plan plan;
    struct interpreter of = {.address = address_of(interpreter), .gil = gil};
    stack_plan_init(&plan, target, &of, address_of(thread));
    return plan;
}

static enum plan_fit read_and_check(struct stack_plan *plan)
{
    ck_assert(image_read(&plan->image, getpid(), 2, true, false));
    return stack_plan_check(plan);
}

static bool is_read(struct stack_plan *plan, const unsigned char *at, size_t size)
{
    size_t rest;
    const unsigned char *found = image_at(&plan->image, 1, address_of(at), size, &rest);
    return found && memcmp(found, at, size) == 0;
}

START_TEST(chunks_are_found_and_followed)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_13();
    make_thread(1000);
    put(thread + THREAD_FRAME, address_of(chunks[0] + 900));
    struct stack_plan plan = plan_of(&target, 0);
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    ck_assert_uint_eq(plan.chunks, 2);
    ck_assert_uint_eq(stack_plan_first(&plan), address_of(chunks[0] + 900));
    ck_assert_uint_eq(stack_plan_top(&plan), address_of(chunks[0] + 1000));
    ck_assert(is_read(&plan, chunks[0], 1000));
    ck_assert(is_read(&plan, chunks[1], CHUNK_DATA + 100 * 8));
    ck_assert(!is_read(&plan, chunks[1], CHUNK_DATA + 100 * 8 + 1));
    /* Far more than the spare behind the top. */
    stack_plan_extend(&plan, address_of(chunks[0] + 9000));
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    ck_assert(is_read(&plan, chunks[0], 9000 + FRAME_SIZE));
    /* The thread returns into the older chunk. */
    put(thread + THREAD_CHUNK, address_of(chunks[1]));
    put(thread + THREAD_TOP, address_of(chunks[1] + 500));
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    ck_assert_uint_eq(plan.chunks, 1);
    stack_plan_free(&plan);
}
END_TEST

/* What a process has where chunks should be, while it changes or to mislead: nothing of it is followed for ever, or read past its end. */
START_TEST(chunks_that_cannot_be)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_13();
    static const uint64_t sizes[] = {0, 1, CHUNK_DATA - 1, CHUNK_DATA, UINT64_MAX, UINT64_MAX - 24, 1 << 26};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make_thread(1000);
        put(chunks[0] + CHUNK_SIZE, sizes[i]);
        struct stack_plan plan = plan_of(&target, 0);
        enum plan_fit fit = read_and_check(&plan);
        ck_assert_int_eq(fit, sizes[i] < CHUNK_DATA ? PLAN_TORN : PLAN_CHANGED);
        ck_assert(fit == PLAN_TORN || read_and_check(&plan) != PLAN_TORN);
        stack_plan_free(&plan);
    }
    for (int kind = 0; kind < 4; kind++) {
        make_thread(1000);
        put(chunks[1] + CHUNK_PREVIOUS, kind == 0 ? address_of(chunks[0]) : kind == 1 ? own_memory_hole() : 0);
        put(chunks[1] + CHUNK_TOP, kind == 2 ? UINT64_MAX : kind == 3 ? UINT64_MAX / 8 : 0);
        struct stack_plan plan = plan_of(&target, 0);
        ck_assert_int_eq(read_and_check(&plan), kind < 2 ? PLAN_TORN : PLAN_CHANGED);
        stack_plan_free(&plan);
    }
    /* The top below the chunk, as between two writes of the thread. */
    make_thread(1000);
    put(thread + THREAD_TOP, address_of(chunks[0]) - 4096);
    struct stack_plan plan = plan_of(&target, 0);
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    stack_plan_free(&plan);
}
END_TEST

/* Generators' frames stand elsewhere; a circle of them, or one that leads out of memory, ends the search. */
START_TEST(frames_elsewhere_are_added)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_13();
    make_thread(1000);
    put(elsewhere[0] + PREVIOUS, address_of(elsewhere[1]));
    put(elsewhere[1] + PREVIOUS, address_of(chunks[0] + 500));
    struct stack_plan plan = plan_of(&target, 0);
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    stack_plan_extend(&plan, address_of(elsewhere[0]));
    ck_assert_uint_eq(image_count(&plan.image, IMAGE_FRAMES), 4);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    ck_assert(is_read(&plan, elsewhere[0], FRAME_SIZE) && is_read(&plan, elsewhere[1], FRAME_SIZE));
    put(elsewhere[1] + PREVIOUS, address_of(elsewhere[2]));
    put(elsewhere[2] + PREVIOUS, address_of(elsewhere[0]));
    stack_plan_extend(&plan, address_of(elsewhere[2]));
    ck_assert_uint_eq(image_count(&plan.image, IMAGE_FRAMES), 5);
    stack_plan_extend(&plan, own_memory_hole());
    ck_assert(!image_read(&plan.image, getpid(), 2, true, false));
    stack_plan_forget(&plan);
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    /* Many that are not used any more are given up. */
    for (size_t i = 0; i < 200; i++) {
        image_add(&plan.image, IMAGE_FRAMES, address_of(elsewhere[0]), FRAME_SIZE);
    }
    stack_plan_tidy(&plan, &(walked_frames){0});
    ck_assert_uint_eq(image_count(&plan.image, IMAGE_FRAMES), 2);
    stack_plan_free(&plan);
}
END_TEST

/* 3.11 and 3.12 keep the innermost frame in a struct on the C stack, which the thread's head names. */
START_TEST(frames_behind_a_struct_on_the_stack)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_13();
    target.offsets.cframe_frame = 8;
    make_thread(1000);
    put(thread + THREAD_FRAME, address_of(cframe));
    put(cframe + 8, address_of(chunks[0] + 900));
    struct stack_plan plan = plan_of(&target, 0);
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert_int_eq(read_and_check(&plan), PLAN_FITS);
    ck_assert_uint_eq(stack_plan_first(&plan), address_of(chunks[0] + 900));
    put(thread + THREAD_FRAME, own_memory_hole());
    ck_assert_int_eq(read_and_check(&plan), PLAN_CHANGED);
    ck_assert(!image_read(&plan.image, getpid(), 2, true, false));
    stack_plan_forget(&plan);
    put(thread + THREAD_FRAME, 0);
    ck_assert_int_ne(read_and_check(&plan), PLAN_TORN);
    ck_assert_uint_eq(stack_plan_first(&plan), 0);
    stack_plan_free(&plan);
}
END_TEST

/* Near each other and far apart, they are read in one part or in two. */
START_TEST(lock_and_collector)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    static unsigned char far[32];
    struct target target = target_3_13();
    unsigned char *locks[] = {interpreter + GIL, far};
    for (size_t i = 0; i < 2; i++) {
        make_thread(1000);
        memset(far, 0, sizeof far);
        struct stack_plan plan = plan_of(&target, address_of(locks[i]));
        (void)read_and_check(&plan);
        ck_assert(!stack_plan_holds_gil(&plan) && !stack_plan_collecting(&plan));
        put(locks[i] + 8, address_of(thread));
        (void)read_and_check(&plan);
        ck_assert(!stack_plan_holds_gil(&plan));
        locks[i][16] = 1;
        interpreter[COLLECTING] = 1;
        (void)read_and_check(&plan);
        ck_assert(stack_plan_holds_gil(&plan) && stack_plan_collecting(&plan));
        put(locks[i] + 8, address_of(thread) + 8);
        (void)read_and_check(&plan);
        ck_assert(!stack_plan_holds_gil(&plan) && stack_plan_collecting(&plan));
        stack_plan_free(&plan);
    }
    struct stack_plan without = plan_of(&target, 0);
    (void)read_and_check(&without);
    ck_assert(!stack_plan_holds_gil(&without));
    stack_plan_free(&without);
}
END_TEST

Suite *suite_recorder_plan(void);
Suite *suite_recorder_plan(void)
{
    Suite *suite = suite_create("recorder_plan");
    TCase *tc = tcase_create("recorder_plan");
    tcase_add_test(tc, chunks_are_found_and_followed);
    tcase_add_test(tc, chunks_that_cannot_be);
    tcase_add_test(tc, frames_elsewhere_are_added);
    tcase_add_test(tc, frames_behind_a_struct_on_the_stack);
    tcase_add_test(tc, lock_and_collector);
    suite_add_tcase(suite, tc);
    return suite;
}
