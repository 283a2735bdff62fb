/* profstat --format json: one array, one object a file. Keys are described in profstat(1). */
#include <math.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "analyze/facts.h"
#include "base/number.h"
#include "base/text.h"

struct json {
    yajl_gen gen;
    struct pp_sink *out;
};

static void print_to_sink(void *context, const char *text, size_t len)
{
    struct json *j = context;
    pp_sink_write(j->out, text, len);
}

/* Names that are no valid UTF-8 are repaired: JSON has no other strings. */
static void put_string(struct json *j, struct pp_str s)
{
    struct pp_sink *repaired = pp_sink_memory();
    for (size_t at = 0; at < s.len;) {
        char bytes[4];
        bool valid;
        uint32_t code_point = pp_utf8_next(s, &at, &valid);
        pp_sink_write(repaired, bytes, pp_utf8_put(bytes, valid ? code_point : 0xfffd));
    }
    struct pp_str text = pp_sink_contents(repaired);
    yajl_gen_string(j->gen, (const unsigned char *)(text.data ? text.data : ""), text.len);
    pp_sink_abandon(repaired);
}

static void put_key(struct json *j, const char *key)
{
    yajl_gen_string(j->gen, (const unsigned char *)key, strlen(key));
}

static void put_text(struct json *j, const char *key, struct pp_str value)
{
    put_key(j, key);
    put_string(j, value);
}

static void put_integer(struct json *j, const char *key, int64_t value)
{
    put_key(j, key);
    yajl_gen_integer(j->gen, value);
}

/* JSON has no NaN and no infinity. */
static void put_double(struct json *j, const char *key, double value)
{
    char text[PP_DOUBLE_REPR_SIZE];
    put_key(j, key);
    if (!isfinite(value)) {
        yajl_gen_null(j->gen);
        return;
    }
    size_t len = pp_format_double_repr(text, value);
    yajl_gen_number(j->gen, text, len);
}

