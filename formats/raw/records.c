#include "formats/raw/records.h"

#include "base/number.h"
#include "formats/raw/bytes.h"

static struct pp_str lost_name(void)
{
    return PP_STR("<lost>");
}

/* --- definitions --- */

static pp_string_id string_of(struct raw_records *r, uint64_t id)
{
    uint32_t number = 0;
    if (id && !raw_ids_get(&r->strings, id, &number)) {
        r->lost_references++;
        return pp_builder_string(r->b, lost_name());
    }
    return (pp_string_id){number};
}

static pp_function_id function_of(struct raw_records *r, uint64_t id)
{
    uint32_t number = 0;
    if (id && !raw_ids_get(&r->functions, id, &number)) {
        struct pp_function lost = {.name = pp_builder_string(r->b, lost_name())};
        r->lost_references++;
        return pp_builder_function(r->b, &lost);
    }
    return (pp_function_id){number};
}

static pp_frame_id frame_of(struct raw_records *r, uint64_t id)
{
    uint32_t number = 0;
    if (id && !raw_ids_get(&r->frames, id, &number)) {
        struct pp_function lost = {.name = pp_builder_string(r->b, lost_name())};
        struct pp_frame frame = {.function = pp_builder_function(r->b, &lost)};
        r->lost_references++;
        return pp_builder_frame(r->b, &frame);
    }
    return (pp_frame_id){number};
}

static struct raw_thread *thread_of(struct raw_records *r, uint64_t id)
{
    uint32_t number = 0;
    if (!raw_ids_get(&r->threads, id, &number)) {
        struct pp_thread lost = {0};
        if (id) {
            lost.name = pp_builder_string(r->b, lost_name());
            r->lost_references++;
        }
        number = (uint32_t)r->states.count;
        struct raw_thread state = {.thread = id ? pp_builder_new_thread(r->b, &lost) : (pp_thread_id){0}};
        *PP_PUSH(&r->states) = state;
        raw_ids_put(&r->threads, id, number);
    }
    return &r->states.at[number];
}

static bool take_string(struct raw_records *r, struct pp_str body)
{
    uint64_t id;
    if (!raw_get_u64(&body, &id) || id == 0) {
        return false;
    }
    raw_ids_put(&r->strings, id, pp_builder_string(r->b, body).i);
    return true;
}

static bool take_function(struct raw_records *r, struct pp_str body)
{
    uint64_t id, name, file, module = 0;
    struct pp_function f = {0};
    if (!raw_get_u64(&body, &id) || id == 0 || !raw_get_u64(&body, &name) || !raw_get_u64(&body, &file) ||
        !raw_get_i64(&body, &f.line) || (body.len && !raw_get_u64(&body, &module))) {
        return false;
    }
    f.name = string_of(r, name);
    f.file = string_of(r, file);
    f.module = string_of(r, module);
    raw_ids_put(&r->functions, id, pp_builder_function(r->b, &f).i);
    return true;
}

/* A field of a frame: 0 when the record ends before it; false when it is over `most`. */
static bool frame_field(struct pp_str *body, uint64_t most, uint64_t *value)
{
    *value = 0;
    return body->len == 0 || (raw_get_u64(body, value) && *value <= most);
}

static bool take_frame(struct raw_records *r, struct pp_str body)
{
    uint64_t id, function, line, end_line, column, end_column, flags, address;
    if (!raw_get_u64(&body, &id) || id == 0 || !raw_get_u64(&body, &function) ||
        !frame_field(&body, UINT32_MAX, &line) || !frame_field(&body, UINT32_MAX, &end_line) ||
        !frame_field(&body, UINT32_MAX, &column) || !frame_field(&body, UINT32_MAX, &end_column) ||
        !frame_field(&body, UINT32_MAX, &flags) || !frame_field(&body, UINT64_MAX, &address)) {
        return false;
    }
    struct pp_frame f = {.line = (uint32_t)line,
                         .end_line = (uint32_t)end_line,
                         .column = (uint32_t)column,
                         .end_column = (uint32_t)end_column,
                         .flags = (uint32_t)flags,
                         .address = address};
    f.function = function_of(r, function);
    raw_ids_put(&r->frames, id, pp_builder_frame(r->b, &f).i);
    return true;
}

static bool take_thread(struct raw_records *r, struct pp_str body)
{
    uint64_t id;
    struct pp_thread t = {0};
    if (!raw_get_u64(&body, &id) || id == 0 || !raw_get_i64(&body, &t.pid) || !raw_get_i64(&body, &t.tid)) {
        return false;
    }
    t.name = pp_builder_string(r->b, body);
    uint32_t number;
    const struct raw_thread *known = raw_ids_get(&r->threads, id, &number) ? &r->states.at[number] : NULL;
    if (known && known->defined && known->pid == t.pid && known->tid == t.tid) {
        pp_builder_name_thread(r->b, known->thread, t.name);
        return true;
    }
    struct raw_thread state = {.thread = pp_builder_new_thread(r->b, &t), .pid = t.pid, .tid = t.tid, .defined = true};
    raw_ids_put(&r->threads, id, (uint32_t)r->states.count);
    *PP_PUSH(&r->states) = state;
    return true;
}

