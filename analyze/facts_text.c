/* profstat's lines for people. */
#include <time.h>

#include "analyze/facts.h"
#include "base/number.h"
#include "base/text.h"

enum { VALUE_COLUMN = 15 };

/* "  name:" and blanks up to the values; "" for a line that goes on with the one before. */
static void label(struct pp_sink *out, const char *name)
{
    uint64_t from = pp_sink_bytes(out);
    pp_sink_printf(out, "%s%s%s", *name ? "  " : "", name, *name ? ":" : "");
    size_t used = (size_t)(pp_sink_bytes(out) - from);
    pp_sink_repeat(out, ' ', used < VALUE_COLUMN ? VALUE_COLUMN - used : 1);
}

static void thousands(struct pp_sink *out, int64_t value)
{
    char text[32];
    pp_sink_write(out, text, pp_format_thousands(text, value));
}

static void counted(struct pp_sink *out, const char *name, size_t value)
{
    label(out, name);
    thousands(out, (int64_t)value);
    pp_sink_byte(out, '\n');
}

static void seconds(struct pp_sink *out, double value)
{
    char text[400];
    pp_sink_write(out, text, pp_format_double_fixed(text, value, 6));
    pp_sink_text(out, " s");
}

/* A column's total in the unit it is in: time as seconds. */
static void metric_value(struct pp_sink *out, const struct pp_metric *metric, int64_t value)
{
    char text[32];
    if (metric->unit == PP_UNIT_NS && metric->decimals == 0) {
        pp_sink_write(out, text, pp_format_decimal(text, value, 9));
        pp_sink_text(out, " s");
        return;
    }
    pp_sink_write(out, text,
                  metric->decimals ? pp_format_decimal(text, value, metric->decimals)
                                   : pp_format_thousands(text, value));
    pp_sink_text(out, metric->unit == PP_UNIT_BYTES ? " bytes" : metric->unit == PP_UNIT_NS ? " ns" : "");
}

static void print_input(const struct facts *f, struct pp_sink *out)
{
    const struct cli_input *input = f->input;
    pp_text_show(out, pp_str_of(input->path));
    pp_sink_text(out, "\n");
    label(out, "format");
    pp_sink_printf(out, "%s, %s\n", input->format->name, input->format->summary);
    label(out, "size");
    thousands(out, (int64_t)input->bytes);
    pp_sink_text(out, " bytes");
    if (input->gzipped) {
        pp_sink_text(out, " (gzip: ");
        thousands(out, (int64_t)input->raw_bytes);
        pp_sink_text(out, " bytes)");
    }
    pp_sink_byte(out, '\n');
    label(out, "producer");
    if (f->producer[0]) {
        pp_sink_printf(out, "%s (%s)\n", f->producer, f->evidence);
    } else {
        pp_sink_text(out, "unknown\n");
    }
}

static void print_call_counts(const struct pp_profile *p, struct pp_sink *out)
{
    label(out, "calls");
    thousands(out, p->total_calls);
    if (p->total_primitive_calls != p->total_calls) {
        pp_sink_text(out, " (");
        thousands(out, p->total_primitive_calls);
        pp_sink_text(out, " primitive)");
    }
    pp_sink_byte(out, '\n');
}

static void print_calls(const struct facts *f, struct pp_sink *out)
{
    const struct pp_profile *p = f->input->profile;
    label(out, "shape");
    pp_sink_text(out, "calls\n");
    counted(out, "functions", p->row_count);
    counted(out, "callers", f->edges);
    if (p->sampled_calls) {
        counted(out, "samples", p->total_primitive_calls > 0 ? (size_t)p->total_primitive_calls : 0);
    } else {
        print_call_counts(p, out);
    }
    label(out, "total");
    seconds(out, p->total_tottime);
    pp_sink_byte(out, '\n');
}

static void print_metrics(const struct facts *f, struct pp_sink *out)
{
    const struct pp_profile *p = f->input->profile;
    for (size_t m = 0; m < p->metric_count; m++) {
        label(out, m ? "" : "metrics");
        pp_text_show(out, pp_profile_str(p, p->metrics[m].name));
        pp_sink_text(out, ", total ");
        metric_value(out, &p->metrics[m], f->totals[m]);
        pp_sink_text(out, m == f->main_metric && p->metric_count > 1 ? " (the main one)\n" : "\n");
    }
}

