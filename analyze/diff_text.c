/* The answer for people: a summary, the table, the paths; as text and as Markdown. */
#include <math.h>
#include <string.h>

#include "analyze/diff_words.h"
#include "analyze/field_text.h"
#include "analyze/terminal_cells.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

enum { TEXT = 420, MOST_COLUMNS = 8 };

enum column { COLUMN_BEFORE, COLUMN_AFTER, COLUMN_DELTA, COLUMN_RATIO, COLUMN_SHARE, COLUMN_Q, COLUMN_CALLS };

/* The columns of numbers shown, in order. */
struct layout {
    enum column at[MOST_COLUMNS];
    size_t width[MOST_COLUMNS];
    size_t count;
};

static void choose_columns(const struct diff_report *r, struct layout *l)
{
    static const enum column always[] = {COLUMN_BEFORE, COLUMN_AFTER, COLUMN_DELTA, COLUMN_RATIO, COLUMN_SHARE};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        l->at[l->count++] = always[i];
    }
    if (r->diff->noise != PP_NOISE_UNKNOWN) {
        l->at[l->count++] = COLUMN_Q;
    }
    if (r->diff->has_calls) {
        l->at[l->count++] = COLUMN_CALLS;
    }
}

static const char *heading(enum column column)
{
    static const char *const words[] = {
        [COLUMN_BEFORE] = "before", [COLUMN_AFTER] = "after", [COLUMN_DELTA] = "delta", [COLUMN_RATIO] = "ratio",
        [COLUMN_SHARE] = "share",   [COLUMN_Q] = "q",         [COLUMN_CALLS] = "calls"};
    return words[column];
}

/* "1.31x [1.25, 1.38]": the interval stands where there are several runs a side. */
static size_t ratio_text(const struct diff_report *r, const struct pp_diff_row *row, char *text)
{
    if (r->of_total) {
        double before = (double)row->total[PP_BEFORE], after = (double)row->total[PP_AFTER];
        return diff_ratio(before > 0 ? after / before : after > 0 ? INFINITY : NAN, text);
    }
    struct pp_ratio ratio = pp_diff_ratio(r->diff, row);
    bool both = row->in[PP_BEFORE] && row->in[PP_AFTER];
    size_t len = diff_ratio(ratio.median, text);
    if (both && isinf(ratio.median)) {
        memcpy(text, "inf", 3);
        return 3;
    }
    if (both && ratio.median == 0) {
        memcpy(text, "0.00x", 5);
        return 5;
    }
    if (ratio.level > 0 && isfinite(ratio.high) && ratio.median > 0 && isfinite(ratio.median)) {
        memcpy(text + len, " [", 2);
        len += 2;
        len += pp_format_double_fixed(text + len, ratio.low, 2);
        memcpy(text + len, ", ", 2);
        len += 2;
        len += pp_format_double_fixed(text + len, ratio.high, 2);
        text[len++] = ']';
    }
    return len;
}

static size_t share_text(const struct diff_report *r, const struct pp_diff_row *row, char *text)
{
    if (r->of_total || r->diff->moved == 0) {
        return 0;
    }
    double share = 100 * diff_share(r, row);
    share = fabs(share) < 0.05 ? 0 : share;
    size_t at = share > 0;
    text[0] = '+';
    at += pp_format_double_fixed(text + at, share, 1);
    memcpy(text + at, " %", 2);
    return at + 2;
}

static size_t calls_text(const struct pp_diff_row *row, char *text)
{
    size_t len = pp_format_thousands(text, row->calls[PP_BEFORE]);
    if (row->calls[PP_BEFORE] != row->calls[PP_AFTER]) {
        memcpy(text + len, " -> ", 4);
        len += 4;
        len += pp_format_thousands(text + len, row->calls[PP_AFTER]);
    }
    return len;
}

