/* Line tables that were cut short or never were ones, and the cache of code objects, of objects made here in this process' own memory. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/code_cache.h"
#include "record/unicode.h"
#include "tests/support/own_memory.h"

/* --- line tables --- */

static const enum line_table_kind kinds[] = {LINE_TABLE_PAIRS, LINE_TABLE_RANGES, LINE_TABLE_LOCATIONS};

/* A generator with a state of its own: the same tables every time. */
static unsigned next_byte(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*state >> 56);
}

static struct line_position find_fresh(enum line_table_kind kind, const char *bytes, size_t len, int64_t offset)
{
    struct line_table table = {.kind = kind, .bytes = {bytes, len}, .first_line = 100};
    struct line_position found = line_table_find(&table, offset);
    line_table_free(&table);
    return found;
}

/* Each table stands alone in its block, so that a sanitizer sees a read past its end; all end, whatever they hold. */
START_TEST(line_tables_of_any_bytes)
{
    uint64_t state = 20261127;
    for (unsigned round = 0; round < 3000; round++) {
        size_t len = next_byte(&state) % 40;
        char *bytes = malloc(len ? len : 1);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (char)(next_byte(&state) | (round % 3 == 0 ? 0x80 : 0));
        }
        for (size_t k = 0; k < 3; k++) {
            static const int64_t offsets[] = {INT64_MIN, -1, 0, 1, 2, 30, 255, 1 << 20, INT32_MAX, INT64_MAX};
            for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
                struct line_position p = find_fresh(kinds[k], bytes, len, offsets[i]);
                ck_assert_uint_le(p.line, INT32_MAX);
                ck_assert_uint_le(p.end_line, INT32_MAX);
            }
        }
        free(bytes);
    }
}
END_TEST

/* Entries of 3.11 with long numbers: three bytes of lines down, end line, columns; a number that never ends. */
START_TEST(line_tables_cut_short)
{
    static const char table[] = {(char)(0x80 | 14 << 3), 0x50, 0x01, 3, 0x4a, 1, 9, (char)(0x80 | 13 << 3 | 1), 4};
    struct line_position whole = find_fresh(LINE_TABLE_LOCATIONS, table, sizeof table, 0);
    ck_assert_uint_eq(whole.line, 100 + (0x10 | 1 << 6) / 2);
    ck_assert_uint_eq(whole.end_line, whole.line + 3);
    ck_assert_uint_eq(whole.column, (0x0a | 1 << 6));
    ck_assert_uint_eq(whole.end_column, 9);
    ck_assert_uint_eq(find_fresh(LINE_TABLE_LOCATIONS, table, sizeof table, 2).line, whole.line + 2);
    /* Past the end: what was known last. */
    ck_assert_uint_eq(find_fresh(LINE_TABLE_LOCATIONS, table, sizeof table, 1000).line, whole.line + 2);
    for (size_t len = 0; len < sizeof table; len++) {
        char *cut = malloc(len ? len : 1);
        memcpy(cut, table, len);
        for (int64_t offset = -2; offset < 8; offset++) {
            ck_assert_uint_le(find_fresh(LINE_TABLE_LOCATIONS, cut, len, offset).line, whole.line + 2);
        }
        free(cut);
    }
    static const char endless[] = {(char)(0x80 | 14 << 3), 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f};
    (void)find_fresh(LINE_TABLE_LOCATIONS, endless, sizeof endless, 0);
    /* Half a pair at the end tells nothing. */
    static const char pairs[] = {4, 1, 6};
    ck_assert_uint_eq(find_fresh(LINE_TABLE_PAIRS, pairs, 3, 50).line, 101);
    ck_assert_uint_eq(find_fresh(LINE_TABLE_RANGES, pairs, 3, 50).line, 101);
    ck_assert_uint_eq(find_fresh(LINE_TABLE_PAIRS, NULL, 0, 50).line, 100);
}
END_TEST

/* Remembered places change nothing, in whatever order a large table is asked. */
START_TEST(large_line_tables)
{
    enum { ENTRIES = 20000 };
    static char bytes[2 * ENTRIES];
    uint64_t state = 5;
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < ENTRIES; i++) {
            bool locations = kinds[k] == LINE_TABLE_LOCATIONS;
            bytes[2 * i] = (char)(locations ? 0x80 | 13 << 3 | (next_byte(&state) & 7) : next_byte(&state));
            bytes[2 * i + 1] = (char)(locations ? next_byte(&state) & 63 : next_byte(&state));
        }
        struct line_table table = {.kind = kinds[k], .bytes = {bytes, sizeof bytes}, .first_line = 100};
        for (unsigned i = 0; i < 300; i++) {
            int64_t offset = (int64_t)(next_byte(&state) << 13 | next_byte(&state) << 5);
            struct line_position found = line_table_find(&table, offset);
            struct line_position fresh = find_fresh(kinds[k], bytes, sizeof bytes, offset);
            ck_assert_uint_eq(found.line, fresh.line);
            ck_assert_uint_eq(found.end_line, fresh.end_line);
        }
        ck_assert_uint_gt(table.marks.count, 10);
        line_table_free(&table);
    }
}
END_TEST

