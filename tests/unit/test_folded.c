/* The folded format: lines, places, counts, the header, byte-for-byte round trips. */
#include "base/memory.h"
#include "formats/folded/line.h"
#include "formats/format.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct pp_format pp_format_folded;

static struct pp_profile *read_with(const char *text, size_t len, const char *key, const char *value, bool strict,
                                    struct pp_report *report, struct pp_error *err)
{
    struct pp_option option = {pp_str_of(key), pp_str_of(value)};
    struct pp_options options = {&option, key ? 1 : 0, strict};
    struct pp_source *source = pp_source_memory((struct pp_str){text, len}, 0);
    struct pp_profile *p = pp_format_read(source, PP_STR(""), &pp_format_folded, &options, NULL, report, err);
    pp_source_close(source);
    return p;
}

static struct pp_profile *read_text(const char *text)
{
    struct pp_error err = {0};
    struct pp_profile *p = read_with(text, strlen(text), NULL, NULL, false, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    return p;
}

static struct pp_sink *write_with(const struct pp_profile *p, const char *key, const char *value,
                                  struct pp_report *report)
{
    struct pp_option option = {pp_str_of(key), pp_str_of(value)};
    struct pp_options options = {&option, key ? 1 : 0, false};
    struct pp_error err = {0};
    struct pp_sink *out = pp_sink_memory();
    ck_assert_msg(pp_format_write(p, &pp_format_folded, out, &options, report, &err), "%s", err.message);
    return out;
}

static void assert_written(const struct pp_profile *p, const char *key, const char *value, const char *expected)
{
    struct pp_sink *out = write_with(p, key, value, NULL);
    struct pp_str found = pp_sink_contents(out);
    ck_assert_msg(pp_str_eq(found, pp_str_of(expected)), "expected \"%s\", found \"%.*s\"", expected,
                  PP_STR_ARG(found));
    pp_sink_abandon(out);
}

/* Returns the number of stacks. */
static size_t assert_becomes(const char *text, const char *expected)
{
    struct pp_profile *p = read_text(text);
    size_t stacks = p->stack_count;
    assert_written(p, NULL, NULL, expected);
    pp_profile_free(p);
    return stacks;
}

/* --- lines --- */

START_TEST(kinds_of_lines)
{
    static const struct {
        const char *line;
        enum folded_kind kind;
        const char *stack, *count;
    } cases[] = {
        {"a;b 12", FOLDED_DATA, "a;b", "12"}, {"a b;c d\t12", FOLDED_DATA, "a b;c d", "12"},
        {"a  12  ", FOLDED_DATA, "a", "12"},  {" 5", FOLDED_DATA, "", "5"},
        {"#x 5", FOLDED_DATA, "#x", "5"},     {"a 1.5", FOLDED_DATA, "a", "1.5"},
        {"a .5", FOLDED_DATA, "a", ".5"},     {"a 5.", FOLDED_DATA, "a", "5."},
        {"a 1e-3", FOLDED_DATA, "a", "1e-3"}, {"a 1E+3", FOLDED_DATA, "a", "1E+3"},
        {"", FOLDED_BLANK, "", ""},           {" \t ", FOLDED_BLANK, "", ""},
        {"#", FOLDED_COMMENT, "", ""},        {"# a 5", FOLDED_COMMENT, "", ""},
        {"a;b", FOLDED_BAD, "", ""},          {"12", FOLDED_BAD, "", ""},
        {"a -5", FOLDED_BAD, "", ""},         {"a 5-3", FOLDED_BAD, "", ""},
        {"a 0x10", FOLDED_BAD, "", ""},       {"a 1e", FOLDED_BAD, "", ""},
        {"a .", FOLDED_BAD, "", ""},          {"a 1.2.3", FOLDED_BAD, "", ""},
        {"a e5", FOLDED_BAD, "", ""},         {"a 5x", FOLDED_BAD, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct folded_line line = folded_split(pp_str_of(cases[i].line), 1);
        ck_assert_msg(line.kind == cases[i].kind, "\"%s\": kind %d", cases[i].line, (int)line.kind);
        if (line.kind == FOLDED_DATA) {
            ck_assert_msg(pp_str_eq(line.stack, pp_str_of(cases[i].stack)), "\"%s\": stack", cases[i].line);
            ck_assert_msg(pp_str_eq(line.counts[0], pp_str_of(cases[i].count)), "\"%s\": count", cases[i].line);
        }
    }
}
END_TEST

START_TEST(counts_of_columns)
{
    ck_assert_uint_eq(folded_columns(PP_STR("a 1 2")), 2);
    ck_assert_uint_eq(folded_columns(PP_STR("a 1")), 1);
    ck_assert_uint_eq(folded_columns(PP_STR("1 2")), 1);
    ck_assert_uint_eq(folded_columns(PP_STR(" 1 2")), 1);
    ck_assert_uint_eq(folded_columns(PP_STR("a b")), 0);
    struct folded_line line = folded_split(PP_STR("a b 1 2.5"), 2);
    ck_assert(line.kind == FOLDED_DATA && pp_str_eq(line.counts[0], PP_STR("1")) &&
              pp_str_eq(line.counts[1], PP_STR("2.5")));
    ck_assert(pp_str_eq(line.stack, PP_STR("a b")));
}
END_TEST

START_TEST(places)
{
    static const struct {
        const char *frame, *name, *file;
        uint32_t line;
    } cases[] = {
        {"load (lib/json.py:20)", "load", "lib/json.py", 20},
        {"<module> (app.py:1)", "<module>", "app.py", 1},
        {"f (C:/Program Files (x86)/m.py:12)", "f", "C:/Program Files (x86)/m.py", 12},
        {"f (a) (b.py:3)", "f (a)", "b.py", 3},
        {"f (<string>:0)", "f", "<string>", 0},
        {"f (x:4294967295)", "f", "x", UINT32_MAX},
        {"f (x:4294967296)", NULL, NULL, 0},
        {"f (x:007)", NULL, NULL, 0},
        {"f(x:7)", NULL, NULL, 0},
        {" (x:7)", NULL, NULL, 0},
        {"(x:7)", NULL, NULL, 0},
        {"f (:7)", NULL, NULL, 0},
        {"f (x:)", NULL, NULL, 0},
        {"f (x)", NULL, NULL, 0},
        {"f (~:0)", NULL, NULL, 0},
        {"f (k.js:3:7)", NULL, NULL, 0},
        {"f a)b:3)", NULL, NULL, 0},
        {"f (x:7) ", NULL, NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pp_str name, file;
        uint32_t line;
        bool found = folded_place(pp_str_of(cases[i].frame), &name, &file, &line);
        ck_assert_msg(found == (cases[i].name != NULL), "\"%s\"", cases[i].frame);
        if (found) {
            ck_assert_msg(pp_str_eq(name, pp_str_of(cases[i].name)) && pp_str_eq(file, pp_str_of(cases[i].file)) &&
                              line == cases[i].line,
                          "\"%s\": %.*s, %.*s, %u", cases[i].frame, PP_STR_ARG(name), PP_STR_ARG(file), line);
        }
    }
}
END_TEST

/* --- files --- */

START_TEST(sorted_files_come_back_byte_for_byte)
{
    static const char *const texts[] = {
        " 5\n;a 3\na 2\na b 3\na b;c 4\na;;b 1\na;b 1\n",
        "f (a.py:3);g (b (c).py:4) 7\nf (a.py:3);h (~:0) 1\n",
        "a 0.25\na;b 9007199254740993\n",
        "a;b 3 4\na;c 0 7\n",
        "# profpipe: metric=wall unit=us lines=definition\nf (a.py:3) 1500\n",
        "# profpipe: metric=wall unit=us estimated=yes\na;b 3\n",
        "# profpipe: metric=cycles\na 3\n",
        "# profpipe: metric=bytes unit=bytes producer=x/1\na 3\n",
        "# profpipe: unit=us\na 3 4\n",
        "# profpipe: unit=count\n",
        "java;read_[k] 3\njava;x_[i];y_[j] 2\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_becomes(texts[i], texts[i]);
    }
}
END_TEST

START_TEST(equal_stacks_are_added_and_sorted)
{
    assert_becomes("b;c 1\na 2\nb;c 3\n\n# x\nb 0\na;d 4", "a 2\na;d 4\nb;c 4\n");
    assert_becomes("b;c 1\nb x 2\n", "b x 2\nb;c 1\n");
    assert_becomes("m;b 1\nm;b;c 2\nm;b (f.py:1) 3\n", "m;b 1\nm;b (f.py:1) 3\nm;b;c 2\n");
    assert_becomes("a 0.1\na 0.1\na 0.8\n", "a 1\n");
    assert_becomes("a 1e3\na 2.5E-1\r\n", "a 1000.25\n");
    assert_becomes("x 1 5\nstage 2 6\nend 7\n", "end 7\nstage 2 6\nx 1 5\n");
}
END_TEST

/* Lines far apart and alike: the cache of lines and the shared prefix must lead to the same stacks. */
START_TEST(any_order_gives_the_same_tree)
{
    char forward[8192] = "", backward[8192] = "";
    size_t at = 0, back = 0;
    for (int i = 0; i < 100; i++) {
        at += (size_t)snprintf(forward + at, sizeof forward - at, "main;part_%d;longer_name_%d;leaf_%d %d\n", i % 3,
                               i % 7, i % 5, i);
        back += (size_t)snprintf(backward + back, sizeof backward - back, "main;part_%d;longer_name_%d;leaf_%d %d\n",
                                 (99 - i) % 3, (99 - i) % 7, (99 - i) % 5, 99 - i);
    }
    struct pp_profile *p = read_text(forward), *q = read_text(backward);
    struct pp_sink *a = write_with(p, NULL, NULL, NULL), *b = write_with(q, NULL, NULL, NULL);
    ck_assert(pp_str_eq(pp_sink_contents(a), pp_sink_contents(b)));
    ck_assert_uint_eq(p->stack_count, q->stack_count);
    pp_sink_abandon(a);
    pp_sink_abandon(b);
    pp_profile_free(p);
    pp_profile_free(q);
}
END_TEST

static uint32_t next_random(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ x << 5;
}

/* A stack of random frames and its count. */
struct made_line {
    char stack[2048];
    unsigned count;
};

static int by_stack(const void *a, const void *b)
{
    return strcmp(((const struct made_line *)a)->stack, ((const struct made_line *)b)->stack);
}

/* Begins often as the stack before; some are deeper than what the reader walks at a time. */
static void make_stack(struct made_line *line, const struct made_line *before, const char *const *names, unsigned count,
                       uint32_t *random)
{
    size_t kept = 0, len = strlen(before->stack);
    *random = next_random(*random);
    for (size_t i = 0, cuts = *random % 40; i < len && cuts; i++) {
        if (before->stack[i] == ';') {
            kept = i;
            cuts--;
        }
    }
    memcpy(line->stack, before->stack, kept);
    line->stack[kept] = '\0';
    *random = next_random(*random);
    unsigned more = 1 + *random / 64 % (*random % 50 == 0 ? 100 : 6);
    for (unsigned i = 0; i < more && kept < sizeof line->stack - 64; i++) {
        *random = next_random(*random);
        kept += (size_t)snprintf(line->stack + kept, sizeof line->stack - kept, "%s%s", kept ? ";" : "",
                                 names[*random % count]);
    }
    line->count = 1 + *random % 3;
}

static char *lines_of(const struct made_line *lines, size_t count)
{
    char *text = pp_calloc(count, sizeof *lines);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        at += (size_t)snprintf(text + at, sizeof *lines, "%s %u\n", lines[i].stack, lines[i].count);
    }
    return text;
}

/* Sorts the lines and adds those of one stack up; returns how many are left. */
static size_t add_up(struct made_line *lines, size_t count)
{
    size_t kept = 0;
    qsort(lines, count, sizeof *lines, by_stack);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(lines[kept].stack, lines[i].stack) == 0) {
            lines[kept].count += lines[i].count;
        } else {
            lines[++kept] = lines[i];
        }
    }
    return kept + 1;
}

