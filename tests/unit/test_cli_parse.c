/* Command lines through the table of a made-up tool: every kind of option, every way of writing one. */
#include "cli/cli.h"
#include "cli/cli_parts.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

struct args {
    struct cli_common common;
    bool flag, top_given;
    const char *word;
    uint64_t top;
    double percent;
    unsigned sort;
    struct cli_events events;
};

static const char *const sorts[] = {"time", "calls", "cumulative", "cumtotal", NULL};

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 'x', .name = "flag", .help = "a flag", .kind = CLI_FLAG, .offset = offsetof(struct args, flag)},
    {.letter = 'w', .name = "word", .argument = "TEXT", .help = "a word", .kind = CLI_STRING, .offset = offsetof(struct args, word)},
    {.letter = 'n', .name = "top", .argument = "N", .help = "a number", .kind = CLI_UINT, .offset = offsetof(struct args, top),
     .given_offset = offsetof(struct args, top_given)},
    {.name = "percent", .argument = "P", .help = "a percentage", .kind = CLI_DOUBLE, .offset = offsetof(struct args, percent)},
    {.letter = 's', .name = "sort", .argument = "KEY", .help = "an order", .kind = CLI_CHOICE, .offset = offsetof(struct args, sort),
     .choices = sorts},
    {.name = "focus", .argument = "RE", .help = "an event", .kind = CLI_EVENTS, .offset = offsetof(struct args, events)},
    {.name = "callers", .help = "an event without argument", .kind = CLI_EVENT_FLAG, .offset = offsetof(struct args, events)},
    {.name = "callees", .argument = "RE", .help = "an event with an optional argument", .kind = CLI_EVENT_OPTIONAL,
     .offset = offsetof(struct args, events)},
    {0},
};
/* clang-format on */

static const struct cli_tool tool = {.name = "made-up",
                                     .summary = "a tool for this test",
                                     .synopsis = "[FILE]",
                                     .options = options,
                                     .args_size = sizeof(struct args),
                                     .flags = CLI_HAS_TO};

enum { MOST = 12 };

struct parsed {
    enum cli_parsed outcome;
    struct args args;
    int operands;
    char *argv[MOST];
    char text[MOST][64]; /* what argv points to: the parser may write there */
    struct cli_table table;
};

static void parse(struct parsed *p, const char *const *words)
{
    int argc = 1;
    memset(p, 0, sizeof *p);
    p->args.common.tool = &tool;
    p->argv[0] = p->text[0];
    for (; words[argc - 1]; argc++) {
        snprintf(p->text[argc], sizeof p->text[argc], "%s", words[argc - 1]);
        p->argv[argc] = p->text[argc];
    }
    cli_table_init(&p->table, &tool);
    p->outcome = cli_parse(&p->table, &p->args, argc, p->argv, &p->operands);
}

#define PARSE(p, ...) parse(p, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(before_and_after_operands)
{
    struct parsed p;
    PARSE(&p, "one", "--top", "7", "two", "-x", "-");
    ck_assert_int_eq(p.outcome, CLI_PARSED);
    ck_assert_int_eq(p.operands, 3);
    ck_assert_ptr_null(p.argv[1 + p.operands]);
    ck_assert_str_eq(p.argv[1], "one");
    ck_assert_str_eq(p.argv[2], "two");
    ck_assert_str_eq(p.argv[3], "-");
    ck_assert_uint_eq(p.args.top, 7);
    ck_assert(p.args.top_given && p.args.flag);
}
END_TEST

START_TEST(double_dash_ends_options)
{
    struct parsed p;
    PARSE(&p, "-x", "--", "--top", "-n");
    ck_assert_int_eq(p.operands, 2);
    ck_assert_str_eq(p.argv[1], "--top");
    ck_assert_str_eq(p.argv[2], "-n");
    ck_assert(!p.args.top_given);
}
END_TEST

START_TEST(attached_values_and_clusters)
{
    struct parsed p;
    PARSE(&p, "-xn12", "--word=a=b", "-wfoo", "-scalls");
    ck_assert_int_eq(p.outcome, CLI_PARSED);
    ck_assert(p.args.flag);
    ck_assert_uint_eq(p.args.top, 12);
    ck_assert_str_eq(p.args.word, "foo");
    ck_assert_uint_eq(p.args.sort, 1);
}
END_TEST

