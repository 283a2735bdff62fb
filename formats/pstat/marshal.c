/* Over 500 lines because reading and skipping share the window and the reference table: taking them apart would make both public. */
#include "formats/pstat/marshal.h"

#include <string.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/sink.h"

void marshal_init(struct marshal_reader *r, struct pp_source *source, struct pp_builder *b, struct pp_error *err)
{
    *r = (struct marshal_reader){.source = source, .builder = b, .err = err};
}

void marshal_free(struct marshal_reader *r)
{
    pp_free(r->refs.at);
    pp_free(r->interned.at);
    pp_free(r->numbers.at);
    pp_free(r->edges.at);
}

uint64_t marshal_offset(const struct marshal_reader *r)
{
    return r->base - (uint64_t)(r->end - r->at);
}

static bool fail_at(struct marshal_reader *r, uint64_t offset, const char *message)
{
    if (pp_source_error(r->source, r->err)) {
        return false;
    }
    return pp_fail(r->err, PP_SYNTAX, pp_at_offset(offset), "%s", message);
}

/* Makes `count` bytes stand at r->at. Never asks the source for more than one window: lengths that lie fail when the input ends. */
static bool fill(struct marshal_reader *r, size_t count)
{
    pp_source_skip(r->source, r->shown - (size_t)(r->end - r->at));
    struct pp_str window = pp_source_peek(r->source, count);
    r->at = (const unsigned char *)window.data;
    r->end = r->at + window.len;
    r->shown = window.len;
    r->base = pp_source_consumed(r->source) + window.len;
    return window.len >= count;
}

static inline bool need(struct marshal_reader *r, size_t count)
{
    if ((size_t)(r->end - r->at) >= count || fill(r, count)) {
        return true;
    }
    return fail_at(r, r->base, "expected more data, found the end of the file");
}

bool marshal_at_end(struct marshal_reader *r)
{
    return r->at == r->end && !fill(r, 1);
}

static bool read_u8(struct marshal_reader *r, uint32_t *value)
{
    if (!need(r, 1)) {
        return false;
    }
    *value = *r->at++;
    return true;
}

static bool read_i32(struct marshal_reader *r, int32_t *value)
{
    if (!need(r, 4)) {
        return false;
    }
    *value = (int32_t)marshal_u32(r->at);
    r->at += 4;
    return true;
}

/* A length: not negative. */
static bool read_length(struct marshal_reader *r, bool small, uint32_t *length)
{
    uint64_t offset = marshal_offset(r);
    int32_t value;
    if (small) {
        return read_u8(r, length);
    }
    if (!read_i32(r, &value)) {
        return false;
    }
    if (value < 0) {
        return fail_at(r, offset, "expected a length, found a negative number");
    }
    *length = (uint32_t)value;
    return true;
}

/* --- references --- */

static uint32_t reserve(struct marshal_reader *r, bool flagged)
{
    if (!flagged) {
        return UINT32_MAX;
    }
    *PP_PUSH(&r->refs) = marshal_ref_of(r, MARSHAL_PENDING, 0);
    return (uint32_t)r->refs.count - 1;
}

void marshal_finish(struct marshal_reader *r, const struct marshal_value *container, enum marshal_kind kind,
                    uint32_t id)
{
    if (container->slot != UINT32_MAX) {
        r->refs.at[container->slot] = marshal_ref_of(r, kind, id);
    }
}

/* Remembers a finished scalar in the slot reserved for it. */
static void remember(struct marshal_reader *r, uint32_t slot, const struct marshal_value *value)
{
    if (slot == UINT32_MAX) {
        return;
    }
    bool number = value->kind == MARSHAL_INT || value->kind == MARSHAL_FLOAT || value->kind == MARSHAL_BIG;
    r->refs.at[slot] =
        number ? marshal_number_ref(r, value->kind, value->number) : marshal_ref_of(r, value->kind, value->id);
}

