/* What of the recorder needs no process: advice, offsets that are read from bytes, line tables. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "record/line_table.h"
#include "record/offsets.h"
#include "record/permission.h"

/* --- advice --- */

static void says(const struct permission_facts *facts, const char *wanted, const char *unwanted)
{
    struct pp_error err = {0};
    ck_assert(!permission_say(facts, &err));
    ck_assert_msg(strstr(err.message, wanted) != NULL, "nothing of \"%s\" in: %s", wanted, err.message);
    ck_assert_msg(!unwanted || !strstr(err.message, unwanted), "\"%s\" in: %s", unwanted, err.message);
}

START_TEST(advice_fits_the_reason)
{
    says(&(struct permission_facts){.pid = 7, .sys_errno = ENOSYS}, "process_vm_readv", NULL);
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .yama_scope = 1}, "profrec -- COMMAND", "container");
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .yama_scope = 2}, "sudo", "COMMAND");
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .yama_scope = 3, .may_trace = true},
         "forbids it to everybody", "sudo");
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .in_container = true}, "--cap-add SYS_PTRACE",
         "belongs");
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .other_user = true, .owner = 33},
         "belongs to user 33", "cap-add");
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .other_user = true, .in_container = true},
         "--cap-add", NULL);
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM, .may_trace = true, .in_container = true}, "seccomp",
         "sudo");
    says(&(struct permission_facts){.pid = 7, .sys_errno = EPERM}, "process 7", "ptrace_scope");
}
END_TEST

/* --- offsets --- */

static void put(unsigned char *bytes, size_t at, uint64_t value)
{
    memcpy(bytes + at, &value, sizeof value);
}

/* What the structs' first fields say in live processes, as far as it has to make sense: position, value. */
static const uint16_t told_by_3_14[][2] = {
    {128, 7784}, {144, 7800}, {152, 7792}, {192, 8},  {200, 16}, {208, 72},  {216, 152}, {224, 160}, {232, 232},
    {248, 88},   {256, 8},    {264, 0},    {272, 56}, {288, 74}, {320, 112}, {328, 120}, {336, 128}, {344, 136},
    {352, 68},   {384, 208},  {456, 32},   {464, 16}, {624, 32}, {632, 16},  {640, 40}};
static const uint16_t told_by_3_15[][2] = {{128, 7736}, {144, 7752}, {152, 7744}, {192, 8},   {200, 16},  {208, 72},
                                           {240, 176},  {248, 184},  {256, 256},  {312, 88},  {320, 8},   {328, 0},
                                           {336, 56},   {352, 74},   {384, 112},  {392, 120}, {400, 128}, {408, 136},
                                           {416, 68},   {448, 208},  {632, 32},   {720, 32},  {728, 16},  {736, 40}};

static void tell(unsigned char bytes[DEBUG_OFFSETS_SIZE], unsigned minor)
{
    memset(bytes, 0, DEBUG_OFFSETS_SIZE);
    memcpy(bytes, "xdebugpy", 8);
    put(bytes, 8, UINT64_C(0x03000000) | minor << 16 | 0xf0);
    size_t count = minor == 14 ? sizeof told_by_3_14 / 4 : sizeof told_by_3_15 / 4;
    for (size_t i = 0; i < count; i++) {
        const uint16_t *pair = minor == 14 ? told_by_3_14[i] : told_by_3_15[i];
        put(bytes, pair[0], pair[1]);
    }
}

START_TEST(debug_offsets_are_told_apart)
{
    unsigned char bytes[DEBUG_OFFSETS_SIZE] = {0};
    struct python_offsets offsets;
    uint32_t version = 0;
    ck_assert_int_eq(offsets_from_debug(bytes, &offsets, &version), DEBUG_OFFSETS_NONE);
    tell(bytes, 16);
    ck_assert_int_eq(offsets_from_debug(bytes, &offsets, &version), DEBUG_OFFSETS_UNKNOWN);
    ck_assert_uint_eq(version, 0x031000f0);
    tell(bytes, 14);
    ck_assert_int_eq(offsets_from_debug(bytes, &offsets, &version), DEBUG_OFFSETS_READ);
    ck_assert_uint_eq(offsets.minor, 14);
    ck_assert_uint_eq(offsets.variable_size, 16); /* tuple_object.ob_size, not its ob_item */
    tell(bytes, 15);
    ck_assert_int_eq(offsets_from_debug(bytes, &offsets, &version), DEBUG_OFFSETS_READ);
    ck_assert_uint_eq(offsets.dict_keys, 32);
    put(bytes, 40, UINT64_C(1) << 40); /* interpreters_head */
    ck_assert_int_eq(offsets_from_debug(bytes, &offsets, &version), DEBUG_OFFSETS_ABSURD);
}
END_TEST

