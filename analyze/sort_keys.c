#include "analyze/sort_keys.h"

#include <math.h>
#include <string.h>

#include "analyze/list_sort.h"

static const struct sort_key all_keys[] = {
    {"calls", "call count", {STAT_CALLS}, 1, true},
    {"ncalls", "call count", {STAT_CALLS}, 1, true},
    {"cumtime", "cumulative time", {STAT_CUMULATIVE}, 1, true},
    {"cumulative", "cumulative time", {STAT_CUMULATIVE}, 1, true},
    {"file", "file name", {STAT_FILE}, 1, false},
    {"filename", "file name", {STAT_FILE}, 1, false},
    {"line", "line number", {STAT_LINE}, 1, false},
    {"module", "file name", {STAT_FILE}, 1, false},
    {"name", "function name", {STAT_NAME}, 1, false},
    {"nfl", "name/file/line", {STAT_NAME, STAT_FILE, STAT_LINE}, 3, false},
    {"pcalls", "primitive call count", {STAT_PCALLS}, 1, true},
    {"stdname", "standard name", {STAT_STDNAME}, 1, false},
    {"time", "internal time", {STAT_TIME}, 1, true},
    {"tottime", "internal time", {STAT_TIME}, 1, true},
};

enum { KEY_COUNT = sizeof all_keys / sizeof *all_keys };

const char *const *sort_key_names(void)
{
    static const char *const names[] = {"calls", "ncalls",  "cumtime", "cumulative", "file",   "filename",
                                        "line",  "module",  "name",    "nfl",        "pcalls", "stdname",
                                        "time",  "tottime", "none",    NULL};
    return names;
}

static const struct sort_key *key_of_number(struct pp_str word)
{
    static const struct {
        const char *number, *name;
    } numbers[] = {{"-1", "stdname"}, {"0", "calls"}, {"1", "time"}, {"2", "cumulative"}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        for (size_t k = 0; pp_str_eq(word, pp_str_of(numbers[i].number)) && k < KEY_COUNT; k++) {
            if (strcmp(all_keys[k].name, numbers[i].name) == 0) {
                return &all_keys[k];
            }
        }
    }
    return NULL;
}

static enum sort_parsed find_key(struct pp_str word, const struct sort_key **key)
{
    *key = key_of_number(word);
    for (size_t i = 0; !*key && i < KEY_COUNT; i++) {
        if (pp_str_eq(word, pp_str_of(all_keys[i].name))) {
            *key = &all_keys[i];
        }
    }
    if (*key) {
        return SORT_OK;
    }
    for (size_t i = 0; word.len && i < KEY_COUNT; i++) {
        if (!pp_str_starts(pp_str_of(all_keys[i].name), word)) {
            continue;
        }
        if (*key && strcmp((*key)->label, all_keys[i].label) != 0) {
            return SORT_AMBIGUOUS;
        }
        *key = *key ? *key : &all_keys[i];
    }
    return *key ? SORT_OK : SORT_UNKNOWN;
}

/* pstats takes the keys one by one and enters each with its prefixes, longest first, until a prefix is there already: that one is ambiguous from
 * then on, and shorter ones are not entered. */
bool sort_key_is_pstats(struct pp_str word)
{
    static const char *const order[] = {"calls", "ncalls", "cumtime", "cumulative", "filename", "line",   "module",
                                        "name",  "nfl",    "pcalls",  "stdname",    "time",     "tottime"};
    struct pp_str entered[128], bad[32];
    size_t entered_count = 0, bad_count = 0;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (struct pp_str part = pp_str_of(order[k]); part.len; part.len--) {
            size_t i = 0;
            while (i < entered_count && !pp_str_eq(entered[i], part)) {
                i++;
            }
            if (i < entered_count) {
                bad[bad_count++] = part;
                break;
            }
            entered[entered_count++] = part;
        }
    }
    bool known = false;
    for (size_t i = 0; i < entered_count; i++) {
        known = known || pp_str_eq(entered[i], word);
    }
    for (size_t i = 0; i < bad_count; i++) {
        known = known && !pp_str_eq(bad[i], word);
    }
    return known;
}

