/* The builder's common half: strings, functions, frames, threads, metadata, errors. Stacks and calls stand in files of their own. */
#include "model/builder.h"

#include <string.h>

#include "base/limits.h"
#include "base/number.h"
#include "model/builder_parts.h"

struct pp_builder *pp_builder_new(void)
{
    struct pp_builder *b = pp_calloc(1, sizeof *b);
    b->open_row = UINT32_MAX;
    pp_intern_add(&b->strings, &b->arena, PP_STR(""));
    pp_builder_function(b, &(struct pp_function){0});
    pp_builder_frame(b, &(struct pp_frame){0});
    pp_builder_thread(b, &(struct pp_thread){0});
    return b;
}

void pp_builder_free(struct pp_builder *b)
{
    if (!b) {
        return;
    }
    pp_arena_free(&b->arena);
    pp_intern_free(&b->strings);
    void *arrays[] = {b->functions.at,    b->frames.at,          b->threads.at,       b->metrics.at,
                      b->metas.at,        b->function_set.slots, b->frame_set.slots,  b->thread_set.slots,
                      b->stack_set.slots, b->stacks.at,          b->appended.at,      b->values.at,
                      b->bounds.at,       b->samples.at,         b->sample_values.at, b->rows.at,
                      b->edges.at,        b->row_of.at,          b->seen.at,          b->named.at,
                      b->next_named.at};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        pp_free(arrays[i]);
    }
    pp_free(b);
}

void pp_builder_at(struct pp_builder *b, struct pp_where where)
{
    b->where = where;
}

bool pp_builder_ok(const struct pp_builder *b)
{
    return b->error.status == PP_OK;
}

bool pp_builder_fail(struct pp_builder *b, enum pp_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pp_vfail(&b->error, status, b->where, format, args);
    va_end(args);
    return false;
}

struct pp_report *pp_builder_report(struct pp_builder *b)
{
    return &b->report;
}

bool pp_builder_room(struct pp_builder *b, size_t count, const char *what)
{
    return count < PP_LIMIT_ROWS ||
           pp_builder_fail(b, PP_LIMIT, "more than %lu %s", (unsigned long)PP_LIMIT_ROWS, what);
}

static void row_set_grow(struct pp_row_set *set)
{
    size_t size = set->slots ? (set->mask + 1) * 2 : 64;
    struct pp_row_slot *slots = pp_calloc(size, sizeof *slots);
    for (size_t i = 0; set->slots && i <= set->mask; i++) {
        if (set->slots[i].row) {
            size_t at = set->slots[i].hash & (size - 1);
            while (slots[at].row) {
                at = (at + 1) & (size - 1);
            }
            slots[at] = set->slots[i];
        }
    }
    pp_free(set->slots);
    set->slots = slots;
    set->mask = size - 1;
}

size_t pp_row_set_slot(struct pp_row_set *set, uint32_t hash)
{
    if (!set->slots || set->count * 8 >= (set->mask + 1) * 5) {
        row_set_grow(set);
    }
    return hash & set->mask;
}

pp_string_id pp_builder_string(struct pp_builder *b, struct pp_str s)
{
    if (s.len == 0 || !pp_builder_ok(b)) {
        return (pp_string_id){0};
    }
    if (s.len > PP_LIMIT_STRING) {
        pp_builder_fail(b, PP_LIMIT, "a name of %zu bytes is over the limit of %lu", s.len,
                        (unsigned long)PP_LIMIT_STRING);
        return (pp_string_id){0};
    }
    if (!pp_builder_room(b, b->strings.count, "strings")) {
        return (pp_string_id){0};
    }
    return (pp_string_id){pp_intern_add(&b->strings, &b->arena, s)};
}

pp_string_id pp_builder_text(struct pp_builder *b, const char *text)
{
    return pp_builder_string(b, pp_str_of(text));
}

struct pp_str pp_builder_str(const struct pp_builder *b, pp_string_id id)
{
    return b->strings.strings[id.i];
}

const struct pp_function *pp_builder_function_at(const struct pp_builder *b, pp_function_id id)
{
    return &b->functions.at[id.i];
}

static uint64_t hash_function(const struct pp_function *f)
{
    uint64_t names = ((uint64_t)f->name.i << 32) | f->file.i;
    return pp_hash_u64(names ^ pp_hash_u64((uint64_t)f->line ^ ((uint64_t)f->module.i << 40)));
}

static bool same_function(const struct pp_function *a, const struct pp_function *b)
{
    return a->name.i == b->name.i && a->file.i == b->file.i && a->module.i == b->module.i && a->line == b->line;
}

static pp_function_id new_function(struct pp_builder *b, const struct pp_function *function)
{
    *PP_PUSH(&b->functions) = *function;
    *PP_PUSH(&b->next_named) = 0;
    return (pp_function_id){(uint32_t)b->functions.count - 1};
}

static pp_function_id function_by_hash(struct pp_builder *b, const struct pp_function *function)
{
    struct pp_row_set *set = &b->function_set;
    uint32_t hash = (uint32_t)hash_function(function);
    size_t at = pp_row_set_slot(set, hash);
    for (; set->slots[at].row; at = (at + 1) & set->mask) {
        uint32_t row = set->slots[at].row - 1;
        if (set->slots[at].hash == hash && same_function(&b->functions.at[row], function)) {
            return (pp_function_id){row};
        }
    }
    set->slots[at] = (struct pp_row_slot){(uint32_t)b->functions.count + 1, hash};
    set->count++;
    return new_function(b, function);
}