static bool read_reference(struct marshal_reader *r, struct marshal_value *value)
{
    int32_t index;
    if (!read_i32(r, &index)) {
        return false;
    }
    size_t count = r->refs.count;
    if (index < 0 || (size_t)index >= count) {
        return pp_fail(r->err, PP_SYNTAX, pp_at_offset(value->offset), "reference %ld is past the end (%zu)",
                       (long)index, count);
    }
    value->kind = (enum marshal_kind)r->refs.at[index].kind;
    value->id = r->refs.at[index].id;
    if (value->kind == MARSHAL_NAME) {
        value->kind = MARSHAL_STRING;
        value->id = pp_builder_function_at(r->builder, (pp_function_id){value->id})->name.i;
        return true;
    }
    if (value->kind == MARSHAL_SMALL) {
        value->kind = MARSHAL_INT;
        value->number.integer = marshal_small(r->refs.at[index]);
        return true;
    }
    if (value->kind == MARSHAL_PENDING) {
        return fail_at(r, value->offset, "reference to a container that is not finished (a cycle)");
    }
    if (value->kind == MARSHAL_INT || value->kind == MARSHAL_FLOAT || value->kind == MARSHAL_BIG) {
        value->number = r->numbers.at[value->id];
    }
    return true;
}

/* --- scalars --- */

static bool read_string(struct marshal_reader *r, bool small, struct marshal_value *value)
{
    uint32_t length = 0;
    if (!read_length(r, small, &length)) {
        return false;
    }
    if (length > PP_LIMIT_STRING) {
        return pp_fail(r->err, PP_LIMIT, pp_at_offset(value->offset), "a string of %lu bytes is over the limit of %lu",
                       (unsigned long)length, (unsigned long)PP_LIMIT_STRING);
    }
    if (!need(r, length)) {
        return false;
    }
    value->kind = MARSHAL_STRING;
    value->id = pp_builder_string(r->builder, (struct pp_str){(const char *)r->at, length}).i;
    r->at += length;
    return true;
}

/* 'l': a count of 15-bit digits whose sign is the number's. */
static bool read_long(struct marshal_reader *r, struct marshal_value *value)
{
    int32_t count;
    if (!read_i32(r, &count)) {
        return false;
    }
    uint32_t digits = count < 0 ? 0 - (uint32_t)count : (uint32_t)count;
    double real = 0, scale = 1;
    int64_t integer = 0;
    bool fits = true;
    for (uint32_t i = 0; i < digits; i++) {
        if (!need(r, 2)) {
            return false;
        }
        uint32_t digit = (uint32_t)r->at[0] | (uint32_t)r->at[1] << 8;
        r->at += 2;
        if (digit >> 15) {
            return fail_at(r, value->offset, "expected a digit of a long below 32768");
        }
        int64_t part = count < 0 ? -(int64_t)digit : (int64_t)digit;
        int64_t place = 0;
        fits = fits && (digit == 0 || (i < 5 && pp_mul_i64(part, INT64_C(1) << (15 * i), &place) &&
                                       pp_add_i64(integer, place, &integer)));
        real += (double)part * scale;
        scale *= 32768;
    }
    value->kind = fits ? MARSHAL_INT : MARSHAL_BIG;
    value->number = fits ? (union marshal_number){.integer = integer} : (union marshal_number){.real = real};
    return true;
}

static bool read_float_text(struct marshal_reader *r, struct marshal_value *value)
{
    uint32_t length;
    if (!read_u8(r, &length) || !need(r, length)) {
        return false;
    }
    value->kind = MARSHAL_FLOAT;
    bool ok = pp_parse_double((struct pp_str){(const char *)r->at, length}, &value->number.real);
    r->at += length;
    return ok || fail_at(r, value->offset, "expected a float in text form");
}

static bool read_float(struct marshal_reader *r, struct marshal_value *value)
{
    if (!need(r, 8)) {
        return false;
    }
    uint64_t bits = (uint64_t)marshal_u32(r->at) | (uint64_t)marshal_u32(r->at + 4) << 32;
    memcpy(&value->number.real, &bits, sizeof bits);
    r->at += 8;
    value->kind = MARSHAL_FLOAT;
    return true;
}

static bool skip_bytes(struct marshal_reader *r, uint32_t count)
{
    if (!need(r, count)) {
        return false;
    }
    r->at += count;
    return true;
}

static bool skip_text_number(struct marshal_reader *r)
{
    uint32_t length;
    return read_u8(r, &length) && skip_bytes(r, length);
}

static bool set_integer(struct marshal_value *value, int64_t integer)
{
    value->kind = MARSHAL_INT;
    value->number.integer = integer;
    return true;
}

