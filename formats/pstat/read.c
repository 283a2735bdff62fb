/* The dictionary {(file, line, name): (cc, nc, tt, ct, {caller: edge})} into rows and edges. The structure has a fixed depth, so one function
 * per level; whatever else a hostile file nests is skipped by marshal.c with an explicit stack. */
#include "formats/pstat/pstat.h"

#include "base/number.h"
#include "formats/pstat/marshal.h"

static const char swapped_note[] =
    "calls and primitive calls are swapped, as yappi writes them; they are read the right way round";

struct row_reader {
    struct marshal_reader m;
    struct pp_call_row row;
    struct pp_function
        key; /* of the row, while row.function is not known; its name is that of the function `namesake` */
    pp_function_id namesake;
    bool key_open;
    bool more_primitive, fewer_primitive; /* some row has cc > nc / cc < nc */
    bool rows_only;                       /* callers are read, not kept, but for this one */
    pp_function_id kept_caller;           /* UINT32_MAX: none */
    PP_VEC(struct pp_call_edge) edges;    /* scratch: the callers of the row being read */
};

/* --- keys --- */

static inline bool read_key_string(struct marshal_reader *m, const char *what, uint32_t *id)
{
    struct marshal_value value;
    if (marshal_quick_string(m, id)) {
        return true;
    }
    if (!marshal_next(m, false, &value)) {
        return false;
    }
    *id = value.id;
    return value.kind == MARSHAL_STRING || marshal_expected(m, what, &value);
}

static inline bool read_count(struct marshal_reader *m, const char *what, int64_t *count)
{
    struct marshal_value value;
    if (marshal_quick_int(m, count)) {
        return true;
    }
    if (!marshal_next(m, false, &value)) {
        return false;
    }
    *count = value.number.integer;
    return value.kind == MARSHAL_INT || marshal_expected(m, what, &value);
}

/* From a key's first item to its name, and from a caller to the next one, when they are written in the common way: references to strings and keys, and
 * numbers of 4 and 8 bytes. */
enum {
    NAME_AHEAD = 5 + 5,
    CALLER_AHEAD = 5 + 2 + 2 * 5 + 2 * 9,
    CALLERS_AHEAD = NAME_AHEAD + 5 + 2 + 2 * 5 + 2 * 9 + 1 /* from a row's key to its first caller */
};

static bool read_key_place(struct marshal_reader *m, struct pp_function *key)
{
    *key = (struct pp_function){0};
    marshal_foresee(m, NAME_AHEAD);
    return read_key_string(m, "a file name in a function key", &key->file.i) &&
           read_count(m, "a line number in a function key", &key->line);
}

static bool read_key_name(struct marshal_reader *m, const struct pp_function *place, uint32_t *function)
{
    struct pp_function key = *place;
    size_t slot = m->refs.count;
    if (!read_key_string(m, "a function name in a function key", &key.name.i)) {
        return false;
    }
    *function = pp_builder_function(m->builder, &key).i;
    if (slot < m->refs.count && m->refs.at[slot].kind == MARSHAL_STRING && m->refs.at[slot].id == key.name.i &&
        pp_builder_ok(m->builder)) {
        m->refs.at[slot] = marshal_ref_of(m, MARSHAL_NAME, *function);
    }
    return true;
}

static bool read_new_key(struct marshal_reader *m, const struct marshal_value *tuple, uint32_t *function)
{
    struct pp_function place;
    if (!read_key_place(m, &place) || !read_key_name(m, &place, function)) {
        return false;
    }
    marshal_finish(m, tuple, MARSHAL_KEY, *function);
    return true;
}

/* Python 3.15's sampler adds the key ("__sampled__",). */
static bool read_mark(struct marshal_reader *m, const struct marshal_value *tuple, bool *sampled)
{
    struct marshal_value mark, value;
    if (!marshal_next(m, false, &mark)) {
        return false;
    }
    if (mark.kind != MARSHAL_STRING ||
        !pp_str_eq(pp_builder_str(m->builder, (pp_string_id){mark.id}), PP_STR("__sampled__"))) {
        return marshal_expected(m, "a (file, line, function) key", tuple);
    }
    marshal_finish(m, tuple, MARSHAL_OTHER, 0);
    *sampled = true;
    return marshal_next(m, false, &value);
}

