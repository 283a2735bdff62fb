#include "render/layout.h"

#include <check.h>

#include "base/source.h"
#include "formats/format.h"
#include "model/builder.h"
#include "model/diff_join.h"
#include "render/turn.h"

static struct pp_profile *folded(const char *text)
{
    struct pp_error err = {0};
    struct pp_options options = {0};
    struct pp_source *source = pp_source_memory(pp_str_of(text), 0);
    struct pp_profile *p = pp_format_read(source, pp_str_of("x.folded"), NULL, &options, NULL, NULL, &err);
    pp_source_close(source);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

static struct pp_str name_of(const struct pp_profile *p, const struct box *box)
{
    return box->flags & BOX_ROOT   ? PP_STR("all")
           : box->flags & BOX_MORE ? PP_STR("more")
                                   : pp_profile_str(p, pp_frame_function(p, (pp_frame_id){box->frame})->name);
}

/* "all 0+10|a 0+6|…": every box with its place, in order. */
static struct pp_str describe(struct pp_arena *arena, const struct pp_profile *p, const struct layout *layout)
{
    struct pp_str text = {"", 0};
    for (size_t i = 0; i < layout->boxes.count; i++) {
        const struct box *b = &layout->boxes.at[i];
        struct pp_str name = name_of(p, b);
        text = pp_arena_printf(arena, "%.*s%s%.*s@%u %lld+%lld", PP_STR_ARG(text), i ? "|" : "", PP_STR_ARG(name),
                               b->depth, (long long)b->x, (long long)b->width);
    }
    return text;
}

/* Children, what was cut and self add up to the width, and stand side by side within the parent. */
static void check_sums(const struct layout *layout)
{
    for (size_t i = 0; i < layout->boxes.count; i++) {
        const struct box *parent = &layout->boxes.at[i];
        int64_t sum = parent->self, x = parent->x;
        for (size_t k = i + 1; k < layout->boxes.count && layout->boxes.at[k].depth > parent->depth; k++) {
            const struct box *child = &layout->boxes.at[k];
            if (child->depth == parent->depth + 1) {
                ck_assert_uint_eq(child->parent, i);
                ck_assert_int_eq(child->x, x);
                x += child->width;
                sum += child->width;
            }
        }
        if (!(parent->flags & BOX_MORE)) {
            ck_assert_int_eq(sum, i == 0 ? layout->sum : parent->width);
        }
    }
}

static void lay_out(struct layout *layout, const struct layout_request *request)
{
    struct pp_error err = {0};
    ck_assert_msg(layout_tree(layout, request, &err), "%s", err.message);
    check_sums(layout);
}

static const char stacks[] = "m;b 3\nm;a;x 4\nm;a 1\nm;c;y 2\nn 1\n";

static const struct {
    struct layout_request request;
    const char *text, *boxes;
} cases[] = {
    {{0}, stacks, "all@0 0+11|m@1 0+10|a@2 0+5|x@3 0+4|b@2 5+3|c@2 8+2|y@3 8+2|n@1 10+1"},
    /* The order of the input plays no part, unless asked for. */
    {{0},
     "n 1\nm;c;y 2\nm;a 1\nm;a;x 4\nm;b 3\n",
     "all@0 0+11|m@1 0+10|a@2 0+5|x@3 0+4|b@2 5+3|c@2 8+2|y@3 8+2|n@1 10+1"},
    {{.input_order = true}, stacks, "all@0 0+11|m@1 0+10|b@2 0+3|a@2 3+5|x@3 3+4|c@2 8+2|y@3 8+2|n@1 10+1"},
    /* The largest three frames stay; one box per parent for what was cut. */
    {{.max_frames = 3}, stacks, "all@0 0+11|m@1 0+10|a@2 0+5|x@3 0+4|more@2 5+5|more@1 10+1"},
    /* Two frames of 2 would fit once: the one nearer the root is drawn. */
    {{.max_frames = 5}, stacks, "all@0 0+11|m@1 0+10|a@2 0+5|x@3 0+4|b@2 5+3|c@2 8+2|more@3 8+2|more@1 10+1"},
    {{.min_share = 0.3}, stacks, "all@0 0+11|m@1 0+10|a@2 0+5|x@3 0+4|more@2 5+5|more@1 10+1"},
    {{.total = 20}, "a 2\n", "all@0 0+20|a@1 0+2"},
    {{.total = 1}, "a 2\n", "all@0 0+2|a@1 0+2"},
    /* Stacks without a value are not drawn. */
    {{0}, "a;b 0\nc 1\n", "all@0 0+1|c@1 0+1"},
};

START_TEST(places)
{
    struct pp_arena arena = {0};
    struct layout layout;
    struct layout_request request = cases[_i].request;
    struct pp_profile *p = folded(cases[_i].text);
    request.profile = p;
    lay_out(&layout, &request);
    ck_assert_str_eq(describe(&arena, p, &layout).data, cases[_i].boxes);
    layout_free(&layout);
    pp_profile_free(p);
    pp_arena_free(&arena);
}
END_TEST

START_TEST(what_was_cut_is_counted)
{
    struct layout layout;
    struct pp_profile *p = folded(stacks);
    lay_out(&layout, &(struct layout_request){.profile = p, .max_frames = 3});
    ck_assert_uint_eq(layout.cut_frames, 4); /* b, c, y, n */
    ck_assert_int_eq(layout.cut_value, 6);
    ck_assert_uint_eq(layout.drawn, 3);
    layout_free(&layout);
    pp_profile_free(p);
}
END_TEST

static const struct {
    enum diff_width width;
    enum diff_normalize normalize;
    const char *boxes;
} diffs[] = {
    /* before: a 4, gone 2; after: a 3, new 6 */
    {DIFF_WIDTH_MAX, DIFF_NORMALIZE_NONE, "all@0 0+12|a@1 0+4|gone@1 4+2|new@1 6+6"},
    {DIFF_WIDTH_SUM, DIFF_NORMALIZE_NONE, "all@0 0+15|a@1 0+7|gone@1 7+2|new@1 9+6"},
    {DIFF_WIDTH_AFTER, DIFF_NORMALIZE_NONE, "all@0 0+9|a@1 0+3|new@1 3+6"},
    {DIFF_WIDTH_BEFORE, DIFF_NORMALIZE_NONE, "all@0 0+6|a@1 0+4|gone@1 4+2"},
    /* 6 before become 9: a 6, gone 3 */
    {DIFF_WIDTH_BEFORE, DIFF_NORMALIZE_TOTAL, "all@0 0+9|a@1 0+6|gone@1 6+3"},
    {DIFF_WIDTH_BEFORE, DIFF_NORMALIZE_ROOT, "all@0 0+5|a@1 0+3|gone@1 3+2"},
};

START_TEST(both_sides)
{
    struct pp_error err = {0};
    struct pp_arena arena = {0};
    struct layout layout;
    struct pp_profile *before = folded("a (x.py:1) 4\ngone 2\n");
    struct pp_profile *after = folded("a (/other/x.py:7) 3\nnew 6\n");
    struct pp_profile *p = pp_diff_joined(before, 0, after, 0, PP_MATCH_NAME, &err);
    struct layout_request request = {.profile = p,
                                     .metric = 1,
                                     .before = 0,
                                     .diff = true,
                                     .width = diffs[_i].width,
                                     .normalize = diffs[_i].normalize};
    lay_out(&layout, &request);
    ck_assert_str_eq(describe(&arena, p, &layout).data, diffs[_i].boxes);
    ck_assert_int_eq(layout.sum_before, 6);
    ck_assert_int_eq(layout.sum_after, 9);
    const struct box *a = &layout.boxes.at[1];
    ck_assert_int_eq(a->before, 4);
    ck_assert_int_eq(a->after, 3);
    ck_assert_int_eq(p->frames[a->frame].line, 7);
    layout_free(&layout);
    pp_profile_free(before);
    pp_profile_free(after);
    pp_profile_free(p);
    pp_arena_free(&arena);
}
END_TEST

START_TEST(other_lines_are_other_frames_when_asked)
{
    struct pp_error err = {0};
    struct layout layout;
    struct pp_profile *before = folded("a (x.py:1) 4\n");
    struct pp_profile *after = folded("a (x.py:7) 3\n");
    struct pp_profile *p = pp_diff_joined(before, 0, after, 0, PP_MATCH_EXACT, &err);
    lay_out(&layout, &(struct layout_request){.profile = p, .metric = 1, .diff = true, .width = DIFF_WIDTH_MAX});
    ck_assert_uint_eq(layout.drawn, 2);
    layout_free(&layout);
    pp_profile_free(before);
    pp_profile_free(after);
    pp_profile_free(p);
}
END_TEST

START_TEST(callers)
{
    struct pp_error err = {0};
    struct pp_arena arena = {0};
    struct layout layout;
    struct pp_profile *p = folded("m;a;log 2\nm;b;log 3\nm;a 1\n");
    struct pp_profile *turned = turn_reversed(p, &err);
    lay_out(&layout, &(struct layout_request){.profile = turned});
    ck_assert_str_eq(describe(&arena, turned, &layout).data,
                     "all@0 0+6|a@1 0+1|m@2 0+1|log@1 1+5|a@2 1+2|m@3 1+2|b@2 3+3|m@3 3+3");
    layout_free(&layout);
    pp_profile_free(p);
    pp_profile_free(turned);
    pp_arena_free(&arena);
}
END_TEST

START_TEST(base)
{
    struct pp_error err = {0};
    struct pp_arena arena = {0};
    struct layout layout;
    static const char *const names[] = {"a"};
    struct pp_profile *p = folded("m;a;x;a 2\nn;a 3\nm;b 1\n");
    struct pp_profile *turned = turn_at_base(p, names, 1, &err);
    lay_out(&layout, &(struct layout_request){.profile = turned});
    ck_assert_str_eq(describe(&arena, turned, &layout).data, "all@0 0+5|a@1 0+5|x@2 0+2|a@3 0+2");
    static const char *const none[] = {"nowhere"};
    ck_assert_ptr_null(turn_at_base(p, none, 1, &err));
    ck_assert_int_eq(err.status, PP_USAGE);
    layout_free(&layout);
    pp_profile_free(p);
    pp_profile_free(turned);
    pp_arena_free(&arena);
}
END_TEST

START_TEST(nothing_to_draw)
{
    struct pp_error err = {0};
    struct layout layout;
    struct pp_profile *p = folded("a;b 0\n");
    ck_assert(!layout_tree(&layout, &(struct layout_request){.profile = p}, &err));
    ck_assert_str_eq(err.message, "nothing to draw: the values add up to 0");
    layout_free(&layout);
    pp_profile_free(p);
}
END_TEST

/* A stack a hundred thousand deep, and more of them than the budget: no recursion, the frames nearest the root stay. */
START_TEST(deep)
{
    enum { DEPTH = 100000, BUDGET = 1000 };
    struct pp_error err = {0};
    struct layout layout;
    struct pp_builder *b = pp_builder_new();
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    pp_stack_id at = {0};
    struct pp_function f = {.name = pp_builder_text(b, "f")};
    pp_frame_id frame = pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)});
    for (int i = 0; i < DEPTH; i++) {
        at = pp_builder_push(b, at, frame);
    }
    pp_builder_add(b, at, 0, 5);
    struct pp_profile *p = pp_builder_finish(b, &err);
    lay_out(&layout, &(struct layout_request){.profile = p, .max_frames = BUDGET});
    ck_assert_uint_eq(layout.drawn, BUDGET);
    ck_assert_uint_eq(layout.cut_frames, DEPTH - BUDGET);
    ck_assert_uint_eq(layout.depth, BUDGET + 2);
    layout_free(&layout);
    pp_profile_free(p);
}
END_TEST