static bool take_meta(struct raw_records *r, struct pp_str body)
{
    struct pp_str key, value;
    if (!raw_get_str(&body, &key) || !raw_get_str(&body, &value)) {
        return false;
    }
    pp_builder_meta(r->b, key, value);
    return true;
}

static bool take_anchor(struct raw_records *r, struct pp_str body)
{
    int64_t utc_ns;
    if (!raw_get_i64(&body, &utc_ns)) {
        return false;
    }
    if (!r->anchored) {
        pp_builder_start_utc(r->b, utc_ns);
        r->anchored = true;
    }
    return true;
}

static bool take_definition(struct raw_records *r, uint64_t tag, struct pp_str body)
{
    switch (tag) {
    case RAW_STRING:
        return take_string(r, body);
    case RAW_FUNCTION:
        return take_function(r, body);
    case RAW_FRAME:
        return take_frame(r, body);
    case RAW_THREAD:
        return take_thread(r, body);
    case RAW_META:
        return take_meta(r, body);
    case RAW_ANCHOR:
        return take_anchor(r, body);
    default:
        return true; /* of a newer minor version */
    }
}

static bool take_definitions(struct raw_records *r, struct pp_str in)
{
    while (in.len && pp_builder_ok(r->b)) {
        uint64_t tag;
        struct pp_str body;
        if (!raw_get_u64(&in, &tag) || !raw_get_str(&in, &body) || !take_definition(r, tag, body)) {
            return false;
        }
    }
    return true;
}

/* --- columns --- */

struct columns {
    size_t count;
    size_t metric[RAW_LIMIT_COLUMNS];
    int64_t factor[RAW_LIMIT_COLUMNS]; /* the block's decimals to the builder's */
};

static bool take_column(struct raw_records *r, struct pp_str *in, struct columns *columns, unsigned *decimals)
{
    uint64_t unit, digits;
    struct pp_str name;
    if (!raw_get_u64(in, &unit) || unit > PP_UNIT_BYTES || !raw_get_u64(in, &digits) || digits > 9 ||
        !raw_get_str(in, &name)) {
        return false;
    }
    size_t metric = pp_builder_metric(r->b, name, (enum pp_unit)unit);
    if (metric >= RAW_LIMIT_COLUMNS) {
        return pp_builder_fail(r->b, PP_LIMIT, "more than %d columns of values", RAW_LIMIT_COLUMNS);
    }
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->metric[i] == metric) {
            return false;
        }
    }
    pp_builder_decimals(r->b, metric, (unsigned)digits);
    *decimals = (unsigned)digits;
    columns->metric[columns->count++] = metric;
    return pp_builder_ok(r->b);
}

static bool take_columns(struct raw_records *r, struct pp_str *in, struct columns *columns)
{
    uint64_t count;
    unsigned decimals[RAW_LIMIT_COLUMNS];
    columns->count = 0;
    if (!raw_get_u64(in, &count) || count == 0 || count > RAW_LIMIT_COLUMNS) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!take_column(r, in, columns, &decimals[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        columns->factor[i] = 1;
        for (unsigned d = decimals[i]; d < pp_builder_decimals_of(r->b, columns->metric[i]); d++) {
            columns->factor[i] *= 10;
        }
    }
    r->values.count = 0;
    for (size_t i = 0; i < pp_builder_metric_count(r->b); i++) {
        *PP_PUSH(&r->values) = 0;
    }
    return true;
}

static bool take_values(struct raw_records *r, struct pp_str *in, const struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        int64_t value;
        if (!raw_get_i64(in, &value)) {
            return false;
        }
        if (!pp_mul_i64(value, columns->factor[i], &r->values.at[columns->metric[i]])) {
            return pp_builder_fail(r->b, PP_LIMIT, "a value is past 64 bits in the decimals of its column");
        }
    }
    return true;
}

/* --- stacks --- */

/* Moves *stack and *depth from the stack before to this one: shared, count, frames. */
static bool take_path(struct raw_records *r, struct pp_str *in, pp_stack_id *stack, uint64_t *depth)
{
    uint64_t shared, count;
    if (!raw_get_u64(in, &shared) || !raw_get_u64(in, &count) || shared > *depth || count > in->len) {
        return false;
    }
    for (; *depth > shared; --*depth) {
        *stack = pp_builder_stack_at(r->b, *stack).parent;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t frame;
        if (!raw_get_u64(in, &frame)) {
            return false;
        }
        *stack = pp_builder_push(r->b, *stack, frame_of(r, frame));
        ++*depth;
    }
    return pp_builder_ok(r->b);
}

