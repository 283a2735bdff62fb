/* profconv: any readable format into any writable one. Under a name A2B it is that conversion. */
#include <string.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "formats/raw/raw.h"

struct args {
    struct cli_common common;
    const char *unit, *metric;
    bool follow;
    char from[32], to[32]; /* the halves of the invoked name */
};

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 'u',
     .name = "unit",
     .argument = "UNIT",
     .help = "s, ms, us or ns: of the integers written, or what one count stands for when counts become times",
     .kind = CLI_STRING,
     .offset = offsetof(struct args, unit),
     .group = "Options"},
    {.letter = 'm',
     .name = "metric",
     .argument = "NAME",
     .help = "the metric to write where the format holds one",
     .kind = CLI_STRING,
     .offset = offsetof(struct args, metric)},
    {.name = "follow",
     .help = "raw to text: show samples as they arrive, while the recording goes on",
     .kind = CLI_FLAG,
     .offset = offsetof(struct args, follow)},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"profconv --to folded output.prof -o stacks.folded", "a cProfile file as (estimated) stacks, in microseconds"},
    {"pstat2folded output.prof | folded2svg -o out.svg", "the same under its own name, into a flame graph"},
    {"profconv --to pstat stacks.folded -o stacks.prof", "stacks as a file that Python's pstats loads"},
    {"raw2text run.raw | less", "a recording, one sample a line"},
    {"profrec --pid 1234 | raw2text --follow | grep json", "the same while it goes on"},
    {0},
};

/* "pstat2folded" gives --from pstat and --to folded, where the options do not say otherwise; false if a half is no format. */
static bool names_from_link(struct args *a)
{
    const char *two = strchr(a->common.invoked, '2');
    if (strcmp(a->common.invoked, a->common.tool->name) == 0 || !two) {
        return true;
    }
    size_t len = (size_t)(two - a->common.invoked);
    if (len >= sizeof a->from || strlen(two + 1) >= sizeof a->to) {
        return false;
    }
    memcpy(a->from, a->common.invoked, len);
    memcpy(a->to, two + 1, strlen(two));
    bool known = pp_format_named(pp_str_of(a->from)) && pp_format_named(pp_str_of(a->to));
    if (known) {
        a->common.from = a->common.from ? a->common.from : a->from;
        a->common.to = a->common.to ? a->common.to : a->to;
    }
    return known;
}

/* --unit and --metric are options of formats under shorter names. */
static void add_format_option(struct args *a, const char *key, const char *value, char *buffer, size_t size)
{
    if (value && strlen(key) + strlen(value) + 2 <= size) {
        size_t len = strlen(key);
        memcpy(buffer, key, len);
        buffer[len] = '=';
        memcpy(buffer + len + 1, value, strlen(value) + 1);
        struct cli_events *events = &a->common.option;
        events->at = pp_grow(events->at, events->count + 1, &events->capacity, sizeof *events->at);
        events->at[events->count++] = (struct cli_event){NULL, buffer, 0};
    }
}

/* The writers check theirs; where counts become times nobody would. */
static bool check_unit(const struct args *a)
{
    static const char *const units[] = {"s", "ms", "us", "ns"};
    size_t i = 0;
    while (a->unit && i < 4 && strcmp(a->unit, units[i]) != 0) {
        i++;
    }
    if (i == 4) {
        cli_usage(&a->common, "--unit: expected s, ms, us or ns, found \"%s\"", a->unit);
    }
    return i < 4;
}

/* A recording as text while it goes on: nothing waits for its end. */
static int follow(const struct args *a, const char *path)
{
    const struct cli_common *c = &a->common;
    struct pp_error err = {0};
    struct pp_report report = {0};
    struct pp_source *source = pp_source_open(path ? path : "-", c->max_input, &err);
    if (!source) {
        return cli_fail(c, path, &err);
    }
    struct pp_sink *out = cli_open_output(c, false);
    int status = CLI_TROUBLE;
    if (out && pp_raw_follow(source, out, &(struct pp_options){.strict = c->strict}, &report, &err)) {
        cli_show_report(c, path, &report);
        status = cli_close_output(c, out, CLI_OK);
    } else if (out) {
        cli_fail(c, path ? path : "-", &err);
        pp_sink_abandon(out);
    }
    pp_source_close(source);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    char unit[64], metric[256];
    if (argc > 1) {
        return cli_usage(&a->common, "one file at a time; profmerge adds several");
    }
    if (!names_from_link(a)) {
        return cli_usage(&a->common, "\"%s\" names no conversion between known formats", a->common.invoked);
    }
    if (!a->common.to) {
        return cli_usage(&a->common, "say what to write with --to FORMAT (see --list-formats)");
    }
    if (!check_unit(a)) {
        return CLI_TROUBLE;
    }
    if (a->follow) {
        bool fits = strcmp(a->common.to, "text") == 0 && (!a->common.from || strcmp(a->common.from, "raw") == 0);
        return fits ? follow(a, argc ? argv[0] : NULL) : cli_usage(&a->common, "--follow is for raw to text only");
    }
    add_format_option(a, "unit", a->unit, unit, sizeof unit);
    add_format_option(a, "metric", a->metric, metric, sizeof metric);
    struct cli_input input;
    if (!cli_read(&a->common, argc ? argv[0] : NULL, &input)) {
        return CLI_TROUBLE;
    }
    int status = cli_write_profile(&a->common, input.profile, NULL);
    cli_input_free(&input);
    return status;
}

static const struct cli_tool tool = {
    .name = "profconv",
    .summary = "convert a profile from any format to any other",
    .synopsis = "[OPTION]... --to FORMAT [FILE]",
    .description = "Reads FILE (or standard input), whatever its format, gzip or not, and writes it as FORMAT. Under a "
                   "name such as "
                   "pstat2folded, --from and --to are taken from the name.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .flags = CLI_HAS_TO | CLI_HAS_NAMES,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
