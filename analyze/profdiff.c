/* profdiff: two profiles compared function by function. Exit status 1 when --fail-over is exceeded. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "cli/cli.h"
#include "model/diff.h"

struct args {
    struct cli_common common;
    uint64_t top;
    double fail_over;
    bool has_fail_over, all;
    unsigned match;
};

static const char *const matches[] = {"name", "line", "path", NULL};

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 'n', .name = "top", .argument = "N", .kind = CLI_UINT, .offset = offsetof(struct args, top), .help = "show N functions (default 20)"},
    {.name = "all", .kind = CLI_FLAG, .offset = offsetof(struct args, all), .help = "show all functions that changed"},
    {.name = "fail-over", .argument = "P%", .kind = CLI_DOUBLE, .offset = offsetof(struct args, fail_over),
     .given_offset = offsetof(struct args, has_fail_over), .help = "exit with 1 when the total grew by more than P percent"},
    {.name = "match", .argument = "BY", .kind = CLI_CHOICE, .choices = matches, .offset = offsetof(struct args, match),
     .help = "what makes a function the same one: name (and file\nname), line, or path"},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"profdiff before.prof after.prof", "what became slower and what faster"},
    {"profdiff --fail-over 5% before.prof after.prof", "in CI: exit status 1 when the total grew by over 5 %"},
    {0},
};

static void defaults(void *args)
{
    ((struct args *)args)->top = 20;
}

static double percent(double before, double after)
{
    return before > 0 ? 100 * (after - before) / before : after > 0 ? INFINITY : 0;
}

static void write_value(struct pp_sink *out, const struct pp_diff *d, double value, bool sign)
{
    char text[420];
    size_t at = 0;
    if (sign && value > 0) {
        text[at++] = '+';
    }
    size_t len = at + pp_format_double_fixed(text + at, value, d->seconds ? 3 : 0);
    pp_sink_repeat(out, ' ', len < 10 ? 10 - len : 0);
    pp_sink_write(out, text, len);
}

static void write_share(struct pp_sink *out, double share)
{
    if (isinf(share)) {
        pp_sink_text(out, "      new");
    } else {
        pp_sink_printf(out, " %+7.1f%%", share);
    }
}

static void write_row(struct pp_sink *out, const struct pp_diff *d, const struct pp_diff_row *row)
{
    write_value(out, d, row->self_before, false);
    write_value(out, d, row->self_after, false);
    write_value(out, d, row->self_after - row->self_before, true);
    write_value(out, d, row->total_after - row->total_before, true);
    pp_sink_printf(out, " %+10lld  ", (long long)(row->calls_after - row->calls_before));
    pp_text_show(out, row->name);
    if (row->file.len && !pp_str_eq(row->file, PP_STR("~"))) {
        pp_sink_text(out, " (");
        pp_text_show(out, pp_str_basename(row->file));
        pp_sink_byte(out, ')');
    }
    pp_sink_text(out, !row->in_before ? "  [new]" : !row->in_after ? "  [gone]" : "");
    pp_sink_byte(out, '\n');
}

static bool changed(const struct pp_diff_row *row)
{
    return row->self_before != row->self_after || row->total_before != row->total_after ||
           row->calls_before != row->calls_after;
}

static void write_diff(struct pp_sink *out, const struct args *a, const struct pp_diff *d)
{
    pp_sink_printf(out, "total %s: ", d->seconds ? "seconds" : "samples");
    write_value(out, d, d->sum_before, false);
    pp_sink_text(out, " -> ");
    write_value(out, d, d->sum_after, false);
    write_share(out, percent(d->sum_before, d->sum_after));
    pp_sink_text(out, "\n\n    before     after    +/-self   +/-total  +/-calls  function\n");
    uint64_t shown = 0, left = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (!changed(&d->rows[i])) {
            continue;
        }
        if (a->all || shown < a->top) {
            write_row(out, d, &d->rows[i]);
            shown++;
        } else {
            left++;
        }
    }
    if (left) {
        pp_sink_printf(out, "(%llu more functions changed; --all shows them)\n", (unsigned long long)left);
    }
}

static int compare(const struct args *a, const struct cli_input *before, const struct cli_input *after)
{
    struct pp_error err = {0};
    struct pp_diff d;
    if (!pp_diff_init(&d, before->profile, after->profile, (enum pp_diff_match)a->match, &err)) {
        return cli_fail(&a->common, NULL, &err);
    }
    struct pp_sink *out = cli_open_output(&a->common, false);
    int status = CLI_TROUBLE;
    if (out) {
        write_diff(out, a, &d);
        bool over = a->has_fail_over && percent(d.sum_before, d.sum_after) > a->fail_over;
        if (over) {
            cli_error(&a->common, "the total grew by %.1f %%, over the limit of %.1f %%",
                      percent(d.sum_before, d.sum_after), a->fail_over);
        }
        status = cli_close_output(&a->common, out, over ? CLI_NO : CLI_OK);
    }
    pp_diff_free(&d);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    struct cli_input before = {0}, after = {0};
    if (argc != 2) {
        return cli_usage(&a->common, "expected two files, BEFORE and AFTER");
    }
    if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0) {
        return cli_usage(&a->common, "only one of the files can be standard input");
    }
    bool ok = cli_read(&a->common, argv[0], &before) && cli_read(&a->common, argv[1], &after);
    int status = ok ? compare(a, &before, &after) : CLI_TROUBLE;
    cli_input_free(&before);
    cli_input_free(&after);
    return status;
}

static const struct cli_tool tool = {
    .name = "profdiff",
    .summary = "compare two profiles function by function",
    .synopsis = "[OPTION]... BEFORE AFTER",
    .description = "Shows self time before and after, the change of self and total time, and of calls. Functions are "
                   "matched by name and "
                   "file name: a shifted line is the same function.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .defaults = defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
