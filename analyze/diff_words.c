#include "analyze/diff_words.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum { TEXT = 420 };

/* --- numbers --- */

static double power_of_ten(unsigned digits)
{
    double power = 1;
    for (unsigned i = 0; i < digits; i++) {
        power *= 10;
    }
    return power;
}

void diff_choose_unit(struct diff_report *r)
{
    static const struct {
        const char *name;
        unsigned digits; /* log10 of ns */
    } units[] = {
        [DIFF_UNIT_S] = {"s", 9}, [DIFF_UNIT_MS] = {"ms", 6}, [DIFF_UNIT_US] = {"us", 3}, [DIFF_UNIT_NS] = {"ns", 0}};
    const struct pp_diff *d = r->diff;
    unsigned unit = r->args->unit;
    r->unit_digits = d->decimals;
    r->unit = d->unit == PP_UNIT_BYTES ? "bytes" : "samples";
    int64_t larger = d->whole.self[0] > d->whole.self[1] ? d->whole.self[0] : d->whole.self[1];
    if (d->unit == PP_UNIT_NS) {
        double ns = (double)larger / power_of_ten(d->decimals);
        bool data = r->args->format == DIFF_TSV || r->args->format == DIFF_CSV || r->args->format == DIFF_JSON;
        if (unit == DIFF_UNIT_AUTO) {
            unit = data || ns >= 1e9 || ns <= 0 ? DIFF_UNIT_S : ns >= 1e6 ? DIFF_UNIT_MS : DIFF_UNIT_US;
        }
        r->unit = units[unit].name;
        r->unit_digits += units[unit].digits;
    }
    r->unit_value = power_of_ten(r->unit_digits);
    r->shown_digits = r->unit_digits ? 3 : 0;
    for (double size = (double)larger / r->unit_value; d->unit != PP_UNIT_NS && r->unit_digits && size > 0 && size < 1;
         size *= 10) {
        r->shown_digits++;
    }
}

size_t diff_number(const struct diff_report *r, int64_t value, bool sign, char *text)
{
    size_t at = 0;
    if (sign && value > 0) {
        text[at++] = '+';
    }
    double shown = (double)value / r->unit_value;
    return at + pp_format_double_fixed(text + at, shown, r->shown_digits);
}

size_t diff_exact(const struct diff_report *r, int64_t value, char *text)
{
    return pp_format_decimal(text, value, r->unit_digits);
}

double diff_per_call(const struct diff_report *r, const struct pp_diff_row *row, size_t side, bool total)
{
    int64_t calls = total ? row->primitive_calls[side] : row->calls[side];
    int64_t value = total ? row->total[side] : row->self[side];
    return r->diff->has_calls && calls > 0 ? (double)value / r->unit_value / (double)calls : NAN;
}

double diff_share(const struct diff_report *r, const struct pp_diff_row *row)
{
    return r->diff->moved ? (double)pp_diff_self(row) / (double)r->diff->moved : 0;
}

size_t diff_percent(int64_t before, int64_t after, char *text)
{
    if (before <= 0 || after <= 0) {
        const char *word = before > 0 ? "-100 %" : after > 0 ? "new" : "";
        memcpy(text, word, strlen(word));
        return strlen(word);
    }
    double change = 100 * ((double)after - (double)before) / (double)before;
    if (fabs(change) < 0.05) {
        memcpy(text, "0.0 %", 5);
        return 5;
    }
    size_t at = 0;
    text[at] = '+';
    at += change > 0;
    at += pp_format_double_fixed(text + at, change, fabs(change) < 1000 ? 1 : 0);
    memcpy(text + at, " %", 2);
    return at + 2;
}

size_t diff_ratio(double ratio, char *text)
{
    if (isnan(ratio) || isinf(ratio) || ratio <= 0) {
        const char *word = isnan(ratio) ? "" : ratio > 0 ? "new" : "gone";
        memcpy(text, word, strlen(word));
        return strlen(word);
    }
    size_t len = pp_format_double_fixed(text, ratio, ratio < 100 ? 2 : 0);
    text[len] = 'x';
    return len + 1;
}

size_t diff_p_text(double p, char *text)
{
    if (isnan(p)) {
        return 0;
    }
    if (p < 0.001) {
        memcpy(text, "<0.001", 6);
        return 6;
    }
    return pp_format_double_fixed(text, p, p < 0.01 ? 3 : 2);
}

/* --- names --- */

