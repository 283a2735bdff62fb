/* The profiles that profdiff compares. */
#include <string.h>

#include "analyze/diff_request.h"
#include "base/memory.h"
#include "model/filter.h"

/* The paths of each side, in order. */
struct paths {
    const char **at;
    size_t count[2];
};

/* Says which side the operand `number` is of: by the last --before or --after in front of it, or first and second. */
static int side_of(const struct diff_args *a, size_t number)
{
    int side = -1;
    for (size_t i = 0; i < a->sides.count; i++) {
        if (a->sides.at[i].operands <= number) {
            side = strcmp(a->sides.at[i].option->name, "after") == 0;
        }
    }
    return side;
}

/* In the order of the command line: the argument of an option stands before the operands after it. */
static void add_side(struct paths *paths, const struct diff_args *a, int argc, char **argv, int side)
{
    size_t at = side ? paths->count[0] : 0;
    for (size_t n = 0; n <= (size_t)argc; n++) {
        for (size_t i = 0; i < a->sides.count; i++) {
            bool after = strcmp(a->sides.at[i].option->name, "after") == 0;
            if (a->sides.at[i].operands == n && after == (side == 1)) {
                paths->at[at++] = a->sides.at[i].argument;
            }
        }
        if (n < (size_t)argc && side_of(a, n) == side) {
            paths->at[at++] = argv[n];
        }
    }
    paths->count[side] = side ? at - paths->count[0] : at;
}

static bool find_paths(struct paths *paths, const struct diff_args *a, int argc, char **argv)
{
    paths->at = pp_calloc((size_t)argc + a->sides.count, sizeof *paths->at);
    if (a->sides.count == 0) {
        if (argc != 2) {
            cli_usage(&a->common, "expected two files, BEFORE and AFTER");
            return false;
        }
        paths->at[0] = argv[0];
        paths->at[1] = argv[1];
        paths->count[0] = paths->count[1] = 1;
    } else {
        if (argc && side_of(a, 0) < 0) {
            cli_usage(&a->common, "%s stands before --before and --after: of which side is it?", argv[0]);
            return false;
        }
        add_side(paths, a, argc, argv, 0);
        add_side(paths, a, argc, argv, 1);
    }
    size_t streams = 0;
    for (size_t i = 0; i < paths->count[0] + paths->count[1]; i++) {
        streams += strcmp(paths->at[i], "-") == 0;
    }
    if (paths->count[0] == 0 || paths->count[1] == 0) {
        cli_usage(&a->common, "--before and --after: each needs a file");
        return false;
    }
    if (streams > 1) {
        cli_usage(&a->common, "only one of the files can be standard input");
        return false;
    }
    return true;
}

/* Comprehensions count for their callers: for stacks exactly, for calls as exactly as the edges' own times are. Asked as cli_then. */
static bool fold(const void *context, struct cli_input *input, struct pp_report *report, struct pp_error *err)
{
    (void)context;
    struct pp_regex *names = pp_regex_new(PP_STR("^(\\S*\\.)?<(list|dict|set)comp>$"), err);
    struct pp_filter filter = {.hide = names};
    struct pp_profile *folded = pp_filter_apply(input->profile, &filter, NULL, report, err);
    pp_regex_free(names);
    if (folded) {
        pp_profile_free(input->profile);
        input->profile = folded;
    }
    return folded != NULL;
}

/* Whether it matters who called whom, or only what each function took. */
static bool needs_callers(const struct diff_args *a)
{
    return a->path || a->fold_comprehensions || a->match_by == PP_MATCH_FUZZY ||
           (a->common.to && strcmp(a->common.to, "json") != 0);
}

bool diff_read(struct diff_inputs *in, const struct diff_args *a, int argc, char **argv)
{
    struct paths paths = {0};
    struct cli_common reading = a->common;
    *in = (struct diff_inputs){0};
    bool ok = find_paths(&paths, a, argc, argv);
    size_t count = ok ? paths.count[0] + paths.count[1] : 0;
    in->inputs = pp_calloc(count, sizeof *in->inputs);
    in->profiles = pp_calloc(count, sizeof *in->profiles);
    if (!needs_callers(a)) {
        reading.reading = (struct pp_option){PP_STR("callers"), PP_STR("none")};
    }
    ok = ok && cli_read_all(&reading, paths.at, count, in->inputs, a->fold_comprehensions ? fold : NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        in->profiles[i] = in->inputs[i].profile;
    }
    in->count[0] = ok ? paths.count[0] : count;
    in->count[1] = ok ? paths.count[1] : 0;
    pp_free(paths.at);
    return ok;
}

void diff_inputs_free(struct diff_inputs *in)
{
    for (size_t i = 0; i < in->count[0] + in->count[1]; i++) {
        cli_input_free(&in->inputs[i]);
    }
    pp_free(in->inputs);
    pp_free(in->profiles);
    *in = (struct diff_inputs){0};
}
