#include <check.h>
#include <string.h>

#include "model/builder.h"
#include "render/delta.h"
#include "render/frame_text.h"
#include "render/value_text.h"

static const struct {
    struct value_style style;
    int64_t value;
    const char *text;
} values[] = {
    {{.unit = PP_UNIT_COUNT, .factor = 1, .count_name = "samples"}, 1234567, "1,234,567 samples"},
    {{.unit = PP_UNIT_COUNT, .factor = 1, .count_name = "samples", .decimals = 2}, 125, "1.25 samples"},
    {{.unit = PP_UNIT_COUNT, .factor = 1, .count_name = "samples", .decimals = 2}, 123456700, "1,234,567 samples"},
    {{.unit = PP_UNIT_COUNT, .factor = 0.5, .count_name = "x"}, 3001, "1,500.50 x"},
    {{.unit = PP_UNIT_COUNT, .factor = 1000, .count_name = "x"}, 3, "3,000 x"},
    {{.unit = PP_UNIT_COUNT, .factor = 1, .count_name = "samples"}, INT64_MAX, "9,223,372,036,854,775,807 samples"},
    {{.unit = PP_UNIT_NS, .factor = 1}, 2350000000, "2.350 s"},
    {{.unit = PP_UNIT_NS, .factor = 1}, 13200000, "13.20 ms"},
    {{.unit = PP_UNIT_NS, .factor = 1}, 123400, "123.4 us"},
    {{.unit = PP_UNIT_NS, .factor = 1}, 950, "950 ns"},
    {{.unit = PP_UNIT_NS, .factor = 1}, 0, "0 ns"},
    {{.unit = PP_UNIT_NS, .factor = 1}, 86400000000000, "86,400 s"},
    {{.unit = PP_UNIT_NS, .factor = 1, .shown = SHOWN_MS}, 1234567890, "1,234.568 ms"},
    {{.unit = PP_UNIT_NS, .factor = 1, .shown = SHOWN_NS}, 1234, "1,234 ns"},
    {{.unit = PP_UNIT_NS, .factor = 1, .plain = true, .count_name = "ns"}, 2350000000, "2,350,000,000 ns"},
    {{.unit = PP_UNIT_BYTES, .factor = 1}, 1310720, "1.250 MiB"},
    {{.unit = PP_UNIT_BYTES, .factor = 1}, 1000, "1,000 B"},
};

START_TEST(value_texts)
{
    char text[VALUE_TEXT_SIZE];
    size_t len = value_text(text, &values[_i].style, values[_i].value);
    ck_assert_str_eq(text, values[_i].text);
    ck_assert_uint_eq(len, strlen(text));
}
END_TEST

START_TEST(percents)
{
    char text[VALUE_TEXT_SIZE];
    percent_text(text, 1);
    ck_assert_str_eq(text, "100");
    percent_text(text, 0.12345);
    ck_assert_str_eq(text, "12.35");
    percent_text(text, 0);
    ck_assert_str_eq(text, "0.00");
}
END_TEST

static const struct {
    const char *name, *file;
    size_t columns;
    bool left;
    const char *text;
} fits[] = {
    {"parse", "/srv/app/json.py", 40, false, "parse (/srv/app/json.py:12)"},
    {"parse", "/srv/app/json.py", 26, false, "parse (json.py:12)"},
    {"parse", "/srv/app/json.py", 17, false, "parse"},
    {"parse", "/srv/app/json.py", 4, false, "pa.."},
    {"parse", "/srv/app/json.py", 4, true, "..se"},
    {"parse", "/srv/app/json.py", 2, false, ""},
    {"schedule_[k]", "", 40, false, "schedule"},
    {"schedule_[k]", "a/b.c", 40, false, "schedule_[k] (a/b.c:12)"},
    {"schedule_[k]", "", 8, false, "schedule"},
    {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "", 5, false, "\xc3\xa9\xc3\xa9\xc3\xa9.."},
};

START_TEST(fitting)
{
    struct pp_error err = {0};
    struct pp_arena arena = {0};
    struct pp_builder *b = pp_builder_new();
    struct pp_function f = {
        .name = pp_builder_text(b, fits[_i].name), .file = pp_builder_text(b, fits[_i].file), .line = 12};
    pp_frame_id frame = pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)});
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_builder_stacks(b);
    struct pp_profile *p = pp_builder_finish(b, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    struct frame_text text = frame_text_of(&arena, p, frame);
    struct pp_str fit = frame_text_fit(&arena, &text, fits[_i].columns, fits[_i].left);
    ck_assert_msg(pp_str_eq(fit, pp_str_of(fits[_i].text)), "expected %s, found %.*s", fits[_i].text, PP_STR_ARG(fit));
    pp_profile_free(p);
    pp_arena_free(&arena);
}
END_TEST

/* Poisson: 100 and 120 differ by 20, less than two standard deviations of their difference (29.7); 100 and 140 do not (31). */
START_TEST(noise)
{
    struct delta_style style = {.poisson = true, .noise = 2};
    struct box box = {.before = 100, .normal_before = 100, .after = 120};
    ck_assert_double_eq(delta_share(&box, &style), 0);
    box.after = 140;
    ck_assert_double_eq_tol(delta_share(&box, &style), 40.0 / 140, 1e-12);
    style.negate = true;
    ck_assert_double_eq_tol(delta_share(&box, &style), -40.0 / 140, 1e-12);
    style = (struct delta_style){.noise = 5};
    box = (struct box){.before = 1000, .normal_before = 1000, .after = 960};
    ck_assert_double_eq(delta_share(&box, &style), 0);
    box.after = 0;
    ck_assert_double_eq(delta_share(&box, &style), -1);
    style.by_self = true;
    ck_assert_double_eq(delta_share(&box, &style), 0);
    box.self_after = 3;
    ck_assert_double_eq(delta_share(&box, &style), 1);
}
END_TEST

Suite *suite_render_texts(void);
Suite *suite_render_texts(void)
{
    Suite *suite = suite_create("render_texts");
    TCase *tc = tcase_create("texts");
    tcase_add_loop_test(tc, value_texts, 0, (int)(sizeof values / sizeof *values));
    tcase_add_loop_test(tc, fitting, 0, (int)(sizeof fits / sizeof *fits));
    tcase_add_test(tc, percents);
    tcase_add_test(tc, noise);
    suite_add_tcase(suite, tc);
    return suite;
}
