/* profdiff: what changed between two profiles, whether it is real, and whether the build should fail. */
#include <string.h>
#include <unistd.h>

#include "analyze/diff_request.h"
#include "analyze/diff_tree.h"
#include "analyze/diff_words.h"
#include "base/memory.h"

static bool make_request(const struct diff_args *a, struct pp_diff_request *request)
{
    struct pp_error err = {0};
    const char *how = a->normalize ? a->normalize : "none";
    *request = (struct pp_diff_request){
        .match = (enum pp_match_by)a->match_by, .threshold = a->threshold / 100, .alpha = a->alpha};
    request->normalize = strcmp(how, "none") == 0    ? PP_DIFF_AS_IS
                         : strcmp(how, "total") == 0 ? PP_DIFF_BY_TOTAL
                         : strcmp(how, "root") == 0  ? PP_DIFF_BY_ROOT
                                                     : PP_DIFF_BY_FUNCTION;
    if (request->normalize == PP_DIFF_BY_FUNCTION && !(request->function = pp_regex_new(pp_str_of(how), &err))) {
        cli_usage(&a->common, "--normalize: %s", err.message);
        return false;
    }
    return true;
}

static bool matches(struct pp_regex *re, const struct pp_diff *d, const struct pp_diff_row *row)
{
    if (!re) {
        return true;
    }
    struct pp_sink *label = pp_sink_memory();
    diff_write_label(label, d, row, row->in[PP_AFTER] ? PP_AFTER : PP_BEFORE);
    bool found = pp_regex_search(re, pp_sink_contents(label));
    pp_sink_abandon(label);
    return found;
}

/* The rows to show: for people what changed, for programs all. */
static bool choose_rows(struct diff_report *r)
{
    const struct diff_args *a = r->args;
    struct pp_error err = {0};
    struct pp_regex *re = a->match ? pp_regex_new(pp_str_of(a->match), &err) : NULL;
    if (a->match && !re) {
        return cli_usage(&a->common, "--match: %s", err.message) == CLI_OK;
    }
    bool people = a->format == DIFF_TEXT || a->format == DIFF_MARKDOWN;
    bool limited = !a->all && (people || a->has_top);
    r->shown = pp_calloc(r->diff->count, sizeof *r->shown);
    for (size_t i = 0; i < r->diff->count; i++) {
        const struct pp_diff_row *row = r->diff->order[i];
        bool same = row->verdict == PP_DIFF_SAME && (!r->of_total || pp_diff_total(row) == 0);
        if ((people && same) || !matches(re, r->diff, row)) {
            continue;
        }
        if (limited && r->shown_count >= a->top) {
            r->left_out++;
        } else {
            r->shown[r->shown_count++] = row;
        }
    }
    pp_regex_free(re);
    return true;
}

static void write_report(const struct diff_report *r, struct pp_sink *out)
{
    static void (*const writers[])(const struct diff_report *,
                                   struct pp_sink *) = {[DIFF_TEXT] = diff_write_text,
                                                        [DIFF_TSV] = diff_write_data,
                                                        [DIFF_CSV] = diff_write_data,
                                                        [DIFF_JSON] = diff_write_json,
                                                        [DIFF_MARKDOWN] = diff_write_markdown};
    writers[r->args->format](r, out);
}

static int answer(struct diff_report *r)
{
    const struct diff_args *a = r->args;
    struct pp_arena names = {0};
    int status = CLI_TROUBLE;
    diff_choose_unit(r);
    if (choose_rows(r) && diff_gate_find(&r->gate, a, r->diff) && (!a->path || diff_find_paths(r, &names))) {
        struct pp_sink *out = cli_open_output(&a->common, false);
        r->counts = diff_count(r);
        if (out) {
            write_report(r, out);
            /* The verdict stands although the reader of the table may have left. */
            status = cli_close_output(&a->common, out, CLI_OK);
            status = status == CLI_OK && r->gate.failed_count ? CLI_NO : status;
            diff_gate_say(&r->gate, r);
        }
    }
    pp_free(r->gate.failed);
    pp_free(r->paths);
    pp_free(r->shown);
    pp_arena_free(&names);
    return status;
}

static int compare(const struct diff_args *a, const struct diff_inputs *in)
{
    struct pp_error err = {0};
    struct pp_diff_request request;
    struct pp_diff diff;
    if (!make_request(a, &request)) {
        return CLI_TROUBLE;
    }
    bool ok = pp_diff_init(&diff, in->profiles, in->count[0], in->count[1], &request, &err);
    pp_regex_free(request.function);
    if (!ok) {
        return cli_fail(&a->common, NULL, &err);
    }
    /* Only rows that are shown need be in order; what --match leaves out is not known yet. */
    bool people = a->format == DIFF_TEXT || a->format == DIFF_MARKDOWN;
    bool few = !a->all && !a->match && (people || a->has_top) && a->top < SIZE_MAX / 2;
    pp_diff_sort(&diff, (enum pp_diff_key)a->sort, few ? (size_t)a->top + 1 : 0);
    bool to_terminal = a->format == DIFF_TEXT && (!a->common.output || strcmp(a->common.output, "-") == 0);
    struct diff_report r = {.args = a,
                            .inputs = in,
                            .diff = &diff,
                            .of_total = a->sort == 1,
                            .color = to_terminal && cli_use_color(&a->common, STDOUT_FILENO),
                            .width = to_terminal && isatty(STDOUT_FILENO) ? cli_terminal_width(STDOUT_FILENO) : 0};
    int status = answer(&r);
    pp_diff_free(&diff);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    struct diff_args *a = args;
    struct diff_inputs in = {0};
    if (!diff_check(a)) {
        return CLI_TROUBLE;
    }
    bool tree = a->common.to && strcmp(a->common.to, "json") != 0;
    a->format = a->common.to && !tree ? DIFF_JSON : a->format;
    int status = !diff_read(&in, a, argc, argv) ? CLI_TROUBLE : tree ? diff_write_tree(a, &in) : compare(a, &in);
    diff_inputs_free(&in);
    return status;
}

static const struct cli_tool tool = {
    .name = "profdiff",
    .summary = "what changed between two profiles, and whether it is real",
    .synopsis = "[OPTION]... BEFORE AFTER",
    .description =
        "Compares two profiles of any formats function by function: self time (or samples) before and after, "
        "numbers of calls, and whether a change can be chance. Functions stay the same when lines shift or "
        "they are installed elsewhere.",
    .options = diff_options,
    .examples = diff_examples,
    .args_size = sizeof(struct diff_args),
    .flags = CLI_HAS_TO,
    .defaults = diff_defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