enum sort_parsed sort_keys_parse(struct sort_keys *keys, struct pp_str text, struct pp_str *bad)
{
    struct pp_cut cut = {.tail = text, .found = true};
    while (cut.found) {
        cut = pp_str_cut(cut.tail, ',');
        struct pp_str word = pp_str_trim(cut.head);
        const struct sort_key *key;
        *bad = word;
        if (pp_str_eq(word, PP_STR("none"))) {
            keys->count = 0;
            continue;
        }
        enum sort_parsed parsed = find_key(word, &key);
        if (parsed != SORT_OK) {
            return parsed;
        }
        if (keys->count == MOST_SORT_KEYS) {
            return SORT_TOO_MANY;
        }
        keys->at[keys->count++] = key;
    }
    return SORT_OK;
}

void sort_keys_describe(const struct sort_keys *keys, struct pp_sink *out)
{
    for (size_t i = 0; i < keys->count; i++) {
        pp_sink_text(out, i ? ", " : "");
        pp_sink_text(out, keys->at[i]->label);
    }
}

/* --- comparing --- */

struct sorter {
    struct stat_table *table;
    const struct sort_keys *keys;
};

static int compare_doubles(double a, double b)
{
    return a < b ? -1 : a > b ? 1 : 0; /* NaN: neither, as in Python */
}

static int compare_integers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_field(const struct sorter *s, enum stat_field field, uint32_t a, uint32_t b)
{
    const struct pp_call_row *x = &s->table->rows[a];
    const struct pp_call_row *y = &s->table->rows[b];
    const struct pp_profile *p = s->table->profile;
    const struct pp_function *f = pp_profile_function(p, x->function);
    const struct pp_function *g = pp_profile_function(p, y->function);
    switch (field) {
    case STAT_PCALLS:
        return compare_integers(x->primitive_calls, y->primitive_calls);
    case STAT_CALLS:
        return compare_integers(x->calls, y->calls);
    case STAT_TIME:
        return compare_doubles(x->tottime, y->tottime);
    case STAT_CUMULATIVE:
        return compare_doubles(x->cumtime, y->cumtime);
    case STAT_FILE:
        return f->file.i == g->file.i ? 0 : pp_str_cmp(pp_profile_str(p, f->file), pp_profile_str(p, g->file));
    case STAT_LINE:
        return compare_integers(f->line, g->line);
    case STAT_NAME:
        return f->name.i == g->name.i ? 0 : pp_str_cmp(pp_profile_str(p, f->name), pp_profile_str(p, g->name));
    case STAT_STDNAME:
        break;
    }
    return pp_str_cmp(stat_label(s->table, a), stat_label(s->table, b));
}

static bool row_before(const void *context, uint32_t a, uint32_t b)
{
    const struct sorter *s = context;
    for (size_t k = 0; k < s->keys->count; k++) {
        const struct sort_key *key = s->keys->at[k];
        for (unsigned f = 0; f < key->field_count; f++) {
            int order = compare_field(s, key->fields[f], a, b);
            if (order) {
                return key->descending ? order > 0 : order < 0;
            }
        }
    }
    return false;
}

/* --- the quick way: a first key that is a number --- */

struct numbered {
    uint64_t key; /* orders as the number does, turned round for descending keys */
    uint32_t row;
};

static bool number_key(const struct stat_table *t, const struct sort_key *key, uint32_t row, uint64_t *out)
{
    const struct pp_call_row *r = &t->rows[row];
    uint64_t bits;
    double time = key->fields[0] == STAT_TIME ? r->tottime : r->cumtime;
    switch (key->fields[0]) {
    case STAT_TIME:
    case STAT_CUMULATIVE:
        time = time == 0 ? 0 : time; /* -0.0 equals 0.0 */
        memcpy(&bits, &time, sizeof bits);
        bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
        break;
    case STAT_CALLS:
    case STAT_PCALLS:
        bits = (uint64_t)(key->fields[0] == STAT_CALLS ? r->calls : r->primitive_calls) ^ UINT64_C(1) << 63;
        break;
    default:
        return false;
    }
    *out = key->descending ? ~bits : bits;
    return true;
}