/* Against sorting and adding lines as strings: what is written is the same for lines in any order, whether their stacks stand sorted (and are written as they stand) or not; names
 * whose order as frames and as parts of lines differs are among them. */
START_TEST(lines_are_sorted_and_added_as_strings)
{
    static const char *const plain[] = {"main", "parse (a/b.py:12)", "x", "a_name_of_more_than_sixteen_bytes",
                                        "run_7 (core.py:8)"};
    static const char *const odd[] = {"b", "b x", "b!", "b (f.py:1)", "b (f.py:12)", "ab", "\xc3\xa9", "b:", "b y z"};
    enum { COUNT = 400 };
    struct made_line *lines = pp_calloc(COUNT, sizeof *lines);
    uint32_t random = 1 + (uint32_t)_i;
    for (size_t i = 0; i < COUNT; i++) {
        make_stack(&lines[i], &lines[i ? i - 1 : 0], _i % 2 ? odd : plain, _i % 2 ? 9 : 5, &random);
    }
    char *shuffled = lines_of(lines, COUNT);
    qsort(lines, COUNT, sizeof *lines, by_stack);
    char *sorted = lines_of(lines, COUNT);
    char *expected = lines_of(lines, add_up(lines, COUNT));
    size_t stacks = assert_becomes(shuffled, expected);
    ck_assert_uint_eq(assert_becomes(sorted, expected), stacks);
    ck_assert_uint_eq(assert_becomes(expected, expected), stacks);
    pp_free(shuffled);
    pp_free(sorted);
    pp_free(expected);
    pp_free(lines);
}
END_TEST

