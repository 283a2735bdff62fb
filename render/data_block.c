#include "render/data_block.h"

#include <zlib.h>

#include "base/memory.h"
#include "base/sink.h"
#include "formats/format.h"

static struct pp_str to_base64(struct pp_arena *arena, const unsigned char *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = pp_arena_alloc(arena, (len + 2) / 3 * 4 + 1, 1);
    size_t at = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        unsigned long bits = (unsigned long)data[i] << 16 | (have > 1 ? (unsigned long)data[i + 1] << 8 : 0) | (have > 2 ? data[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            text[at++] = k <= have ? digits[bits >> (18 - 6 * k) & 63] : '=';
        }
    }
    return (struct pp_str){text, at};
}

struct pp_str data_block(struct pp_arena *arena, const struct pp_profile *p, size_t metric, struct pp_error *err)
{
    struct pp_option pairs[] = {{PP_STR("unit"), PP_STR("ns")}, {PP_STR("metric"), pp_profile_str(p, p->metrics[metric].name)}};
    bool both = pp_profile_metric(p, PP_STR("before")) < p->metric_count && pp_profile_metric(p, PP_STR("after")) < p->metric_count;
    struct pp_options options = {pairs, both ? 1 : 2, false};
    struct pp_sink *folded = pp_sink_memory();
    struct pp_report unused = {0};
    struct pp_str block = {0};
    if (pp_format_write(p, pp_format_named(PP_STR("folded")), folded, &options, &unused, err)) {
        struct pp_str text = pp_sink_contents(folded);
        uLongf size = compressBound((uLong)text.len);
        unsigned char *packed = pp_calloc(size, 1);
        if (compress2(packed, &size, (const Bytef *)text.data, (uLong)text.len, 6) == Z_OK) {
            block = to_base64(arena, packed, size);
        }
        pp_free(packed);
    }
    pp_sink_abandon(folded);
    return block;
}
