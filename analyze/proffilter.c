/* proffilter: part of a profile, in the format it has. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/cli.h"
#include "model/filter.h"

struct args {
    struct cli_common common;
    struct cli_events focus, ignore, hide, show, show_from, prune_from, thread;
    const char *time;
    uint64_t max_depth;
    double min_percent;
    bool collapse_recursion, strip_dirs, has_max_depth;
    unsigned granularity, state;
};

static const char *const granularities[] = {"none", "function", "file", "module", "line", "package", NULL};
static const char *const states[] = {"any", "gil", "cpu", "idle", NULL};

#define REGEX_OPTION(field, text, what)                                                                                \
    {                                                                                                                  \
        .name = text, .argument = "RE", .kind = CLI_EVENTS, .offset = offsetof(struct args, field), .help = what       \
    }

/* clang-format off */
static const struct cli_option options[] = {
    REGEX_OPTION(focus, "focus", "keep stacks with a matching frame"),
    REGEX_OPTION(ignore, "ignore", "drop stacks with a matching frame"),
    REGEX_OPTION(hide, "hide", "take matching frames out; their time stays with the\ncallers"),
    REGEX_OPTION(show, "show", "keep only matching frames"),
    REGEX_OPTION(show_from, "show-from", "drop what is above the first matching frame"),
    REGEX_OPTION(prune_from, "prune-from", "drop what is below the matching frame nearest the leaf"),
    {.name = "max-depth", .argument = "N", .kind = CLI_UINT, .offset = offsetof(struct args, max_depth), .given_offset = offsetof(struct args, has_max_depth),
     .help = "at most N frames from the root"},
    {.name = "collapse-recursion", .kind = CLI_FLAG, .offset = offsetof(struct args, collapse_recursion),
     .help = "direct repeats of a function become one frame"},
    {.name = "strip-dirs", .kind = CLI_FLAG, .offset = offsetof(struct args, strip_dirs),
     .help = "file names without directories; rows that become\nequal are added"},
    {.name = "granularity", .argument = "WHAT", .kind = CLI_CHOICE, .choices = granularities,
     .offset = offsetof(struct args, granularity), .help = "function, file, module, line or package"},
    REGEX_OPTION(thread, "thread", "keep samples of threads whose name or number matches"),
    {.name = "time", .argument = "FROM..TO", .kind = CLI_STRING, .offset = offsetof(struct args, time),
     .help = "keep samples of this span since the first one:\n\"1.5s..3s\", \"..500ms\", \"10s..\" (no unit: seconds)"},
    {.name = "state", .argument = "WHAT", .kind = CLI_CHOICE, .choices = states, .offset = offsetof(struct args, state),
     .help = "keep samples of threads that held the GIL (gil), were\non a processor (cpu) or waited (idle)"},
    {.name = "min-percent", .argument = "P", .kind = CLI_DOUBLE, .offset = offsetof(struct args, min_percent),
     .help = "drop functions below P percent of the total; their\ntime goes to the callers"},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"proffilter --focus json output.prof | pstat-print --top 5", "what has to do with json"},
    {"proffilter --hide '^<built-in' output.prof -o slim.prof", "built-ins' time where they were called"},
    {"proffilter --granularity package < stacks.folded | folded2svg -o packages.svg", "one frame per package"},
    {0},
};

/* Several uses of one option are alternatives. NULL in *out when it was not used; false after a message. */
static bool compile(const struct cli_common *c, const struct cli_events *events, struct pp_regex **out)
{
    struct pp_error err = {0};
    struct pp_sink *pattern = pp_sink_memory();
    *out = NULL;
    for (size_t i = 0; i < events->count; i++) {
        pp_sink_printf(pattern, events->count > 1 ? "%s(?:%s)" : "%s%s", i ? "|" : "", events->at[i].argument);
    }
    if (events->count) {
        *out = pp_regex_new(pp_sink_contents(pattern), &err);
        if (!*out) {
            cli_usage(c, "--%s: %s", events->at[0].option->name, err.message);
        }
    }
    pp_sink_abandon(pattern);
    return *out || events->count == 0;
}

/* "1.5s" as nanoseconds. */
static bool parse_time(struct pp_str text, int64_t *ns)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"", 1e9}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct pp_str unit = pp_str_of(units[i].name);
        double value;
        if (pp_str_ends(text, unit) && pp_parse_double(pp_str_sub(text, 0, text.len - unit.len), &value) &&
            value >= 0 && value < 9e9) {
            *ns = (int64_t)(value * units[i].ns);
            return true;
        }
    }
    return false;
}

static bool parse_span(const struct args *a, struct pp_filter *filter)
{
    if (!a->time) {
        return true;
    }
    struct pp_str text = pp_str_of(a->time);
    size_t dots = pp_str_search(text, PP_STR(".."));
    struct pp_str from = pp_str_sub(text, 0, dots), to = pp_str_sub(text, dots + 2, text.len);
    filter->has_time = true;
    filter->time_to_ns = INT64_MAX;
    if (dots == text.len || (from.len && !parse_time(from, &filter->time_from_ns)) ||
        (to.len && !parse_time(to, &filter->time_to_ns))) {
        cli_usage(&a->common, "--time: expected FROM..TO, found \"%s\"", a->time);
        return false;
    }
    if (filter->time_from_ns >= filter->time_to_ns) {
        cli_usage(&a->common, "--time: \"%s\" ends before it begins", a->time);
        return false;
    }
    return true;
}

