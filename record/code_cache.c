#include "record/code_cache.h"

#include <string.h>

#include "base/intern.h"
#include "record/remote_memory.h"
#include "record/unicode.h"

/* More memory than this is given back as soon as code falls out of use. */
enum { CACHE_BYTES = 3 << 20, FIRST_SLOTS = 256 };
/* No function has more variables to make before it begins. */
enum { MOST_UNITS_BEFORE = 1 << 16 };

struct code_cache {
    const struct target *target;
    struct code **slots; /* open addressing by address */
    size_t mask, count, bytes;
    uint64_t round;
    uint64_t code_type; /* address of the type "code", once known */
    bool mixed;         /* of several interpreters */
    PP_VEC(struct remote_part) parts;
    PP_VEC(struct code *) checked;
    PP_VEC(unsigned char) scratch;
    remote_text text;
};

struct code_cache *code_cache_new(const struct target *target)
{
    struct code_cache *cache = pp_calloc(1, sizeof *cache);
    cache->target = target;
    cache->mask = FIRST_SLOTS - 1;
    cache->slots = pp_calloc(FIRST_SLOTS, sizeof *cache->slots);
    return cache;
}

static void free_code(struct code *code)
{
    pp_free((void *)(uintptr_t)code->name.data);
    pp_free((void *)(uintptr_t)code->file.data);
    pp_free((void *)(uintptr_t)code->lines.bytes.data);
    line_table_free(&code->lines);
    pp_free(code->places.at);
    pp_free(code);
}

void code_cache_free(struct code_cache *cache)
{
    if (!cache) {
        return;
    }
    for (size_t i = 0; i <= cache->mask; i++) {
        if (cache->slots[i]) {
            free_code(cache->slots[i]);
        }
    }
    pp_free(cache->slots);
    pp_free(cache->parts.at);
    pp_free(cache->checked.at);
    pp_free(cache->scratch.at);
    pp_free(cache->text.at);
    pp_free(cache);
}

/* --- the table --- */

static size_t slot_of(const struct code_cache *cache, uint64_t address)
{
    size_t i = (size_t)pp_hash_u64(address) & cache->mask;
    while (cache->slots[i] && cache->slots[i]->address != address) {
        i = (i + 1) & cache->mask;
    }
    return i;
}

/* Moves all entries that `keep` says yes to into a table of `slots` slots, and frees the others. */
static void rebuild(struct code_cache *cache, size_t slots, bool (*keep)(const struct code *))
{
    struct code **old = cache->slots;
    size_t old_mask = cache->mask;
    cache->slots = pp_calloc(slots, sizeof *cache->slots);
    cache->mask = slots - 1;
    for (size_t i = 0; i <= old_mask; i++) {
        if (old[i] && keep(old[i])) {
            cache->slots[slot_of(cache, old[i]->address)] = old[i];
        } else if (old[i]) {
            cache->bytes -= old[i]->bytes;
            cache->count--;
            free_code(old[i]);
        }
    }
    pp_free(old);
}

static bool keep_all(const struct code *code)
{
    return code->address != 0;
}

static bool keep_used(const struct code *code)
{
    return code->used;
}

static void insert(struct code_cache *cache, struct code *code)
{
    size_t slot = slot_of(cache, code->address);
    if (cache->slots[slot]) {
        cache->bytes -= cache->slots[slot]->bytes;
        cache->count--;
        free_code(cache->slots[slot]);
    }
    cache->slots[slot] = code;
    cache->count++;
    cache->bytes += code->bytes;
    if (cache->count > cache->mask / 2) {
        rebuild(cache, 2 * (cache->mask + 1), keep_all);
    }
}

struct code *code_cache_find(struct code_cache *cache, uint64_t address)
{
    struct code *code = cache->slots[slot_of(cache, address)];
    if (code) {
        code->used = true;
    }
    return code;
}

void code_cache_mix(struct code_cache *cache)
{
    /* What is known already lacks its name's bytes, so that it is read again. */
    cache->mixed = true;
}

void code_cache_trim(struct code_cache *cache)
{
    if (cache->bytes < CACHE_BYTES) {
        return;
    }
    rebuild(cache, cache->mask + 1, keep_used);
    for (size_t i = 0; i <= cache->mask; i++) {
        if (cache->slots[i]) {
            cache->slots[i]->used = false;
        }
    }
}

/* --- identity --- */

/* What of a code object is looked at again: from its first line to its line table, with the pointers to its names between them. Where the version has
 * no number for each code object, or several interpreters number theirs, the name's string too (its hash, length and first characters): a new code object
 * may get the old one's place together with all its pointers. */
