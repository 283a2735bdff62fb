/* Profiles into programs: one, or several of which the large ones are read at the same time. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/thread.h"
#include "cli/cli.h"
#include "cli/cli_parts.h"

/* --- progress --- */

/* How far the reading of one file, or of several at the same time, has come. */
struct progress {
    const char *name;
    bool visible;
    struct timespec started;
    uint64_t size; /* bytes of all, 0: unknown */
    atomic_ullong done;
    atomic_bool shown;
};

static struct progress start_progress(const struct cli_common *c)
{
    struct progress progress = {.name = c->name, .visible = isatty(STDERR_FILENO) && !c->quiet};
    if (progress.visible) {
        clock_gettime(CLOCK_MONOTONIC, &progress.started);
    }
    return progress;
}

static void show_progress(struct progress *progress, uint64_t more)
{
    struct timespec now;
    double done = (double)(atomic_fetch_add(&progress->done, more) + more);
    double size = (double)progress->size;
    if (!progress->visible) {
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - progress->started.tv_sec < 1) {
        return;
    }
    atomic_store(&progress->shown, true);
    if (size > 0) {
        (void)fprintf(stderr, "\r%s: reading, %.0f MB, %.0f %%", progress->name, done / 1e6, 100 * done / size);
    } else {
        (void)fprintf(stderr, "\r%s: reading, %.0f MB", progress->name, done / 1e6);
    }
}

static void end_progress(struct progress *progress)
{
    if (atomic_load(&progress->shown)) {
        (void)fprintf(stderr, "\r\033[K");
    }
}

/* --- one input --- */

struct reading {
    const struct cli_common *common;
    const struct pp_format *from;
    struct progress *progress;
    struct cli_input *input;
    uint64_t told; /* bytes that progress knows of */
    size_t number;
    atomic_size_t *failed; /* number of the first input that is known to be bad; later ones are not needed any more */
    bool ok;
    struct pp_error error;
    struct pp_report then_report;
};

static bool on_progress(void *context, const struct pp_source *source)
{
    struct reading *r = context;
    uint64_t done = pp_source_raw_consumed(source);
    show_progress(r->progress, done - r->told);
    r->told = done;
    return !r->failed || atomic_load(r->failed) > r->number;
}

static bool read_source(struct reading *r, struct pp_source *source)
{
    const struct cli_common *c = r->common;
    struct cli_input *input = r->input;
    struct pp_arena arena = {0};
    struct pp_options options = cli_format_options(c, &arena, &c->reading, c->reading.key.len > 0);
    pp_source_on_progress(source, on_progress, r);
    input->profile =
        pp_format_read(source, pp_str_of(input->path), r->from, &options, &input->format, &input->report, &r->error);
    if (input->profile) {
        input->mtime = (int64_t)pp_source_mtime(source);
        input->bytes = pp_source_consumed(source);
        input->raw_bytes = pp_source_raw_consumed(source);
        input->gzipped = pp_source_gzipped(source);
    }
    pp_arena_free(&arena);
    return input->profile != NULL;
}

/* Reads without printing. */
static void read_input(struct reading *r)
{
    struct pp_source *source = pp_source_open(r->input->path, r->common->max_input, &r->error);
    if (!source) {
        return;
    }
    if (r->progress->size == 0 && !r->failed) {
        r->progress->size = pp_source_raw_size(source);
    }
    r->ok = read_source(r, source);
    pp_source_close(source);
}

/* Prints what there is to say about it. */
static bool tell(const struct reading *r)
{
    if (r->input->profile) {
        cli_show_report(r->common, r->input->path, &r->input->report);
    }
    if (!r->ok) {
        cli_fail(r->common, r->input->path, &r->error);
        return false;
    }
    cli_show_report(r->common, r->input->path, &r->then_report);
    return true;
}

static bool find_from(const struct cli_common *c, const struct pp_format **from)
{
    *from = c->from ? cli_named_format(c, "from", c->from) : NULL;
    return !c->from || *from;
}

bool cli_read(const struct cli_common *c, const char *path, struct cli_input *input)
{
    return cli_read_all(c, &path, 1, input, NULL, NULL);
}

/* --- several --- */

/* Inputs that are read one after the other, or at the same time. */
struct batch {
    struct reading *readings;
    atomic_size_t failed;
    cli_then *then;
    const void *context;
};

static void read_one(void *context, size_t i)
{
    struct batch *batch = context;
    struct reading *r = &batch->readings[i];
    if (r->failed && atomic_load(r->failed) < r->number) {
        return;
    }
    read_input(r);
    if (r->ok && batch->then) {
        r->ok = batch->then(batch->context, r->input, &r->then_report, &r->error);
    }
    size_t first = atomic_load(&batch->failed);
    while (!r->ok && i < first && !atomic_compare_exchange_weak(&batch->failed, &first, i)) {
    }
}

/* Less is read before a thread has begun. */
enum { WORTH_THREADS = 1 << 20 };

/* How many inputs from the first on can be read at the same time: regular files, which come to an end whoever else is reading; 1 if it is not worth it. */
static size_t at_the_same_time(const struct cli_input *inputs, size_t count, uint64_t *bytes)
{
    struct stat st;
    size_t files = 0;
    *bytes = 0;
    while (files < count && strcmp(inputs[files].path, "-") != 0 && stat(inputs[files].path, &st) == 0 &&
           S_ISREG(st.st_mode)) {
        *bytes += (uint64_t)st.st_size;
        files++;
    }
    return files > 1 && *bytes >= WORTH_THREADS ? files : 1;
}

static bool read_batch(const struct cli_common *c, struct batch *batch, size_t count, uint64_t bytes)
{
    struct progress progress = start_progress(c);
    bool ok = true;
    atomic_init(&batch->failed, count);
    progress.size = count > 1 ? bytes : 0;
    for (size_t i = 0; i < count; i++) {
        batch->readings[i].progress = &progress;
        batch->readings[i].number = i;
        batch->readings[i].failed = count > 1 ? &batch->failed : NULL;
    }
    if (count > 1) {
        pp_parallel(count, read_one, batch);
    } else {
        read_one(batch, 0);
    }
    end_progress(&progress);
    for (size_t i = 0; ok && i < count; i++) {
        ok = tell(&batch->readings[i]);
    }
    return ok;
}

bool cli_read_all(const struct cli_common *c, const char *const *paths, size_t count, struct cli_input *inputs,
                  cli_then *then, const void *context)
{
    const struct pp_format *from;
    struct reading *readings = pp_calloc(count, sizeof *readings);
    for (size_t i = 0; i < count; i++) {
        inputs[i] = (struct cli_input){.path = paths && paths[i] ? paths[i] : "-"};
    }
    bool ok = find_from(c, &from);
    for (size_t i = 0; i < count; i++) {
        readings[i] = (struct reading){.common = c, .from = from, .input = &inputs[i]};
    }
    for (size_t i = 0, some; ok && i < count; i += some) {
        struct batch batch = {.readings = readings + i, .then = then, .context = context};
        uint64_t bytes;
        some = at_the_same_time(inputs + i, count - i, &bytes);
        ok = read_batch(c, &batch, some, bytes);
    }
    pp_free(readings);
    return ok;
}

void cli_input_free(struct cli_input *input)
{
    pp_profile_free(input->profile);
    *input = (struct cli_input){0};
}
