/* What everything stands on: slices, numbers, text, sources, sinks, interning. */
#include <check.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intern.h"
#include "base/number.h"
#include "base/regex.h"
#include "base/scan.h"
#include "base/sink.h"
#include "base/source.h"
#include "base/text.h"
#include "base/thread.h"

START_TEST(slices)
{
    struct pp_cut cut = pp_str_cut(PP_STR("a=b=c"), '=');
    ck_assert(cut.found && pp_str_eq(cut.head, PP_STR("a")) && pp_str_eq(cut.tail, PP_STR("b=c")));
    cut = pp_str_rcut(PP_STR("a=b=c"), '=');
    ck_assert(cut.found && pp_str_eq(cut.head, PP_STR("a=b")) && pp_str_eq(cut.tail, PP_STR("c")));
    ck_assert(!pp_str_cut(PP_STR("abc"), '=').found);
    ck_assert_uint_eq(pp_str_search(PP_STR("aaab"), PP_STR("ab")), 2);
    ck_assert_uint_eq(pp_str_search(PP_STR("aaab"), PP_STR("ba")), 4);
    ck_assert(pp_str_cmp(PP_STR("a"), PP_STR("ab")) < 0 && pp_str_cmp(PP_STR("\xff"), PP_STR("a")) > 0);
    ck_assert(pp_str_eq(pp_str_basename(PP_STR("a/b/")), PP_STR("")));
    ck_assert(pp_str_eq(pp_str_trim(PP_STR(" \t x y\r\n")), PP_STR("x y")));
}
END_TEST

START_TEST(the_first_byte_that_differs)
{
    char a[200], b[200];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    for (size_t len = 0; len <= sizeof a; len++) {
        ck_assert_uint_eq(pp_scan_common(a, b, len), len);
        for (size_t at = 0; at < len; at++) {
            b[at] = '\0';
            ck_assert_uint_eq(pp_scan_common(a, b, len), at);
            b[at] = 'x';
        }
    }
    a[0] = a[63] = ';';
    ck_assert_uint_eq(pp_scan_byte(a, ';'), UINT64_C(1) << 63 | 1);
}
END_TEST

static const struct {
    double value;
    const char *text;
} reprs[] = {{0.1, "0.1"},
             {1, "1.0"},
             {1e16, "1e+16"},
             {123456789012345680.0, "1.2345678901234568e+17"},
             {1e-7, "1e-07"},
             {0.0001, "0.0001"},
             {-0.0, "-0.0"},
             {5e-324, "5e-324"},
             {1.7976931348623157e308, "1.7976931348623157e+308"},
             {2.0 / 3, "0.6666666666666666"},
             {9999999999999998.0, "9999999999999998.0"},
             {1.5, "1.5"},
             {100, "100.0"}};

START_TEST(doubles_as_python_writes_them)
{
    char text[PP_DOUBLE_REPR_SIZE];
    pp_format_double_repr(text, reprs[_i].value);
    ck_assert_str_eq(text, reprs[_i].text);
}
END_TEST

static const struct {
    const char *text;
    bool ok;
    int64_t value;
    unsigned decimals;
    bool rounded;
} decimals[] = {{"12.50", true, 125, 1, false},
                {"7", true, 7, 0, false},
                {"1e3", true, 1000, 0, false},
                {"1.5e-3", true, 15, 4, false},
                {"0.1234567891", true, 123456789, 9, true},
                {".5", true, 5, 1, false},
                {"5.", true, 5, 0, false},
                {"-2.5", true, -25, 1, false},
                {"9223372036854775807", true, INT64_MAX, 0, false},
                {"9223372036854775808", false, 0, 0, false},
                {"1e30", false, 0, 0, false},
                {"", false, 0, 0, false},
                {".", false, 0, 0, false},
                {"1.2.3", false, 0, 0, false},
                {"x", false, 0, 0, false}};

