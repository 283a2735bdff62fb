/* What every format promises, asked of every line of formats.def: a new format is tested by its samples alone. */
#include "base/memory.h"
#include "formats/format.h"
#include "model/check.h"

#include <check.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 1024 };

/* The samples tests/data/FORMAT/PREFIX*, sorted as the folder gives them: each test looks at all. */
struct samples {
    DIR *folder;
    const char *format, *prefix;
    char path[PATH_SIZE];
};

static void samples_open(struct samples *s, const char *format, const char *prefix)
{
    *s = (struct samples){.format = format, .prefix = prefix};
    snprintf(s->path, sizeof s->path, "%s/tests/data/%s", PP_TEST_SOURCE, format);
    s->folder = opendir(s->path);
}

static bool samples_next(struct samples *s)
{
    struct dirent *entry;
    while (s->folder && (entry = readdir(s->folder))) {
        const char *dot = strrchr(entry->d_name, '.');
        bool beside = dot && (strcmp(dot, ".dump") == 0 || strcmp(dot, ".error") == 0);
        if (strncmp(entry->d_name, s->prefix, strlen(s->prefix)) == 0 && !beside) {
            snprintf(s->path, sizeof s->path, "%s/tests/data/%s/%s", PP_TEST_SOURCE, s->format, entry->d_name);
            return true;
        }
    }
    if (s->folder) {
        closedir(s->folder);
    }
    s->folder = NULL;
    return false;
}

/* All bytes of a file, decompressed; freed with pp_free. */
static struct pp_str slurp(const char *path)
{
    struct pp_error err = {0};
    struct pp_source *source = pp_source_open(path, 0, &err);
    ck_assert_msg(source != NULL, "%s: %s", path, err.message);
    PP_VEC(char) bytes = {0};
    for (struct pp_str some = pp_source_peek(source, 1); some.len; some = pp_source_peek(source, 1)) {
        PP_RESERVE(&bytes, bytes.count + some.len);
        memcpy(bytes.at + bytes.count, some.data, some.len);
        bytes.count += some.len;
        pp_source_skip(source, some.len);
    }
    pp_source_close(source);
    return (struct pp_str){bytes.at, bytes.count};
}

static void drop(struct pp_str bytes)
{
    char *owned = NULL;
    memcpy(&owned, &bytes.data, sizeof owned);
    pp_free(owned);
}

static struct pp_profile *read_bytes(struct pp_str bytes, const char *path, const struct pp_format *from,
                                     struct pp_error *err)
{
    struct pp_source *source = pp_source_memory(bytes, 0);
    struct pp_profile *p = pp_format_read(source, pp_str_of(path), from, NULL, NULL, NULL, err);
    pp_source_close(source);
    return p;
}

static void check_or_fail(const struct pp_profile *p, const char *path)
{
    struct pp_error err = {0};
    ck_assert_msg(pp_profile_check(p, &err), "%s: %s", path, err.message);
}

START_TEST(named_and_described)
{
    const struct pp_format *f = pp_formats[_i];
    ck_assert(f->name[0] != '\0');
    for (const char *c = f->name; *c; c++) {
        ck_assert_msg(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_', "%s: a name is [a-z0-9_]+",
                      f->name);
    }
    ck_assert_ptr_eq(pp_format_named(pp_str_of(f->name)), f);
    size_t len = strlen(f->summary);
    ck_assert_msg(len > 0 && f->summary[len - 1] != '.', "%s: the summary has no final period", f->name);
    ck_assert_msg(f->read || f->write, "%s: can neither be read nor written", f->name);
    ck_assert_msg(!f->read || f->probe, "%s: what is read needs a probe", f->name);
    ck_assert_msg(!f->write || f->holds & (PP_HOLDS_STACKS | PP_HOLDS_CALLS), "%s: holds neither shape", f->name);
}
END_TEST

START_TEST(has_its_page)
{
    char path[PATH_SIZE];
    struct stat info;
    snprintf(path, sizeof path, "%s/docs/formats/%s.md", PP_TEST_SOURCE, pp_formats[_i]->name);
    ck_assert_msg(stat(path, &info) == 0 && info.st_size > 200, "%s is missing or empty", path);
}
END_TEST

