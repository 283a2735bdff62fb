/* The answer as Markdown. */
#include "analyze/diff_cells.h"
#include "analyze/diff_words.h"
#include "analyze/field_text.h"

enum { TEXT = DIFF_CELL };

static void write_cell(struct pp_sink *out, struct pp_sink *text)
{
    pp_sink_text(out, " ");
    write_markdown_text(out, pp_sink_contents(text));
    pp_sink_text(out, " |");
    pp_sink_abandon(text);
}

static void write_markdown_row(const struct diff_report *r, const struct diff_layout *l, const struct pp_diff_row *row,
                               struct pp_sink *out)
{
    char text[TEXT];
    pp_sink_printf(out, "| %s |", row->verdict == PP_DIFF_DOUBTFUL ? "\\~" : diff_mark(row));
    for (size_t c = 0; c < l->count; c++) {
        pp_sink_byte(out, ' ');
        pp_sink_write(out, text, diff_cell(r, l->at[c], row, text));
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
    struct diff_layout l = {0};
    diff_choose_columns(r, &l);
    pp_sink_text(out, "### ");
    struct pp_sink *title = pp_sink_memory();
    diff_write_files(r, title, PP_BEFORE);
    pp_sink_text(title, " -> ");
    diff_write_files(r, title, PP_AFTER);
    write_markdown_text(out, pp_sink_contents(title));
    pp_sink_abandon(title);
    pp_sink_text(out, "\n\n");
    diff_write_summary(r, out, true);
    if (r->shown_count) {
        pp_sink_text(out, "\n| |");
        for (size_t c = 0; c < l.count; c++) {
            pp_sink_printf(out, " %s |", diff_heading(l.at[c]));
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
        diff_write_paths(r, out);
        pp_sink_text(out, "```\n");
    }
}
