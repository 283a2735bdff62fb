/* The options of profdiff. */
#include <string.h>

#include "analyze/diff_request.h"

static const char *const formats[] = {"text", "tsv", "csv", "json", "markdown", NULL};
static const char *const units[] = {"auto", "s", "ms", "us", "ns", NULL};
static const char *const sorts[] = {"self", "total", "calls", "ratio", "name", NULL};
static const char *const matches[] = {"name", "exact", "fuzzy", NULL};

#define FIELD(field) .offset = offsetof(struct diff_args, field)

/* clang-format off */
const struct cli_option diff_options[] = {
    {.name = "before", .argument = "FILE...", .kind = CLI_EVENTS, FIELD(sides), .help = "several runs of before: all operands up to --after", .group = "What is compared"},
    {.name = "after", .argument = "FILE...", .kind = CLI_EVENTS, FIELD(sides), .help = "several runs of after"},
    {.name = "match-by", .argument = "BY", .kind = CLI_CHOICE, .choices = matches, FIELD(match_by),
     .help = "what makes a function the same one: name (module path\nand name, wherever it is installed and whatever its\nline; default), exact (file, line, name), fuzzy (renamed\nand moved functions too)"},
    {.name = "fold-comprehensions", .kind = CLI_FLAG, FIELD(fold_comprehensions),
     .help = "list, dict and set comprehensions count for their\ncallers, as Python 3.12 and later run them"},
    {.name = "normalize", .argument = "HOW", .kind = CLI_STRING, FIELD(normalize),
     .help = "none (default); total, root or a function (RE): before\nis scaled such that these are equal"},
    {.name = "threshold", .argument = "P%", .kind = CLI_DOUBLE, FIELD(threshold), .help = "the least change worth mention, in percent of the\nlarger total (default 1)", .group = "What is real"},
    {.name = "alpha", .argument = "A", .kind = CLI_DOUBLE, FIELD(alpha), .help = "level of significance (default 0.05)"},
    {.name = "fail-above", .argument = "P%", .kind = CLI_DOUBLE, FIELD(fail_above), .given_offset = offsetof(struct diff_args, has_fail_above),
     .help = "exit with 1 when something grew by more than P percent,\nsignificantly where noise can be judged", .group = "For CI"},
    {.name = "fail-over", .argument = "P%", .kind = CLI_DOUBLE, FIELD(fail_above), .given_offset = offsetof(struct diff_args, has_fail_above), .alias_of = "fail-above"},
    {.name = "on", .argument = "WHAT", .kind = CLI_STRING, FIELD(on), .help = "what that is: total (default), self (the self time of\nany function), or functions (RE) with what they call"},
    {.name = "allow", .argument = "FILE", .kind = CLI_STRING, FIELD(allow), .help = "accepted regressions: a function, /RE/ or total a line"},
    {.letter = 's', .name = "sort", .argument = "KEY", .kind = CLI_CHOICE, .choices = sorts, FIELD(sort), .help = "self (default), total, calls, ratio (size of the\nchange), or name", .group = "What is shown"},
    {.letter = 'n', .name = "top", .argument = "N", .kind = CLI_UINT, FIELD(top), .given_offset = offsetof(struct diff_args, has_top), .help = "show N functions (default 20; tsv, csv and json: all)"},
    {.name = "all", .kind = CLI_FLAG, FIELD(all), .help = "show all functions that changed"},
    {.name = "match", .argument = "RE", .kind = CLI_STRING, FIELD(match), .help = "only functions whose \"name (file:line)\" matches"},
    {.name = "path", .kind = CLI_FLAG, FIELD(path), .help = "also the few call paths that carry the change"},
    {.name = "format", .argument = "FORMAT", .kind = CLI_CHOICE, .choices = formats, FIELD(format), .help = "text, tsv, csv, json or markdown"},
    {.name = "units", .argument = "UNIT", .kind = CLI_CHOICE, .choices = units, FIELD(unit), .help = "auto, s, ms, us or ns for times"},
    {.name = "unit", .argument = "UNIT", .kind = CLI_CHOICE, .choices = units, FIELD(unit), .alias_of = "units"},
    {0},
};
/* clang-format on */

const struct cli_example diff_examples[] = {
    {"profdiff before.prof after.prof", "what became slower and what faster"},
    {"profdiff --before a*.prof --after b*.prof", "several runs a side tell change from noise"},
    {"profdiff base.folded new.folded --fail-above 5%", "in CI: exit status 1 when the total grew by over 5 %"},
    {"profdiff before.prof after.prof --to folded | folded2svg > diff.svg", "as a picture"},
    {0},
};

void diff_defaults(void *args)
{
    struct diff_args *a = args;
    a->top = 20;
    a->threshold = 1;
    a->alpha = 0.05;
}

bool diff_check(const struct diff_args *a)
{
    if (!(a->threshold >= 0 && a->threshold <= 100)) {
        return cli_usage(&a->common, "--threshold: expected 0 to 100 percent") == CLI_OK;
    }
    if (!(a->alpha > 0 && a->alpha < 1)) {
        return cli_usage(&a->common, "--alpha: expected a number between 0 and 1") == CLI_OK;
    }
    if (a->has_fail_above && !(a->fail_above >= -100 && a->fail_above <= 1e9)) {
        return cli_usage(&a->common, "--fail-above: expected a number of percent") == CLI_OK;
    }
    if (!a->has_fail_above && (a->on || a->allow)) {
        return cli_usage(&a->common, "--on and --allow say what --fail-above looks at, which was not given") == CLI_OK;
    }
    const char *to = a->common.to;
    if (to && strcmp(to, "pstat") == 0) {
        return cli_usage(&a->common, "--to: a difference is no pstat file: it would hold negative times and calls, "
                                     "which every reader takes for "
                                     "measurements; choose folded, svg or json") == CLI_OK;
    }
    if (to && strcmp(to, "folded") != 0 && strcmp(to, "svg") != 0 && strcmp(to, "json") != 0) {
        return cli_usage(&a->common, "--to: expected folded, svg or json, found \"%s\"", to) == CLI_OK;
    }
    return true;
}