static void put_metrics(struct json *j, const struct facts *f)
{
    const struct pp_profile *p = f->input->profile;
    put_key(j, "metrics");
    yajl_gen_array_open(j->gen);
    for (size_t m = 0; m < p->metric_count; m++) {
        yajl_gen_map_open(j->gen);
        put_text(j, "name", pp_profile_str(p, p->metrics[m].name));
        put_text(j, "unit", pp_str_of(pp_unit_name(p->metrics[m].unit)));
        put_integer(j, "decimals", p->metrics[m].decimals);
        put_integer(j, "total", f->totals[m]);
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
    put_text(j, "main_metric", pp_profile_str(p, p->metrics[f->main_metric].name));
}

static void put_stacks(struct json *j, const struct facts *f)
{
    static const char *const names[] = {"on_cpu", "gil", "gc", "stopped", "verified", "idle", "salvaged"};
    put_metrics(j, f);
    put_integer(j, "stacks", (int64_t)f->stacks);
    put_integer(j, "frames", (int64_t)f->frames);
    put_integer(j, "samples", (int64_t)f->input->profile->sample_count);
    put_integer(j, "threads", (int64_t)f->threads);
    put_integer(j, "processes", (int64_t)f->processes);
    put_key(j, "states");
    yajl_gen_map_open(j->gen);
    for (unsigned bit = 0; bit < sizeof names / sizeof *names; bit++) {
        put_integer(j, names[bit], (int64_t)f->flag_counts[bit]);
    }
    yajl_gen_map_close(j->gen);
    put_integer(j, "max_depth", f->max_depth);
    put_double(j, "mean_depth", f->mean_depth);
    put_double(j, "estimated_share", f->estimated_share);
}

static void put_calls(struct json *j, const struct facts *f)
{
    const struct pp_profile *p = f->input->profile;
    put_integer(j, "rows", (int64_t)p->row_count);
    put_integer(j, "callers", (int64_t)f->edges);
    put_integer(j, "calls", p->total_calls);
    put_integer(j, "primitive_calls", p->total_primitive_calls);
    put_double(j, "tottime", p->total_tottime);
}

static void put_metas(struct json *j, const struct pp_profile *p)
{
    put_key(j, "metadata");
    yajl_gen_array_open(j->gen);
    for (size_t i = 0; i < p->meta_count; i++) {
        yajl_gen_map_open(j->gen);
        put_text(j, "key", pp_profile_str(p, p->metas[i].key));
        put_text(j, "value", pp_profile_str(p, p->metas[i].value));
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
}

static void put_findings(struct json *j, const struct facts *f)
{
    const struct pp_report *report = &f->input->report;
    put_key(j, "anomalies");
    yajl_gen_array_open(j->gen);
    for (unsigned i = 0; i < report->count; i++) {
        const struct pp_report_entry *entry = &report->entries[i];
        yajl_gen_map_open(j->gen);
        put_text(j, "what", pp_str_of(entry->kind));
        put_integer(j, "count", (int64_t)entry->count);
        if (entry->first.known) {
            put_integer(j, entry->first.line ? "line" : "offset",
                        entry->first.line ? (int64_t)entry->first.line : (int64_t)entry->first.offset);
        }
        yajl_gen_map_close(j->gen);
    }
    for (size_t i = 0; i < f->finding_count; i++) {
        yajl_gen_map_open(j->gen);
        put_text(j, "what", pp_str_of(f->findings[i].what));
        put_integer(j, "count", (int64_t)f->findings[i].count);
        if (f->findings[i].example[0]) {
            put_text(j, "example", pp_str_of(f->findings[i].example));
        }
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
}

static void put_file(struct json *j, const struct facts *f)
{
    const struct cli_input *input = f->input;
    const struct pp_profile *p = input->profile;
    yajl_gen_map_open(j->gen);
    put_text(j, "path", pp_str_of(input->path));
    put_text(j, "format", pp_str_of(input->format->name));
    put_integer(j, "bytes", (int64_t)input->bytes);
    put_integer(j, "bytes_on_disk", (int64_t)input->raw_bytes);
    put_key(j, "gzip");
    yajl_gen_bool(j->gen, input->gzipped);
    put_text(j, "producer", pp_str_of(f->producer));
    put_text(j, "evidence", pp_str_of(f->evidence ? f->evidence : ""));
    put_key(j, "shapes");
    yajl_gen_array_open(j->gen);
    if (p->shapes & PP_SHAPE_CALLS) {
        put_string(j, PP_STR("calls"));
    }
    if (p->shapes & PP_SHAPE_STACKS) {
        put_string(j, PP_STR("stacks"));
    }
    yajl_gen_array_close(j->gen);
    put_integer(j, "functions", (int64_t)f->functions);
    put_integer(j, "files", (int64_t)f->files);
    put_integer(j, "recursive_functions", (int64_t)f->recursive_functions);
    if (p->shapes & PP_SHAPE_CALLS) {
        put_calls(j, f);
    }
    if (p->shapes & PP_SHAPE_STACKS) {
        put_stacks(j, f);
    }
    put_integer(j, "start_utc_ns", p->start_utc_ns);
    put_integer(j, "duration_ns", f->duration_ns);
    put_metas(j, p);
    put_findings(j, f);
    yajl_gen_map_close(j->gen);
}

void facts_print_json(const struct facts *facts, size_t count, struct pp_sink *out)
{
    struct json j = {yajl_gen_alloc(NULL), out};
    yajl_gen_config(j.gen, yajl_gen_beautify, 1);
    yajl_gen_config(j.gen, yajl_gen_indent_string, "  ");
    yajl_gen_config(j.gen, yajl_gen_print_callback, print_to_sink, &j);
    yajl_gen_array_open(j.gen);
    for (size_t i = 0; i < count; i++) {
        put_file(&j, &facts[i]);
    }
    yajl_gen_array_close(j.gen);
    yajl_gen_free(j.gen);
}
