/* What stands above the table of a comparison, and the paths below it. */
#include <math.h>

#include "analyze/diff_cells.h"
#include "analyze/diff_words.h"
#include "analyze/field_text.h"
#include "base/text.h"

enum { TEXT = DIFF_CELL };

void diff_write_files(const struct diff_report *r, struct pp_sink *out, size_t side)
{
    size_t count = r->inputs->count[side], from = side ? r->inputs->count[0] : 0;
    pp_text_show(out, pp_str_of(r->inputs->inputs[from].path));
    if (count > 1) {
        pp_sink_printf(out, " and %zu more runs", count - 1);
    }
}

static void write_total_line(const struct diff_report *r, struct pp_sink *out)
{
    char text[TEXT];
    const struct pp_diff *d = r->diff;
    pp_sink_write(out, text, diff_number(r, d->whole.self[PP_BEFORE], false, text));
    pp_sink_text(out, " -> ");
    pp_sink_write(out, text, diff_number(r, d->whole.self[PP_AFTER], false, text));
    pp_sink_printf(out, " %s: ", r->unit);
    if (pp_diff_self(&d->whole) == 0) {
        pp_sink_text(out, "no change");
        return;
    }
    pp_sink_write(out, text, diff_number(r, pp_diff_self(&d->whole), true, text));
    pp_sink_byte(out, ' ');
    pp_sink_text(out, r->unit);
    pp_sink_text(out, ", ");
    pp_sink_write(out, text, diff_percent(d->whole.self[PP_BEFORE], d->whole.self[PP_AFTER], text));
    pp_sink_text(out, " (");
    diff_write_certainty(out, d, &d->whole);
    pp_sink_byte(out, ')');
}

static void write_calls_line(const struct diff_report *r, struct pp_sink *out)
{
    char text[TEXT];
    const struct pp_diff_row *whole = &r->diff->whole;
    pp_sink_write(out, text, diff_calls_text(whole, text));
    if (pp_diff_calls(whole)) {
        pp_sink_text(out, ": ");
        pp_sink_write(out, text, diff_percent(whole->calls[PP_BEFORE], whole->calls[PP_AFTER], text));
    }
    pp_sink_text(out, whole->exact_calls ? " (exact)" : " (they differ between runs)");
}

static void write_functions_line(const struct diff_report *r, struct pp_sink *out)
{
    struct diff_counts c = r->counts;
    pp_sink_printf(out, "%zu: %zu new, %zu gone, %zu changed, %zu%s, %zu unchanged", c.all, c.new_ones, c.gone,
                   c.changed, c.doubtful, r->diff->noise == PP_NOISE_UNKNOWN ? " changed little" : " within noise",
                   c.same);
}

static void write_shown_line(const struct diff_report *r, struct pp_sink *out)
{
    struct diff_counts c = r->counts;
    pp_sink_printf(out, "%zu functions", r->shown_count);
    if (r->diff->moved) {
        pp_sink_printf(out, ", %.1f %% of all change", 100 * (double)c.shown_moved / (double)r->diff->moved);
    }
    if (r->left_out) {
        pp_sink_printf(out, "; %zu more changed (--all)", r->left_out);
    }
    pp_sink_printf(out, "; ~ %sunder %g %% of the total", r->diff->noise == PP_NOISE_UNKNOWN ? "" : "within noise or ",
                   100 * r->diff->threshold);
}

/* Totals that differ a lot without being the answer are the classic trap of diffs. */
static bool length_matters(const struct diff_report *r)
{
    const int64_t *sums = r->diff->whole.self;
    double ratio = sums[0] > 0 ? (double)sums[1] / (double)sums[0] : 1;
    return r->diff->normalize == PP_DIFF_AS_IS && r->diff->sampled && (ratio > 1.5 || ratio < 1 / 1.5);
}

static void write_scale_line(const struct diff_report *r, struct pp_sink *out)
{
    static const char *const what[] = {"", "their totals", "their outermost functions", "the function's totals"};
    if (r->diff->normalize != PP_DIFF_AS_IS) {
        pp_sink_printf(out, "before is scaled by %.4g: %s are made equal",
                       r->diff->runs[0].scale / r->diff->runs[r->diff->run_count[0]].scale, what[r->diff->normalize]);
    } else if (r->diff->rates_differ) {
        pp_sink_text(out, "the sides were sampled at different rates: samples became times");
    } else {
        pp_sink_text(
            out,
            "the totals differ a lot: if they were recorded for different times, --normalize total compares shares");
    }
}

struct line {
    const char *title;
    void (*write)(const struct diff_report *r, struct pp_sink *out);
    bool wanted;
};

static void write_noise_line(const struct diff_report *r, struct pp_sink *out)
{
    diff_write_noise(out, r);
}

