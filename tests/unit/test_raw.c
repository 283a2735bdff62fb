/* Raw dumps: the streaming writer by itself, blocks, and what damage costs. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "formats/format.h"
#include "formats/raw/bytes.h"
#include "formats/raw/ids.h"
#include "formats/raw/layout.h"
#include "formats/raw/raw_writer.h"

static const struct pp_raw_column columns[] = {{{"samples", 7}, PP_UNIT_COUNT, 0}, {{"wall", 4}, PP_UNIT_NS, 0}};

static struct pp_profile *read_dump(struct pp_str bytes, bool strict, struct pp_report *report, struct pp_error *err)
{
    struct pp_source *source = pp_source_memory(bytes, 0);
    struct pp_options options = {.strict = strict};
    struct pp_profile *p =
        pp_format_read(source, PP_STR(""), pp_format_named(PP_STR("raw")), &options, NULL, report, err);
    pp_source_close(source);
    return p;
}

/* Frames "f1", "f2" … with lines 1, 2 … */
static void define_frames(struct pp_raw_writer *w, pp_frame_id *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "f%zu", i + 1);
        struct pp_function f = {.name = pp_raw_string(w, (struct pp_str){name, (size_t)len})};
        struct pp_frame frame = {.function = pp_raw_function(w, &f), .line = (uint32_t)i + 1};
        frames[i] = pp_raw_frame(w, &frame);
    }
}

static size_t count_blocks(struct pp_str bytes, char type)
{
    size_t count = 0, at = RAW_FILE_HEADER;
    for (; at + RAW_BLOCK_HEADER <= bytes.len; at += RAW_BLOCK_HEADER + raw_load32(bytes.data + at + RAW_AT_LENGTH)) {
        ck_assert_mem_eq(bytes.data + at, RAW_MARKER, RAW_MARKER_SIZE);
        count += type == 0 || bytes.data[at + RAW_AT_TYPE] == type;
    }
    ck_assert_uint_eq(at, bytes.len);
    return count;
}

static size_t depth_of(const struct pp_profile *p, pp_stack_id stack)
{
    size_t depth = 0;
    for (; stack.i; stack = p->stacks[stack.i].parent) {
        depth++;
    }
    return depth;
}

START_TEST(integers_at_their_edges)
{
    const int64_t values[] = {0, -1, 1, 63, 64, -64, -65, INT32_MAX, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        raw_bytes bytes = {0};
        int64_t back;
        raw_put_i64(&bytes, values[i]);
        struct pp_str in = {(const char *)bytes.at, bytes.count};
        ck_assert(raw_get_i64(&in, &back));
        ck_assert_int_eq(back, values[i]);
        ck_assert_uint_eq(in.len, 0);
        in = (struct pp_str){(const char *)bytes.at, bytes.count - 1};
        ck_assert(!raw_get_i64(&in, &back));
        pp_free(bytes.at);
    }
    uint64_t value;
    struct pp_str most = PP_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    ck_assert(raw_get_u64(&most, &value) && value == UINT64_MAX);
    struct pp_str over = PP_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
    ck_assert(!raw_get_u64(&over, &value));
    struct pp_str endless = PP_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01");
    ck_assert(!raw_get_u64(&endless, &value));
}
END_TEST

START_TEST(ids_are_found_again)
{
    struct raw_ids ids = {0};
    uint32_t number;
    ck_assert(!raw_ids_get(&ids, 5, &number));
    for (uint32_t i = 0; i < 10000; i++) {
        raw_ids_put(&ids, (uint64_t)i * i * i * 977, i);
    }
    for (uint32_t i = 0; i < 10000; i++) {
        ck_assert(raw_ids_get(&ids, (uint64_t)i * i * i * 977, &number));
        ck_assert_uint_eq(number, i);
    }
    ck_assert(!raw_ids_get(&ids, 12345, &number));
    raw_ids_put(&ids, 977, 7);
    ck_assert(raw_ids_get(&ids, 977, &number) && number == 7);
    raw_ids_free(&ids);
}
END_TEST