void diff_write_label(struct pp_sink *out, const struct pp_diff *d, const struct pp_diff_row *row, size_t side)
{
    struct pp_str name = pp_diff_name(d, row, side), file = pp_diff_file(d, row, side);
    const struct pp_match_row *match = pp_diff_match(d, row);
    pp_text_show(out, name.len ? name : PP_STR("(no frame)"));
    if (file.len && !pp_str_eq(file, PP_STR("~"))) {
        bool folder = match->how >= PP_MATCHED_PATH && pp_str_find(file, '\\') == file.len;
        pp_sink_text(out, " (");
        pp_text_show(out, folder ? file : pp_str_basename(file));
        if (match->line[side]) {
            pp_sink_printf(out, ":%lld", (long long)match->line[side]);
        }
        pp_sink_byte(out, ')');
    }
}

const char *diff_how(enum pp_matched how)
{
    static const char *const words[] = {
        [PP_MATCHED_EXACTLY] = "exactly",     [PP_MATCHED_LINE] = "line",      [PP_MATCHED_FOLDER] = "folder",
        [PP_MATCHED_QUALIFIED] = "qualified", [PP_MATCHED_PATH] = "path",      [PP_MATCHED_NO_FILE] = "no-file",
        [PP_MATCHED_MOVED] = "moved",         [PP_MATCHED_RENAMED] = "renamed"};
    return words[how];
}

const char *diff_verdict(enum pp_diff_verdict verdict)
{
    return verdict == PP_DIFF_CHANGED ? "changed" : verdict == PP_DIFF_DOUBTFUL ? "doubtful" : "same";
}

/* --- changes --- */

/* "3x", "1.5x" for a factor of at least 1. */
static void write_times(struct pp_sink *out, double factor)
{
    char text[TEXT];
    bool whole = factor >= 10 || fabs(factor - round(factor)) < 0.05;
    pp_sink_write(out, text, pp_format_double_fixed(text, factor, whole ? 0 : 1));
    pp_sink_byte(out, 'x');
}

static void write_calls(struct pp_sink *out, double before, double after)
{
    double ratio = after / before;
    if (before == after) {
        pp_sink_text(out, "same calls");
    } else if (ratio >= 1.1 || ratio <= 1 / 1.1) {
        pp_sink_text(out, "called ");
        write_times(out, ratio > 1 ? ratio : 1 / ratio);
        pp_sink_text(out, ratio > 1 ? " as often" : " less often");
    } else {
        pp_sink_text(out, ratio > 1 ? "a few more calls" : "a few calls less");
    }
}

/* Time per call: differences under 5 % are not worth words. */
static void write_each(struct pp_sink *out, double ratio, bool below)
{
    if (!(ratio > 0) || isinf(ratio) || (ratio < 1.05 && ratio > 1 / 1.05)) {
        return;
    }
    double factor = ratio > 1 ? ratio : 1 / ratio;
    pp_sink_text(out, ", each ");
    if (factor >= 1.5) {
        write_times(out, factor);
        pp_sink_byte(out, ' ');
    } else {
        pp_sink_printf(out, "%.0f %% ", 100 * fabs(ratio - 1));
    }
    pp_sink_text(out, ratio > 1 ? "slower" : "faster");
    pp_sink_text(out, below ? " with what it calls" : "");
}

static void write_counted(struct pp_sink *out, const struct diff_report *r, const struct pp_diff_row *row)
{
    const int64_t *calls = row->calls;
    if (calls[PP_BEFORE] <= 0 || calls[PP_AFTER] <= 0) {
        return;
    }
    write_calls(out, (double)calls[PP_BEFORE], (double)calls[PP_AFTER]);
    /* Time of a recursive function and below counts once for all its calls of itself. */
    double each = diff_per_call(r, row, PP_AFTER, r->of_total) / diff_per_call(r, row, PP_BEFORE, r->of_total);
    if (r->diff->noise == PP_NOISE_RUNS && !r->of_total) {
        /* As the ratio shown: one run that stood still for a moment does not count. */
        each = pp_diff_ratio(r->diff, row).median * (double)calls[PP_BEFORE] / (double)calls[PP_AFTER];
    }
    write_each(out, each, r->of_total);
}

void diff_write_change(struct pp_sink *out, const struct diff_report *r, const struct pp_diff_row *row)
{
    if (!row->in[PP_BEFORE] || !row->in[PP_AFTER]) {
        pp_sink_text(out, row->in[PP_AFTER] ? "new" : "gone");
        return;
    }
    uint64_t start = pp_sink_bytes(out);
    if (r->diff->has_calls) {
        write_counted(out, r, row);
    }
    if (pp_diff_match(r->diff, row)->how >= PP_MATCHED_QUALIFIED) {
        pp_sink_text(out, pp_sink_bytes(out) > start ? "; " : "");
        pp_sink_text(out, "loosely matched: was ");
        diff_write_label(out, r->diff, row, PP_BEFORE);
    }
}

