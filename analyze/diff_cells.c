#include "analyze/diff_cells.h"

#include <math.h>
#include <string.h>

#include "analyze/diff_words.h"
#include "base/number.h"

void diff_choose_columns(const struct diff_report *r, struct diff_layout *l)
{
    static const enum diff_column always[] = {COLUMN_BEFORE, COLUMN_AFTER, COLUMN_DELTA, COLUMN_RATIO, COLUMN_SHARE};
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

const char *diff_heading(enum diff_column column)
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

size_t diff_calls_text(const struct pp_diff_row *row, char *text)
{
    size_t len = pp_format_thousands(text, row->calls[PP_BEFORE]);
    if (row->calls[PP_BEFORE] != row->calls[PP_AFTER]) {
        memcpy(text + len, " -> ", 4);
        len += 4;
        len += pp_format_thousands(text + len, row->calls[PP_AFTER]);
    }
    return len;
}

size_t diff_cell(const struct diff_report *r, enum diff_column column, const struct pp_diff_row *row, char *text)
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
    return diff_calls_text(row, text);
}

const char *diff_mark(const struct pp_diff_row *row)
{
    return row->verdict == PP_DIFF_CHANGED ? " " : row->verdict == PP_DIFF_DOUBTFUL ? "~" : "=";
}