/* Two threads, stacks that grow and shrink; `per_flush` samples between flushes, 0: none. Gives the sink. */
static struct pp_sink *record(size_t samples, size_t per_flush)
{
    struct pp_sink *sink = pp_sink_memory();
    struct pp_raw_writer *w = pp_raw_begin(sink, columns, 2);
    pp_frame_id frames[40];
    pp_raw_meta(w, PP_STR("producer"), PP_STR("test"));
    pp_raw_anchor(w, 1234567890);
    define_frames(w, frames, 40);
    pp_thread_id threads[] = {pp_raw_thread(w, 1, 1, PP_STR("one")), pp_raw_thread(w, 1, 2, PP_STR("two"))};
    for (size_t i = 0; i < samples; i++) {
        struct pp_sample sample = {.thread = threads[i % 2], .time_ns = (int64_t)i * 1000, .flags = i & 127};
        int64_t values[] = {1, (int64_t)i};
        pp_raw_sample(w, &sample, frames + i % 3, i * 7 % 37, values);
        if (per_flush && i % per_flush == per_flush - 1) {
            pp_raw_flush(w);
        }
    }
    pp_raw_statistics(
        w, &(struct pp_raw_statistics){.asked_hz = 100, .achieved_hz = 99.25, .late = 3, .dropped = UINT64_MAX});
    struct pp_error err = {0};
    ck_assert(pp_raw_end(w, &err));
    return sink;
}

static void check_samples(const struct pp_profile *p, size_t count)
{
    ck_assert_uint_eq(p->sample_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct pp_sample *sample = &p->samples[i];
        ck_assert_int_eq(sample->time_ns, (int64_t)i * 1000);
        ck_assert_uint_eq(sample->flags, i & 127);
        ck_assert_int_eq(p->threads[sample->thread.i].tid, 1 + (int64_t)i % 2);
        ck_assert_int_eq(p->sample_values[i * 2 + 1], (int64_t)i);
        ck_assert_uint_eq(depth_of(p, sample->stack), i * 7 % 37);
        if (sample->stack.i) {
            ck_assert_uint_eq(p->frames[p->stacks[sample->stack.i].frame.i].line, i % 3 + i * 7 % 37);
        }
    }
}

START_TEST(what_is_recorded_is_read)
{
    const size_t per_flush[] = {0, 1, 10, 1000};
    for (size_t i = 0; i < sizeof per_flush / sizeof *per_flush; i++) {
        struct pp_error err = {0};
        struct pp_report report = {0};
        struct pp_sink *sink = record(2000, per_flush[i]);
        struct pp_profile *p = read_dump(pp_sink_contents(sink), true, &report, &err);
        ck_assert_msg(p != NULL, "%s", err.message);
        ck_assert_uint_eq(report.count, 0);
        check_samples(p, 2000);
        ck_assert_int_eq(p->start_utc_ns, 1234567890);
        ck_assert(pp_str_eq(pp_profile_meta(p, "producer"), PP_STR("test")));
        ck_assert(pp_str_eq(pp_profile_meta(p, "stat-achieved-hz"), PP_STR("99.25")));
        ck_assert(pp_str_eq(pp_profile_meta(p, "stat-late"), PP_STR("3")));
        pp_profile_free(p);
        pp_sink_abandon(sink);
    }
}
END_TEST

/* Definitions, then a block of samples per flush, then the end. */
START_TEST(flush_closes_blocks)
{
    struct pp_sink *sink = record(100, 10);
    ck_assert_uint_eq(count_blocks(pp_sink_contents(sink), 'D'), 1);
    ck_assert_uint_eq(count_blocks(pp_sink_contents(sink), 'S'), 10);
    ck_assert_uint_eq(count_blocks(pp_sink_contents(sink), 'E'), 1);
    ck_assert_uint_eq(count_blocks(pp_sink_contents(sink), 0), 12);
    pp_sink_abandon(sink);
    sink = record(20000, 0);
    ck_assert_uint_gt(count_blocks(pp_sink_contents(sink), 'S'), 2);
    pp_sink_abandon(sink);
}
END_TEST