/* Stable, byte by byte from the lowest; bytes that are the same everywhere cost one pass of counting. */
static void radix_sort(struct numbered *items, struct numbered *other, size_t count)
{
    struct numbered *from = items, *to = other;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t starts[257] = {0};
        for (size_t i = 0; i < count; i++) {
            starts[(from[i].key >> shift & 255) + 1]++;
        }
        if (starts[(from[0].key >> shift & 255) + 1] == count) {
            continue;
        }
        for (size_t b = 1; b < 257; b++) {
            starts[b] += starts[b - 1];
        }
        for (size_t i = 0; i < count; i++) {
            to[starts[from[i].key >> shift & 255]++] = from[i];
        }
        struct numbered *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
}

/* Sorts by the first key's numbers, then the rows that are equal in it by all keys. False when the first key is no number. */
static bool sort_by_number(struct stat_table *t, const struct sorter *sorter)
{
    uint64_t key;
    if (t->count == 0 || sorter->keys->at[0]->field_count != 1 ||
        !number_key(t, sorter->keys->at[0], t->order[0], &key)) {
        return false;
    }
    struct numbered *items = pp_calloc(t->count * 2, sizeof *items);
    for (size_t i = 0; i < t->count; i++) {
        items[i].row = t->order[i];
        (void)number_key(t, sorter->keys->at[0], t->order[i], &items[i].key);
    }
    radix_sort(items, items + t->count, t->count);
    for (size_t i = 0; i < t->count; i++) {
        t->order[i] = items[i].row;
    }
    for (size_t from = 0, to; sorter->keys->count > 1 && from < t->count; from = to) {
        for (to = from + 1; to < t->count && items[to].key == items[from].key; to++) {
        }
        if (to - from > 1) {
            list_sort(t->order + from, to - from, row_before, sorter);
        }
    }
    pp_free(items);
    return true;
}

static bool any_nan(const struct stat_table *t)
{
    for (size_t i = 0; i < t->row_count; i++) {
        if (isnan(t->rows[i].tottime) || isnan(t->rows[i].cumtime)) {
            return true;
        }
    }
    return false;
}

/* --- the first rows only --- */

/* A total order: what is equal in all keys stands as in the file. */
static bool stands_before(const struct sorter *s, uint32_t a, uint32_t b)
{
    return row_before(s, a, b) || (a < b && !row_before(s, b, a));
}

/* Lets the row at `at` sink in a heap of `count` rows whose top is the last of them. */
static void sink_down(const struct sorter *s, uint32_t *heap, size_t count, size_t at)
{
    uint32_t row = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && stands_before(s, heap[child], heap[child + 1]);
        if (!stands_before(s, row, heap[child])) {
            break;
        }
        heap[at] = heap[child];
    }
    heap[at] = row;
}

/* Puts the first `head` rows of the order, which must be that of the file, in a heap, and takes them out of it from the last to the first. */
static void select_head(const struct sorter *s, uint32_t *order, size_t head)
{
    size_t rows = head ? s->table->count : 0;
    for (size_t i = head / 2; i-- > 0;) {
        sink_down(s, order, head, i);
    }
    for (size_t i = head; i < rows; i++) {
        if (stands_before(s, order[i], order[0])) {
            uint32_t row = order[0];
            order[0] = order[i];
            order[i] = row;
            sink_down(s, order, head, 0);
        }
    }
    for (size_t left = head; left > 1; left--) {
        uint32_t row = order[left - 1];
        order[left - 1] = order[0];
        order[0] = row;
        sink_down(s, order, left - 1, 0);
    }
}

/* A heap is the quicker way while it is small. */
enum { HEAD_SHARE = 64 };

void sort_table(struct stat_table *t, const struct sort_keys *keys)
{
    sort_table_head(t, keys, t->row_count);
}

void sort_table_head(struct stat_table *t, const struct sort_keys *keys, size_t head)
{
    stat_table_reset(t);
    if (keys->count == 0) {
        return;
    }
    struct sorter sorter = {t, keys};
    t->sorted = true;
    if (any_nan(t)) {
        list_sort_as_python(t->order, t->count, row_before, &sorter);
    } else if (head <= t->count / HEAD_SHARE) {
        select_head(&sorter, t->order, head);
    } else if (!sort_by_number(t, &sorter)) {
        list_sort(t->order, t->count, row_before, &sorter);
    }
}
