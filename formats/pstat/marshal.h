/* Python's marshal, as far as pstats files need it (versions 0-6). Facts: CPython Python/marshal.c (w_object, r_object) of 2.7 and 3.3-3.15. */
#ifndef PP_FORMATS_PSTAT_MARSHAL_H
#define PP_FORMATS_PSTAT_MARSHAL_H

#include <string.h>

#include "base/memory.h"
#include "base/source.h"
#include "model/builder.h"

enum { MARSHAL_FLAG_REF = 0x80 };

/* What an object turned out to be, as far as a profile cares. */
enum marshal_kind {
    MARSHAL_NULL,    /* '0': ends dictionaries */
    MARSHAL_OTHER,   /* anything without use here; skipped whole */
    MARSHAL_PENDING, /* in the reference table only: a container that is not finished */
    MARSHAL_STRING,  /* string id; code objects become their description */
    MARSHAL_INT,     /* integer */
    MARSHAL_BIG,     /* an int past 64 bits; real holds it rounded */
    MARSHAL_FLOAT,   /* real */
    MARSHAL_TUPLE,   /* begun: `count` items follow */
    MARSHAL_DICT,    /* begun: keys and values follow until MARSHAL_NULL */
    MARSHAL_KEY,     /* a function key seen before: function id */
    MARSHAL_EDGE,    /* an edge tuple seen before: index into edges */
    MARSHAL_CALLERS, /* a callers dictionary seen before: function id of its row */
    MARSHAL_ROW,     /* a row tuple seen before: function id of its row */
    MARSHAL_SMALL,   /* in the reference table only: an integer that fits beside the kind */
    MARSHAL_NAME /* in the reference table only: a string by the function it named first, whose key it is likely to be met in again */
};

/* A number as its kind says: integer of MARSHAL_INT, real of MARSHAL_FLOAT and MARSHAL_BIG. */
union marshal_number {
    int64_t integer;
    double real;
};

struct marshal_value {
    enum marshal_kind kind;
    uint32_t id;    /* string, function or edge number */
    uint32_t count; /* items of a tuple */
    uint32_t slot;  /* reference slot to fill when the container is finished; UINT32_MAX: none */
    union marshal_number number;
    uint64_t offset; /* of its type byte */
};

/* A slot of the reference table, small because it is read at random: what it holds and its number. */
struct marshal_ref {
    uint32_t kind : 4, id : 28;
};

enum { MARSHAL_MOST_IDS = 1 << 28, MARSHAL_SMALL_ZERO = 1 << 27 };

struct marshal_reader {
    struct pp_source *source;
    struct pp_builder *builder;
    struct pp_error *err;
    const unsigned char *at, *end;        /* window of the source */
    uint64_t base;                        /* input offset of `end` */
    size_t shown;                         /* bytes peeked, not skipped yet */
    PP_VEC(struct marshal_ref) refs;      /* the reference table */
    PP_VEC(uint32_t) interned;            /* Python 2's own table: string ids */
    PP_VEC(union marshal_number) numbers; /* ints and floats that are referred to */
    PP_VEC(struct pp_call_edge) edges;    /* edge tuples that are referred to */
};

/* The objects that files are made of, most of the time, without the general way: an unflagged int, an unflagged float, a reference to a key, an
 * unflagged small tuple. False, with nothing consumed, for anything else. */
static inline uint32_t marshal_u32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The slot's contents; numbers past 28 bits (a file of tens of GB) are refused through the builder. */
static inline struct marshal_ref marshal_ref_of(struct marshal_reader *r, enum marshal_kind kind, uint32_t id)
{
    if (id >= MARSHAL_MOST_IDS) {
        pp_builder_fail(r->builder, PP_LIMIT, "more than %d objects are referred to", MARSHAL_MOST_IDS);
        id = 0;
    }
    return (struct marshal_ref){.kind = (unsigned)kind & 15u, .id = id & (MARSHAL_MOST_IDS - 1)};
}

/* What a slot holds for a number. Most integers are small enough to stand in the slot itself, which spares a second table. */
static inline struct marshal_ref marshal_number_ref(struct marshal_reader *r, enum marshal_kind kind,
                                                    union marshal_number number)
{
    if (kind == MARSHAL_INT && number.integer >= -MARSHAL_SMALL_ZERO && number.integer < MARSHAL_SMALL_ZERO) {
        return marshal_ref_of(r, MARSHAL_SMALL, (uint32_t)(number.integer + MARSHAL_SMALL_ZERO));
    }
    *PP_PUSH(&r->numbers) = number;
    return marshal_ref_of(r, kind, (uint32_t)r->numbers.count - 1);
}

static inline int64_t marshal_small(struct marshal_ref ref)
{
    return (int64_t)ref.id - MARSHAL_SMALL_ZERO;
}

/* A slot of the reference table for a number that was read whole. */
static inline void marshal_keep(struct marshal_reader *r, enum marshal_kind kind, union marshal_number number)
{
    *PP_PUSH(&r->refs) = marshal_number_ref(r, kind, number);
}