/* --- code objects --- */

enum { TYPE = 8, TYPE_NAME = 24, SIZE = 16, DATA = 32, LENGTH = 16, STATE = 32, ASCII = 40, COMPACT = 56 };
enum {
    FIRST_LINE = 68,
    FILE_NAME = 112,
    NAME = 120,
    QUALNAME = 128,
    LINE_TABLE = 136,
    CODE_VERSION = 92,
    CODE_BYTES = 208
};

static unsigned char code_type[64], code[CODE_BYTES], name[128], file[128], lines[64];

static struct target target_3_12(void)
{
    struct target target = {.pid = getpid()};
    target.offsets = *offsets_of_version(12);
    ck_assert_uint_eq(target.offsets.code_qualname, QUALNAME);
    return target;
}

static void make_text(unsigned char *at, const char *text)
{
    memset(at, 0, 128);
    put(at + LENGTH, strlen(text));
    at[STATE] = 1 << 2 | 1 << 5 | 1 << 6;
    memcpy(at + ASCII, text, strlen(text));
}

static void make_code(const char *called)
{
    static const char table[] = {(char)(0x80 | 13 << 3 | 1), 2};
    memset(code, 0, sizeof code);
    put(code_type + TYPE_NAME, address_of("code"));
    put(code + TYPE, address_of(code_type));
    code[FIRST_LINE] = 41;
    put(code + FILE_NAME, address_of(file));
    put(code + NAME, address_of(name));
    put(code + QUALNAME, address_of(name));
    put(code + LINE_TABLE, address_of(lines));
    make_text(name, called);
    make_text(file, "made.py");
    put(lines + SIZE, sizeof table);
    memcpy(lines + DATA, table, sizeof table);
}

/* One stack of that one code object, or whatever stands at `at`. */
static bool check(struct code_cache *cache, const unsigned char *at, uint64_t generation)
{
    walked_frames frames = {0};
    size_t looked_at;
    *PP_PUSH(&frames) = (struct walked_frame){.frame = 1, .code = address_of(at)};
    (void)code_cache_next_round(cache);
    bool known = code_cache_check(cache, &frames, generation, &looked_at);
    pp_free(frames.at);
    return known;
}

static const struct code *known(struct code_cache *cache)
{
    const struct code *found = code_cache_find(cache, address_of(code));
    ck_assert_ptr_nonnull(found);
    return found;
}

#define ck_assert_name(cache, text) ck_assert(pp_str_eq(known(cache)->name, PP_STR(text)))

START_TEST(codes_are_known_after_the_first_look)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_12();
    struct code_cache *cache = code_cache_new(&target);
    make_code("first");
    ck_assert_ptr_null(code_cache_find(cache, address_of(code)));
    ck_assert(!check(cache, code, UINT64_MAX));
    ck_assert(check(cache, code, UINT64_MAX));
    ck_assert_name(cache, "first");
    ck_assert(pp_str_eq(known(cache)->file, PP_STR("made.py")));
    ck_assert_int_eq(known(cache)->first_line, 41);
    struct line_table table = known(cache)->lines;
    ck_assert_uint_eq(line_table_find(&table, 0).line, 42);
    /* Another code object in the same place, with the same pointers: its number tells. */
    make_text(name, "second");
    code[CODE_VERSION] = 9;
    ck_assert(!check(cache, code, UINT64_MAX));
    ck_assert_name(cache, "second");
    ck_assert(check(cache, code, UINT64_MAX));
    code_cache_free(cache);
}
END_TEST

/* Before 3.12 there is no number, and in several interpreters the same number twice: the name's own bytes tell. */
START_TEST(codes_that_differ_in_their_names_alone)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    for (int mixed = 0; mixed < 2; mixed++) {
        struct target target = target_3_12();
        target.offsets.co_version = mixed ? target.offsets.co_version : NO_OFFSET;
        struct code_cache *cache = code_cache_new(&target);
        make_code("one");
        ck_assert(!check(cache, code, 7));
        ck_assert(check(cache, code, 7));
        if (mixed) {
            code_cache_mix(cache);
            ck_assert(!check(cache, code, 7));
            ck_assert(check(cache, code, 7));
        }
        make_text(name, "two");
        /* Without several interpreters an unchanged count of freed code objects is proof enough. */
        ck_assert_int_eq(check(cache, code, mixed ? 7 : 8), false);
        ck_assert_name(cache, "two");
        code_cache_free(cache);
    }
}
END_TEST

START_TEST(counts_of_freed_codes_spare_looks)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_12();
    struct code_cache *cache = code_cache_new(&target);
    make_code("one");
    ck_assert(!check(cache, code, 7));
    code[CODE_VERSION] = 9;
    ck_assert(check(cache, code, 7));
    ck_assert(!check(cache, code, 8));
    ck_assert(check(cache, code, 8));
    code_cache_free(cache);
}
END_TEST

