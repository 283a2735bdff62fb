/* Hostile command lines: the input's lines are the words. Nothing is opened or run; only the parser and its messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cli_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct args {
    struct cli_common common;
    bool flag;
    const char *word;
    uint64_t number;
    double percent;
    unsigned choice;
    struct cli_events events;
};

static const char *const choices[] = {"time", "calls", "cumulative", NULL};

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 'x', .name = "flag", .help = "", .kind = CLI_FLAG, .offset = offsetof(struct args, flag)},
    {.letter = 'w', .name = "word", .argument = "T", .help = "", .kind = CLI_STRING, .offset = offsetof(struct args, word)},
    {.letter = 'n', .name = "number", .argument = "N", .help = "", .kind = CLI_UINT, .offset = offsetof(struct args, number)},
    {.name = "percent", .argument = "P", .help = "", .kind = CLI_DOUBLE, .offset = offsetof(struct args, percent)},
    {.letter = 's', .name = "sort", .argument = "K", .help = "", .kind = CLI_CHOICE, .offset = offsetof(struct args, choice), .choices = choices},
    {.name = "focus", .argument = "RE", .help = "", .kind = CLI_EVENTS, .offset = offsetof(struct args, events)},
    {.name = "callers", .argument = "RE", .help = "", .kind = CLI_EVENT_OPTIONAL, .offset = offsetof(struct args, events)},
    {0},
};
/* clang-format on */

static const struct cli_tool tool = {
    .name = "fuzzed", .summary = "", .synopsis = "", .options = options, .args_size = sizeof(struct args)};

enum { MOST_WORDS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool silenced;
    if (!silenced && !freopen("/dev/null", "w", stderr)) {
        abort();
    }
    silenced = true;
    char *text = malloc(size + 1);
    char *argv[MOST_WORDS + 2] = {(char[]){"fuzzed"}};
    int argc = 1;
    if (!text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *word = text; word && argc <= MOST_WORDS;) {
        char *end = strchr(word, '\n');
        if (end) {
            *end++ = '\0';
        }
        argv[argc++] = word;
        word = end;
    }
    struct args args = {.common = {.tool = &tool}};
    struct cli_table table;
    int operands = 0;
    cli_table_init(&table, &tool);
    if (cli_parse(&table, &args, argc, argv, &operands) == CLI_PARSED && operands >= argc) {
        abort();
    }
    cli_free_events(&table, &args);
    free(text);
    return 0;
}
