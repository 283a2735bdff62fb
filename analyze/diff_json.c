/* The answer as JSON (docs/profdiff.md). */
#include <string.h>

#include "analyze/diff_words.h"
#include "analyze/json_out.h"

enum { TEXT = 420 };

static void json_value(struct json *j, const struct diff_report *r, const char *key, int64_t value)
{
    char text[TEXT];
    json_key(j, key);
    yajl_gen_number(j->gen, text, diff_exact(r, value, text));
}

static void json_change(struct json *j, const struct diff_report *r, const char *key, const int64_t values[2])
{
    json_key(j, key);
    yajl_gen_map_open(j->gen);
    json_value(j, r, "before", values[PP_BEFORE]);
    json_value(j, r, "after", values[PP_AFTER]);
    json_value(j, r, "delta", values[PP_AFTER] - values[PP_BEFORE]);
    yajl_gen_map_close(j->gen);
}

static void json_counts(struct json *j, const char *key, const int64_t values[2])
{
    json_key(j, key);
    yajl_gen_map_open(j->gen);
    json_integer(j, "before", values[PP_BEFORE]);
    json_integer(j, "after", values[PP_AFTER]);
    json_integer(j, "delta", values[PP_AFTER] - values[PP_BEFORE]);
    yajl_gen_map_close(j->gen);
}

static void json_pair(struct json *j, const char *key, double before, double after)
{
    json_key(j, key);
    yajl_gen_map_open(j->gen);
    json_double(j, "before", before);
    json_double(j, "after", after);
    yajl_gen_map_close(j->gen);
}

