#include "record/dictionary.h"

#include <string.h>

#include "base/memory.h"
#include "record/remote_memory.h"

enum { WORD = 8 };

/* PyDictKeysObject up to 3.10: refcnt, size, lookup, usable, nentries, indices; every entry has hash, key, value. */
enum { OLD_SIZE = 8, OLD_COUNT = 32, OLD_INDICES = 40 };
/* From 3.11: refcnt, log2_size, log2_index_bytes, kind, version, usable, nentries, indices; entries of str keys have no hash. */
enum { LOG_INDEX_BYTES = 9, KIND = 10, COUNT = 24, INDICES = 32, KIND_GENERAL = 0, KIND_SPLIT = 2 };
enum { MOST_ENTRIES = 1 << 20, LONGEST_NAME = 32 };

/* Bits of a type's flags: values within the object, a dictionary before it (Include/object.h). */
enum { FLAG_INLINE_VALUES = 1 << 2, FLAG_MANAGED_DICT = 1 << 4 };
/* Where a managed dictionary's pointer stands before the object; before 3.12 the values' pointer too. */
enum { MANAGED_DICT = 3 * WORD, MANAGED_VALUES = 4 * WORD, MANAGED_DICT_FREE_THREADED = WORD };

/* What a keys object holds: `count` entries of `stride` bytes at `entries`; keys at `key` of each, values one word after it, or, if they are shared
 * by instances, elsewhere. */
struct keys {
    uint64_t entries, count;
    unsigned stride, key;
    bool split;
};

static bool read_keys(pid_t pid, const struct python_offsets *o, uint64_t address, struct keys *keys)
{
    unsigned char head[OLD_INDICES];
    if (!address || !remote_read(pid, address, head, sizeof head)) {
        return false;
    }
    if (o->minor < PYTHON_FIRST_DATA_STACK) {
        uint64_t size = load_u64(head + OLD_SIZE);
        unsigned width = size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8;
        *keys = (struct keys){address + OLD_INDICES + size * width, load_u64(head + OLD_COUNT), 3 * WORD, WORD, false};
        return size <= MOST_ENTRIES && keys->count <= size;
    }
    bool general = head[KIND] == KIND_GENERAL;
    *keys = (struct keys){.entries = address + INDICES + (UINT64_C(1) << (head[LOG_INDEX_BYTES] & 31)),
                          .count = load_u64(head + COUNT),
                          .stride = general ? 3 * WORD : 2 * WORD,
                          .key = general ? WORD : 0,
                          .split = head[KIND] == KIND_SPLIT};
    return keys->count <= MOST_ENTRIES;
}

/* All entries, to be freed; NULL if they cannot be read. */
static unsigned char *read_entries(pid_t pid, const struct keys *keys)
{
    unsigned char *bytes = pp_calloc((size_t)keys->count, keys->stride);
    if (!remote_read(pid, keys->entries, bytes, (size_t)keys->count * keys->stride)) {
        pp_free(bytes);
        return NULL;
    }
    return bytes;
}

/* True if the str at `text` is the ASCII `name`. */
static bool is_name(pid_t pid, const struct python_offsets *o, uint64_t text, const char *name)
{
    uint64_t length;
    char bytes[LONGEST_NAME];
    size_t wanted = strlen(name);
    return text && remote_u64(pid, text + o->text_length, &length) && length == wanted &&
           remote_read(pid, text + o->text_ascii_data, bytes, wanted) && memcmp(bytes, name, wanted) == 0;
}

/* Index of the entry with this str key; keys->count: none. */
static uint64_t find_name(pid_t pid, const struct python_offsets *o, const struct keys *keys,
                          const unsigned char *entries, const char *name)
{
    uint64_t i = 0;
    while (i < keys->count && !is_name(pid, o, load_u64(entries + i * keys->stride + keys->key), name)) {
        i++;
    }
    return i;
}

/* The value of the i-th entry; `values`: address of the array of those that are not in the entries. */
static uint64_t value_at(pid_t pid, const struct keys *keys, const unsigned char *entries, uint64_t i, uint64_t values)
{
    uint64_t value = 0;
    if (!values) {
        return keys->split ? 0 : load_u64(entries + i * keys->stride + keys->key + WORD);
    }
    return remote_u64(pid, values + i * WORD, &value) ? value : 0;
}