START_TEST(value_that_looks_like_an_option)
{
    struct parsed p;
    PARSE(&p, "--word", "-x", "--word=");
    ck_assert_int_eq(p.outcome, CLI_PARSED);
    ck_assert(!p.args.flag);
    ck_assert_str_eq(p.args.word, "");
}
END_TEST

START_TEST(numbers_with_suffixes)
{
    struct parsed p;
    PARSE(&p, "--top=3K", "--percent", "2.5%", "--max-input", "16M");
    ck_assert_int_eq(p.outcome, CLI_PARSED);
    ck_assert_uint_eq(p.args.top, 3072);
    ck_assert(p.args.percent == 2.5);
    ck_assert_uint_eq(p.args.common.max_input, UINT64_C(16) << 20);
}
END_TEST

START_TEST(prefixes_of_names_and_of_values)
{
    struct parsed p;
    PARSE(&p, "--perc", "1", "--so", "cumu");
    ck_assert_int_eq(p.outcome, CLI_PARSED);
    ck_assert(p.args.percent == 1);
    ck_assert_uint_eq(p.args.sort, 2);
}
END_TEST

START_TEST(events_keep_their_order)
{
    struct parsed p;
    PARSE(&p, "--focus", "a", "--callers", "--focus=b", "--callees", "--callees=c");
    ck_assert_int_eq(p.outcome, CLI_PARSED);
    ck_assert_uint_eq(p.args.events.count, 5);
    static const char *const names[] = {"focus", "callers", "focus", "callees", "callees"};
    static const char *const values[] = {"a", NULL, "b", NULL, "c"};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_str_eq(p.args.events.at[i].option->name, names[i]);
        ck_assert_pstr_eq(p.args.events.at[i].argument, values[i]);
    }
    cli_free_events(&p.table, &p.args);
    ck_assert_uint_eq(p.args.events.count, 0);
}
END_TEST

/* What must be refused. */
static const char *const refused[][3] = {
    {"--nonsense"},
    {"-Z"},
    {"--word"},
    {"-w"},
    {"--top", "many"},
    {"--top=-1"},
    {"--top", "99999999999999999999"},
    {"--flag=yes"},
    {"--sort", "c"},
    {"--sort", "cum"},
    {"--percent", "x"},
    {"--top=20000000000000G"},
    {"--c", "x"},
    {"--top="},
    {"--sort="},
};

START_TEST(refused_command_line)
{
    struct parsed p;
    parse(&p, refused[_i]);
    ck_assert_msg(p.outcome == CLI_PARSE_BAD, "%s was accepted", refused[_i][0]);
    cli_free_events(&p.table, &p.args);
}
END_TEST

START_TEST(questions_to_the_frame)
{
    struct parsed p;
    PARSE(&p, "-x", "--help");
    ck_assert_int_eq(p.outcome, CLI_PARSE_HELP);
    PARSE(&p, "-V");
    ck_assert_int_eq(p.outcome, CLI_PARSE_VERSION);
    PARSE(&p, "--list-formats");
    ck_assert_int_eq(p.outcome, CLI_PARSE_FORMATS);
    PARSE(&p, "--help=options");
    ck_assert_int_eq(p.outcome, CLI_PARSE_OPTIONS);
}
END_TEST

/* An argument in the place of an optional one that is the name of a file is that file. */
START_TEST(optional_argument_or_file)
{
    struct parsed p;
    PARSE(&p, "--callees", "no/such/file", "--callees", "/dev/null");
    ck_assert_uint_eq(p.args.events.count, 2);
    ck_assert_str_eq(p.args.events.at[0].argument, "no/such/file");
    ck_assert_ptr_null(p.args.events.at[1].argument);
    ck_assert_int_eq(p.operands, 1);
    cli_free_events(&p.table, &p.args);
}
END_TEST

Suite *suite_cli_parse(void);
Suite *suite_cli_parse(void)
{
    Suite *suite = suite_create("cli_parse");
    TCase *tc = tcase_create("command lines");
    tcase_add_test(tc, before_and_after_operands);
    tcase_add_test(tc, double_dash_ends_options);
    tcase_add_test(tc, attached_values_and_clusters);
    tcase_add_test(tc, value_that_looks_like_an_option);
    tcase_add_test(tc, numbers_with_suffixes);
    tcase_add_test(tc, prefixes_of_names_and_of_values);
    tcase_add_test(tc, events_keep_their_order);
    tcase_add_loop_test(tc, refused_command_line, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_test(tc, questions_to_the_frame);
    tcase_add_test(tc, optional_argument_or_file);
    suite_add_tcase(suite, tc);
    return suite;
}