static struct remote_part code_part(const struct python_offsets *o, uint64_t address)
{
    size_t size = o->code_line_table + sizeof(uint64_t) - o->code_first_line;
    return (struct remote_part){address + o->code_first_line, size < CODE_IDENTITY ? size : CODE_IDENTITY};
}

static bool name_is_looked_at(const struct code_cache *cache)
{
    return cache->target->offsets.co_version == NO_OFFSET || cache->mixed;
}

uint64_t code_cache_next_round(struct code_cache *cache)
{
    return ++cache->round;
}

size_t code_cache_parts_each(const struct code_cache *cache)
{
    return name_is_looked_at(cache) ? 2 : 1;
}

static size_t identity_size(const struct code_cache *cache)
{
    const struct python_offsets *o = &cache->target->offsets;
    return code_part(o, 0).size + (name_is_looked_at(cache) ? NAME_IDENTITY : 0);
}

void code_cache_add_parts(const struct code_cache *cache, const struct code *code, struct image *image)
{
    const struct python_offsets *o = &cache->target->offsets;
    struct remote_part part = code_part(o, code->address);
    image_add(image, IMAGE_AFTER, part.address, part.size);
    if (name_is_looked_at(cache)) {
        image_add(image, IMAGE_AFTER, code->name_object, NAME_IDENTITY);
    }
}

static void add_parts(struct code_cache *cache, const struct code *code)
{
    const struct python_offsets *o = &cache->target->offsets;
    *PP_PUSH(&cache->parts) = code_part(o, code->address);
    if (name_is_looked_at(cache)) {
        *PP_PUSH(&cache->parts) = (struct remote_part){code->name_object, NAME_IDENTITY};
    }
}

/* --- reading --- */

static struct pp_str kept(struct pp_str bytes)
{
    char *copy = pp_calloc(bytes.len, 1);
    if (bytes.len) {
        memcpy(copy, bytes.data, bytes.len);
    }
    return (struct pp_str){copy, bytes.len};
}

static bool is_code(struct code_cache *cache, uint64_t address)
{
    uint64_t type, name;
    char text[5];
    const struct target *t = cache->target;
    if (!remote_u64(t->pid, address + t->offsets.object_type, &type)) {
        return false;
    }
    if (cache->code_type) {
        return type == cache->code_type;
    }
    if (remote_u64(t->pid, type + t->offsets.type_name, &name) && remote_read(t->pid, name, text, sizeof text) &&
        memcmp(text, "code", 5) == 0) {
        cache->code_type = type;
    }
    return cache->code_type != 0;
}

/* A text of the code object, owned by the caller; empty where it is no string. */
static struct pp_str text_of(struct code_cache *cache, uint64_t object)
{
    if (!unicode_read(cache->target->pid, &cache->target->offsets, object, &cache->text)) {
        cache->text.count = 0;
    }
    return kept((struct pp_str){cache->text.at, cache->text.count});
}

static uint64_t pointer_in(const struct code *code, const struct python_offsets *o, uint32_t offset)
{
    return load_u64(code->identity + (offset - o->code_first_line));
}

static void read_texts(struct code_cache *cache, struct code *code)
{
    const struct python_offsets *o = &cache->target->offsets;
    code->name = text_of(cache, code->name_object);
    code->file = text_of(cache, pointer_in(code, o, o->code_filename));
    code->first_line = load_i32(code->identity);
    if (!bytes_read(cache->target->pid, o, pointer_in(code, o, o->code_line_table), &cache->text)) {
        cache->text.count = 0;
    }
    code->lines = (struct line_table){
        .kind = line_table_kind_of(o->minor),
        .bytes = kept((struct pp_str){cache->text.at, cache->text.count}),
        .first_line = code->first_line,
    };
    code->bytes = sizeof *code + code->name.len + code->file.len + 2 * code->lines.bytes.len + 256;
}

/* _co_firsttraceable, in units, stands with co_extra (and co_tlbc) before the bytecode since 3.11 (Include/cpython/code.h). */
static int64_t first_instruction(const struct code_cache *cache, uint64_t address)
{
    const struct target *t = cache->target;
    const struct python_offsets *o = &t->offsets;
    uint32_t units, behind = o->code_bytecode_copies != NO_OFFSET ? 24 : 16;
    if (o->code_bytecode == NO_OFFSET || !remote_u32(t->pid, address + o->code_bytecode - behind, &units)) {
        return 0;
    }
    return units < MOST_UNITS_BEFORE ? 2 * (int64_t)units : 0;
}