/* What was flushed can be read before the end is written, as a reader at the other end of a pipe does it. */
START_TEST(a_cut_keeps_what_was_before)
{
    struct pp_sink *sink = record(100, 10);
    struct pp_str bytes = pp_sink_contents(sink);
    size_t at = RAW_FILE_HEADER, block = 0;
    for (; at < bytes.len; block++) {
        size_t end = at + RAW_BLOCK_HEADER + raw_load32(bytes.data + at + RAW_AT_LENGTH);
        /* Cut right after the block, and one byte before: it and only it is missing. */
        for (size_t short_by = 0; short_by < 2 && block; short_by++) {
            struct pp_error err = {0};
            struct pp_report report = {0};
            struct pp_profile *p = read_dump(pp_str_sub(bytes, 0, end - short_by), false, &report, &err);
            ck_assert_msg(p != NULL, "%s", err.message);
            size_t blocks = block - short_by < 10 ? block - short_by : 10;
            check_samples(p, 10 * blocks);
            ck_assert_uint_eq(report.count, block == 11 && !short_by ? 0 : 1 + short_by);
            pp_profile_free(p);
        }
        at = end;
    }
    ck_assert_uint_eq(block, 12);
    pp_sink_abandon(sink);
}
END_TEST

/* One bad bit anywhere after the header costs at most the block it is in, and is always noticed. */
START_TEST(one_bad_bit_costs_one_block)
{
    struct pp_sink *sink = record(100, 10);
    struct pp_str bytes = pp_sink_contents(sink);
    char *copy = pp_calloc(bytes.len, 1);
    for (size_t at = RAW_FILE_HEADER; at < bytes.len; at++) {
        struct pp_error err = {0};
        struct pp_report report = {0};
        memcpy(copy, bytes.data, bytes.len);
        copy[at] = (char)(copy[at] ^ (1 << at % 8));
        struct pp_profile *p = read_dump((struct pp_str){copy, bytes.len}, false, &report, &err);
        ck_assert_msg(p != NULL, "byte %zu: %s", at, err.message);
        ck_assert_uint_gt(report.count, 0);
        ck_assert_uint_ge(p->sample_count, 90);
        pp_profile_free(p);
        p = read_dump((struct pp_str){copy, bytes.len}, true, &report, &err);
        ck_assert(p == NULL && err.where.known);
    }
    pp_free(copy);
    pp_sink_abandon(sink);
}
END_TEST

static struct pp_str name_of_sample(const struct pp_profile *p, size_t number)
{
    return pp_profile_str(p, p->threads[p->samples[number].thread.i].name);
}

