/* The life of a program: options, the answers the frame gives itself, run, exit code. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/cli_parts.h"

static _Noreturn void out_of_memory(size_t wanted)
{
    static const char text[] = "profpipe: out of memory\n";
    (void)wanted;
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(CLI_TROUBLE);
}

static const char *basename_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Answers --help and the like on standard output. */
static int answer(const struct cli_common *c, const struct cli_table *table, enum cli_parsed parsed)
{
    struct pp_sink *out = pp_sink_open(NULL, NULL);
    switch (parsed) {
    case CLI_PARSE_HELP:
        cli_print_help(c->tool, table, out);
        break;
    case CLI_PARSE_OPTIONS:
        cli_print_option_names(table, out);
        break;
    case CLI_PARSE_FORMATS:
        cli_print_formats(out);
        break;
    default:
        pp_sink_printf(out, "%s (profpipe) %s\n", c->tool->name, PP_VERSION);
    }
    return cli_close_output(c, out, CLI_OK);
}

int cli_main(const struct cli_tool *tool, int argc, char **argv)
{
    pp_memory_on_oom(out_of_memory);
    signal(SIGPIPE, SIG_IGN);
    struct cli_table table;
    cli_table_init(&table, tool);
    struct cli_common *c = pp_calloc(1, tool->args_size);
    if (tool->defaults) {
        tool->defaults(c);
    }
    c->tool = tool;
    c->invoked = argc > 0 ? basename_of(argv[0]) : tool->name;
    c->name = tool->flags & CLI_HAS_NAMES ? c->invoked : tool->name;
    int operands = 0;
    enum cli_parsed parsed = cli_parse(&table, c, argc, argv, &operands);
    int status = parsed == CLI_PARSE_BAD ? CLI_TROUBLE
                 : parsed == CLI_PARSED  ? tool->run(c, operands, argv + 1)
                                         : answer(c, &table, parsed);
    cli_free_events(&table, c);
    pp_free(c);
    return status;
}