static bool check_numbers(const struct args *a)
{
    if (a->has_max_depth && a->max_depth == 0) {
        cli_usage(&a->common, "--max-depth: expected 1 or more, found 0");
        return false;
    }
    if (!(a->min_percent >= 0 && a->min_percent <= 100)) {
        cli_usage(&a->common, "--min-percent: expected a number from 0 to 100, found %g", a->min_percent);
        return false;
    }
    return true;
}

static bool make_filter(const struct args *a, struct pp_filter *filter)
{
    static const enum pp_granularity meanings[] = {PP_GRANULARITY_NONE, PP_GRANULARITY_FUNCTION,
                                                   PP_GRANULARITY_FILE, PP_GRANULARITY_MODULE,
                                                   PP_GRANULARITY_LINE, PP_GRANULARITY_PACKAGE};
    static const uint32_t flags[] = {0, PP_SAMPLE_GIL, PP_SAMPLE_ON_CPU, PP_SAMPLE_IDLE};
    const struct cli_common *c = &a->common;
    *filter = (struct pp_filter){.max_depth = a->max_depth,
                                 .states = flags[a->state],
                                 .collapse_recursion = a->collapse_recursion,
                                 .strip_dirs = a->strip_dirs,
                                 .note_unmatched = true,
                                 .granularity = meanings[a->granularity],
                                 .min_percent = a->min_percent};
    return check_numbers(a) && compile(c, &a->focus, &filter->focus) && compile(c, &a->ignore, &filter->ignore) &&
           compile(c, &a->hide, &filter->hide) && compile(c, &a->show, &filter->show) &&
           compile(c, &a->show_from, &filter->show_from) && compile(c, &a->prune_from, &filter->prune_from) &&
           compile(c, &a->thread, &filter->thread) && parse_span(a, filter);
}

static void free_filter(struct pp_filter *f)
{
    struct pp_regex *all[] = {f->focus, f->ignore, f->hide, f->show, f->show_from, f->prune_from, f->thread};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        pp_regex_free(all[i]);
    }
}

/* Rounded so that what is shown adds up as well: the larger part takes what rounding leaves. */
static void show_seconds(const struct args *a, const struct pp_filter_books *b)
{
    double kept = rint(b->kept_seconds * 1e6), dropped = rint(b->dropped_seconds * 1e6);
    double read = rint(b->read_seconds * 1e6);
    if (fabs(kept) > fabs(dropped)) {
        kept = read - dropped;
    } else {
        dropped = read - kept;
    }
    cli_warn(&a->common, "kept %.6f s + dropped %.6f s = read %.6f s", kept / 1e6, dropped / 1e6, read / 1e6);
}

/* The books on stderr: kept + dropped = read. */
static void show_books(const struct args *a, const struct pp_profile *p, const struct pp_filter_books *b)
{
    if (p->shapes & PP_SHAPE_CALLS) {
        show_seconds(a, b);
    } else {
        char text[3][48];
        const struct pp_metric *m = &p->metrics[pp_profile_default_metric(p)];
        bool time = m->unit == PP_UNIT_NS;
        const int64_t values[] = {b->kept, b->dropped, b->read};
        for (size_t i = 0; i < 3; i++) {
            size_t len = pp_format_decimal(text[i], values[i], m->decimals + (time ? 9 : 0));
            memcpy(text[i] + len, time ? " s" : "", time ? 3 : 1);
        }
        struct pp_str name = pp_profile_str(p, m->name);
        cli_warn(&a->common, "kept %s + dropped %s = read %s (%.*s)", text[0], text[1], text[2], PP_STR_ARG(name));
    }
}

static int filter_file(const struct args *a, const struct pp_filter *filter, const char *path)
{
    struct cli_input input;
    struct pp_filter_books books;
    struct pp_report report = {0};
    struct pp_error err = {0};
    if (!cli_read(&a->common, path, &input)) {
        return CLI_TROUBLE;
    }
    struct pp_profile *part = pp_filter_apply(input.profile, filter, &books, &report, &err);
    int status = CLI_TROUBLE;
    if (part) {
        cli_show_report(&a->common, NULL, &report);
        show_books(a, input.profile, &books);
        status = cli_write_profile(&a->common, part, input.format);
    } else {
        cli_fail(&a->common, path, &err);
    }
    pp_profile_free(part);
    cli_input_free(&input);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    struct pp_filter filter;
    if (argc > 1) {
        return cli_usage(&a->common, "one file at a time; profmerge adds several");
    }
    int status = make_filter(a, &filter) ? filter_file(a, &filter, argc ? argv[0] : NULL) : CLI_TROUBLE;
    free_filter(&filter);
    return status;
}

static const struct cli_tool tool = {
    .name = "proffilter",
    .summary = "keep part of a profile",
    .synopsis = "[OPTION]... [FILE]",
    .description =
        "Regular expressions (PCRE2) are searched in a function's name, file, module and \"file:line(name)\"; an "
        "option "
        "given several times means any of them. The order is pprof's: focus and ignore, hide and show, show-from, "
        "prune-from. Writes the format it read, so that the next program of a pipe can read it. What was kept and "
        "dropped is accounted for on standard error.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .flags = CLI_HAS_TO,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