static bool take_sample(struct raw_records *r, struct pp_str *in, const struct columns *columns, int64_t *time_ns)
{
    uint64_t flags, id;
    int64_t step;
    if (!raw_get_u64(in, &flags) || flags > UINT32_MAX || !raw_get_u64(in, &id) || !raw_get_i64(in, &step)) {
        return false;
    }
    /* Modulo 2^64, as it is written. */
    uint64_t now = (uint64_t)*time_ns + (uint64_t)step;
    *time_ns = now > INT64_MAX ? -1 - (int64_t)(UINT64_MAX - now) : (int64_t)now;
    struct raw_thread state = *thread_of(r, id);
    if (state.block != r->block) {
        state.block = r->block;
        state.stack = (pp_stack_id){0};
        state.depth = 0;
    }
    if (!take_path(r, in, &state.stack, &state.depth) || !take_values(r, in, columns)) {
        return false;
    }
    *thread_of(r, id) = state;
    struct pp_sample sample = {
        .stack = state.stack, .thread = state.thread, .time_ns = *time_ns, .flags = (uint32_t)flags};
    pp_builder_sample(r->b, &sample, r->values.at);
    r->samples++;
    return true;
}

static bool take_samples(struct raw_records *r, struct pp_str in)
{
    struct columns columns;
    int64_t time_ns = 0;
    if (!take_columns(r, &in, &columns)) {
        return false;
    }
    while (in.len && pp_builder_ok(r->b)) {
        if (!take_sample(r, &in, &columns, &time_ns)) {
            return false;
        }
        r->unordered += r->samples > 1 && time_ns < r->last_time;
        r->last_time = time_ns;
    }
    return true;
}

static bool take_bounds(struct raw_records *r, struct pp_str *in, pp_stack_id stack)
{
    uint64_t flags;
    struct pp_stack_bounds bounds = {0};
    if (!raw_get_u64(in, &flags) || flags > UINT32_MAX) {
        return false;
    }
    if (flags && (!raw_get_i64(in, &bounds.lower) || !raw_get_i64(in, &bounds.upper) || bounds.lower > bounds.upper)) {
        return false;
    }
    bounds.flags = (uint32_t)flags;
    pp_builder_bounds(r->b, stack, bounds);
    return true;
}

static bool take_stacks(struct raw_records *r, struct pp_str in)
{
    struct columns columns;
    uint64_t flags, depth = 0;
    pp_stack_id stack = {0};
    if (!take_columns(r, &in, &columns) || !raw_get_u64(&in, &flags)) {
        return false;
    }
    while (in.len && pp_builder_ok(r->b)) {
        if (!take_path(r, &in, &stack, &depth) || !take_values(r, &in, &columns)) {
            return false;
        }
        for (size_t i = 0; i < columns.count; i++) {
            pp_builder_add(r->b, stack, columns.metric[i], r->values.at[columns.metric[i]]);
        }
        if (flags & RAW_HAS_BOUNDS && !take_bounds(r, &in, stack)) {
            return false;
        }
        r->stacks++;
    }
    return true;
}

/* --- the end --- */

/* Statistics become metadata under "stat-" and their key. */
static bool take_end(struct raw_records *r, struct pp_str in)
{
    struct pp_str key, value;
    bool ok = raw_get_u64(&in, &r->declared_samples) && raw_get_u64(&in, &r->declared_stacks);
    r->ended = ok;
    while (ok && in.len) {
        ok = raw_get_str(&in, &key) && raw_get_str(&in, &value);
        if (ok) {
            raw_bytes name = {0};
            raw_put(&name, "stat-", 5);
            raw_put(&name, key.data, key.len);
            pp_builder_meta(r->b, (struct pp_str){(const char *)name.at, name.count}, value);
            pp_free(name.at);
        }
    }
    return ok;
}

bool raw_records_take(struct raw_records *r, char type, struct pp_str payload, bool *known)
{
    r->block++;
    *known = true;
    switch (type) {
    case RAW_DEFINITIONS:
        return take_definitions(r, payload);
    case RAW_SAMPLES:
        return take_samples(r, payload);
    case RAW_STACKS:
        return take_stacks(r, payload);
    case RAW_END:
        return take_end(r, payload);
    default:
        *known = false;
        return true;
    }
}

void raw_records_free(struct raw_records *r)
{
    raw_ids_free(&r->strings);
    raw_ids_free(&r->functions);
    raw_ids_free(&r->frames);
    raw_ids_free(&r->threads);
    pp_free(r->states.at);
    pp_free(r->values.at);
}