/* A key: a new tuple of three or a reference to one. */
static bool read_key(struct marshal_reader *m, const struct marshal_value *value, uint32_t *function)
{
    if (value->kind == MARSHAL_KEY) {
        *function = value->id;
        return true;
    }
    if (value->kind != MARSHAL_TUPLE || value->count != 3) {
        return marshal_expected(m, "a (file, line, function) key", value);
    }
    return read_new_key(m, value, function);
}

/* --- numbers --- */

static inline bool read_time(struct marshal_reader *m, const char *what, double *seconds)
{
    struct marshal_value value;
    if (marshal_quick_float(m, seconds)) {
        return true;
    }
    if (!marshal_next(m, false, &value)) {
        return false;
    }
    *seconds = value.kind == MARSHAL_INT ? (double)value.number.integer : value.number.real;
    return value.kind == MARSHAL_FLOAT || value.kind == MARSHAL_INT || value.kind == MARSHAL_BIG ||
           marshal_expected(m, what, &value);
}

/* --- callers --- */

/* A tuple (nc, cc, tt, ct); old merges concatenated several: they are added. */
static bool read_edge_tuple(struct marshal_reader *m, const struct marshal_value *tuple, struct pp_call_edge *edge)
{
    if (tuple->count == 0 || tuple->count % 4 != 0) {
        return marshal_expected(m, "a caller's (calls, primitive calls, time, cumulative time)", tuple);
    }
    if (tuple->count > 4) {
        pp_report_note(pp_builder_report(m->builder),
                       "callers with concatenated numbers (an old pstats.add) were added up",
                       pp_at_offset(tuple->offset));
    }
    for (uint32_t i = 0; i < tuple->count; i += 4) {
        int64_t calls, primitive;
        double tottime, cumtime;
        if (!read_count(m, "a caller's calls", &calls) || !read_count(m, "a caller's primitive calls", &primitive) ||
            !read_time(m, "a caller's time", &tottime) || !read_time(m, "a caller's cumulative time", &cumtime)) {
            return false;
        }
        if (!pp_add_i64(edge->calls, calls, &edge->calls) ||
            !pp_add_i64(edge->primitive_calls, primitive, &edge->primitive_calls)) {
            return pp_fail(m->err, PP_LIMIT, pp_at_offset(tuple->offset), "call counts add up past 64 bits");
        }
        edge->tottime = i ? edge->tottime + tottime : tottime;
        edge->cumtime = i ? edge->cumtime + cumtime : cumtime;
    }
    if (tuple->slot != UINT32_MAX) {
        marshal_finish(m, tuple, MARSHAL_EDGE, (uint32_t)m->edges.count);
        *PP_PUSH(&m->edges) = *edge;
    }
    return true;
}

static bool read_edge(struct marshal_reader *m, struct pp_call_edge *edge)
{
    struct marshal_value value;
    if (marshal_quick_tuple(m, 4)) {
        return read_count(m, "a caller's calls", &edge->calls) &&
               read_count(m, "a caller's primitive calls", &edge->primitive_calls) &&
               read_time(m, "a caller's time", &edge->tottime) &&
               read_time(m, "a caller's cumulative time", &edge->cumtime);
    }
    if (!marshal_next(m, true, &value)) {
        return false;
    }
    switch (value.kind) {
    case MARSHAL_INT:
        edge->calls = value.number.integer;
        edge->flags = PP_EDGE_COUNT_ONLY;
        return true;
    case MARSHAL_EDGE: {
        pp_function_id caller = edge->caller;
        *edge = m->edges.at[value.id];
        edge->caller = caller;
        return true;
    }
    case MARSHAL_TUPLE:
        return read_edge_tuple(m, &value, edge);
    default:
        return marshal_expected(m, "a caller's numbers", &value);
    }
}

/* The row's function, if its lookup was put off. */
static void settle_key(struct row_reader *r)
{
    if (!r->key_open) {
        return;
    }
    const struct pp_function *known = pp_builder_function_at(r->m.builder, r->namesake);
    r->row.function = r->namesake;
    if (known->line != r->key.line || known->file.i != r->key.file.i || known->module.i != 0) {
        r->key.name = known->name;
        r->row.function = pp_builder_function(r->m.builder, &r->key);
    }
    r->key_open = false;
}

/* Where the callers end `ahead` bytes further on, the name in the next row's key and its first callers are what will be looked up. */
static inline void foresee_row(const struct marshal_reader *m, ptrdiff_t ahead)
{
    if (m->end - m->at > ahead && m->at[ahead] == '0') {
        ptrdiff_t key = ahead + 1 + 2;
        marshal_foresee(m, key + NAME_AHEAD);
        marshal_foresee(m, key + CALLERS_AHEAD);
        marshal_foresee(m, key + CALLERS_AHEAD + CALLER_AHEAD);
    }
}

