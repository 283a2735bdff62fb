#include "render/data_block.h"

#include <string.h>

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
        unsigned long bits = (unsigned long)data[i] << 16 | (have > 1 ? (unsigned long)data[i + 1] << 8 : 0) |
                             (have > 2 ? data[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            text[at++] = k <= have ? digits[bits >> (18 - 6 * k) & 63] : '=';
        }
    }
    return (struct pp_str){text, at};
}

/* Bytes of names and separators that the text needs at least, counted to just past the limit: nothing huge is written for nothing. */
static uint64_t least_bytes(const struct pp_profile *p, uint64_t limit)
{
    uint64_t *length = pp_calloc(p->stack_count, sizeof *length);
    uint64_t sum = 0;
    for (uint32_t i = 1; i < p->stack_count && sum <= limit; i++) {
        const struct pp_stack *s = &p->stacks[i];
        length[i] = length[s->parent.i] + pp_profile_str(p, pp_frame_function(p, s->frame)->name).len + 1;
        bool written = false;
        for (size_t m = 0; m < p->metric_count; m++) {
            written = written || p->stack_values[i * p->metric_count + m] != 0;
        }
        sum += written ? length[i] : 0;
    }
    pp_free(length);
    return sum;
}

/* How many bytes two lines begin with in common. */
static size_t shared(struct pp_str a, struct pp_str b)
{
    size_t most = a.len < b.len ? a.len : b.len;
    size_t at = 0;
    while (at + 8 <= most && memcmp(a.data + at, b.data + at, 8) == 0) {
        at += 8;
    }
    while (at < most && a.data[at] == b.data[at]) {
        at++;
    }
    return at;
}

/* Stacks share most of their bytes with the stack before: what is left is compressed in a fraction of the time. */
static struct pp_sink *front_coded(struct pp_str text)
{
    struct pp_sink *out = pp_sink_memory();
    struct pp_str before = {0};
    while (text.len) {
        struct pp_cut cut = pp_str_cut(text, '\n');
        size_t same = shared(before, cut.head);
        pp_sink_u64(out, same);
        pp_sink_byte(out, ' ');
        pp_sink_str(out, pp_str_sub(cut.head, same, cut.head.len));
        pp_sink_byte(out, '\n');
        before = cut.head;
        text = cut.tail;
    }
    return out;
}

static void pack(struct data_block *block, struct pp_arena *arena, struct pp_str text)
{
    uLongf size = compressBound((uLong)text.len);
    unsigned char *packed = pp_calloc(size, 1);
    if (compress2(packed, &size, (const Bytef *)text.data, (uLong)text.len, 3) == Z_OK) {
        block->base64 = to_base64(arena, packed, size);
    }
    pp_free(packed);
}

bool data_block_make(struct data_block *block, struct pp_arena *arena, const struct pp_profile *p, size_t metric,
                     bool both, uint64_t limit, struct pp_error *err)
{
    struct pp_option pairs[] = {{PP_STR("unit"), PP_STR("ns")},
                                {PP_STR("metric"), pp_profile_str(p, p->metrics[metric].name)}};
    struct pp_options options = {pairs, both ? 1 : 2, false};
    *block = (struct data_block){.bytes = least_bytes(p, limit)};
    if (block->bytes > limit) {
        return true;
    }
    struct pp_sink *folded = pp_sink_memory();
    struct pp_report unused = {0};
    bool ok = pp_format_write(p, pp_format_named(PP_STR("folded")), folded, &options, &unused, err);
    if (ok) {
        struct pp_str text = pp_sink_contents(folded);
        struct pp_sink *coded = front_coded(text);
        block->bytes = text.len;
        pack(block, arena, pp_sink_contents(coded));
        pp_sink_abandon(coded);
    }
    pp_sink_abandon(folded);
    return ok;
}