/* --- charts --- */

static pp_stack_id push_names(struct pp_builder *b, const char *names)
{
    pp_stack_id at = {0};
    for (; *names; names++) {
        struct pp_function f = {.name = pp_builder_string(b, (struct pp_str){names, 1})};
        at = pp_builder_push(b, at, pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)}));
    }
    return at;
}

static struct pp_profile *recording(void)
{
    static const struct {
        const char *stack;
        int64_t time, tid;
    } samples[] = {{"ab", 100, 1}, {"x", 105, 2}, {"ab", 110, 1}, {"ac", 120, 1},
                   {"x", 125, 2},  {"a", 250, 1}, {"d", 260, 1}};
    struct pp_error err = {0};
    struct pp_builder *b = pp_builder_new();
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        pp_thread_id thread = pp_builder_thread(b, &(struct pp_thread){.pid = 1, .tid = samples[i].tid});
        struct pp_sample s = {.stack = push_names(b, samples[i].stack), .thread = thread, .time_ns = samples[i].time};
        pp_builder_sample(b, &s, (int64_t[]){1});
    }
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

/* Median distance 10: samples last to the next one, those before a gap of more than 80 (and the last) for 10. */
START_TEST(time_order)
{
    struct pp_error err = {0};
    struct pp_arena arena = {0};
    struct layout layout;
    struct pp_profile *p = recording();
    ck_assert(layout_chart(&layout, &(struct layout_request){.profile = p}, &err));
    ck_assert_str_eq(describe(&arena, p, &layout).data,
                     "all@0 0+170|a@1 0+30|b@2 0+20|c@2 20+10|a@1 150+10|d@1 160+10|all@0 0+170|x@1 5+30");
    layout_free(&layout);
    ck_assert(layout_chart(&layout, &(struct layout_request){.profile = p, .max_frames = 2}, &err));
    ck_assert_str_eq(describe(&arena, p, &layout).data,
                     "all@0 0+170|a@1 0+30|more@2 0+30|more@1 150+20|all@0 0+170|x@1 5+30");
    ck_assert_uint_eq(layout.cut_frames, 4);
    layout_free(&layout);
    /* Room for two of the three that are 10 wide: those of little depth. */
    ck_assert(layout_chart(&layout, &(struct layout_request){.profile = p, .max_frames = 5}, &err));
    ck_assert_str_eq(describe(&arena, p, &layout).data,
                     "all@0 0+170|a@1 0+30|b@2 0+20|more@2 20+10|a@1 150+10|d@1 160+10|all@0 0+170|x@1 5+30");
    layout_free(&layout);
    pp_profile_free(p);
    pp_arena_free(&arena);
}
END_TEST

Suite *suite_layout(void);
Suite *suite_layout(void)
{
    Suite *suite = suite_create("layout");
    TCase *tc = tcase_create("layout");
    tcase_add_loop_test(tc, places, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_loop_test(tc, both_sides, 0, (int)(sizeof diffs / sizeof *diffs));
    tcase_add_test(tc, what_was_cut_is_counted);
    tcase_add_test(tc, other_lines_are_other_frames_when_asked);
    tcase_add_test(tc, callers);
    tcase_add_test(tc, base);
    tcase_add_test(tc, nothing_to_draw);
    tcase_add_test(tc, deep);
    tcase_add_test(tc, time_order);
    suite_add_tcase(suite, tc);
    return suite;
}
