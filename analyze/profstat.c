/* profstat: what is this file. */
#include "analyze/facts.h"
#include "base/memory.h"

struct args {
    struct cli_common common;
    unsigned format;
};

static const char *const format_words[] = {"text", "json", NULL};
enum { FORMAT_TEXT, FORMAT_JSON };

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 'F',
     .name = "format",
     .argument = "FORMAT",
     .help = "text or json",
     .kind = CLI_CHOICE,
     .offset = offsetof(struct args, format),
     .choices = format_words,
     .group = "Options"},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"profstat output.prof", "who wrote it, how much is in it, what is odd about it"},
    {"profstat *.gz", "several files, compressed or not"},
    {"profstat --format json run.raw | jq '.[0].samples'", "one fact for a script"},
    {0},
};

/* What the readers had to skip is part of the answer, so it is not said on standard error as well. */
static bool read_all(struct cli_common *c, char **paths, struct cli_input *inputs, size_t count)
{
    bool quiet = c->quiet, all = true;
    c->quiet = true;
    for (size_t i = 0; i < count; i++) {
        all = cli_read(c, paths ? paths[i] : NULL, &inputs[i]) && all;
    }
    c->quiet = quiet;
    return all;
}

static void print(const struct args *a, struct facts *facts, const struct cli_input *inputs, size_t count,
                  struct pp_sink *out)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (inputs[i].profile) {
            facts_find(&facts[found++], &inputs[i]);
        }
    }
    if (a->format == FORMAT_JSON) {
        facts_print_json(facts, found, out);
    }
    for (size_t i = 0; i < found; i++) {
        if (a->format == FORMAT_TEXT) {
            pp_sink_text(out, i ? "\n" : "");
            facts_print_text(&facts[i], out);
        }
        facts_free(&facts[i]);
    }
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    size_t count = argc ? (size_t)argc : 1;
    struct cli_input *inputs = pp_calloc(count, sizeof *inputs);
    struct facts *facts = pp_calloc(count, sizeof *facts);
    int status = read_all(&a->common, argc ? argv : NULL, inputs, count) ? CLI_OK : CLI_TROUBLE;
    struct pp_sink *out = status == CLI_OK || count > 1 ? cli_open_output(&a->common, false) : NULL;
    if (out) {
        print(a, facts, inputs, count, out);
        status = cli_close_output(&a->common, out, status);
    } else {
        status = CLI_TROUBLE;
    }
    for (size_t i = 0; i < count; i++) {
        cli_input_free(&inputs[i]);
    }
    pp_free(inputs);
    pp_free(facts);
    return status;
}

static const struct cli_tool tool = {
    .name = "profstat",
    .summary = "say what is in a profile",
    .synopsis = "[OPTION]... [FILE]...",
    .description = "Reads each FILE (or standard input), whatever its format, gzip or not, and says what it is: "
                   "format, producer, shape, metrics, "
                   "sizes, duration, threads, and what is odd about it.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
