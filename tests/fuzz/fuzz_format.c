/* Reads hostile bytes as PP_FUZZ_FORMAT; what is accepted must be a sound profile that can be written in every format, and what a format wrote
 * in its own name must be read back. Compiled once per line of formats.def. */
#include <stdio.h>
#include <stdlib.h>

#include "formats/format.h"
#include "model/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_INPUT = 16 << 20 };

static void die(const char *what, const struct pp_error *err)
{
    (void)fprintf(stderr, "%s: %s: %s\n", PP_FUZZ_FORMAT, what, err->message);
    abort();
}

static struct pp_profile *read_as(const struct pp_format *format, struct pp_str bytes, struct pp_error *err)
{
    struct pp_source *source = pp_source_memory(bytes, MOST_INPUT);
    struct pp_profile *p = pp_format_read(source, PP_STR(""), format, NULL, NULL, NULL, err);
    pp_source_close(source);
    return p;
}

static void write_as(const struct pp_profile *p, const struct pp_format *from, const struct pp_format *to)
{
    struct pp_error err = {0};
    struct pp_report report = {0};
    struct pp_sink *out = pp_sink_memory();
    if (pp_format_write(p, to, out, NULL, &report, &err) && to == from && to->read) {
        struct pp_profile *again = read_as(to, pp_sink_contents(out), &err);
        /* Text whose first name begins as gzip or a UTF-16 BOM does is taken for it: that cannot be told apart. */
        struct pp_str text = pp_sink_contents(out);
        bool taken = pp_str_starts(text, PP_STR("\x1f\x8b")) || pp_str_starts(text, PP_STR("\xfe\xff")) ||
                     pp_str_starts(text, PP_STR("\xff\xfe"));
        if (!again && text.len && !taken) {
            die("what was written cannot be read", &err);
        }
        pp_profile_free(again);
    }
    pp_sink_abandon(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pp_error err = {0};
    const struct pp_format *format = pp_format_named(pp_str_of(PP_FUZZ_FORMAT));
    struct pp_str bytes = {(const char *)data, size};
    (void)pp_format_detect(pp_str_sub(bytes, 0, PP_PROBE_SIZE), PP_STR("x.prof"), NULL);
    if (!format->read) {
        return 0;
    }
    struct pp_profile *p = read_as(format, bytes, &err);
    if (!p) {
        if (!err.message[0]) {
            die("refused without a message", &err);
        }
        return 0;
    }
    if (!pp_profile_check(p, &err)) {
        die("broken profile", &err);
    }
    for (size_t i = 0; i < pp_format_count; i++) {
        if (pp_formats[i]->write) {
            write_as(p, format, pp_formats[i]);
        }
    }
    pp_profile_free(p);
    return 0;
}