static uint64_t value_by_name(pid_t pid, const struct python_offsets *o, uint64_t keys_address, uint64_t values,
                              const char *name)
{
    struct keys keys;
    if (!read_keys(pid, o, keys_address, &keys)) {
        return 0;
    }
    unsigned char *entries = read_entries(pid, &keys);
    if (!entries) {
        return 0;
    }
    uint64_t i = find_name(pid, o, &keys, entries, name);
    uint64_t value = i < keys.count ? value_at(pid, &keys, entries, i, values) : 0;
    pp_free(entries);
    return value;
}

/* Shared values stand in an array; from 3.13 on four bytes about them, and padding, come first. */
static uint64_t values_array(const struct python_offsets *o, uint64_t values)
{
    return values && o->minor >= 13 ? values + WORD : values;
}

uint64_t dictionary_value(pid_t pid, const struct python_offsets *o, uint64_t dict, const char *name)
{
    uint64_t keys, values;
    if (!dict || !remote_u64(pid, dict + o->dict_keys, &keys) || !remote_u64(pid, dict + o->dict_values, &values)) {
        return 0;
    }
    return value_by_name(pid, o, keys, values_array(o, values), name);
}

uint64_t dictionary_value_of_int(pid_t pid, const struct python_offsets *o, uint64_t dict, uint64_t number)
{
    struct keys keys;
    uint64_t address, value = 0;
    if (!dict || !remote_u64(pid, dict + o->dict_keys, &address) || !read_keys(pid, o, address, &keys) || !keys.key) {
        return 0;
    }
    unsigned char *entries = read_entries(pid, &keys);
    for (uint64_t i = 0; entries && i < keys.count && !value; i++) {
        const unsigned char *entry = entries + i * keys.stride;
        /* The hash of such an int is itself. */
        if (load_u64(entry) == number) {
            value = load_u64(entry + keys.key + WORD);
        }
    }
    pp_free(entries);
    return value;
}

/* --- instances --- */

/* Until 3.10 the type says where the dictionary's pointer is. */
static uint64_t dict_by_offset(pid_t pid, const struct python_offsets *o, uint64_t object, uint64_t type)
{
    uint64_t offset, dict;
    if (!remote_u64(pid, type + o->type_dict_offset, &offset) || offset == 0 || offset > MOST_ENTRIES ||
        !remote_u64(pid, object + offset, &dict)) {
        return 0;
    }
    return dict;
}

/* Values that stand outside of any dictionary; 0: the instance has one, at *dict. */
static uint64_t loose_values(pid_t pid, const struct python_offsets *o, uint64_t object, uint64_t flags, uint64_t *dict)
{
    uint64_t values = 0, pointer = 0;
    unsigned char about[4];
    uint64_t before = o->free_threaded ? MANAGED_DICT_FREE_THREADED : MANAGED_DICT;
    *dict = 0;
    if (!(flags & FLAG_MANAGED_DICT) || !remote_u64(pid, object - before, &pointer)) {
        return 0;
    }
    if (o->minor >= 13) {
        /* Behind the object's head: capacity, size, embedded, valid. */
        values = object + o->object_type + WORD;
        if ((flags & FLAG_INLINE_VALUES) && remote_read(pid, values, about, sizeof about) && about[3]) {
            return values;
        }
    } else if (o->minor == 12 && pointer & 1) {
        return pointer + 1;
    } else if (o->minor == 11 && remote_u64(pid, object - MANAGED_VALUES, &values) && values) {
        return values;
    }
    *dict = pointer;
    return 0;
}

uint64_t instance_attribute(pid_t pid, const struct python_offsets *o, uint64_t object, const char *name)
{
    uint64_t type, flags, keys = 0, dict = 0;
    if (!object || !remote_u64(pid, object + o->object_type, &type)) {
        return 0;
    }
    if (o->minor < PYTHON_FIRST_DATA_STACK) {
        return dictionary_value(pid, o, dict_by_offset(pid, o, object, type), name);
    }
    if (!remote_u64(pid, type + o->type_flags, &flags)) {
        return 0;
    }
    uint64_t values = loose_values(pid, o, object, flags, &dict);
    if (values && remote_u64(pid, type + o->type_cached_keys, &keys)) {
        return value_by_name(pid, o, keys, values_array(o, values), name);
    }
    return dictionary_value(pid, o, dict, name);
}
