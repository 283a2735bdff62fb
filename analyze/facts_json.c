/* profstat --format json: one array, one object a file. Keys are described in profstat(1). */
#include <string.h>

#include "analyze/facts.h"
#include "analyze/json_out.h"

static void put_metrics(struct json *j, const struct facts *f)
{
    const struct pp_profile *p = f->input->profile;
    json_key(j, "metrics");
    yajl_gen_array_open(j->gen);
    for (size_t m = 0; m < p->metric_count; m++) {
        yajl_gen_map_open(j->gen);
        json_text(j, "name", pp_profile_str(p, p->metrics[m].name));
        json_text(j, "unit", pp_str_of(pp_unit_name(p->metrics[m].unit)));
        json_integer(j, "decimals", p->metrics[m].decimals);
        json_integer(j, "total", f->totals[m]);
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
    json_text(j, "main_metric", pp_profile_str(p, p->metrics[f->main_metric].name));
}

static void put_stacks(struct json *j, const struct facts *f)
{
    static const char *const names[] = {"on_cpu", "gil", "gc", "stopped", "verified", "idle", "salvaged"};
    put_metrics(j, f);
    json_integer(j, "stacks", (int64_t)f->stacks);
    json_integer(j, "frames", (int64_t)f->frames);
    json_integer(j, "samples", (int64_t)f->input->profile->sample_count);
    json_integer(j, "threads", (int64_t)f->threads);
    json_integer(j, "processes", (int64_t)f->processes);
    json_key(j, "states");
    yajl_gen_map_open(j->gen);
    for (unsigned bit = 0; bit < sizeof names / sizeof *names; bit++) {
        json_integer(j, names[bit], (int64_t)f->flag_counts[bit]);
    }
    yajl_gen_map_close(j->gen);
    json_integer(j, "max_depth", f->max_depth);
    json_double(j, "mean_depth", f->mean_depth);
    json_double(j, "estimated_share", f->estimated_share);
}

static void put_calls(struct json *j, const struct facts *f)
{
    const struct pp_profile *p = f->input->profile;
    json_integer(j, "rows", (int64_t)p->row_count);
    json_integer(j, "callers", (int64_t)f->edges);
    json_integer(j, "calls", p->total_calls);
    json_integer(j, "primitive_calls", p->total_primitive_calls);
    json_double(j, "tottime", p->total_tottime);
}

static void put_metas(struct json *j, const struct pp_profile *p)
{
    json_key(j, "metadata");
    yajl_gen_array_open(j->gen);
    for (size_t i = 0; i < p->meta_count; i++) {
        yajl_gen_map_open(j->gen);
        json_text(j, "key", pp_profile_str(p, p->metas[i].key));
        json_text(j, "value", pp_profile_str(p, p->metas[i].value));
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
}

static void put_findings(struct json *j, const struct facts *f)
{
    const struct pp_report *report = &f->input->report;
    json_key(j, "anomalies");
    yajl_gen_array_open(j->gen);
    for (unsigned i = 0; i < report->count; i++) {
        const struct pp_report_entry *entry = &report->entries[i];
        yajl_gen_map_open(j->gen);
        json_text(j, "what", pp_str_of(entry->kind));
        json_integer(j, "count", (int64_t)entry->count);
        if (entry->first.known) {
            json_integer(j, entry->first.line ? "line" : "offset",
                         entry->first.line ? (int64_t)entry->first.line : (int64_t)entry->first.offset);
        }
        yajl_gen_map_close(j->gen);
    }
    for (size_t i = 0; i < f->finding_count; i++) {
        yajl_gen_map_open(j->gen);
        json_text(j, "what", pp_str_of(f->findings[i].what));
        json_integer(j, "count", (int64_t)f->findings[i].count);
        if (f->findings[i].example[0]) {
            json_text(j, "example", pp_str_of(f->findings[i].example));
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
    json_text(j, "path", pp_str_of(input->path));
    json_text(j, "format", pp_str_of(input->format->name));
    json_integer(j, "bytes", (int64_t)input->bytes);
    json_integer(j, "bytes_on_disk", (int64_t)input->raw_bytes);
    json_key(j, "gzip");
    yajl_gen_bool(j->gen, input->gzipped);
    json_text(j, "producer", pp_str_of(f->producer));
    json_text(j, "evidence", pp_str_of(f->evidence ? f->evidence : ""));
    json_key(j, "shapes");
    yajl_gen_array_open(j->gen);
    if (p->shapes & PP_SHAPE_CALLS) {
        json_string(j, PP_STR("calls"));
    }
    if (p->shapes & PP_SHAPE_STACKS) {
        json_string(j, PP_STR("stacks"));
    }
    yajl_gen_array_close(j->gen);
    json_integer(j, "functions", (int64_t)f->functions);
    json_integer(j, "files", (int64_t)f->files);
    json_integer(j, "recursive_functions", (int64_t)f->recursive_functions);
    if (p->shapes & PP_SHAPE_CALLS) {
        put_calls(j, f);
    }
    if (p->shapes & PP_SHAPE_STACKS) {
        put_stacks(j, f);
    }
    json_integer(j, "start_utc_ns", p->start_utc_ns);
    json_integer(j, "duration_ns", f->duration_ns);
    put_metas(j, p);
    put_findings(j, f);
    yajl_gen_map_close(j->gen);
}

void facts_print_json(const struct facts *facts, size_t count, struct pp_sink *out)
{
    struct json j;
    json_open(&j, out);
    yajl_gen_array_open(j.gen);
    for (size_t i = 0; i < count; i++) {
        put_file(&j, &facts[i]);
    }
    yajl_gen_array_close(j.gen);
    json_close(&j);
}