/* Reads the code object at the address into the cache; nothing happens if there is none. */
static void load(struct code_cache *cache, uint64_t address, uint64_t generation)
{
    const struct target *t = cache->target;
    const struct python_offsets *o = &t->offsets;
    if (!is_code(cache, address)) {
        return;
    }
    struct code *code = pp_calloc(1, sizeof *code);
    struct remote_part part = code_part(o, address);
    code->address = address;
    code->generation = generation;
    code->used = true;
    if (!remote_read_parts(t->pid, &part, 1, code->identity)) {
        pp_free(code);
        return;
    }
    code->name_object = pointer_in(code, o, o->code_qualname == NO_OFFSET ? o->code_name : o->code_qualname);
    if (name_is_looked_at(cache) &&
        !remote_read(t->pid, code->name_object, code->identity + part.size, NAME_IDENTITY)) {
        pp_free(code);
        return;
    }
    read_texts(cache, code);
    code->begins = first_instruction(cache, address);
    insert(cache, code);
}

/* --- the check --- */

size_t code_cache_parts_size(const struct code_cache *cache)
{
    return identity_size(cache);
}

void code_cache_confirm(struct code_cache *cache, uint64_t address, const unsigned char *bytes, uint64_t generation)
{
    struct code *code = cache->slots[slot_of(cache, address)];
    if (code && memcmp(code->identity, bytes, identity_size(cache)) == 0) {
        code->round = cache->round;
        code->generation = generation;
    }
}

/* Collects those that have to be looked at; false if one is not known, after reading it. */
static bool collect(struct code_cache *cache, const walked_frames *frames, uint64_t generation)
{
    bool known = true;
    uint64_t last = UINT64_MAX;
    cache->parts.count = 0;
    cache->checked.count = 0;
    for (size_t i = 0; i < frames->count; i++) {
        /* Recursion. */
        if (frames->at[i].code == last) {
            continue;
        }
        last = frames->at[i].code;
        struct code *code = code_cache_find(cache, last);
        if (!code) {
            load(cache, last, generation);
            known = false;
        } else if (known && code->round != cache->round &&
                   (generation == UINT64_MAX || cache->mixed || code->generation != generation)) {
            code->round = cache->round;
            *PP_PUSH(&cache->checked) = code;
            add_parts(cache, code);
        }
    }
    return known;
}

bool code_cache_check(struct code_cache *cache, const walked_frames *frames, uint64_t generation, size_t *looked_at)
{
    bool known = collect(cache, frames, generation);
    *looked_at = cache->checked.count;
    if (!known || cache->checked.count == 0) {
        return known;
    }
    size_t size = identity_size(cache);
    PP_RESERVE(&cache->scratch, size * cache->checked.count);
    bool readable = remote_read_parts(cache->target->pid, cache->parts.at, cache->parts.count, cache->scratch.at);
    bool same = readable;
    for (size_t i = 0; i < cache->checked.count; i++) {
        struct code *code = cache->checked.at[i];
        if (readable && memcmp(code->identity, cache->scratch.at + i * size, size) == 0) {
            code->generation = generation;
        } else {
            same = false;
            load(cache, code->address, generation);
        }
    }
    return same;
}

/* --- instructions --- */

/* Start of the copy of the bytecode with this index (free-threaded builds): co_tlbc points to {size, entries…}. */
static uint64_t copied_bytecode(struct code_cache *cache, const struct code *code, uint32_t index)
{
    const struct target *t = cache->target;
    uint64_t copies, start = 0;
    if (!remote_u64(t->pid, code->address + t->offsets.code_bytecode_copies, &copies) || !copies ||
        !remote_u64(t->pid, copies + 8 + UINT64_C(8) * index, &start)) {
        return 0;
    }
    return start;
}

int64_t code_offset(struct code_cache *cache, const struct code *code, const struct walked_frame *frame)
{
    const struct python_offsets *o = &cache->target->offsets;
    if (o->instruction_kind == INSTRUCTION_BYTES) {
        return frame->instruction;
    }
    if (o->instruction_kind == INSTRUCTION_UNITS) {
        return frame->instruction < 0 ? -1 : 2 * frame->instruction;
    }
    uint64_t start = code->address + o->code_bytecode;
    if (frame->bytecode_index && o->code_bytecode_copies != NO_OFFSET) {
        start = copied_bytecode(cache, code, frame->bytecode_index);
    }
    int64_t offset = (int64_t)((uint64_t)frame->instruction - start);
    return offset < 0 || offset > INT32_MAX ? -1 : offset;
}

bool code_has_not_begun(struct code_cache *cache, const struct walked_frame *frame)
{
    const struct code *code = cache->slots[slot_of(cache, frame->code)];
    return code && cache->target->offsets.instruction_kind == INSTRUCTION_POINTER &&
           code_offset(cache, code, frame) < code->begins;
}