/* The first functions of a name are a list, which is all there is for most names: a list is in cache where a table of everything would not be. The others
 * of a name that many have (__init__, <lambda>) are found by hash. */
enum { FEW_NAMESAKES = 8 };

void pp_builder_foresee_function(const struct pp_builder *b, pp_function_id function)
{
    __builtin_prefetch(&b->functions.at[function.i]);
    if (function.i < b->row_of.count) {
        __builtin_prefetch(&b->row_of.at[function.i], 1);
    }
}

pp_function_id pp_builder_function(struct pp_builder *b, const struct pp_function *function)
{
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->functions.count, "functions")) {
        return (pp_function_id){0};
    }
    while (b->named.count <= function->name.i) {
        *PP_PUSH(&b->named) = 0;
    }
    uint32_t *link = &b->named.at[function->name.i];
    unsigned namesakes = 0;
    for (; *link && namesakes < FEW_NAMESAKES; namesakes++) {
        if (same_function(&b->functions.at[*link - 1], function)) {
            return (pp_function_id){*link - 1};
        }
        link = &b->next_named.at[*link - 1];
    }
    if (namesakes == FEW_NAMESAKES) {
        return function_by_hash(b, function);
    }
    *link = (uint32_t)b->functions.count + 1;
    return new_function(b, function);
}

static uint64_t hash_frame(const struct pp_frame *f)
{
    uint64_t h = pp_hash_u64(((uint64_t)f->function.i << 32) | f->line);
    if (f->end_line | f->column | f->end_column | f->flags) {
        h = pp_hash_u64(h ^ (((uint64_t)f->end_line << 32) | f->flags));
        h = pp_hash_u64(h ^ (((uint64_t)f->column << 32) | f->end_column));
    }
    return f->address ? pp_hash_u64(h ^ f->address) : h;
}

static bool same_frame(const struct pp_frame *a, const struct pp_frame *b)
{
    return a->function.i == b->function.i && a->line == b->line && a->end_line == b->end_line &&
           a->column == b->column && a->end_column == b->end_column && a->flags == b->flags && a->address == b->address;
}

pp_frame_id pp_builder_frame(struct pp_builder *b, const struct pp_frame *frame)
{
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->frames.count, "frames")) {
        return (pp_frame_id){0};
    }
    struct pp_row_set *set = &b->frame_set;
    uint32_t hash = (uint32_t)hash_frame(frame);
    size_t at = pp_row_set_slot(set, hash);
    for (; set->slots[at].row; at = (at + 1) & set->mask) {
        uint32_t row = set->slots[at].row - 1;
        if (set->slots[at].hash == hash && same_frame(&b->frames.at[row], frame)) {
            return (pp_frame_id){row};
        }
    }
    set->slots[at] = (struct pp_row_slot){(uint32_t)b->frames.count + 1, hash};
    set->count++;
    *PP_PUSH(&b->frames) = *frame;
    return (pp_frame_id){(uint32_t)b->frames.count - 1};
}

void pp_builder_meta(struct pp_builder *b, struct pp_str key, struct pp_str value)
{
    struct pp_meta meta = {pp_builder_string(b, key), pp_builder_string(b, value)};
    if (pp_builder_ok(b)) {
        *PP_PUSH(&b->metas) = meta;
    }
}

void pp_builder_start_utc(struct pp_builder *b, int64_t utc_ns)
{
    b->start_utc_ns = utc_ns;
}

static void show_tables(const struct pp_builder *b, struct pp_profile *p)
{
    p->shapes = b->shapes;
    p->strings = b->strings.strings;
    p->string_count = b->strings.count;
    p->functions = b->functions.at;
    p->function_count = b->functions.count;
    p->frames = b->frames.at;
    p->frame_count = b->frames.count;
    p->threads = b->threads.at;
    p->thread_count = b->threads.count;
    p->metrics = b->metrics.at;
    p->metric_count = b->metrics.count;
    p->metas = b->metas.at;
    p->meta_count = b->metas.count;
    p->start_utc_ns = b->start_utc_ns;
}

void pp_builder_view(const struct pp_builder *b, struct pp_profile *view)
{
    *view = (struct pp_profile){0};
    show_tables(b, view);
    view->samples = b->samples.at;
    view->sample_count = b->samples.count;
    view->sample_values = b->sample_values.at;
}

static struct pp_profile *finish_tables(struct pp_builder *b)
{
    struct pp_profile *p = pp_calloc(1, sizeof *p);
    show_tables(b, p);
    p->arena = b->arena;
    b->arena = (struct pp_arena){0};
    b->strings.strings = NULL;
    return p;
}

struct pp_profile *pp_builder_finish(struct pp_builder *b, struct pp_error *err)
{
    if (b->shapes & PP_SHAPE_STACKS && b->metrics.count == 0) {
        pp_builder_metric(b, PP_STR("samples"), PP_UNIT_COUNT);
    }
    pp_builder_check_sums(b);
    if (!pp_builder_ok(b)) {
        if (err && err->status == PP_OK) {
            *err = b->error;
        }
        pp_builder_free(b);
        return NULL;
    }
    struct pp_profile *p = finish_tables(b);
    pp_builder_finish_stacks(b, p);
    pp_builder_finish_calls(b, p);
    b->functions.at = NULL;
    b->frames.at = NULL;
    b->threads.at = NULL;
    b->metrics.at = NULL;
    b->metas.at = NULL;
    pp_builder_free(b);
    return p;
}