START_TEST(utf16_is_read)
{
    static const char little[] = "\xff\xfe"
                                 "a\0;\0\xfc\0 \0"
                                 "7\0\r\0\n\0";
    struct pp_error err = {0};
    struct pp_profile *p = read_with(little, sizeof little - 1, NULL, NULL, false, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    assert_written(p, NULL, NULL, "a;\xc3\xbc 7\n");
    pp_profile_free(p);
}
END_TEST

START_TEST(units)
{
    struct pp_profile *p = read_text("# profpipe: unit=ns\na 1400\nb 1400\nc 1400\nd 1300\n");
    /* 5.5 us in all: what is rounded away comes back later. */
    assert_written(p, NULL, NULL, "# profpipe: metric=wall unit=us\na 1\nb 2\nc 1\nd 2\n");
    assert_written(p, "unit", "ns", "# profpipe: metric=wall unit=ns\na 1400\nb 1400\nc 1400\nd 1300\n");
    pp_profile_free(p);
    struct pp_error err = {0};
    p = read_with("a 3\n", 4, "counts", "ms", false, NULL, &err);
    assert_written(p, NULL, NULL, "# profpipe: metric=wall unit=us\na 3000\n");
    pp_profile_free(p);
}
END_TEST

START_TEST(columns_can_be_forced)
{
    struct pp_error err = {0};
    struct pp_profile *p = read_with("a 1 2\n", 6, "columns", "1", false, NULL, &err);
    ck_assert_uint_eq(p->metric_count, 1);
    ck_assert_int_eq(p->stack_values[1], 2);
    pp_profile_free(p);
    p = read_with("a 1 2\n", 6, NULL, NULL, false, NULL, &err);
    ck_assert_uint_eq(p->metric_count, 2);
    pp_profile_free(p);
}
END_TEST

START_TEST(lines_of_definitions)
{
    const char text[] = "f (a.py:3) 1\nf (a.py:9) 2\n";
    struct pp_error err = {0};
    struct pp_profile *running = read_text(text);
    struct pp_profile *defined = read_with(text, sizeof text - 1, "lines", "definition", false, NULL, &err);
    /* "unknown" and one function, two places of it; or two functions. */
    ck_assert_uint_eq(running->function_count, 2);
    ck_assert_uint_eq(running->frame_count, 3);
    ck_assert_uint_eq(defined->function_count, 3);
    ck_assert_int_eq(defined->functions[1].line, 3);
    pp_profile_free(running);
    pp_profile_free(defined);
}
END_TEST

START_TEST(bad_lines_are_counted_or_refused)
{
    const char text[] = "a 1\nno count\nb 2\nagain\n";
    struct pp_error err = {0};
    struct pp_report report = {0};
    struct pp_profile *p = read_with(text, sizeof text - 1, NULL, NULL, false, &report, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_uint_eq(report.entries[0].count, 2);
    ck_assert_uint_eq(report.entries[0].first.line, 2);
    pp_profile_free(p);
    ck_assert_ptr_null(read_with(text, sizeof text - 1, NULL, NULL, true, NULL, &err));
    ck_assert_uint_eq(err.where.line, 2);
    err = (struct pp_error){0};
    ck_assert_ptr_null(read_with("x\n", 2, NULL, NULL, false, NULL, &err));
    ck_assert_uint_eq(err.where.line, 1);
    err = (struct pp_error){0};
    const char large[] = "a 1\nbc 9223372036854775808\n";
    ck_assert_ptr_null(read_with(large, sizeof large - 1, NULL, NULL, false, NULL, &err));
    ck_assert_uint_eq(err.where.line, 2);
    ck_assert_uint_eq(err.where.column, 4);
}
END_TEST

START_TEST(what_breaks_lines_is_replaced)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_function f = {.name = pp_builder_text(b, "a;b\nc")};
    pp_builder_stacks(b);
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_frame_id frame = pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)});
    pp_builder_add(b, pp_builder_push(b, (pp_stack_id){0}, frame), 0, 3);
    struct pp_error err = {0};
    struct pp_profile *p = pp_builder_finish(b, &err);
    struct pp_report report = {0};
    struct pp_sink *out = write_with(p, NULL, NULL, &report);
    ck_assert(pp_str_eq(pp_sink_contents(out), PP_STR("a:b c 3\n")));
    ck_assert_uint_eq(report.count, 1);
    pp_sink_abandon(out);
    pp_profile_free(p);
}
END_TEST