static inline bool marshal_quick_int(struct marshal_reader *r, int64_t *value)
{
    if (r->end - r->at < 5) {
        return false;
    }
    unsigned type = r->at[0];
    if (type == 'r') {
        uint32_t index = marshal_u32(r->at + 1);
        if (index >= r->refs.count || r->refs.at[index].kind != MARSHAL_SMALL) {
            return false;
        }
        *value = marshal_small(r->refs.at[index]);
        r->at += 5;
        return true;
    }
    if ((type & 0x7f) != 'i') {
        return false;
    }
    *value = (int32_t)marshal_u32(r->at + 1);
    r->at += 5;
    if (type & MARSHAL_FLAG_REF) {
        marshal_keep(r, MARSHAL_INT, (union marshal_number){.integer = *value});
    }
    return true;
}

static inline bool marshal_quick_float(struct marshal_reader *r, double *value)
{
    if (r->end - r->at < 9) {
        return false;
    }
    unsigned type = r->at[0];
    if (type == 'r') {
        uint32_t index = marshal_u32(r->at + 1);
        if (index >= r->refs.count || r->refs.at[index].kind != MARSHAL_FLOAT) {
            return false;
        }
        *value = r->numbers.at[r->refs.at[index].id].real;
        r->at += 5;
        return true;
    }
    if ((type & 0x7f) != 'g') {
        return false;
    }
    uint64_t bits = (uint64_t)marshal_u32(r->at + 1) | (uint64_t)marshal_u32(r->at + 5) << 32;
    memcpy(value, &bits, sizeof bits);
    r->at += 9;
    if (type & MARSHAL_FLAG_REF) {
        marshal_keep(r, MARSHAL_FLOAT, (union marshal_number){.real = *value});
    }
    return true;
}

/* A string: a new one of one of the common types, or a reference to one. */
bool marshal_quick_string(struct marshal_reader *r, uint32_t *id);

static inline bool marshal_quick_key(struct marshal_reader *r, uint32_t *function)
{
    if (r->end - r->at < 5 || r->at[0] != 'r') {
        return false;
    }
    uint32_t index = marshal_u32(r->at + 1);
    if (index >= r->refs.count || r->refs.at[index].kind != MARSHAL_KEY) {
        return false;
    }
    *function = r->refs.at[index].id;
    r->at += 5;
    return true;
}

/* Has the slot fetched that a reference `ahead` bytes further on will read, if there is one: the table is large and read at random. */
static inline void marshal_foresee(const struct marshal_reader *r, ptrdiff_t ahead)
{
    if (r->end - r->at >= ahead + 5 && r->at[ahead] == 'r') {
        uint32_t index = marshal_u32(r->at + ahead + 1);
        if (index < r->refs.count) {
            __builtin_prefetch(&r->refs.at[index]);
        }
    }
}

/* The function of the name that is referred to next, if it is known: what looking it up will read is then on its way from memory. Consumes the reference. */
static inline bool marshal_quick_name(struct marshal_reader *r, uint32_t *function)
{
    if (r->end - r->at < 5 || r->at[0] != 'r') {
        return false;
    }
    uint32_t index = marshal_u32(r->at + 1);
    if (index >= r->refs.count || r->refs.at[index].kind != MARSHAL_NAME) {
        return false;
    }
    *function = r->refs.at[index].id;
    pp_builder_foresee_function(r->builder, (pp_function_id){*function});
    r->at += 5;
    return true;
}

static inline bool marshal_quick_tuple(struct marshal_reader *r, unsigned char count)
{
    if (r->end - r->at < 2 || r->at[0] != ')' || r->at[1] != count) {
        return false;
    }
    r->at += 2;
    return true;
}

/* The end of a dictionary, or the begin of one that nothing refers to. */
static inline bool marshal_quick_byte(struct marshal_reader *r, unsigned char type)
{
    if (r->at == r->end || r->at[0] != type) {
        return false;
    }
    r->at++;
    return true;
}

void marshal_init(struct marshal_reader *r, struct pp_source *source, struct pp_builder *b, struct pp_error *err);
void marshal_free(struct marshal_reader *r);
/* Reads the next object. Scalars and code objects are read whole; tuples and dictionaries are begun only (`open` true), or skipped whole and
 * returned as MARSHAL_OTHER. References are resolved. False with the error set on failure. */
bool marshal_next(struct marshal_reader *r, bool open, struct marshal_value *value);
/* Skips the rest of a begun container. */
bool marshal_skip_rest(struct marshal_reader *r, const struct marshal_value *container);
/* Fills the reference slot of a finished container. */
void marshal_finish(struct marshal_reader *r, const struct marshal_value *container, enum marshal_kind kind,
                    uint32_t id);
/* Byte offset of the next byte. */
uint64_t marshal_offset(const struct marshal_reader *r);
/* True when no byte is left. */
bool marshal_at_end(struct marshal_reader *r);
/* Records "expected WHAT, found X" at the value's offset; false. */
bool marshal_expected(struct marshal_reader *r, const char *what, const struct marshal_value *found);

#endif