/* A stack read at the wrong moment leads anywhere. */
START_TEST(what_is_no_code_is_never_known)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_12();
    struct code_cache *cache = code_cache_new(&target);
    for (int kind = 0; kind < 5; kind++) {
        make_code("one");
        if (kind == 0) {
            put(code + TYPE, own_memory_hole());
        } else if (kind == 1) {
            put(code_type + TYPE_NAME, address_of("cod"));
        } else if (kind == 2) {
            put(code_type + TYPE_NAME, own_memory_hole());
        }
        const unsigned char *at = kind == 3 ? NULL : kind == 4 ? code + CODE_BYTES - 8 : code;
        ck_assert(!check(cache, at, UINT64_MAX));
        ck_assert(!check(cache, at, UINT64_MAX));
        ck_assert_ptr_null(code_cache_find(cache, address_of(at)));
    }
    /* One whose texts are nonsense has none, but is no reason to stop. */
    make_code("one");
    put(code + FILE_NAME, own_memory_hole());
    put(code + LINE_TABLE, 0);
    put(name + LENGTH, UINT64_MAX / 2);
    ck_assert(!check(cache, code, UINT64_MAX));
    ck_assert(check(cache, code, UINT64_MAX));
    ck_assert_uint_eq(known(cache)->name.len + known(cache)->file.len + known(cache)->lines.bytes.len, 0);
    code_cache_free(cache);
}
END_TEST

START_TEST(texts_of_all_kinds)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    struct target target = target_3_12();
    remote_text text = {0};
    static const struct {
        unsigned kind;
        unsigned char bytes[8];
        size_t length;
        const char *utf8;
    } cases[] = {
        {1, {0x67, 0xf6, 0xdf}, 3, "gößx"},
        {2, {0x44, 0x04, 0xce, 0x91}, 2, "ф野x"},
        {4, {0xb7, 0x0b, 0x02, 0x00, 0xff, 0xff, 0xff, 0xff}, 2, "\U00020bb7\uFFFDx"},
    };
    for (size_t i = 0; i < 3; i++) {
        make_text(name, "");
        put(name + LENGTH, cases[i].length);
        name[STATE] = (unsigned char)(cases[i].kind << 2 | 1 << 5);
        memcpy(name + COMPACT, cases[i].bytes, 8);
        ck_assert(unicode_read(getpid(), &target.offsets, address_of(name), &text));
        *PP_PUSH(&text) = 'x';
        ck_assert(pp_str_eq((struct pp_str){text.at, text.count}, pp_str_of(cases[i].utf8)));
    }
    name[STATE] = 3 << 2 | 1 << 5; /* three bytes a character there are not */
    ck_assert(!unicode_read(getpid(), &target.offsets, address_of(name), &text));
    name[STATE] = 1 << 2 | 1 << 6; /* nor what stands elsewhere */
    ck_assert(!unicode_read(getpid(), &target.offsets, address_of(name), &text));
    ck_assert(!unicode_read(getpid(), &target.offsets, own_memory_hole(), &text));
    put(lines + SIZE, UINT64_MAX);
    ck_assert(!bytes_read(getpid(), &target.offsets, address_of(lines), &text));
    pp_free(text.at);
}
END_TEST

/* Code that falls out of use is given up once there is much of it, and no more than that. */
START_TEST(caches_do_not_grow)
{
    if (!own_memory_can_be_read()) {
        return;
    }
    enum { CODES = 40000, EACH = 256 };
    static unsigned char many[CODES][EACH];
    struct target target = target_3_12();
    struct code_cache *cache = code_cache_new(&target);
    make_code("one");
    for (size_t i = 0; i < CODES; i++) {
        memcpy(many[i], code, sizeof code);
        ck_assert(!check(cache, many[i], 7));
        code_cache_trim(cache);
    }
    ck_assert_ptr_nonnull(code_cache_find(cache, address_of(many[CODES - 1])));
    size_t there = 0;
    for (size_t i = 0; i < CODES; i++) {
        there += code_cache_find(cache, address_of(many[i])) != NULL;
    }
    ck_assert_uint_lt(there, CODES / 2);
    code_cache_free(cache);
}
END_TEST

Suite *suite_recorder_code(void);
Suite *suite_recorder_code(void)
{
    Suite *suite = suite_create("recorder_code");
    TCase *tc = tcase_create("recorder_code");
    tcase_add_test(tc, line_tables_of_any_bytes);
    tcase_add_test(tc, line_tables_cut_short);
    tcase_add_test(tc, large_line_tables);
    tcase_add_test(tc, codes_are_known_after_the_first_look);
    tcase_add_test(tc, codes_that_differ_in_their_names_alone);
    tcase_add_test(tc, counts_of_freed_codes_spare_looks);
    tcase_add_test(tc, what_is_no_code_is_never_known);
    tcase_add_test(tc, texts_of_all_kinds);
    tcase_add_test(tc, caches_do_not_grow);
    suite_add_tcase(suite, tc);
    return suite;
}