/* Reads {caller: edge …} into r->edges; the row itself is added afterwards because its numbers and callers are one tuple. */
static bool read_callers(struct row_reader *r, const struct marshal_value *dict)
{
    struct marshal_reader *m = &r->m;
    foresee_row(m, 0);
    foresee_row(m, CALLER_AHEAD);
    for (;;) {
        struct marshal_value key;
        struct pp_call_edge edge = {0};
        marshal_foresee(m, 2 * CALLER_AHEAD);
        foresee_row(m, 2 * CALLER_AHEAD);
        if (!marshal_quick_key(m, &edge.caller.i)) {
            if (marshal_quick_byte(m, '0')) {
                break;
            }
            if (!marshal_next(m, true, &key)) {
                return false;
            }
            if (key.kind == MARSHAL_NULL) {
                break;
            }
            if (!read_key(m, &key, &edge.caller.i)) {
                return false;
            }
        }
        if (!read_edge(m, &edge)) {
            return false;
        }
        if (!r->rows_only || edge.caller.i == r->kept_caller.i) {
            *PP_PUSH(&r->edges) = edge;
        }
    }
    if (dict->slot != UINT32_MAX) {
        settle_key(r);
        marshal_finish(m, dict, MARSHAL_CALLERS, r->row.function.i);
    }
    return true;
}

/* --- rows --- */

static void add_row(struct row_reader *r, const struct marshal_value *callers)
{
    struct pp_builder *b = r->m.builder;
    settle_key(r);
    pp_builder_row(b, &r->row);
    if (callers->kind == MARSHAL_CALLERS) {
        pp_builder_copy_edges(b, (pp_function_id){callers->id});
    }
    for (size_t i = 0; i < r->edges.count; i++) {
        pp_builder_edge(b, &r->edges.at[i]);
    }
    r->more_primitive = r->more_primitive || r->row.primitive_calls > r->row.calls;
    r->fewer_primitive = r->fewer_primitive || r->row.primitive_calls < r->row.calls;
}

/* The callers of a row: a dictionary, mostly one that nothing refers to, or another row's. */
static bool read_row_callers(struct row_reader *r, struct marshal_value *callers)
{
    struct marshal_reader *m = &r->m;
    *callers = (struct marshal_value){.kind = MARSHAL_DICT, .slot = UINT32_MAX};
    if (marshal_quick_byte(m, '{')) {
        return read_callers(r, callers);
    }
    if (!marshal_next(m, true, callers)) {
        return false;
    }
    if (callers->kind != MARSHAL_DICT && callers->kind != MARSHAL_CALLERS) {
        return marshal_expected(m, "a dictionary of callers", callers);
    }
    return callers->kind == MARSHAL_CALLERS || read_callers(r, callers);
}

static bool read_row_tuple(struct row_reader *r, const struct marshal_value *tuple)
{
    struct marshal_reader *m = &r->m;
    struct marshal_value callers;
    r->edges.count = 0;
    if (tuple->kind != MARSHAL_TUPLE || tuple->count != 5) {
        return marshal_expected(m, "a function's (primitive calls, calls, time, cumulative time, callers)", tuple);
    }
    if (!read_count(m, "primitive calls", &r->row.primitive_calls) || !read_count(m, "calls", &r->row.calls) ||
        !read_time(m, "a time", &r->row.tottime) || !read_time(m, "a cumulative time", &r->row.cumtime)) {
        return false;
    }
    if (!read_row_callers(r, &callers)) {
        return false;
    }
    add_row(r, &callers);
    marshal_finish(m, tuple, MARSHAL_ROW, r->row.function.i);
    return true;
}

static bool read_row(struct row_reader *r)
{
    struct marshal_value value;
    if (marshal_quick_tuple(&r->m, 5)) {
        return read_row_tuple(r, &(struct marshal_value){.kind = MARSHAL_TUPLE, .count = 5, .slot = UINT32_MAX});
    }
    if (!marshal_next(&r->m, true, &value)) {
        return false;
    }
    if (value.kind == MARSHAL_ROW) {
        const struct pp_call_row *same = pp_builder_row_of(r->m.builder, (pp_function_id){value.id});
        pp_function_id function = r->row.function;
        r->row = *same;
        r->row.function = function;
        r->edges.count = 0;
        add_row(r, &(struct marshal_value){.kind = MARSHAL_CALLERS, .id = value.id});
        return true;
    }
    return read_row_tuple(r, &value);
}