static void json_side(struct json *j, const struct diff_report *r, const char *key, size_t side)
{
    size_t from = side ? r->inputs->count[0] : 0;
    json_key(j, key);
    yajl_gen_array_open(j->gen);
    for (size_t i = from; i < from + r->inputs->count[side]; i++) {
        yajl_gen_map_open(j->gen);
        json_text(j, "file", pp_str_of(r->inputs->inputs[i].path));
        json_text(j, "format", pp_str_of(r->inputs->inputs[i].format->name));
        json_value(j, r, "total", r->diff->runs[i].sum);
        json_double(j, "scale", r->diff->runs[i].scale);
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
}

static void json_certainty(struct json *j, const struct pp_diff *d, const struct pp_diff_row *row)
{
    struct pp_ratio ratio = pp_diff_ratio(d, row);
    json_double(j, "ratio", ratio.median);
    if (ratio.level > 0) {
        json_key(j, "ratio_interval");
        yajl_gen_map_open(j->gen);
        json_double(j, "low", ratio.low);
        json_double(j, "high", ratio.high);
        json_double(j, "level", ratio.level);
        yajl_gen_map_close(j->gen);
    }
    json_double(j, "p", row->p);
}

static void json_total(struct json *j, const struct diff_report *r)
{
    json_key(j, "total");
    yajl_gen_map_open(j->gen);
    json_change(j, r, "value", r->diff->whole.self);
    if (r->diff->has_calls) {
        json_counts(j, "calls", r->diff->whole.calls);
    }
    json_certainty(j, r->diff, &r->diff->whole);
    yajl_gen_map_close(j->gen);
}

static void json_noise(struct json *j, const struct diff_report *r)
{
    static const char *const methods[] = {
        [PP_NOISE_UNKNOWN] = "none", [PP_NOISE_SAMPLES] = "sample counts", [PP_NOISE_RUNS] = "Mann-Whitney U"};
    json_key(j, "noise");
    yajl_gen_map_open(j->gen);
    json_text(j, "method", pp_str_of(methods[r->diff->noise]));
    json_double(j, "threshold", r->diff->threshold);
    json_double(j, "alpha", r->diff->alpha);
    struct pp_sink *text = pp_sink_memory();
    diff_write_noise(text, r);
    json_text(j, "text", pp_sink_contents(text));
    pp_sink_abandon(text);
    yajl_gen_map_close(j->gen);
}

static void json_functions(struct json *j, const struct diff_report *r)
{
    struct diff_counts c = r->counts;
    json_key(j, "functions");
    yajl_gen_map_open(j->gen);
    json_integer(j, "all", (int64_t)c.all);
    json_integer(j, "new", (int64_t)c.new_ones);
    json_integer(j, "gone", (int64_t)c.gone);
    json_integer(j, "changed", (int64_t)c.changed);
    json_integer(j, "doubtful", (int64_t)c.doubtful);
    json_integer(j, "same", (int64_t)c.same);
    json_integer(j, "shown", (int64_t)r->shown_count);
    json_double(j, "shown_share", r->diff->moved ? (double)c.shown_moved / (double)r->diff->moved : 1);
    yajl_gen_map_close(j->gen);
}

static void json_row(struct json *j, const struct diff_report *r, const struct pp_diff_row *row)
{
    const struct pp_match_row *match = pp_diff_match(r->diff, row);
    yajl_gen_map_open(j->gen);
    json_text(j, "name", pp_diff_name(r->diff, row, PP_AFTER));
    json_text(j, "file", pp_diff_file(r->diff, row, PP_AFTER));
    json_text(j, "verdict", pp_str_of(diff_verdict(row->verdict)));
    json_change(j, r, "self", row->self);
    json_change(j, r, "total", row->total);
    json_certainty(j, r->diff, row);
    json_double(j, "q", row->q);
    json_double(j, "share", diff_share(r, row));
    if (r->diff->has_calls) {
        json_counts(j, "calls", row->calls);
        json_counts(j, "primitive_calls", row->primitive_calls);
        json_pair(j, "self_per_call", diff_per_call(r, row, PP_BEFORE, false), diff_per_call(r, row, PP_AFTER, false));
        json_pair(j, "total_per_call", diff_per_call(r, row, PP_BEFORE, true), diff_per_call(r, row, PP_AFTER, true));
    }
    if (row->in[PP_BEFORE]) {
        json_text(j, "name_before", pp_diff_name(r->diff, row, PP_BEFORE));
        json_text(j, "file_before", pp_diff_file(r->diff, row, PP_BEFORE));
        json_integer(j, "line_before", match->line[PP_BEFORE]);
    }
    if (row->in[PP_AFTER]) {
        json_integer(j, "line_after", match->line[PP_AFTER]);
    }
    if (row->in[PP_BEFORE] && row->in[PP_AFTER]) {
        json_text(j, "matched", pp_str_of(diff_how(match->how)));
    }
    struct pp_sink *change = pp_sink_memory();
    diff_write_change(change, r, row);
    json_text(j, "change", pp_sink_contents(change));
    pp_sink_abandon(change);
    yajl_gen_map_close(j->gen);
}

static void json_gate(struct json *j, const struct diff_report *r)
{
    const struct diff_gate *gate = &r->gate;
    json_key(j, "gate");
    yajl_gen_map_open(j->gen);
    json_text(j, "verdict", gate->failed_count ? PP_STR("fail") : PP_STR("pass"));
    json_double(j, "limit_percent", gate->percent);
    json_integer(j, "allowed", (int64_t)gate->allowed_count);
    json_key(j, "regressions");
    yajl_gen_array_open(j->gen);
    for (size_t i = 0; i < gate->failed_count; i++) {
        const struct pp_regression *f = &gate->failed[i];
        yajl_gen_map_open(j->gen);
        json_text(j, "name", pp_diff_name(r->diff, f->row, PP_AFTER));
        json_text(j, "file", pp_diff_file(r->diff, f->row, PP_AFTER));
        json_value(j, r, "before", f->before);
        json_value(j, r, "after", f->after);
        json_double(j, "percent", f->percent);
        json_double(j, "p", f->p);
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
    yajl_gen_map_close(j->gen);
}

static void json_paths(struct json *j, const struct diff_report *r)
{
    json_key(j, "paths");
    yajl_gen_array_open(j->gen);
    for (size_t i = 0; i < r->path_count; i++) {
        const struct pp_diff_path *p = &r->paths[i];
        const int64_t values[2] = {p->before, p->after};
        yajl_gen_map_open(j->gen);
        json_key(j, "path");
        yajl_gen_array_open(j->gen);
        for (size_t k = 0; k < p->depth; k++) {
            json_string(j, p->names[k]);
        }
        yajl_gen_array_close(j->gen);
        json_change(j, r, "value", values);
        json_key(j, "estimated");
        yajl_gen_bool(j->gen, p->estimated);
        yajl_gen_map_close(j->gen);
    }
    yajl_gen_array_close(j->gen);
}

void diff_write_json(const struct diff_report *r, struct pp_sink *out)
{
    struct json j;
    json_open(&j, out);
    yajl_gen_map_open(j.gen);
    json_side(&j, r, "before", PP_BEFORE);
    json_side(&j, r, "after", PP_AFTER);
    json_text(&j, "unit", pp_str_of(r->unit));
    json_total(&j, r);
    json_noise(&j, r);
    if (r->gate.asked) {
        json_gate(&j, r);
    }
    json_functions(&j, r);
    json_key(&j, "rows");
    yajl_gen_array_open(j.gen);
    for (size_t i = 0; i < r->shown_count; i++) {
        json_row(&j, r, r->shown[i]);
    }
    yajl_gen_array_close(j.gen);
    if (r->args->path) {
        json_paths(&j, r);
    }
    yajl_gen_map_close(j.gen);
    json_close(&j);
}