static bool read_i64(struct marshal_reader *r, struct marshal_value *value)
{
    if (!need(r, 8)) {
        return false;
    }
    uint64_t bits = (uint64_t)marshal_u32(r->at) | (uint64_t)marshal_u32(r->at + 4) << 32;
    r->at += 8;
    return set_integer(value, (int64_t)bits);
}

static bool read_interned(struct marshal_reader *r, struct marshal_value *value)
{
    if (!read_string(r, false, value)) {
        return false;
    }
    *PP_PUSH(&r->interned) = value->id;
    return true;
}

static bool read_interned_reference(struct marshal_reader *r, struct marshal_value *value)
{
    int32_t index;
    if (!read_i32(r, &index)) {
        return false;
    }
    if (index < 0 || (size_t)index >= r->interned.count) {
        return pp_fail(r->err, PP_SYNTAX, pp_at_offset(value->offset), "interned string %ld is past the end (%zu)",
                       (long)index, r->interned.count);
    }
    value->kind = MARSHAL_STRING;
    value->id = r->interned.at[index];
    return true;
}

/* Reads what is no container. *known is false for types that are not scalars. */
static bool read_scalar(struct marshal_reader *r, unsigned type, struct marshal_value *value, bool *known)
{
    int32_t small;
    value->kind = MARSHAL_OTHER;
    *known = true;
    switch (type) {
    case '0':
        value->kind = MARSHAL_NULL;
        return true;
    case 'N':
    case 'S':
    case '.':
        return true;
    case 'T':
    case 'F':
        return set_integer(value, type == 'T');
    case 'i':
        return read_i32(r, &small) && set_integer(value, small);
    case 'I':
        return read_i64(r, value);
    case 'l':
        return read_long(r, value);
    case 'g':
        return read_float(r, value);
    case 'f':
        return read_float_text(r, value);
    case 'y':
        return skip_bytes(r, 16);
    case 'x':
        return skip_text_number(r) && skip_text_number(r);
    case 's':
    case 'u':
    case 'a':
    case 'A':
        return read_string(r, false, value);
    case 't':
        return read_interned(r, value);
    case 'z':
    case 'Z':
        return read_string(r, true, value);
    case 'R':
        return read_interned_reference(r, value);
    case 'r':
        return read_reference(r, value);
    default:
        *known = false;
        return true;
    }
}

bool marshal_quick_string(struct marshal_reader *r, uint32_t *id)
{
    if (r->end - r->at < 5) {
        return false;
    }
    unsigned type = r->at[0] & 0x7fu;
    if (r->at[0] == 'r') {
        uint32_t index = marshal_u32(r->at + 1);
        bool name = index < r->refs.count && r->refs.at[index].kind == MARSHAL_NAME;
        if (index >= r->refs.count || (r->refs.at[index].kind != MARSHAL_STRING && !name)) {
            return false;
        }
        *id = r->refs.at[index].id;
        *id = name ? pp_builder_function_at(r->builder, (pp_function_id){*id})->name.i : *id;
        r->at += 5;
        return true;
    }
    bool small = type == 'z' || type == 'Z';
    if (!small && type != 'a' && type != 'A' && type != 'u') {
        return false;
    }
    size_t head = small ? 2 : 5;
    size_t length = small ? r->at[1] : marshal_u32(r->at + 1);
    if (length > PP_LIMIT_STRING || (size_t)(r->end - r->at) < head + length) {
        return false;
    }
    *id = pp_builder_string(r->builder, (struct pp_str){(const char *)r->at + head, length}).i;
    if (r->at[0] & MARSHAL_FLAG_REF) {
        *PP_PUSH(&r->refs) = marshal_ref_of(r, MARSHAL_STRING, *id);
    }
    r->at += head + length;
    return true;
}

/* --- containers --- */

/* A container that is being skipped. */
struct level {
    unsigned type;
    uint32_t left; /* items to come; dictionaries: unused */
    uint32_t slot;
    /* Code objects: the number of the object to come (1-based), the layout, and what a description needs. */
    uint32_t object;
    bool kinds; /* 3.11+: localspluskinds stands where freevars stood */
    uint32_t filename, name;
    int32_t line;
};

struct skipper {
    PP_VEC(struct level) levels;
    struct marshal_value result; /* of the last object finished */
};

/* How many 32-bit numbers open a code object: 5 (3.0-3.7, 3.11+), 6 (3.8-3.10) or 4 (2.7). The object after them is the byte code: a string with a
 * sane length, or a reference to one. Read as the wrong layout, the length has a type byte in its top byte or is 0. */
