/* The answer as text. */
#include <string.h>

#include "analyze/diff_cells.h"
#include "analyze/diff_words.h"
#include "analyze/terminal_cells.h"
#include "base/text.h"

enum { TEXT = DIFF_CELL, LEAST_NAME = 24 /* columns, however narrow the terminal */ };

static void measure(const struct diff_report *r, struct diff_layout *l)
{
    char text[TEXT];
    for (size_t c = 0; c < l->count; c++) {
        l->width[c] = strlen(diff_heading(l->at[c]));
        for (size_t i = 0; i < r->shown_count; i++) {
            size_t width = diff_cell(r, l->at[c], r->shown[i], text);
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
    size_t room = r->width > used + tail + LEAST_NAME ? r->width - used - tail : r->width ? LEAST_NAME : 0;
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

static void write_row(const struct diff_report *r, const struct diff_layout *l, const struct pp_diff_row *row,
                      struct pp_sink *out)
{
    char text[TEXT];
    size_t used = 1;
    const char *color = color_of(r, row);
    pp_sink_text(out, color);
    pp_sink_text(out, diff_mark(row));
    for (size_t c = 0; c < l->count; c++) {
        size_t len = diff_cell(r, l->at[c], row, text);
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
    struct diff_layout l = {0};
    diff_choose_columns(r, &l);
    measure(r, &l);
    pp_sink_byte(out, ' ');
    for (size_t c = 0; c < l.count; c++) {
        const char *word = diff_heading(l.at[c]);
        pp_sink_repeat(out, ' ', (c ? 2u : 1u) + l.width[c] - strlen(word));
        pp_sink_text(out, word);
    }
    pp_sink_printf(out, "  function (%s, %s)\n", r->of_total ? "total" : "self", r->unit);
    for (size_t i = 0; i < r->shown_count; i++) {
        write_row(r, &l, r->shown[i], out);
    }
}

void diff_write_text(const struct diff_report *r, struct pp_sink *out)
{
    diff_write_files(r, out, PP_BEFORE);
    pp_sink_text(out, " -> ");
    diff_write_files(r, out, PP_AFTER);
    pp_sink_text(out, "\n\n");
    diff_write_summary(r, out, false);
    pp_sink_byte(out, '\n');
    if (r->shown_count) {
        write_table(r, out);
    } else {
        pp_sink_text(out, r->diff->count ? "nothing changed\n" : "no functions\n");
    }
    if (r->args->path) {
        diff_write_paths(r, out);
    }
}
