/* What a row, a comparison and a verdict are in words: one place for all formats. */
#ifndef PP_ANALYZE_DIFF_WORDS_H
#define PP_ANALYZE_DIFF_WORDS_H

#include "analyze/diff_request.h"

/* Chooses the unit of numbers by the largest one shown, or as asked. */
void diff_choose_unit(struct diff_report *r);
/* A value in that unit, with a sign if asked; buffer of 420 bytes; returns the length. */
size_t diff_number(const struct diff_report *r, int64_t value, bool sign, char *text);
/* The same with all its digits: deltas add up to the delta of the totals to the last one. */
size_t diff_exact(const struct diff_report *r, int64_t value, char *text);
/* Time per call in that unit, self by calls or total by primitive calls; NAN without calls. */
double diff_per_call(const struct diff_report *r, const struct pp_diff_row *row, size_t side, bool total);
/* A function's part of the sum of all |changes of self|, with the sign of its own. */
double diff_share(const struct diff_report *r, const struct pp_diff_row *row);
/* "+12.3 %", "new", "gone" or "". */
size_t diff_percent(int64_t before, int64_t after, char *text);
/* "1.31x", "new", "gone" or "". */
size_t diff_ratio(double ratio, char *text);
/* "0.012", "<0.001", or "" for NAN. */
size_t diff_p_text(double p, char *text);
/* "name (file:line)" of one side. */
void diff_write_label(struct pp_sink *out, const struct pp_diff *d, const struct pp_diff_row *row, size_t side);
/* How a function changed: "called 3x as often, each 1.2x slower", "new", "was parse (old.py:3)". Empty when there is nothing to say. */
void diff_write_change(struct pp_sink *out, const struct diff_report *r, const struct pp_diff_row *row);
/* One sentence: by what noise was judged, or why not. */
void diff_write_noise(struct pp_sink *out, const struct diff_report *r);
/* "significant, p 0.003", "within noise, p 0.4", "noise unknown". */
void diff_write_certainty(struct pp_sink *out, const struct pp_diff *d, const struct pp_diff_row *row);
/* "total: +17.5 % is over the limit of 5 %: FAIL" */
void diff_write_gate(struct pp_sink *out, const struct diff_report *r);
/* "exactly", "line", "folder", "path", "no-file", "moved", "renamed". */
const char *diff_how(enum pp_matched how);
/* "changed", "doubtful", "same". */
const char *diff_verdict(enum pp_diff_verdict verdict);
/* Numbers of functions for the summary. */
struct diff_counts diff_count(const struct diff_report *r);

#endif
