/* pstat-print --format json. The schema is docs/pstat-print-json.md; numbers are exact (repr of the doubles), every row of the file is there. */
#include <string.h>

#include "analyze/json_out.h"
#include "analyze/request.h"

static void put_function(struct json *j, const struct pp_profile *p, pp_function_id id)
{
    const struct pp_function *f = pp_profile_function(p, id);
    json_text(j, "name", pp_profile_str(p, f->name));
    json_text(j, "file", pp_profile_str(p, f->file));
    json_integer(j, "line", f->line);
}

static void put_edge(struct json *j, const struct request *r, double scale, const struct pp_call_edge *edge,
                     pp_function_id other)
{
    yajl_gen_map_open(j->gen);
    put_function(j, r->table->profile, other);
    json_integer(j, "ncalls", edge->calls);
    if (!(edge->flags & PP_EDGE_COUNT_ONLY)) {
        json_integer(j, "pcalls", edge->primitive_calls);
        json_double(j, "tottime", edge->tottime * scale);
        json_double(j, "cumtime", edge->cumtime * scale);
    }
    yajl_gen_map_close(j->gen);
}

static void put_row(struct json *j, const struct request *r, double scale, const struct stat_callees *callees,
                    uint32_t number)
{
    const struct pp_profile *p = r->table->profile;
    const struct pp_call_row *row = &r->table->rows[number];
    yajl_gen_map_open(j->gen);
    put_function(j, p, row->function);
    json_integer(j, "ncalls", row->calls);
    json_integer(j, "pcalls", row->primitive_calls);
    json_double(j, "tottime", row->tottime * scale);
    json_double(j, "cumtime", row->cumtime * scale);
    json_key(j, "callers");
    yajl_gen_array_open(j->gen);
    for (uint32_t e = 0; e < row->edge_count; e++) {
        put_edge(j, r, scale, &p->edges[row->first_edge + e], p->edges[row->first_edge + e].caller);
    }
    yajl_gen_array_close(j->gen);
    json_key(j, "callees");
    yajl_gen_array_open(j->gen);
    for (uint32_t i = callees->first[row->function.i]; i < callees->first[row->function.i + 1]; i++) {
        const struct pp_call_edge *edge = &p->edges[callees->edges[i]];
        put_edge(j, r, scale, edge, edge->callee);
    }
    yajl_gen_array_close(j->gen);
    yajl_gen_map_close(j->gen);
}

static struct pp_str unit_name(const char *unit)
{
    return pp_str_of(strcmp(unit, "ms") == 0   ? "milliseconds"
                     : strcmp(unit, "us") == 0 ? "microseconds"
                     : strcmp(unit, "ns") == 0 ? "nanoseconds"
                                               : "seconds");
}

void print_json(const struct request *r, double scale, const char *unit, struct pp_sink *out)
{
    struct json j;
    struct stat_callees callees;
    const struct pp_profile *p = r->table->profile;
    json_open(&j, out);
    stat_callees_init(&callees, r->table);
    yajl_gen_map_open(j.gen);
    json_text(&j, "schema", PP_STR("profpipe-functions-1"));
    json_text(&j, "kind", r->stacks ? PP_STR("stacks") : PP_STR("calls"));
    json_text(&j, "unit", r->counts ? pp_str_of(r->count_name) : unit_name(unit));
    json_integer(&j, "total_calls", p->total_calls);
    json_integer(&j, "total_primitive_calls", p->total_primitive_calls);
    json_double(&j, "total", r->total * scale);
    json_integer(&j, "function_count", (int64_t)r->table->row_count);
    json_key(&j, "functions");
    yajl_gen_array_open(j.gen);
    for (size_t i = 0; i < r->table->count; i++) {
        put_row(&j, r, scale, &callees, r->table->order[i]);
    }
    yajl_gen_array_close(j.gen);
    yajl_gen_map_close(j.gen);
    json_close(&j);
    stat_callees_free(&callees);
}
