/* What pstat-print was asked for, as its main file hands it to the printing parts. */
#ifndef PP_ANALYZE_REQUEST_H
#define PP_ANALYZE_REQUEST_H

#include "analyze/classic.h"
#include "analyze/python_regex.h"
#include "cli/cli.h"

enum print_format { PRINT_TEXT, PRINT_TSV, PRINT_CSV, PRINT_JSON, PRINT_MARKDOWN };
enum print_unit { UNIT_DEFAULT, UNIT_AUTO, UNIT_S, UNIT_MS, UNIT_US, UNIT_NS };

struct request {
    const struct cli_common *common;
    struct stat_table *table;
    const struct sort_keys *keys;
    struct restriction *restrictions;
    size_t restriction_count;
    struct pp_str *files; /* header lines */
    size_t file_count;
    enum print_format format;
    enum print_unit unit;
    const char *columns; /* comma list or NULL */
    bool header, total_row;
    bool counts;            /* values are samples or other counts, not seconds */
    bool stacks;            /* the rows come from stacks: self and total of samples or time */
    const char *count_name; /* "samples", "bytes" */
    double total;           /* what 100 % is */
    bool color;
    unsigned width; /* of the terminal, 0: not one */
};

/* The table in any format with the chosen columns. Returns an exit code (CLI_TROUBLE after a message for bad columns). */
int print_table(const struct request *r, struct pp_sink *out);
/* The JSON document (docs/pstat-print-json.md); times are multiplied by `scale`, which makes them `unit` ("s", "ms", …). */
void print_json(const struct request *r, double scale, const char *unit, struct pp_sink *out);
/* Callers above, callees below, for every function that matches. False when none does. */
bool print_tree(const struct request *r, struct python_regex *function, struct pp_sink *out);
/* Seconds per displayed unit and its name, for the largest value shown. */
double request_unit(const struct request *r, double largest, const char **name);
/* Decimals that people are shown: three of times; of counts none, or with fractions among them what the largest needs to show four digits. */
unsigned request_decimals(const struct request *r, double largest);
/* Whether a value has no fraction. */
bool request_whole(double value);

#endif
