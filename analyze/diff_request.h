/* What profdiff was asked for, and the parts of its answer. */
#ifndef PP_ANALYZE_DIFF_REQUEST_H
#define PP_ANALYZE_DIFF_REQUEST_H

#include "cli/cli.h"
#include "model/diff.h"
#include "model/diff_paths.h"

enum diff_format { DIFF_TEXT, DIFF_TSV, DIFF_CSV, DIFF_JSON, DIFF_MARKDOWN };
enum diff_unit { DIFF_UNIT_AUTO, DIFF_UNIT_S, DIFF_UNIT_MS, DIFF_UNIT_US, DIFF_UNIT_NS };

struct diff_args {
    struct cli_common common;
    struct cli_events sides; /* --before, --after */
    uint64_t top;
    bool has_top, all, fold_comprehensions, path, has_fail_above;
    unsigned format, unit, sort, match_by;
    const char *match, *normalize, *on, *allow;
    double threshold, alpha, fail_above; /* threshold and fail_above in percent */
};

extern const struct cli_option diff_options[];
extern const struct cli_example diff_examples[];
/* As cli_tool.defaults. */
void diff_defaults(void *args);
/* False after printing what makes no sense. */
bool diff_check(const struct diff_args *a);

/* The profiles of both sides. */
struct diff_inputs {
    struct cli_input *inputs; /* before's, then after's */
    const struct pp_profile **profiles;
    size_t count[2];
};
/* Reads what operands and --before, --after name, folding comprehensions if asked. False after printing. Free with diff_inputs_free in any case. */
bool diff_read(struct diff_inputs *in, const struct diff_args *a, int argc, char **argv);
void diff_inputs_free(struct diff_inputs *in);

/* The verdict of --fail-above. */
struct diff_gate {
    bool asked;
    enum pp_diff_on on;
    double percent;
    struct pp_regression *failed; /* owned */
    size_t failed_count, allowed_count, looked_at;
};

/* Numbers of functions. */
struct diff_counts {
    size_t all, new_ones, gone, changed, doubtful, same;
    int64_t shown_moved; /* |change of self| of the rows shown */
};

/* Everything that is shown. */
struct diff_report {
    const struct diff_args *args;
    const struct diff_inputs *inputs;
    const struct pp_diff *diff;
    const struct pp_diff_row **shown; /* rows to show, in order */
    size_t shown_count, left_out;     /* changed rows that --top left out */
    struct pp_diff_path *paths;       /* --path */
    size_t path_count;
    struct pp_diff_path_sums path_sums;
    struct diff_gate gate;
    struct diff_counts counts;
    bool of_total; /* the table shows totals, not self values */
    bool color;
    unsigned width;        /* of the terminal, 0: none */
    const char *unit;      /* shown: "s", "ms", "samples" … */
    double unit_value;     /* in the unit of the diff */
    unsigned unit_digits;  /* log10 of unit_value */
    unsigned shown_digits; /* decimals for people */
};

/* Finds the regressions, without those of --allow. False after printing when a file or expression is bad. */
bool diff_gate_find(struct diff_gate *gate, const struct diff_args *a, const struct pp_diff *diff);
/* Names each regression on standard error. */
void diff_gate_say(const struct diff_gate *gate, const struct diff_report *r);

/* The answer in the format asked for. */
void diff_write_text(const struct diff_report *r, struct pp_sink *out);
void diff_write_markdown(const struct diff_report *r, struct pp_sink *out);
void diff_write_data(const struct diff_report *r, struct pp_sink *out); /* TSV, CSV */
void diff_write_json(const struct diff_report *r, struct pp_sink *out);

#endif