/* --- sentences --- */

void diff_write_noise(struct pp_sink *out, const struct diff_report *r)
{
    const struct pp_diff *d = r->diff;
    double smallest = pp_diff_smallest_p(d, PP_TAIL_BOTH);
    switch (d->noise) {
    case PP_NOISE_RUNS:
        pp_sink_printf(out, "judged by Mann-Whitney U over %zu + %zu runs", d->run_count[0], d->run_count[1]);
        if (smallest > d->alpha) {
            pp_sink_printf(out,
                           ": too few for any change to be significant at %g (smallest p %.2g); 4 + 4 are the least at "
                           "0.05, better more",
                           d->alpha, smallest);
        } else {
            pp_sink_printf(out, ": at most %g %% of what is called changed is chance", 100 * d->alpha);
        }
        break;
    case PP_NOISE_SAMPLES:
        pp_sink_printf(
            out,
            "judged by the numbers of samples (%.0f and %.0f): at most %g %% of what is called changed is chance of "
            "sampling. That runs of one program differ is not in it; several a side tell (--before, --after)",
            (double)d->runs[0].sum / d->runs[0].per_sample, (double)d->runs[1].sum / d->runs[1].per_sample,
            100 * d->alpha);
        break;
    case PP_NOISE_UNKNOWN:
        pp_sink_text(
            out, d->deterministic
                     ? "cannot be judged from one run a side of a deterministic profiler: times may differ by chance"
                     : "cannot be judged: nothing says how many samples these values are of");
        pp_sink_text(out, d->has_calls ? ", numbers of calls are exact. Several runs a side tell (--before, --after)"
                                       : ". Several runs a side tell (--before, --after)");
        break;
    }
}

void diff_write_certainty(struct pp_sink *out, const struct pp_diff *d, const struct pp_diff_row *row)
{
    char text[TEXT];
    if (isnan(row->p)) {
        pp_sink_text(out, "noise unknown");
        return;
    }
    pp_sink_text(out, row->p <= d->alpha ? "significant, p " : "within noise, p ");
    pp_sink_write(out, text, diff_p_text(row->p, text));
}

void diff_write_gate(struct pp_sink *out, const struct diff_report *r)
{
    const struct diff_gate *gate = &r->gate;
    char text[TEXT];
    static const char *const what[] = {"the total", "any function's self", "the chosen functions"};
    if (gate->failed_count) {
        if (gate->on == PP_DIFF_ON_TOTAL) {
            pp_sink_text(out, "FAIL: the total");
        } else {
            pp_sink_printf(out, "FAIL: %zu function%s", gate->failed_count, gate->failed_count == 1 ? "" : "s");
        }
        pp_sink_printf(out, " grew by more than %g %%", gate->percent);
    } else {
        pp_sink_printf(out, "pass: no significant growth of %s above %g %%", what[gate->on], gate->percent);
    }
    if (gate->on == PP_DIFF_ON_TOTAL) {
        pp_sink_text(out, " (");
        pp_sink_write(out, text, diff_percent(r->diff->whole.self[0], r->diff->whole.self[1], text));
        pp_sink_byte(out, ')');
    }
    if (gate->allowed_count) {
        pp_sink_printf(out, "; %zu accepted by --allow", gate->allowed_count);
    }
}

struct diff_counts diff_count(const struct diff_report *r)
{
    struct diff_counts c = {.all = r->diff->count};
    for (size_t i = 0; i < r->diff->count; i++) {
        const struct pp_diff_row *row = &r->diff->rows[i];
        c.new_ones += !row->in[PP_BEFORE];
        c.gone += !row->in[PP_AFTER];
        bool both = row->in[PP_BEFORE] && row->in[PP_AFTER];
        c.changed += both && row->verdict == PP_DIFF_CHANGED;
        c.doubtful += both && row->verdict == PP_DIFF_DOUBTFUL;
        c.same += row->verdict == PP_DIFF_SAME;
    }
    for (size_t i = 0; i < r->shown_count; i++) {
        int64_t change = pp_diff_self(r->shown[i]);
        c.shown_moved =
            change < 0 ? pp_subtract_saturating(c.shown_moved, change) : pp_add_saturating(c.shown_moved, change);
    }
    return c;
}