START_TEST(decimal_numbers)
{
    int64_t value = 0;
    unsigned places = 0;
    bool rounded = false;
    ck_assert_msg(pp_parse_decimal(pp_str_of(decimals[_i].text), &value, &places, &rounded) == decimals[_i].ok, "%s",
                  decimals[_i].text);
    if (decimals[_i].ok) {
        ck_assert_msg(value == decimals[_i].value && places == decimals[_i].decimals && rounded == decimals[_i].rounded,
                      "%s gave %lld / 10^%u", decimals[_i].text, (long long)value, places);
    }
}
END_TEST

START_TEST(numbers_into_text)
{
    char text[40];
    pp_format_thousands(text, -1234567);
    ck_assert_str_eq(text, "-1,234,567");
    pp_format_decimal(text, 1250, 3);
    ck_assert_str_eq(text, "1.25");
    pp_format_decimal(text, INT64_MIN, 0);
    ck_assert_str_eq(text, "-9223372036854775808");
    uint64_t u;
    int64_t s;
    ck_assert(!pp_parse_u64(PP_STR("18446744073709551616"), &u) && pp_parse_u64(PP_STR("18446744073709551615"), &u));
    ck_assert(pp_parse_i64(PP_STR("-9223372036854775808"), &s) && s == INT64_MIN &&
              !pp_parse_i64(PP_STR("9223372036854775808"), &s));
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
    const char *shown, *xml;
    size_t count, columns;
} texts[] = {
    {"a<b>&\"'", 7, "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;", 7, 7},
    {"\x1b[31m\0", 6, "\\x1b[31m\\x00", "\xef\xbf\xbd[31m\xef\xbf\xbd", 6, 6},
    {"\xff\xc3\xa9", 3, "\\xff\xc3\xa9", "\xef\xbf\xbd\xc3\xa9", 2, 2},
    {"\xe2\x80\xae", 3, "\\u202e", "\xef\xbf\xbd", 1, 1},
    {"\xed\xb2\x80", 3, "\\xed\\xb2\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 1, 3},
    {"\xe6\x97\xa5", 3, "\xe6\x97\xa5", "\xe6\x97\xa5", 1, 2},
};

START_TEST(sums_past_64_bits)
{
    ck_assert_int_eq(pp_add_saturating(INT64_MAX - 1, 1), INT64_MAX);
    ck_assert_int_eq(pp_add_saturating(INT64_MAX, 1), INT64_MAX);
    ck_assert_int_eq(pp_add_saturating(INT64_MIN, -1), INT64_MIN);
    ck_assert_int_eq(pp_subtract_saturating(-2, INT64_MAX), INT64_MIN);
    ck_assert_int_eq(pp_subtract_saturating(0, INT64_MIN), INT64_MAX);
    ck_assert_int_eq(pp_subtract_saturating(7, 9), -2);
    ck_assert_int_eq(pp_int_saturating(1e300), INT64_MAX);
    ck_assert_int_eq(pp_int_saturating(-1e300), INT64_MIN);
    ck_assert_int_eq(pp_int_saturating(NAN), 0);
    ck_assert_int_eq(pp_int_saturating(-2.9), -2);
}
END_TEST

START_TEST(hostile_names)
{
    struct pp_str s = {texts[_i].bytes, texts[_i].len};
    struct pp_sink *out = pp_sink_memory();
    pp_text_show(out, s);
    ck_assert_msg(pp_str_eq(pp_sink_contents(out), pp_str_of(texts[_i].shown)), "case %d shown as %.*s", _i,
                  PP_STR_ARG(pp_sink_contents(out)));
    pp_sink_abandon(out);
    out = pp_sink_memory();
    pp_text_xml(out, s);
    ck_assert_msg(pp_str_eq(pp_sink_contents(out), pp_str_of(texts[_i].xml)), "case %d as XML: %.*s", _i,
                  PP_STR_ARG(pp_sink_contents(out)));
    pp_sink_abandon(out);
    ck_assert_uint_eq(pp_utf8_count(s), texts[_i].count);
    ck_assert_uint_eq(pp_text_columns(s), texts[_i].columns);
}
END_TEST

START_TEST(lines_of_any_end)
{
    struct pp_source *s = pp_source_memory(PP_STR("\xef\xbb\xbfone\r\ntwo\n\nlast"), 0);
    struct pp_str line;
    static const char *const expected[] = {"one", "two", "", "last"};
    pp_source_text(s);
    for (size_t i = 0; i < 4; i++) {
        ck_assert(pp_source_line(s, &line));
        ck_assert(pp_str_eq(line, pp_str_of(expected[i])));
        ck_assert_uint_eq(pp_source_where(s).line, i + 1);
    }
    ck_assert(!pp_source_line(s, &line));
    ck_assert(!pp_source_error(s, NULL));
    pp_source_close(s);
}
END_TEST

START_TEST(utf16_is_read_as_utf8)
{
    struct pp_source *s = pp_source_memory(PP_STR("\xff\xfe\x61\x00\xe9\x00\x0a\x00\x3d\xd8\x00\xde"), 0);
    struct pp_str line;
    pp_source_text(s);
    ck_assert(pp_source_line(s, &line) && pp_str_eq(line, PP_STR("a\xc3\xa9")));
    ck_assert(pp_source_line(s, &line) && pp_str_eq(line, PP_STR("\xf0\x9f\x98\x80")));
    pp_source_close(s);
}
END_TEST

static struct pp_str gzipped(struct pp_sink **below, struct pp_str text)
{
    /* Closing the upper sink closes the one below: its contents are copied through a file. */
    char path[] = "/tmp/pp-test-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    struct pp_error err = {0};
    struct pp_sink *gz = pp_sink_gzip(pp_sink_open(path, &err));
    pp_sink_str(gz, text);
    ck_assert(pp_sink_close(gz, &err));
    *below = pp_sink_memory();
    FILE *file = fopen(path, "rb");
    for (int c; (c = fgetc(file)) != EOF;) {
        pp_sink_byte(*below, (char)c);
    }
    fclose(file);
    unlink(path);
    return pp_sink_contents(*below);
}

START_TEST(gzip_members_cuts_and_limits)
{
    struct pp_sink *packed, *twice = pp_sink_memory();
    struct pp_str bytes = gzipped(&packed, PP_STR("hello gzip\n"));
    struct pp_error err = {0};
    struct pp_str line;
    pp_sink_str(twice, bytes);
    pp_sink_str(twice, bytes);
    struct pp_source *s = pp_source_memory(pp_sink_contents(twice), 0);
    ck_assert(pp_source_gzipped(s));
    ck_assert(pp_source_line(s, &line) && pp_source_line(s, &line) && pp_str_eq(line, PP_STR("hello gzip")));
    ck_assert(!pp_source_line(s, &line) && !pp_source_error(s, &err));
    pp_source_close(s);
    s = pp_source_memory(pp_str_sub(bytes, 0, bytes.len - 4), 0);
    while (pp_source_line(s, &line)) {
    }
    ck_assert(pp_source_error(s, &err));
    ck_assert_int_eq(err.status, PP_SYNTAX);
    pp_source_close(s);
    err = (struct pp_error){0};
    s = pp_source_memory(bytes, 5);
    while (pp_source_line(s, &line)) {
    }
    ck_assert(pp_source_error(s, &err));
    ck_assert_int_eq(err.status, PP_LIMIT);
    pp_source_close(s);
    pp_sink_abandon(packed);
    pp_sink_abandon(twice);
}
END_TEST

START_TEST(a_directory_is_an_error_with_its_errno)
{
    struct pp_error err = {0};
    ck_assert_ptr_null(pp_source_open("/tmp", 0, &err));
    ck_assert_int_eq(err.sys_errno, EISDIR);
}
END_TEST

START_TEST(an_abandoned_file_leaves_nothing)
{
    char path[] = "/tmp/pp-test-XXXXXX";
    int fd = mkstemp(path);
    struct pp_error err = {0};
    ck_assert_int_eq(write(fd, "old", 3), 3);
    close(fd);
    struct pp_sink *k = pp_sink_open(path, &err);
    pp_sink_text(k, "new");
    pp_sink_abandon(k);
    struct pp_source *s = pp_source_open(path, 0, &err);
    ck_assert(pp_str_eq(pp_source_peek(s, 10), PP_STR("old")));
    pp_source_close(s);
    unlink(path);
}
END_TEST

START_TEST(a_full_disk_is_told_at_close)
{
    struct pp_error err = {0};
    struct pp_sink *k = pp_sink_open("/dev/full", &err);
    pp_sink_repeat(k, 'x', 200000);
    ck_assert(!pp_sink_ok(k, NULL));
    ck_assert(!pp_sink_close(k, &err));
    ck_assert_int_eq(err.sys_errno, ENOSPC);
}
END_TEST

START_TEST(interning_many)
{
    struct pp_intern table = {0};
    struct pp_arena arena = {0};
    char text[32];
    for (uint32_t i = 0; i < 20000; i++) {
        int len = snprintf(text, sizeof text, "name %u", i);
        ck_assert_uint_eq(pp_intern_add(&table, &arena, (struct pp_str){text, (size_t)len}), i);
    }
    ck_assert_uint_eq(pp_intern_add(&table, &arena, PP_STR("name 77")), 77);
    ck_assert_uint_eq(pp_intern_find(&table, PP_STR("name 19999")), 19999);
    ck_assert_uint_eq(pp_intern_find(&table, PP_STR("other")), UINT32_MAX);
    pp_intern_free(&table);
    pp_arena_free(&arena);
}
END_TEST

START_TEST(regexes_give_up_in_bounded_time)
{
    struct pp_error err = {0};
    ck_assert_ptr_null(pp_regex_new(PP_STR("a(b"), &err));
    ck_assert_int_eq(err.status, PP_USAGE);
    struct pp_regex *re = pp_regex_new(PP_STR("(a+)+$"), &err);
    ck_assert(!pp_regex_search(re, PP_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")));
    ck_assert(pp_regex_search(re, PP_STR("\xff\xfe"
                                         "aa")));
    pp_regex_free(re);
}
END_TEST

/* Large tables fill their slots late: strings are found before and after, and numbers do not depend on it. */
START_TEST(intern_keeps_many_strings_apart)
{
    /* Enough for bits and several growths; one assertion for all, because each costs a message to the runner. */
    enum { MANY = 30000 };
    struct pp_intern table = {0};
    struct pp_arena arena = {0};
    char text[16];
    uint32_t bad = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        struct pp_str s = {text, (size_t)snprintf(text, sizeof text, "%x", i * 2654435761u)};
        bad += pp_intern_find(&table, s) != UINT32_MAX;
        bad += pp_intern_add(&table, &arena, s) != i;
        bad += pp_intern_find(&table, s) != i;
        bad += i % 3 == 0 && pp_intern_add(&table, &arena, s) != i;
    }
    for (uint32_t i = 0; i < MANY; i++) {
        struct pp_str s = {text, (size_t)snprintf(text, sizeof text, "%x", i * 2654435761u)};
        bad += pp_intern_add(&table, &arena, s) != i;
    }
    ck_assert_uint_eq(bad, 0);
    ck_assert(table.seen != NULL);
    ck_assert_uint_eq(table.count, MANY);
    pp_intern_free(&table);
    pp_arena_free(&arena);
}
END_TEST

static void mark(void *context, size_t i)
{
    unsigned *seen = context;
    seen[i]++;
}

START_TEST(each_piece_of_work_is_done_once)
{
    enum { PIECES = 1000 };
    unsigned seen[PIECES] = {0};
    size_t wrong = 0;
    for (size_t count = 0; count <= PIECES; count += count < 8 ? 1 : 124) {
        memset(seen, 0, sizeof seen);
        pp_parallel(count, mark, seen);
        for (size_t i = 0; i < PIECES; i++) {
            wrong += seen[i] != (i < count);
        }
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_ge(pp_processor_count(), 1);
    pp_thread_join(NULL);
}
END_TEST

/* A reader that finds lines itself leaves the source where one that asks for them would. */
START_TEST(lines_found_in_the_window)
{
    struct pp_str line;
    struct pp_source *s = pp_source_memory(PP_STR("one\ntwo\nthree\nfour\nfive"), 0);
    ck_assert(pp_source_line(s, &line));
    pp_source_skip_lines(s, 10, 2, 4);
    ck_assert_uint_eq(pp_source_lines(s), 3);
    ck_assert_uint_eq(pp_source_where(s).line, 3);
    ck_assert_uint_eq(pp_source_where(s).offset, 8);
    pp_source_skip_lines(s, 0, 0, 0);
    ck_assert_uint_eq(pp_source_where(s).offset, 8);
    ck_assert(pp_source_line(s, &line) && pp_str_eq(line, PP_STR("four")));
    ck_assert_uint_eq(pp_source_where(s).line, 4);
    ck_assert_uint_eq(pp_source_where(s).offset, 14);
    pp_source_close(s);
}
END_TEST

static bool give_up(void *context, const struct pp_source *s)
{
    (void)s;
    return --*(int *)context > 0;
}

START_TEST(reading_can_be_given_up)
{
    struct pp_error err = {0};
    struct pp_str line;
    int calls = 3;
    size_t lines = 0;
    char path[] = "/tmp/pp_source_XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, 1 << 27), 0);
    close(fd);
    struct pp_source *s = pp_source_open(path, 0, &err);
    pp_source_on_progress(s, give_up, &calls);
    while (pp_source_peek(s, 1).len) {
        pp_source_skip(s, SIZE_MAX);
        lines++;
    }
    ck_assert(!pp_source_line(s, &line));
    ck_assert(lines > 0 && pp_source_error(s, &err));
    ck_assert_int_eq(err.status, PP_IO);
    ck_assert_uint_lt(pp_source_consumed(s), 1 << 26);
    pp_source_close(s);
    unlink(path);
}
END_TEST

Suite *suite_base(void);
Suite *suite_base(void)
{
    Suite *suite = suite_create("base");
    TCase *tc = tcase_create("base");
    tcase_add_test(tc, intern_keeps_many_strings_apart);
    tcase_add_test(tc, slices);
    tcase_add_test(tc, the_first_byte_that_differs);
    tcase_add_loop_test(tc, doubles_as_python_writes_them, 0, (int)(sizeof reprs / sizeof *reprs));
    tcase_add_loop_test(tc, decimal_numbers, 0, (int)(sizeof decimals / sizeof *decimals));
    tcase_add_test(tc, numbers_into_text);
    tcase_add_test(tc, sums_past_64_bits);
    tcase_add_loop_test(tc, hostile_names, 0, (int)(sizeof texts / sizeof *texts));
    tcase_add_test(tc, lines_of_any_end);
    tcase_add_test(tc, lines_found_in_the_window);
    tcase_add_test(tc, reading_can_be_given_up);
    tcase_add_test(tc, each_piece_of_work_is_done_once);
    tcase_add_test(tc, utf16_is_read_as_utf8);
    tcase_add_test(tc, gzip_members_cuts_and_limits);
    tcase_add_test(tc, a_directory_is_an_error_with_its_errno);
    tcase_add_test(tc, an_abandoned_file_leaves_nothing);
    tcase_add_test(tc, a_full_disk_is_told_at_close);
    tcase_add_test(tc, interning_many);
    tcase_add_test(tc, regexes_give_up_in_bounded_time);
    suite_add_tcase(suite, tc);
    return suite;
}