/* A thread whose name changes is one thread, with the last name; ids that are equal then are one too; another tid under the same id is another thread. */
START_TEST(threads_are_named_anew)
{
    struct pp_sink *sink = pp_sink_memory();
    struct pp_raw_writer *w = pp_raw_begin(sink, columns, 2);
    pp_thread_id late = pp_raw_thread(w, 1, 7, PP_STR(""));
    pp_thread_id other = pp_raw_thread(w, 1, 7, PP_STR(""));
    pp_thread_id same = pp_raw_thread(w, 1, 7, PP_STR("named"));
    const pp_thread_id threads[] = {late, other, same, late};
    for (size_t i = 0; i < 4; i++) {
        struct pp_sample sample = {.thread = threads[i], .time_ns = (int64_t)i};
        pp_raw_sample(w, &sample, NULL, 0, (int64_t[]){1, 1});
        pp_raw_flush(w);
    }
    pp_raw_thread_again(w, late, 1, 7, PP_STR("named"));
    pp_raw_thread_again(w, other, 1, 8, PP_STR("another"));
    struct pp_sample last = {.thread = other, .time_ns = 4};
    pp_raw_sample(w, &last, NULL, 0, (int64_t[]){1, 1});
    struct pp_error err = {0};
    ck_assert(pp_raw_end(w, &err));
    struct pp_profile *p = read_dump(pp_sink_contents(sink), true, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    /* The unknown thread, "named", the one without a name, and the one with the other number. */
    ck_assert_uint_eq(p->thread_count, 4);
    ck_assert(pp_str_eq(name_of_sample(p, 0), PP_STR("named")));
    ck_assert_uint_eq(name_of_sample(p, 1).len, 0);
    ck_assert_uint_eq(p->samples[2].thread.i, p->samples[0].thread.i);
    ck_assert_uint_eq(p->samples[3].thread.i, p->samples[0].thread.i);
    ck_assert(pp_str_eq(name_of_sample(p, 4), PP_STR("another")));
    ck_assert_int_eq(p->threads[p->samples[1].thread.i].tid, 7);
    ck_assert_int_eq(p->threads[p->samples[4].thread.i].tid, 8);
    pp_profile_free(p);
    pp_sink_abandon(sink);
}
END_TEST

/* Stacks far larger than a block, a little different each time: the file stays in proportion to what differs. */
START_TEST(deep_stacks_stay_small)
{
    enum { DEEP = 100000, SAMPLES = 2000 };
    struct pp_sink *sink = pp_sink_memory();
    struct pp_raw_writer *w = pp_raw_begin(sink, columns, 2);
    pp_frame_id two[2];
    define_frames(w, two, 2);
    pp_thread_id thread = pp_raw_thread(w, 1, 1, PP_STR(""));
    pp_frame_id *frames = pp_calloc(DEEP, sizeof *frames);
    for (size_t i = 0; i < DEEP; i++) {
        frames[i] = two[i % 2];
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        struct pp_sample sample = {.thread = thread, .time_ns = (int64_t)i};
        pp_raw_sample(w, &sample, frames, DEEP - i % 5, (int64_t[]){1, 1});
    }
    struct pp_error err = {0};
    ck_assert(pp_raw_end(w, &err));
    ck_assert_uint_lt(pp_sink_contents(sink).len, 3 * DEEP);
    struct pp_profile *p = read_dump(pp_sink_contents(sink), true, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert_uint_eq(p->sample_count, SAMPLES);
    ck_assert_uint_eq(depth_of(p, p->samples[SAMPLES - 1].stack), DEEP - (SAMPLES - 1) % 5);
    pp_profile_free(p);
    pp_free(frames);
    pp_sink_abandon(sink);
}
END_TEST

/* Nothing recorded: still a dump, with its columns. */
START_TEST(nothing_recorded)
{
    struct pp_sink *sink = pp_sink_memory();
    struct pp_error err = {0};
    ck_assert(pp_raw_end(pp_raw_begin(sink, columns, 2), &err));
    struct pp_profile *p = read_dump(pp_sink_contents(sink), true, NULL, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert_uint_eq(p->metric_count, 2);
    ck_assert_uint_eq(p->stack_count, 1);
    pp_profile_free(p);
    pp_sink_abandon(sink);
}
END_TEST

/* A length that lies (with the right checksum) asks for no memory that is not there. */
START_TEST(lying_length)
{
    unsigned char bytes[RAW_FILE_HEADER + RAW_BLOCK_HEADER + 4] = RAW_MAGIC "\x01";
    unsigned char *header = bytes + RAW_FILE_HEADER;
    memcpy(header, RAW_MARKER "S", 5);
    raw_store32(header + RAW_AT_LENGTH, RAW_LIMIT_PAYLOAD);
    raw_store32(header + RAW_AT_HEADER_CRC, pp_crc32(0, header, RAW_AT_HEADER_CRC));
    struct pp_error err = {0};
    ck_assert_ptr_null(read_dump((struct pp_str){(const char *)bytes, sizeof bytes}, false, NULL, &err));
    ck_assert_uint_eq(err.where.offset, RAW_FILE_HEADER);
}
END_TEST

Suite *suite_raw(void);
Suite *suite_raw(void)
{
    Suite *suite = suite_create("raw");
    TCase *tc = tcase_create("raw");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, integers_at_their_edges);
    tcase_add_test(tc, ids_are_found_again);
    tcase_add_test(tc, what_is_recorded_is_read);
    tcase_add_test(tc, flush_closes_blocks);
    tcase_add_test(tc, a_cut_keeps_what_was_before);
    tcase_add_test(tc, one_bad_bit_costs_one_block);
    tcase_add_test(tc, threads_are_named_anew);
    tcase_add_test(tc, deep_stacks_stay_small);
    tcase_add_test(tc, nothing_recorded);
    tcase_add_test(tc, lying_length);
    suite_add_tcase(suite, tc);
    return suite;
}