/* The key of a row. A function that is known (as a caller) is looked at when the row has been read: by then it has come from memory. */
static bool read_row_key(struct row_reader *r, const struct marshal_value *value)
{
    struct marshal_reader *m = &r->m;
    r->row = (struct pp_call_row){0};
    if (value->kind != MARSHAL_TUPLE || value->count != 3 || value->slot != UINT32_MAX) {
        return read_key(m, value, &r->row.function.i);
    }
    if (!read_key_place(m, &r->key)) {
        return false;
    }
    r->key_open = marshal_quick_name(m, &r->namesake.i);
    return r->key_open || read_key_name(m, &r->key, &r->row.function.i);
}

static bool read_rows(struct row_reader *r, bool *sampled)
{
    struct marshal_reader *m = &r->m;
    while (pp_builder_ok(m->builder)) {
        struct marshal_value key;
        pp_builder_at(m->builder, pp_at_offset(marshal_offset(m)));
        if (!marshal_next(m, true, &key)) {
            return false;
        }
        if (key.kind == MARSHAL_NULL) {
            return true;
        }
        if (key.kind == MARSHAL_TUPLE && key.count == 1) {
            if (!read_mark(m, &key, sampled)) {
                return false;
            }
            continue;
        }
        if (!read_row_key(r, &key) || !read_row(r)) {
            return false;
        }
    }
    return true; /* the builder has the error */
}

static bool read_dictionary(struct row_reader *r, bool keep_swapped)
{
    struct marshal_reader *m = &r->m;
    struct marshal_value top;
    bool sampled = false;
    pp_builder_calls(m->builder);
    if (!marshal_next(m, true, &top)) {
        return false;
    }
    if (top.kind != MARSHAL_DICT) {
        return marshal_expected(m, "the dictionary of a pstats file", &top);
    }
    if (!read_rows(r, &sampled)) {
        return false;
    }
    if (sampled) {
        pp_builder_sampled_calls(m->builder);
    }
    if (r->more_primitive && !r->fewer_primitive && !sampled && !keep_swapped) {
        pp_builder_swap_counts(m->builder);
        pp_report_note(pp_builder_report(m->builder), swapped_note, pp_nowhere());
    }
    if (!marshal_at_end(m)) {
        pp_report_note(pp_builder_report(m->builder), "data after the dictionary was ignored, as Python ignores it",
                       pp_at_offset(marshal_offset(m)));
    }
    return true;
}

/* Bytes of a large file per function and per caller, by its smallest parts: what is expected too much is address space only. */
enum { BYTES_PER_FUNCTION = 200, BYTES_PER_EDGE = 48, SMALL_FILE = 1 << 20, LARGE_FILE = 1 << 28 };

static void expect(struct pp_builder *b, const struct pp_source *source, bool callers)
{
    uint64_t size = pp_source_gzipped(source) ? 0 : pp_source_raw_size(source);
    if (size >= SMALL_FILE) {
        size_t bytes = size < LARGE_FILE ? (size_t)size : LARGE_FILE;
        pp_builder_expect_calls(b, bytes / BYTES_PER_FUNCTION, callers ? bytes / BYTES_PER_EDGE : 0);
    }
}

/* The old profiler marks what was on top of the stack as called by this function; pstats prints those, so they are no callers like others. */
static void keep_profiler(struct row_reader *r, struct pp_builder *b)
{
    r->kept_caller = pp_builder_function(
        b, &(struct pp_function){.name = pp_builder_text(b, "profiler"), .file = pp_builder_text(b, "jprofile")});
}

bool pstat_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err)
{
    struct row_reader r = {0};
    bool keep_swapped = pp_str_eq(pp_options_get(options, "swapped"), PP_STR("keep"));
    struct pp_str callers = pp_options_get(options, "callers");
    bool some = pp_str_eq(callers, PP_STR("no"));
    r.rows_only = some || pp_str_eq(callers, PP_STR("none"));
    r.kept_caller.i = UINT32_MAX;
    expect(b, source, !r.rows_only);
    marshal_init(&r.m, source, b, err);
    if (some) {
        keep_profiler(&r, b);
    }
    bool ok = read_dictionary(&r, keep_swapped);
    marshal_free(&r.m);
    pp_free(r.edges.at);
    return ok;
}
