/* One harness for all formats: whatever bytes come, reading ends with a profile whose invariants hold or with an error; what was read can be written in
 * every format. Compiled once per format with PP_FUZZ_FORMAT. */
#include <stdint.h>
#include <stdlib.h>

#include "formats/format.h"
#include "model/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_everywhere(const struct pp_profile *p)
{
    for (size_t i = 0; i < pp_format_count; i++) {
        if (pp_formats[i]->write) {
            struct pp_error err = {0};
            struct pp_report report = {0};
            struct pp_sink *out = pp_sink_memory();
            (void)pp_format_write(p, pp_formats[i], out, NULL, &report, &err);
            pp_sink_abandon(out);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pp_error err = {0};
    struct pp_source *source = pp_source_memory((struct pp_str){(const char *)data, size}, 1 << 26);
    const struct pp_format *format = pp_format_named(pp_str_of(PP_FUZZ_FORMAT));
    if (format->read) {
        struct pp_profile *p = pp_format_read(source, PP_STR(""), format, NULL, NULL, NULL, &err);
        if (p) {
            struct pp_error broken = {0};
            if (!pp_profile_check(p, &broken)) {
                abort();
            }
            write_everywhere(p);
        }
        pp_profile_free(p);
    }
    pp_source_close(source);
    return 0;
}