static uint32_t code_numbers(struct marshal_reader *r)
{
    static const uint32_t layouts[] = {5, 6, 4};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        size_t at = layouts[i] * 4;
        if ((size_t)(r->end - r->at) < at + 5 && !fill(r, at + 5)) {
            return 0;
        }
        unsigned type = r->at[at] & 0x7fu;
        uint32_t length = marshal_u32(r->at + at + 1);
        if ((type == 's' && length > 0 && length < (1u << 24)) || (r->at[at] == 'r' && length < r->refs.count)) {
            return layouts[i];
        }
    }
    return 0;
}

static bool begin_code(struct marshal_reader *r, struct skipper *s, uint32_t slot, uint64_t offset)
{
    uint32_t numbers = code_numbers(r);
    if (numbers == 0) {
        return fail_at(r, offset, "expected a code object of Python 2.7 or 3, found one of an unknown layout");
    }
    r->at += numbers * 4;
    *PP_PUSH(&s->levels) = (struct level){.type = 'c', .slot = slot, .object = 1};
    return true;
}

static bool begin_level(struct marshal_reader *r, struct skipper *s, unsigned type, uint32_t slot, uint64_t offset)
{
    uint32_t count = 0;
    if (s->levels.count >= PP_LIMIT_NESTING) {
        return pp_fail(r->err, PP_LIMIT, pp_at_offset(offset), "containers are nested deeper than %d",
                       PP_LIMIT_NESTING);
    }
    switch (type) {
    case 'c':
        return begin_code(r, s, slot, offset);
    case '{':
    case '}':
        break;
    case ':':
        count = 3;
        break;
    default:
        if (!read_length(r, type == ')', &count)) {
            return false;
        }
    }
    *PP_PUSH(&s->levels) = (struct level){.type = type, .left = count, .slot = slot};
    return true;
}

/* Python's repr of the code object without its address. */
static uint32_t describe_code(struct marshal_reader *r, const struct level *level)
{
    char line[24];
    size_t digits = pp_format_decimal(line, level->line, 0);
    struct pp_str parts[] = {PP_STR("<code object "),
                             pp_builder_str(r->builder, (pp_string_id){level->name}),
                             PP_STR(", file \""),
                             pp_builder_str(r->builder, (pp_string_id){level->filename}),
                             PP_STR("\", line "),
                             {line, digits},
                             PP_STR(">")};
    struct pp_sink *text = pp_sink_memory();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        pp_sink_str(text, parts[i]);
    }
    uint32_t id = pp_builder_string(r->builder, pp_sink_contents(text)).i;
    pp_sink_abandon(text);
    return id;
}

/* Takes the object just finished into the code object; true in *done when it was the last one. */
static bool take_code_object(struct marshal_reader *r, struct level *level, const struct marshal_value *value,
                             bool *done)
{
    uint32_t object = level->object++;
    uint32_t id = value->kind == MARSHAL_STRING ? value->id : 0;
    if (object == 5) {
        level->kinds = value->kind == MARSHAL_STRING;
    }
    if (object == (level->kinds ? 6u : 7u)) {
        level->filename = id;
    }
    if (object == (level->kinds ? 7u : 8u)) {
        level->name = id;
    }
    *done = object == (level->kinds ? 10u : 9u);
    return object != 8 || read_i32(r, &level->line);
}

static void end_level(struct marshal_reader *r, struct skipper *s)
{
    struct level level = s->levels.at[--s->levels.count];
    s->result.kind = level.type == 'c' ? MARSHAL_STRING : MARSHAL_OTHER;
    s->result.id = level.type == 'c' ? describe_code(r, &level) : 0;
    if (level.slot != UINT32_MAX) {
        r->refs.at[level.slot] = marshal_ref_of(r, s->result.kind, s->result.id);
    }
}

/* Ends all containers that the object just finished completes. */
static bool climb(struct marshal_reader *r, struct skipper *s)
{
    while (s->levels.count) {
        struct level *level = &s->levels.at[s->levels.count - 1];
        bool done = false;
        if (level->type == 'c') {
            if (!take_code_object(r, level, &s->result, &done)) {
                return false;
            }
        } else if (level->type == '{' || level->type == '}') {
            done = s->result.kind == MARSHAL_NULL;
        } else {
            done = --level->left == 0;
        }
        if (!done) {
            return true;
        }
        end_level(r, s);
    }
    return true;
}