/* A process may tell anything: no number of it may lead out of the buffers it is used with. */
START_TEST(absurd_debug_offsets_are_refused)
{
    static const struct {
        uint16_t position, value;
    } lies[] = {{216, 260}, {224, 5000}, {248, 60},  {248, 2000}, {256, 88}, {288, 88},  {328, 60},
                {336, 200}, {344, 160},  {352, 137}, {640, 65},   {624, 38}, {632, 400}, {144, 7000}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        unsigned char bytes[DEBUG_OFFSETS_SIZE];
        struct python_offsets offsets;
        uint32_t version = 0;
        tell(bytes, 14);
        put(bytes, lies[i].position, lies[i].value);
        ck_assert_msg(offsets_from_debug(bytes, &offsets, &version) == DEBUG_OFFSETS_ABSURD, "%u at %u was taken",
                      lies[i].value, lies[i].position);
    }
}
END_TEST

START_TEST(tables_end_where_python_tells)
{
    ck_assert_ptr_null(offsets_of_version(PYTHON_OLDEST - 1));
    for (unsigned minor = PYTHON_OLDEST; minor < PYTHON_FIRST_DEBUG_OFFSETS; minor++) {
        ck_assert_ptr_nonnull(offsets_of_version(minor));
        ck_assert_uint_eq(offsets_of_version(minor)->minor, minor);
    }
    ck_assert_ptr_null(offsets_of_version(PYTHON_FIRST_DEBUG_OFFSETS));
}
END_TEST

/* --- lines --- */

static uint32_t line_in(unsigned minor, const char *bytes, size_t len, int64_t offset)
{
    struct line_table table = {.kind = line_table_kind_of(minor), .bytes = {bytes, len}, .first_line = 10};
    uint32_t line = line_table_find(&table, offset).line;
    line_table_free(&table);
    return line;
}

START_TEST(line_tables_of_all_versions)
{
    /* 3.9: after 4 bytes of code one line down, after 6 more two up. */
    static const char pairs[] = {4, 1, 6, -2};
    ck_assert_uint_eq(line_in(9, pairs, sizeof pairs, 0), 10);
    ck_assert_uint_eq(line_in(9, pairs, sizeof pairs, 4), 11);
    ck_assert_uint_eq(line_in(9, pairs, sizeof pairs, 10), 9);
    ck_assert_uint_eq(line_in(9, pairs, sizeof pairs, -1), 10);
    /* 3.10: 4 bytes of line 11, 2 of none, 4 of line 12. */
    static const char ranges[] = {4, 1, 2, -128, 4, 1};
    ck_assert_uint_eq(line_in(10, ranges, sizeof ranges, 2), 11);
    ck_assert_uint_eq(line_in(10, ranges, sizeof ranges, 4), 0);
    ck_assert_uint_eq(line_in(10, ranges, sizeof ranges, 6), 12);
    /* 3.11: 2 units, one line down with columns 5-9; 1 unit without a place; 1 unit of the same line, short form. */
    static const char locations[] = {(char)(0x80 | 11 << 3 | 1), 4, 8, (char)(0x80 | 15 << 3), (char)0x80, 0x23};
    ck_assert_uint_eq(line_in(11, locations, sizeof locations, 2), 11);
    ck_assert_uint_eq(line_in(11, locations, sizeof locations, 4), 0);
    ck_assert_uint_eq(line_in(11, locations, sizeof locations, 6), 11);
    struct line_table table = {.kind = LINE_TABLE_LOCATIONS, .bytes = {locations, sizeof locations}, .first_line = 10};
    struct line_position p = line_table_find(&table, 0);
    ck_assert_uint_eq(p.column, 5);
    ck_assert_uint_eq(p.end_column, 9);
    p = line_table_find(&table, 6);
    ck_assert_uint_eq(p.column, 3);
    ck_assert_uint_eq(p.end_column, 6);
    line_table_free(&table);
}
END_TEST

Suite *suite_recorder(void);
Suite *suite_recorder(void)
{
    Suite *suite = suite_create("recorder");
    TCase *tc = tcase_create("recorder");
    tcase_add_test(tc, advice_fits_the_reason);
    tcase_add_test(tc, debug_offsets_are_told_apart);
    tcase_add_test(tc, absurd_debug_offsets_are_refused);
    tcase_add_test(tc, tables_end_where_python_tells);
    tcase_add_test(tc, line_tables_of_all_versions);
    suite_add_tcase(suite, tc);
    return suite;
}