START_TEST(has_samples)
{
    struct samples s;
    unsigned good = 0;
    if (!pp_formats[_i]->read) {
        return;
    }
    for (samples_open(&s, pp_formats[_i]->name, "pass_"); samples_next(&s);) {
        good++;
    }
    ck_assert_msg(good > 0, "tests/data/%s has no pass_* sample", pp_formats[_i]->name);
}
END_TEST

/* The matrix of claims: its own format wins each sample, without help from the file's name. */
START_TEST(claimed_by_its_format_only)
{
    struct samples s;
    for (samples_open(&s, pp_formats[_i]->name, "pass_"); samples_next(&s);) {
        struct pp_str bytes = slurp(s.path);
        struct pp_error err = {0};
        const struct pp_format *winner = pp_format_detect(pp_str_sub(bytes, 0, PP_PROBE_SIZE), PP_STR(""), &err);
        ck_assert_msg(winner == pp_formats[_i], "%s: taken for %s (%s)", s.path, winner ? winner->name : "nothing",
                      err.message);
        drop(bytes);
    }
}
END_TEST

START_TEST(samples_are_read)
{
    struct samples s;
    for (samples_open(&s, pp_formats[_i]->name, "pass_"); samples_next(&s);) {
        struct pp_error err = {0};
        struct pp_str bytes = slurp(s.path);
        struct pp_profile *p = read_bytes(bytes, s.path, pp_formats[_i], &err);
        ck_assert_msg(p != NULL, "%s: %s", s.path, err.message);
        check_or_fail(p, s.path);
        pp_profile_free(p);
        drop(bytes);
    }
}
END_TEST

/* A bad sample gives an error, and the one that stands beside it in NAME.error if there is one. */
START_TEST(bad_samples_are_refused)
{
    struct samples s;
    for (samples_open(&s, pp_formats[_i]->name, "fail_"); samples_next(&s);) {
        struct pp_error err = {0};
        struct pp_str bytes = slurp(s.path);
        struct pp_profile *p = read_bytes(bytes, s.path, pp_formats[_i], &err);
        ck_assert_msg(p == NULL, "%s was read", s.path);
        ck_assert_msg(err.status != PP_OK && err.message[0], "%s: refused without a message", s.path);
        char beside[PATH_SIZE + 8];
        snprintf(beside, sizeof beside, "%s.error", s.path);
        FILE *expected = fopen(beside, "r");
        char line[300] = "";
        if (expected && fgets(line, sizeof line, expected)) {
            line[strcspn(line, "\n")] = '\0';
            ck_assert_msg(strstr(err.message, line) != NULL, "%s: expected \"%s\", found \"%s\"", s.path, line,
                          err.message);
        }
        if (expected) {
            fclose(expected);
        }
        drop(bytes);
    }
}
END_TEST

/* Cut anywhere, a sample is read or refused; never a crash, never a broken profile. Long samples are cut at 600 places. */
START_TEST(prefixes_never_crash)
{
    struct samples s;
    for (samples_open(&s, pp_formats[_i]->name, "pass_"); samples_next(&s);) {
        struct pp_str bytes = slurp(s.path);
        size_t step = 1 + bytes.len / 600;
        for (size_t len = 0; len < bytes.len; len += step) {
            struct pp_error err = {0};
            char *copy = pp_calloc(len, 1); /* of its own, so that a read past the cut is seen */
            memcpy(copy, bytes.data, len);
            struct pp_profile *p = read_bytes((struct pp_str){copy, len}, s.path, pp_formats[_i], &err);
            ck_assert_msg(p || err.message[0], "%s cut at %zu: refused without a message", s.path, len);
            if (p) {
                check_or_fail(p, s.path);
            }
            pp_profile_free(p);
            pp_free(copy);
        }
        drop(bytes);
    }
}
END_TEST

static struct pp_sink *write_profile(const struct pp_profile *p, const struct pp_format *to, const char *path)
{
    struct pp_error err = {0};
    struct pp_sink *out = pp_sink_memory();
    ck_assert_msg(pp_format_write(p, to, out, NULL, NULL, &err), "%s: writing as %s: %s", path, to->name, err.message);
    return out;
}