/* Reads on until the levels are empty. */
static bool run_skipper(struct marshal_reader *r, struct skipper *s)
{
    while (s->levels.count) {
        struct level *top = &s->levels.at[s->levels.count - 1];
        if (top->left == 0 && top->type != 'c' && top->type != '{' && top->type != '}') {
            end_level(r, s);
            if (!climb(r, s)) {
                return false;
            }
            continue;
        }
        uint64_t offset = marshal_offset(r);
        if (!need(r, 1)) {
            return false;
        }
        unsigned byte = *r->at++;
        uint32_t slot = reserve(r, byte & MARSHAL_FLAG_REF && (byte & 0x7f) != 'r');
        bool known;
        s->result = (struct marshal_value){.offset = offset, .slot = slot};
        if (!read_scalar(r, byte & 0x7f, &s->result, &known)) {
            return false;
        }
        if (known) {
            remember(r, slot, &s->result);
            if (!climb(r, s)) {
                return false;
            }
        } else if (!strchr("([)<>{}:c", (int)(byte & 0x7f)) || !(byte & 0x7f)) {
            return pp_fail(r->err, PP_SYNTAX, pp_at_offset(offset), "expected a marshal type, found byte 0x%02x", byte);
        } else if (!begin_level(r, s, byte & 0x7f, slot, offset)) {
            return false;
        }
    }
    return true;
}

bool marshal_next(struct marshal_reader *r, bool open, struct marshal_value *value)
{
    uint64_t offset = marshal_offset(r);
    if (!need(r, 1)) {
        return false;
    }
    unsigned byte = *r->at++;
    unsigned type = byte & 0x7f;
    uint32_t slot = reserve(r, byte & MARSHAL_FLAG_REF && type != 'r');
    bool known;
    *value = (struct marshal_value){.offset = offset, .slot = slot};
    if (!read_scalar(r, type, value, &known)) {
        return false;
    }
    if (known) {
        remember(r, slot, value);
        return true;
    }
    if (open && (type == '(' || type == ')')) {
        value->kind = MARSHAL_TUPLE;
        return read_length(r, type == ')', &value->count);
    }
    if (open && type == '{') {
        value->kind = MARSHAL_DICT;
        return true;
    }
    if (!type || !strchr("([)<>{}:c", (int)type)) {
        return pp_fail(r->err, PP_SYNTAX, pp_at_offset(offset), "expected a marshal type, found byte 0x%02x", byte);
    }
    struct skipper s = {0};
    bool ok = begin_level(r, &s, type, slot, offset) && run_skipper(r, &s);
    pp_free(s.levels.at);
    value->kind = s.result.kind;
    value->id = s.result.id;
    return ok;
}

bool marshal_skip_rest(struct marshal_reader *r, const struct marshal_value *container)
{
    struct skipper s = {0};
    bool dict = container->kind == MARSHAL_DICT;
    *PP_PUSH(&s.levels) = (struct level){.type = dict ? '{' : '(', .left = container->count, .slot = container->slot};
    bool ok = run_skipper(r, &s);
    pp_free(s.levels.at);
    return ok;
}

bool marshal_expected(struct marshal_reader *r, const char *what, const struct marshal_value *found)
{
    static const char *const names[] = {[MARSHAL_NULL] = "the end of a dictionary",
                                        [MARSHAL_OTHER] = "another object",
                                        [MARSHAL_PENDING] = "an unfinished object",
                                        [MARSHAL_STRING] = "a string",
                                        [MARSHAL_INT] = "an integer",
                                        [MARSHAL_BIG] = "an integer past 64 bits",
                                        [MARSHAL_FLOAT] = "a float",
                                        [MARSHAL_TUPLE] = "a tuple",
                                        [MARSHAL_DICT] = "a dictionary",
                                        [MARSHAL_KEY] = "a function key",
                                        [MARSHAL_EDGE] = "a tuple of four numbers",
                                        [MARSHAL_CALLERS] = "a dictionary",
                                        [MARSHAL_ROW] = "a tuple"};
    if (!pp_builder_ok(r->builder)) {
        return false;
    }
    return pp_fail(r->err, PP_SYNTAX, pp_at_offset(found->offset), "expected %s, found %s", what, names[found->kind]);
}
