/* pstat-print --format json. The schema is docs/pstat-print-json.md; numbers are exact (repr of the doubles), every row of the file is there. */
#include <math.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "analyze/request.h"
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
    if (pp_utf8_valid(s)) {
        yajl_gen_string(j->gen, (const unsigned char *)(s.data ? s.data : ""), s.len);
        return;
    }
    struct pp_sink *repaired = pp_sink_memory();
    for (size_t at = 0; at < s.len;) {
        char bytes[4];
        size_t len = pp_utf8_put(bytes, pp_utf8_next(s, &at, NULL));
        pp_sink_write(repaired, bytes, len);
    }
    struct pp_str text = pp_sink_contents(repaired);
    yajl_gen_string(j->gen, (const unsigned char *)text.data, text.len);
    pp_sink_abandon(repaired);
}

static void put_key(struct json *j, const char *key)
{
    yajl_gen_string(j->gen, (const unsigned char *)key, strlen(key));
}

static void put_integer(struct json *j, const char *key, int64_t value)
{
    put_key(j, key);
    yajl_gen_integer(j->gen, value);
}

/* JSON has no NaN and no infinity: null and a string say so. */
static void put_double(struct json *j, const char *key, double value)
{
    char text[PP_DOUBLE_REPR_SIZE];
    put_key(j, key);
    if (isnan(value)) {
        yajl_gen_null(j->gen);
        return;
    }
    size_t len = pp_format_double_repr(text, value);
    if (isinf(value)) {
        yajl_gen_string(j->gen, (const unsigned char *)text, len);
    } else {
        yajl_gen_number(j->gen, text, len);
    }
}

static void put_text(struct json *j, const char *key, struct pp_str value)
{
    put_key(j, key);
    put_string(j, value);
}

static void put_function(struct json *j, const struct pp_profile *p, pp_function_id id)
{
    const struct pp_function *f = pp_profile_function(p, id);
    put_text(j, "name", pp_profile_str(p, f->name));
    put_text(j, "file", pp_profile_str(p, f->file));
    put_integer(j, "line", f->line);
}

static void put_edge(struct json *j, const struct request *r, const struct pp_call_edge *edge, pp_function_id other)
{
    yajl_gen_map_open(j->gen);
    put_function(j, r->table->profile, other);
    put_integer(j, "ncalls", edge->calls);
    if (!(edge->flags & PP_EDGE_COUNT_ONLY)) {
        put_integer(j, "pcalls", edge->primitive_calls);
        put_double(j, "tottime", edge->tottime);
        put_double(j, "cumtime", edge->cumtime);
    }
    yajl_gen_map_close(j->gen);
}

static void put_row(struct json *j, const struct request *r, const struct stat_callees *callees, uint32_t number)
{
    const struct pp_profile *p = r->table->profile;
    const struct stat_row *row = &r->table->rows[number];
    const struct pp_call_row *source = &p->rows[number];
    yajl_gen_map_open(j->gen);
    put_function(j, p, row->function);
    put_integer(j, "ncalls", row->calls);
    put_integer(j, "pcalls", row->primitive_calls);
    put_double(j, "tottime", row->tottime);
    put_double(j, "cumtime", row->cumtime);
    put_key(j, "callers");
    yajl_gen_array_open(j->gen);
    for (uint32_t e = 0; e < source->edge_count; e++) {
        put_edge(j, r, &p->edges[source->first_edge + e], p->edges[source->first_edge + e].caller);
    }
    yajl_gen_array_close(j->gen);
    put_key(j, "callees");
    yajl_gen_array_open(j->gen);
    for (uint32_t i = callees->first[row->function.i]; i < callees->first[row->function.i + 1]; i++) {
        const struct pp_call_edge *edge = &p->edges[callees->edges[i]];
        put_edge(j, r, edge, edge->callee);
    }
    yajl_gen_array_close(j->gen);
    yajl_gen_map_close(j->gen);
}

void print_json(const struct request *r, struct pp_sink *out)
{
    struct json j = {.out = out};
    struct stat_callees callees;
    const struct pp_profile *p = r->table->profile;
    j.gen = yajl_gen_alloc(NULL);
    yajl_gen_config(j.gen, yajl_gen_beautify, 1);
    yajl_gen_config(j.gen, yajl_gen_indent_string, " ");
    yajl_gen_config(j.gen, yajl_gen_print_callback, print_to_sink, &j);
    stat_callees_init(&callees, p);
    yajl_gen_map_open(j.gen);
    put_text(&j, "schema", PP_STR("profpipe-functions-1"));
    put_text(&j, "kind", r->stacks ? PP_STR("stacks") : PP_STR("calls"));
    put_text(&j, "unit", r->counts ? pp_str_of(r->count_name) : PP_STR("seconds"));
    put_integer(&j, "total_calls", p->total_calls);
    put_integer(&j, "total_primitive_calls", p->total_primitive_calls);
    put_double(&j, "total", r->total);
    put_integer(&j, "function_count", (int64_t)r->table->row_count);
    put_key(&j, "functions");
    yajl_gen_array_open(j.gen);
    for (size_t i = 0; i < r->table->count; i++) {
        put_row(&j, r, &callees, r->table->order[i]);
    }
    yajl_gen_array_close(j.gen);
    yajl_gen_map_close(j.gen);
    yajl_gen_free(j.gen);
    stat_callees_free(&callees);
}