static void assert_same_dump(const struct pp_profile *a, const struct pp_profile *b, const char *path)
{
    struct pp_sink *first = pp_sink_memory(), *second = pp_sink_memory();
    pp_profile_dump(a, first);
    pp_profile_dump(b, second);
    struct pp_str x = pp_sink_contents(first), y = pp_sink_contents(second);
    size_t at = 0, line = 0;
    while (at < x.len && at < y.len && x.data[at] == y.data[at]) {
        line = x.data[at++] == '\n' ? at : line;
    }
    ck_assert_msg(pp_str_eq(x, y), "%s: was \"%.*s\", became \"%.*s\"", path, 200, x.data + line, 200, y.data + line);
    pp_sink_abandon(first);
    pp_sink_abandon(second);
}

/* write(read(x)) read back is x in all that `holds` promises: formats that hold one shape are compared with a profile of that shape. */
START_TEST(written_and_read_back)
{
    const struct pp_format *f = pp_formats[_i];
    struct samples s;
    if (!f->read || !f->write) {
        return;
    }
    for (samples_open(&s, f->name, "pass_"); samples_next(&s);) {
        struct pp_error err = {0};
        struct pp_str bytes = slurp(s.path);
        struct pp_profile *p = read_bytes(bytes, s.path, f, &err);
        ck_assert_msg(p != NULL, "%s: %s", s.path, err.message);
        struct pp_sink *once = write_profile(p, f, s.path);
        struct pp_profile *again = read_bytes(pp_sink_contents(once), s.path, f, &err);
        ck_assert_msg(again != NULL, "%s, written and read back: %s", s.path, err.message);
        check_or_fail(again, s.path);
        assert_same_dump(p, again, s.path);
        struct pp_sink *twice = write_profile(again, f, s.path);
        ck_assert_msg(pp_str_eq(pp_sink_contents(once), pp_sink_contents(twice)), "%s: written twice, two files",
                      s.path);
        pp_sink_abandon(twice);
        pp_profile_free(again);
        pp_sink_abandon(once);
        pp_profile_free(p);
        drop(bytes);
    }
}
END_TEST

/* Any readable sample can be written in any writable format, and what was written is claimed and read by it. */
START_TEST(converts_to_every_format)
{
    struct samples s;
    for (samples_open(&s, pp_formats[_i]->name, "pass_"); samples_next(&s);) {
        struct pp_error err = {0};
        struct pp_str bytes = slurp(s.path);
        struct pp_profile *p = read_bytes(bytes, s.path, pp_formats[_i], &err);
        for (size_t to = 0; p && to < pp_format_count; to++) {
            if (!pp_formats[to]->write) {
                continue;
            }
            struct pp_sink *out = write_profile(p, pp_formats[to], s.path);
            if (pp_formats[to]->read && pp_sink_contents(out).len) {
                struct pp_profile *q = read_bytes(pp_sink_contents(out), "", NULL, &err);
                ck_assert_msg(q != NULL, "%s as %s: %s", s.path, pp_formats[to]->name, err.message);
                pp_profile_free(q);
            }
            pp_sink_abandon(out);
        }
        pp_profile_free(p);
        drop(bytes);
    }
}
END_TEST

Suite *suite_formats_contract(void);
Suite *suite_formats_contract(void)
{
    Suite *suite = suite_create("formats_contract");
    TCase *tc = tcase_create("contract");
    int count = (int)pp_format_count;
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, named_and_described, 0, count);
    tcase_add_loop_test(tc, has_its_page, 0, count);
    tcase_add_loop_test(tc, has_samples, 0, count);
    tcase_add_loop_test(tc, claimed_by_its_format_only, 0, count);
    tcase_add_loop_test(tc, samples_are_read, 0, count);
    tcase_add_loop_test(tc, bad_samples_are_refused, 0, count);
    tcase_add_loop_test(tc, prefixes_never_crash, 0, count);
    tcase_add_loop_test(tc, written_and_read_back, 0, count);
    tcase_add_loop_test(tc, converts_to_every_format, 0, count);
    suite_add_tcase(suite, tc);
    return suite;
}