START_TEST(threads_at_the_root)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_function f = {.name = pp_builder_text(b, "f")};
    struct pp_thread named = {1, 10, pp_builder_text(b, "Main")}, unnamed = {1, 11, {0}};
    pp_builder_stacks(b);
    pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    pp_frame_id frame = pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &f)});
    struct pp_sample sample = {.stack = pp_builder_push(b, (pp_stack_id){0}, frame)};
    const struct pp_thread *threads[] = {&named, &unnamed, &named};
    for (size_t i = 0; i < 3; i++) {
        sample.thread = pp_builder_thread(b, threads[i]);
        sample.time_ns = (int64_t)i;
        pp_builder_sample(b, &sample, (int64_t[]){1});
    }
    struct pp_error err = {0};
    struct pp_profile *p = pp_builder_finish(b, &err);
    assert_written(p, NULL, NULL, "f 3\n");
    assert_written(p, "threads", "yes", "Main;f 2\nthread 11;f 1\n");
    pp_profile_free(p);
}
END_TEST

START_TEST(the_probe)
{
    ck_assert_uint_gt(pp_format_folded.probe(PP_STR("a;b 1\n")), 0);
    ck_assert_uint_gt(pp_format_folded.probe(PP_STR("# profpipe: unit=us\n")), 0);
    ck_assert_uint_gt(pp_format_folded.probe(PP_STR("\xff\xfe"
                                                    "a\0 \0"
                                                    "1\0")),
                      0);
    ck_assert_uint_eq(pp_format_folded.probe(PP_STR("")), 0);
    ck_assert_uint_eq(pp_format_folded.probe(PP_STR("hello world\na;b 1\n")), 0);
    ck_assert_uint_gt(pp_format_folded.probe(PP_STR("// made by hand\na;b 1\na;c 2\n")), 0);
    ck_assert_uint_gt(pp_format_folded.probe(PP_STR("main 5\nidle 2\n")), 0);
    ck_assert_uint_eq(pp_format_folded.probe(PP_STR("16 400\n17 80\n")), 0);
    ck_assert_uint_eq(
        pp_format_folded.probe(PP_STR("version: 1\ncreator: callgrind-3.19.0\npositions: line\n\nfn=(1)\n16 400\n")),
        0);
    ck_assert_uint_eq(pp_format_folded.probe(PP_STR("v 10400 2\nX ./app\nI 1000 3d5\ns 5 a.out\n")), 0);
    ck_assert_uint_eq(pp_format_folded.probe(PP_STR("{\"a\": 1}\n")), 0);
}
END_TEST

Suite *suite_folded(void);
Suite *suite_folded(void)
{
    Suite *suite = suite_create("folded");
    TCase *tc = tcase_create("folded");
    tcase_add_test(tc, kinds_of_lines);
    tcase_add_test(tc, counts_of_columns);
    tcase_add_test(tc, places);
    tcase_add_test(tc, sorted_files_come_back_byte_for_byte);
    tcase_add_test(tc, equal_stacks_are_added_and_sorted);
    tcase_add_test(tc, any_order_gives_the_same_tree);
    tcase_add_loop_test(tc, lines_are_sorted_and_added_as_strings, 0, 40);
    tcase_add_test(tc, utf16_is_read);
    tcase_add_test(tc, units);
    tcase_add_test(tc, columns_can_be_forced);
    tcase_add_test(tc, lines_of_definitions);
    tcase_add_test(tc, bad_lines_are_counted_or_refused);
    tcase_add_test(tc, what_breaks_lines_is_replaced);
    tcase_add_test(tc, threads_at_the_root);
    tcase_add_test(tc, the_probe);
    suite_add_tcase(suite, tc);
    return suite;
}
