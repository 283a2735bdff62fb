/* The answer as TSV and CSV, every number as exact as it is. */
#include <math.h>
#include <string.h>

#include "analyze/diff_words.h"
#include "analyze/field_text.h"
#include "base/number.h"
#include "base/text.h"

enum { TEXT = 420 };

struct fields {
    const struct diff_report *r;
    struct pp_sink *out;
    bool csv, more;
};

static void put(struct fields *f, struct pp_str s)
{
    if (f->more) {
        pp_sink_byte(f->out, f->csv ? ',' : '\t');
    }
    f->more = true;
    if (f->csv) {
        write_csv_text(f->out, s);
    } else {
        pp_text_show(f->out, s);
    }
}

static void put_value(struct fields *f, int64_t value)
{
    char text[TEXT];
    put(f, (struct pp_str){text, diff_exact(f->r, value, text)});
}

static void put_integer(struct fields *f, bool known, int64_t value)
{
    char text[TEXT];
    put(f, (struct pp_str){text, known ? pp_format_decimal(text, value, 0) : 0});
}

static void put_double(struct fields *f, bool known, double value)
{
    char text[TEXT];
    put(f, (struct pp_str){text, known && !isnan(value) ? pp_format_double_repr(text, value) : 0});
}

static const char *const columns[] = {"verdict",
                                      "self_before",
                                      "self_after",
                                      "self_delta",
                                      "total_before",
                                      "total_after",
                                      "total_delta",
                                      "ratio",
                                      "ratio_low",
                                      "ratio_high",
                                      "share",
                                      "p",
                                      "q",
                                      "calls_before",
                                      "calls_after",
                                      "calls_delta",
                                      "primitive_calls_before",
                                      "primitive_calls_after",
                                      "self_per_call_before",
                                      "self_per_call_after",
                                      "total_per_call_before",
                                      "total_per_call_after",
                                      "name",
                                      "file",
                                      "line_before",
                                      "line_after",
                                      "name_before",
                                      "file_before",
                                      "matched",
                                      "change"};

static void put_row(struct fields *f, const struct pp_diff_row *row)
{
    const struct diff_report *r = f->r;
    const struct pp_match_row *match = pp_diff_match(r->diff, row);
    struct pp_ratio ratio = pp_diff_ratio(r->diff, row);
    bool calls = r->diff->has_calls, level = ratio.level > 0;
    f->more = false;
    put(f, pp_str_of(diff_verdict(row->verdict)));
    put_value(f, row->self[PP_BEFORE]);
    put_value(f, row->self[PP_AFTER]);
    put_value(f, pp_diff_self(row));
    put_value(f, row->total[PP_BEFORE]);
    put_value(f, row->total[PP_AFTER]);
    put_value(f, pp_diff_total(row));
    put_double(f, true, ratio.median);
    put_double(f, level, ratio.low);
    put_double(f, level, ratio.high);
    put_double(f, true, diff_share(r, row));
    put_double(f, true, row->p);
    put_double(f, true, row->q);
    put_integer(f, calls, row->calls[PP_BEFORE]);
    put_integer(f, calls, row->calls[PP_AFTER]);
    put_integer(f, calls, pp_diff_calls(row));
    put_integer(f, calls, row->primitive_calls[PP_BEFORE]);
    put_integer(f, calls, row->primitive_calls[PP_AFTER]);
    for (size_t total = 0; total < 2; total++) {
        put_double(f, true, diff_per_call(r, row, PP_BEFORE, total));
        put_double(f, true, diff_per_call(r, row, PP_AFTER, total));
    }
    put(f, pp_diff_name(r->diff, row, PP_AFTER));
    put(f, pp_diff_file(r->diff, row, PP_AFTER));
    put_integer(f, row->in[PP_BEFORE], match->line[PP_BEFORE]);
    put_integer(f, row->in[PP_AFTER], match->line[PP_AFTER]);
    put(f, row->in[PP_BEFORE] ? pp_diff_name(r->diff, row, PP_BEFORE) : (struct pp_str){0});
    put(f, row->in[PP_BEFORE] ? pp_diff_file(r->diff, row, PP_BEFORE) : (struct pp_str){0});
    put(f, pp_str_of(row->in[PP_BEFORE] && row->in[PP_AFTER] ? diff_how(match->how) : ""));
    struct pp_sink *change = pp_sink_memory();
    diff_write_change(change, r, row);
    put(f, pp_sink_contents(change));
    pp_sink_abandon(change);
    pp_sink_byte(f->out, '\n');
}

void diff_write_data(const struct diff_report *r, struct pp_sink *out)
{
    struct fields f = {.r = r, .out = out, .csv = r->args->format == DIFF_CSV};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        put(&f, pp_str_of(columns[i]));
    }
    pp_sink_byte(out, '\n');
    for (size_t i = 0; i < r->shown_count; i++) {
        put_row(&f, r->shown[i]);
    }
}
