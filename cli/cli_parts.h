/* The frame's inside, shared by the files of cli/ only. */
#ifndef PP_CLI_PARTS_H
#define PP_CLI_PARTS_H

#include "cli/cli.h"

/* The options of a tool and the common ones as one list. */
struct cli_table {
    const struct cli_option *at[256];
    size_t count;
};

enum cli_parsed { CLI_PARSED, CLI_PARSE_HELP, CLI_PARSE_OPTIONS, CLI_PARSE_VERSION, CLI_PARSE_FORMATS, CLI_PARSE_BAD };

/* The common options' fields, by name. */
extern const struct cli_option cli_common_options[];

void cli_table_init(struct cli_table *table, const struct cli_tool *tool);
/* Parses argv into args; operands are moved to the front of argv + 1, end with a NULL and are counted. Errors are printed. */
enum cli_parsed cli_parse(const struct cli_table *table, void *args, int argc, char **argv, int *operands);
void cli_free_events(const struct cli_table *table, void *args);
void cli_print_help(const struct cli_tool *tool, const struct cli_table *table, struct pp_sink *out);
void cli_print_option_names(const struct cli_table *table, struct pp_sink *out);
/* Has `path` (copied) removed if SIGINT, SIGTERM or SIGHUP ends the program; NULL: nothing any more. */
void cli_remove_on_signal(const char *path);
/* The format of that name; NULL after saying that --OPTION named none. */
const struct pp_format *cli_named_format(const struct cli_common *c, const char *option, const char *name);
void cli_print_formats(struct pp_sink *out);

#endif