static size_t cell(const struct diff_report *r, enum column column, const struct pp_diff_row *row, char *text)
{
    const int64_t *values = r->of_total ? row->total : row->self;
    switch (column) {
    case COLUMN_BEFORE:
        return diff_number(r, values[PP_BEFORE], false, text);
    case COLUMN_AFTER:
        return diff_number(r, values[PP_AFTER], false, text);
    case COLUMN_DELTA:
        return diff_number(r, values[PP_AFTER] - values[PP_BEFORE], true, text);
    case COLUMN_RATIO:
        return ratio_text(r, row, text);
    case COLUMN_SHARE:
        return share_text(r, row, text);
    case COLUMN_Q:
        return diff_p_text(row->q, text);
    case COLUMN_CALLS:
        break;
    }
    return calls_text(row, text);
}

static const char *mark(const struct pp_diff_row *row)
{
    return row->verdict == PP_DIFF_CHANGED ? " " : row->verdict == PP_DIFF_DOUBTFUL ? "~" : "=";
}

/* --- the summary --- */

static void write_files(const struct diff_report *r, struct pp_sink *out, size_t side)
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
    pp_sink_write(out, text, calls_text(whole, text));
    if (pp_diff_calls(whole)) {
        pp_sink_text(out, ": ");
        pp_sink_write(out, text, diff_percent(whole->calls[PP_BEFORE], whole->calls[PP_AFTER], text));
    }
    pp_sink_text(out, whole->exact_calls ? " (exact)" : " (they differ between runs)");
}

static void write_functions_line(const struct diff_report *r, struct pp_sink *out)
{
    struct diff_counts c = diff_count(r);
    pp_sink_printf(out, "%zu: %zu new, %zu gone, %zu changed, %zu%s, %zu unchanged", c.all, c.new_ones, c.gone,
                   c.changed, c.doubtful, r->diff->noise == PP_NOISE_UNKNOWN ? " changed little" : " within noise",
                   c.same);
}