static void print_samples(const struct facts *f, struct pp_sink *out)
{
    static const char *const names[] = {"on CPU", "holding the GIL", "in GC", "stopped", "verified",
                                        "idle",   "salvaged"};
    const struct pp_profile *p = f->input->profile;
    if (p->sample_count == 0) {
        label(out, "samples");
        pp_sink_text(out, "none in time order: the counts are sums\n");
        return;
    }
    counted(out, "samples", p->sample_count);
    label(out, "threads");
    pp_sink_printf(out, "%zu in %zu process%s\n", f->threads, f->processes, f->processes == 1 ? "" : "es");
    bool any = false;
    for (unsigned bit = 0; bit < sizeof names / sizeof *names; bit++) {
        if (f->flag_counts[bit]) {
            char text[400];
            double share = 100.0 * (double)f->flag_counts[bit] / (double)p->sample_count;
            size_t len = pp_format_double_fixed(text, share, 1);
            if (any) {
                pp_sink_text(out, ", ");
            } else {
                label(out, "states");
            }
            any = true;
            pp_sink_write(out, text, len);
            pp_sink_printf(out, "%% %s", names[bit]);
        }
    }
    pp_sink_text(out, any ? "\n" : "");
}

static void print_start(const struct facts *f, struct pp_sink *out)
{
    int64_t utc_ns = f->input->profile->start_utc_ns;
    time_t utc = (time_t)(utc_ns / 1000000000);
    struct tm parts;
    if (utc_ns && gmtime_r(&utc, &parts)) {
        char text[64];
        size_t len = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC\n", &parts);
        label(out, "start");
        pp_sink_write(out, text, len);
    }
}

static void print_stacks(const struct facts *f, struct pp_sink *out)
{
    const struct pp_profile *p = f->input->profile;
    label(out, "shape");
    pp_sink_text(out, p->sample_count ? "stacks, with samples in time order\n" : "stacks\n");
    print_metrics(f, out);
    counted(out, "functions", f->functions);
    counted(out, "stacks", f->stacks);
    print_samples(f, out);
    label(out, "depth");
    char text[400];
    pp_sink_printf(out, "%u at most, ", (unsigned)f->max_depth);
    pp_sink_write(out, text, pp_format_double_fixed(text, f->mean_depth, 1));
    pp_sink_text(out, " on average\n");
    if (f->estimated_share > 0) {
        label(out, "estimated");
        pp_sink_write(out, text, pp_format_double_fixed(text, 100 * f->estimated_share, 1));
        pp_sink_text(out, "% of the total stands on stacks that are estimates\n");
    }
}

static void print_metas(const struct facts *f, struct pp_sink *out)
{
    const struct pp_profile *p = f->input->profile;
    for (size_t i = 0; i < p->meta_count; i++) {
        label(out, i ? "" : "metadata");
        pp_text_show(out, pp_profile_str(p, p->metas[i].key));
        pp_sink_text(out, " = ");
        pp_text_show(out, pp_profile_str(p, p->metas[i].value));
        pp_sink_byte(out, '\n');
    }
}

static void print_findings(const struct facts *f, struct pp_sink *out)
{
    const struct pp_report *report = &f->input->report;
    bool first = true;
    for (unsigned i = 0; i < report->count; i++) {
        label(out, first ? "anomalies" : "");
        first = false;
        thousands(out, (int64_t)report->entries[i].count);
        pp_sink_printf(out, " x %s", report->entries[i].kind);
        if (report->entries[i].first.known) {
            const struct pp_where *where = &report->entries[i].first;
            pp_sink_printf(out, where->line ? ", first at line %llu" : ", first at byte 0x%llx",
                           where->line ? (unsigned long long)where->line : (unsigned long long)where->offset);
        }
        pp_sink_byte(out, '\n');
    }
    for (size_t i = 0; i < f->finding_count; i++) {
        const struct facts_finding *finding = &f->findings[i];
        label(out, first ? "anomalies" : "");
        first = false;
        if (finding->example[0]) {
            thousands(out, (int64_t)finding->count);
            pp_sink_printf(out, " x %s, such as %s\n", finding->what, finding->example);
        } else {
            pp_sink_printf(out, "%s\n", finding->what);
        }
    }
    if (first) {
        label(out, "anomalies");
        pp_sink_text(out, "none\n");
    }
}

void facts_print_text(const struct facts *f, struct pp_sink *out)
{
    unsigned shapes = f->input->profile->shapes;
    print_input(f, out);
    if (shapes & PP_SHAPE_CALLS) {
        print_calls(f, out);
    }
    if (shapes & PP_SHAPE_STACKS) {
        print_stacks(f, out);
    }
    counted(out, "files", f->files);
    label(out, "recursion");
    pp_sink_printf(out, "%zu function%s\n", f->recursive_functions, f->recursive_functions == 1 ? "" : "s");
    print_start(f, out);
    if (f->duration_ns) {
        label(out, "duration");
        seconds(out, (double)f->duration_ns / 1e9);
        pp_sink_byte(out, '\n');
    }
    print_metas(f, out);
    print_findings(f, out);
}