static void write_gate_line(const struct diff_report *r, struct pp_sink *out)
{
    diff_write_gate(out, r);
}

/* Words of a sentence in lines of at most 100 columns, the later ones indented. */
static void write_wrapped(struct pp_sink *out, struct pp_str text)
{
    enum { INDENT = 11, WIDTH = 100 };
    size_t column = INDENT;
    while (text.len) {
        struct pp_cut cut = pp_str_cut(text, ' ');
        size_t width = pp_text_columns(cut.head);
        if (column > INDENT && column + 1 + width > WIDTH) {
            pp_sink_byte(out, '\n');
            pp_sink_repeat(out, ' ', INDENT);
            column = INDENT;
        } else if (column > INDENT) {
            pp_sink_byte(out, ' ');
            column++;
        }
        pp_sink_str(out, cut.head);
        column += width;
        text = cut.tail;
    }
}

void diff_write_summary(const struct diff_report *r, struct pp_sink *out, bool markdown)
{
    const struct line lines[] = {
        {"total", write_total_line, true},
        {"calls", write_calls_line, r->diff->has_calls},
        {"verdict", write_gate_line, r->gate.asked},
        {"noise", write_noise_line, true},
        {"scale", write_scale_line, r->diff->normalize != PP_DIFF_AS_IS || r->diff->rates_differ || length_matters(r)},
        {"functions", write_functions_line, true},
        {"shown", write_shown_line, true},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!lines[i].wanted) {
            continue;
        }
        struct pp_sink *text = pp_sink_memory();
        lines[i].write(r, text);
        if (markdown) {
            pp_sink_printf(out, "* **%s**: ", lines[i].title);
            write_markdown_text(out, pp_sink_contents(text));
        } else {
            pp_sink_printf(out, "%-11s", lines[i].title);
            write_wrapped(out, pp_sink_contents(text));
        }
        pp_sink_byte(out, '\n');
        pp_sink_abandon(text);
    }
}

/* --- paths --- */

static void write_path_names(struct pp_sink *out, const struct pp_diff_path *path)
{
    for (size_t i = 0; i < path->depth; i++) {
        pp_sink_text(out, i ? " > " : "");
        pp_text_show(out, path->names[i]);
    }
    pp_sink_text(out, path->depth ? "" : "(everywhere else)");
    pp_sink_text(out, path->estimated ? "  [estimated]" : "");
}

static void write_paths_title(const struct diff_report *r, struct pp_sink *out)
{
    double carried = 0, left = fabs((double)r->path_sums.left);
    for (size_t i = 0; i < r->path_count; i++) {
        carried += fabs((double)r->paths[i].after - (double)r->paths[i].before);
    }
    double share = carried + left > 0 ? 100 * carried / (carried + left) : 100;
    pp_sink_printf(out, "%zu call path%s carr%s %.1f %% of the change", r->path_count, r->path_count == 1 ? "" : "s",
                   r->path_count == 1 ? "ies" : "y", share);
    pp_sink_text(out, r->path_count > 1 ? ", each without what the others carry" : "");
    if (r->path_sums.estimated) {
        pp_sink_text(out,
                     " (the profiles know calls, not stacks: paths marked [estimated] are shared out by the edges)");
    }
}

/* The numbers of a path as texts, aligned to the widths; widths grow when `out` is NULL. */
static void write_path_numbers(const struct diff_report *r, const struct pp_diff_path *p, size_t widths[3],
                               struct pp_sink *out)
{
    const int64_t values[3] = {p->before, p->after, p->after - p->before};
    char text[TEXT];
    for (size_t k = 0; k < 3; k++) {
        size_t length = diff_number(r, values[k], k == 2, text);
        if (out) {
            pp_sink_repeat(out, ' ', 2 + widths[k] - length);
            pp_sink_write(out, text, length);
        } else if (length > widths[k]) {
            widths[k] = length;
        }
    }
}

void diff_write_paths(const struct diff_report *r, struct pp_sink *out)
{
    size_t widths[3] = {6, 5, 5};
    for (size_t i = 0; i < r->path_count; i++) {
        write_path_numbers(r, &r->paths[i], widths, NULL);
    }
    pp_sink_byte(out, '\n');
    write_paths_title(r, out);
    pp_sink_printf(out, "\n\n  %*s  %*s  %*s  path (%s)\n", (int)widths[0], "before", (int)widths[1], "after",
                   (int)widths[2], "delta", r->unit);
    for (size_t i = 0; i < r->path_count; i++) {
        write_path_numbers(r, &r->paths[i], widths, out);
        pp_sink_text(out, "  ");
        write_path_names(out, &r->paths[i]);
        pp_sink_byte(out, '\n');
    }
}