static void write_shown_line(const struct diff_report *r, struct pp_sink *out)
{
    struct diff_counts c = diff_count(r);
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

static void write_summary(const struct diff_report *r, struct pp_sink *out, bool markdown)
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

/* --- the table as text --- */

static void measure(const struct diff_report *r, struct layout *l)
{
    char text[TEXT];
    for (size_t c = 0; c < l->count; c++) {
        l->width[c] = strlen(heading(l->at[c]));
        for (size_t i = 0; i < r->shown_count; i++) {
            size_t width = cell(r, l->at[c], r->shown[i], text);
            l->width[c] = width > l->width[c] ? width : l->width[c];
        }
    }
}

static void write_function(const struct diff_report *r, const struct pp_diff_row *row, size_t used, struct pp_sink *out)
{
    struct pp_sink *label = pp_sink_memory(), *change = pp_sink_memory();
    diff_write_label(label, r->diff, row, row->in[PP_AFTER] ? PP_AFTER : PP_BEFORE);
    diff_write_change(change, r, row);
    struct pp_str words = pp_sink_contents(change);
    size_t tail = words.len ? words.len + 4 : 0;
    size_t room = r->width > used + tail + 8 ? r->width - used - tail : r->width ? 8 : 0;
    write_shortened(out, pp_sink_contents(label), room);
    if (words.len) {
        pp_sink_text(out, "  [");
        pp_sink_str(out, words);
        pp_sink_byte(out, ']');
    }
    pp_sink_abandon(label);
    pp_sink_abandon(change);
}

static const char *color_of(const struct diff_report *r, const struct pp_diff_row *row)
{
    int64_t delta = r->of_total ? pp_diff_total(row) : pp_diff_self(row);
    return !r->color                         ? ""
           : row->verdict != PP_DIFF_CHANGED ? "\033[2m"
           : delta > 0                       ? "\033[31m"
           : delta < 0                       ? "\033[32m"
                                             : "";
}

static void write_row(const struct diff_report *r, const struct layout *l, const struct pp_diff_row *row,
                      struct pp_sink *out)
{
    char text[TEXT];
    size_t used = 1;
    const char *color = color_of(r, row);
    pp_sink_text(out, color);
    pp_sink_text(out, mark(row));
    for (size_t c = 0; c < l->count; c++) {
        size_t len = cell(r, l->at[c], row, text);
        pp_sink_repeat(out, ' ', (c ? 2u : 1u) + l->width[c] - len);
        pp_sink_write(out, text, len);
        used += (c ? 2u : 1u) + l->width[c];
    }
    pp_sink_text(out, "  ");
    write_function(r, row, used + 2, out);
    pp_sink_text(out, color[0] ? "\033[0m\n" : "\n");
}

static void write_table(const struct diff_report *r, struct pp_sink *out)
{
    struct layout l = {0};
    choose_columns(r, &l);
    measure(r, &l);
    pp_sink_byte(out, ' ');
    for (size_t c = 0; c < l.count; c++) {
        const char *word = heading(l.at[c]);
        pp_sink_repeat(out, ' ', (c ? 2u : 1u) + l.width[c] - strlen(word));
        pp_sink_text(out, word);
    }
    pp_sink_printf(out, "  function (%s, %s)\n", r->of_total ? "total" : "self", r->unit);
    for (size_t i = 0; i < r->shown_count; i++) {
        write_row(r, &l, r->shown[i], out);
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

static void write_paths(const struct diff_report *r, struct pp_sink *out)
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

void diff_write_text(const struct diff_report *r, struct pp_sink *out)
{
    write_files(r, out, PP_BEFORE);
    pp_sink_text(out, " -> ");
    write_files(r, out, PP_AFTER);
    pp_sink_text(out, "\n\n");
    write_summary(r, out, false);
    pp_sink_byte(out, '\n');
    if (r->shown_count) {
        write_table(r, out);
    } else {
        pp_sink_text(out, r->diff->count ? "nothing changed\n" : "no functions\n");
    }
    if (r->args->path) {
        write_paths(r, out);
    }
}

/* --- Markdown --- */

static void write_cell(struct pp_sink *out, struct pp_sink *text)
{
    pp_sink_text(out, " ");
    write_markdown_text(out, pp_sink_contents(text));
    pp_sink_text(out, " |");
    pp_sink_abandon(text);
}

static void write_markdown_row(const struct diff_report *r, const struct layout *l, const struct pp_diff_row *row,
                               struct pp_sink *out)
{
    char text[TEXT];
    pp_sink_printf(out, "| %s |", row->verdict == PP_DIFF_DOUBTFUL ? "\\~" : mark(row));
    for (size_t c = 0; c < l->count; c++) {
        pp_sink_byte(out, ' ');
        pp_sink_write(out, text, cell(r, l->at[c], row, text));
        pp_sink_text(out, " |");
    }
    struct pp_sink *label = pp_sink_memory(), *change = pp_sink_memory();
    diff_write_label(label, r->diff, row, row->in[PP_AFTER] ? PP_AFTER : PP_BEFORE);
    diff_write_change(change, r, row);
    write_cell(out, label);
    write_cell(out, change);
    pp_sink_byte(out, '\n');
}

void diff_write_markdown(const struct diff_report *r, struct pp_sink *out)
{
    struct layout l = {0};
    choose_columns(r, &l);
    pp_sink_text(out, "### ");
    struct pp_sink *title = pp_sink_memory();
    write_files(r, title, PP_BEFORE);
    pp_sink_text(title, " -> ");
    write_files(r, title, PP_AFTER);
    write_markdown_text(out, pp_sink_contents(title));
    pp_sink_abandon(title);
    pp_sink_text(out, "\n\n");
    write_summary(r, out, true);
    if (r->shown_count) {
        pp_sink_text(out, "\n| |");
        for (size_t c = 0; c < l.count; c++) {
            pp_sink_printf(out, " %s |", heading(l.at[c]));
        }
        pp_sink_printf(out, " function (%s, %s) | change |\n|---|", r->of_total ? "total" : "self", r->unit);
        for (size_t c = 0; c < l.count; c++) {
            pp_sink_text(out, "---:|");
        }
        pp_sink_text(out, "---|---|\n");
        for (size_t i = 0; i < r->shown_count; i++) {
            write_markdown_row(r, &l, r->shown[i], out);
        }
    }
    if (r->args->path) {
        pp_sink_text(out, "\n```\n");
        write_paths(r, out);
        pp_sink_text(out, "```\n");
    }
}
