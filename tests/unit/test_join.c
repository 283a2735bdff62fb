/* Two trees as one, in one pass: what comes out by hand, and what is not in order. */
#include "model/join_in_order.h"

#include <check.h>
#include <string.h>

#include "base/memory.h"
#include "model/check.h"

enum { NAMES = 8 };

static pp_frame_id frame(struct pp_builder *b, char name)
{
    struct pp_function f = {.name = pp_builder_string(b, (struct pp_str){&name, 1})};
    return pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)});
}

/* "ab=3 ac=4": stacks of frames of one letter, and their values. Frames are numbered as their letters. */
static struct pp_profile *tree(const char *text)
{
    struct pp_builder *b = pp_builder_new();
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    for (char c = 'a'; c < 'a' + NAMES; c++) {
        (void)frame(b, c);
    }
    pp_stack_id stack = {0};
    for (; *text; text++) {
        if (*text == '=') {
            pp_builder_add(b, stack, 0, *++text - '0');
        } else if (*text == ' ') {
            stack.i = 0;
        } else {
            stack = pp_builder_push(b, stack, frame(b, *text));
        }
    }
    struct pp_error err = {0};
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

/* Joins with `also` standing for the same frame as 'a' on both sides; NULL when they are not in order. */
static struct pp_profile *joined(const char *before, const char *after, char also)
{
    struct pp_profile *profiles[] = {tree(before), tree(after)};
    struct pp_builder *b = pp_builder_new();
    uint32_t frames[NAMES + 1] = {0};
    pp_builder_metric(b, PP_STR("before"), PP_UNIT_COUNT);
    pp_builder_metric(b, PP_STR("after"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    for (int i = 0; i < NAMES; i++) {
        char name = (char)('a' + i);
        frames[i + 1] = frame(b, name == also ? 'a' : name).i;
    }
    struct join_side sides[] = {{profiles[0], 0, frames}, {profiles[1], 0, frames}};
    bool ok = join_in_order(b, sides);
    struct pp_error err = {0};
    struct pp_profile *p = ok ? pp_builder_finish(b, &err) : NULL;
    ck_assert_msg(!ok || (p && pp_profile_check(p, &err)), "%s", err.message);
    if (!ok) {
        pp_builder_free(b);
    }
    pp_profile_free(profiles[0]);
    pp_profile_free(profiles[1]);
    return p;
}

/* The stacks in order of their numbers, as "ab=3,4 ". */
static void show(const struct pp_profile *p, char *text)
{
    for (uint32_t i = 0; i < p->stack_count; i++) {
        char name[64];
        size_t at = sizeof name;
        for (uint32_t s = i; s; s = p->stacks[s].parent.i) {
            name[--at] = *pp_profile_str(p, pp_frame_function(p, p->stacks[s].frame)->name).data;
        }
        memcpy(text, name + at, sizeof name - at);
        text += sizeof name - at;
        const char values[] = {'=', (char)('0' + p->stack_values[2 * i]), ',', (char)('0' + p->stack_values[2 * i + 1]),
                               ' '};
        memcpy(text, values, sizeof values);
        text += sizeof values;
    }
    *text = '\0';
}

static const struct {
    const char *before, *after, *joined; /* NULL: not in order */
} cases[] = {
    {"a=1 ab=2 abf=3 ad=4", "a=5 ab=6 ac=7", "=0,0 a=1,5 ab=2,6 abf=3,0 ac=0,7 ad=4,0 "},
    {"=1", "=2", "=1,2 "},
    {"", "=2 b=1", "=0,2 b=0,1 "},
    {"b=1", "", "=0,0 b=1,0 "},
    {"abc=1 b=1", "abd=2 c=1", "=0,0 a=0,0 ab=0,0 abc=1,0 abd=0,2 b=1,0 c=0,1 "},
    {"abcde=1 bab=1", "bab=2 bb=1", "=0,0 a=0,0 ab=0,0 abc=0,0 abcd=0,0 abcde=1,0 b=0,0 ba=0,0 bab=1,2 bb=0,1 "},
    {"b=1 a=1", "a=1", NULL},
    {"a=1", "ac=1 ab=1", NULL},
    {"a=1 b=1 ab=2", "a=1", NULL},
    {"ab=1 aa=1", "ab=1", NULL},
};

START_TEST(in_one_pass)
{
    struct pp_profile *p = joined(cases[_i].before, cases[_i].after, 0);
    ck_assert_int_eq(p != NULL, cases[_i].joined != NULL);
    if (p) {
        char text[1024];
        show(p, text);
        ck_assert_str_eq(text, cases[_i].joined);
    }
    pp_profile_free(p);
}
END_TEST

START_TEST(two_frames_that_are_one_are_refused)
{
    ck_assert_ptr_null(joined("ac=1 bd=1", "a=1", 'b'));
    struct pp_profile *p = joined("ac=1", "bd=1", 'b');
    char text[1024];
    ck_assert_ptr_nonnull(p);
    show(p, text);
    ck_assert_str_eq(text, "=0,0 a=0,0 ac=1,0 ad=0,1 ");
    pp_profile_free(p);
}
END_TEST

START_TEST(more_stacks_than_are_handed_on_at_once)
{
    char text[2003];
    for (size_t i = 0; i < 2000; i++) {
        text[i] = (char)('a' + i % 7);
    }
    memcpy(text + 2000, "=1", 3);
    struct pp_profile *p = joined(text, text, 0);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->stack_count, 2001);
    ck_assert_int_eq(p->stack_values[4000], 1);
    ck_assert_int_eq(p->stack_values[4001], 1);
    for (uint32_t i = 1; i < p->stack_count; i++) {
        ck_assert_uint_eq(p->stacks[i].parent.i, i - 1);
    }
    pp_profile_free(p);
}
END_TEST

Suite *suite_join(void);
Suite *suite_join(void)
{
    Suite *suite = suite_create("join");
    TCase *tc = tcase_create("join");
    tcase_add_loop_test(tc, in_one_pass, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, two_frames_that_are_one_are_refused);
    tcase_add_test(tc, more_stacks_than_are_handed_on_at_once);
    suite_add_tcase(suite, tc);
    return suite;
}
