/* The cells of profdiff's table for people, the same in text and Markdown. */
#ifndef PP_ANALYZE_DIFF_CELLS_H
#define PP_ANALYZE_DIFF_CELLS_H

#include "analyze/diff_request.h"

enum { DIFF_CELL = 420, DIFF_COLUMNS = 8 };

enum diff_column { COLUMN_BEFORE, COLUMN_AFTER, COLUMN_DELTA, COLUMN_RATIO, COLUMN_SHARE, COLUMN_Q, COLUMN_CALLS };

/* The columns of numbers shown, in order, and how wide they are in text. */
struct diff_layout {
    enum diff_column at[DIFF_COLUMNS];
    size_t width[DIFF_COLUMNS];
    size_t count;
};

/* Those that the comparison has something for. Adds to a zero-initialised layout. */
void diff_choose_columns(const struct diff_report *r, struct diff_layout *l);
const char *diff_heading(enum diff_column column);
/* The text of a cell into a buffer of DIFF_CELL bytes; returns its length. */
size_t diff_cell(const struct diff_report *r, enum diff_column column, const struct pp_diff_row *row, char *text);
/* "1,234 -> 567", or one number where they are equal. */
size_t diff_calls_text(const struct pp_diff_row *row, char *text);
/* " " changed, "~" doubtful, "=" the same. */
const char *diff_mark(const struct pp_diff_row *row);

/* The name of a side's file, and how many more runs there are. */
void diff_write_files(const struct diff_report *r, struct pp_sink *out, size_t side);
/* Everything above the table: lines of text, or a Markdown list. */
void diff_write_summary(const struct diff_report *r, struct pp_sink *out, bool markdown);
/* The paths of --path under their title. */
void diff_write_paths(const struct diff_report *r, struct pp_sink *out);

#endif
