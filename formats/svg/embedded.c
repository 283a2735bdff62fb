/* The profile that folded2svg puts into its pictures. */
#include <string.h>

#include <zlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/number.h"
#include "formats/folded/folded.h"
#include "formats/svg/svg.h"

/* What an embedded profile may unpack to: zlib packs a thousandfold, and folded2svg embeds far less. */
enum { MOST_UNPACKED = 1 << 30 };

static int digit_of(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/* The bytes behind the text; white space and padding are passed over. NULL for other bytes. Owned by the caller. */
static unsigned char *from_base64(struct pp_str text, size_t *len)
{
    unsigned char *bytes = pp_calloc(text.len / 4 * 3 + 4, 1);
    unsigned long bits = 0;
    unsigned have = 0;
    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.data[i]);
        if (text.data[i] == '=' || text.data[i] == '\n' || text.data[i] == '\r' || text.data[i] == ' ' ||
            text.data[i] == '\t') {
            continue;
        }
        if (digit < 0) {
            pp_free(bytes);
            return NULL;
        }
        bits = (bits << 6 | (unsigned long)digit) & 0xffffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes[(*len)++] = (unsigned char)(bits >> have & 0xff);
        }
    }
    return bytes;
}

static bool inflate_all(void *packed, size_t len, struct pp_sink *out, struct pp_error *err)
{
    z_stream stream = {.next_in = packed, .avail_in = (uInt)len};
    unsigned char chunk[65536];
    if (inflateInit(&stream) != Z_OK) {
        pp_memory_exhausted(0);
    }
    int status;
    do {
        stream.next_out = chunk;
        stream.avail_out = sizeof chunk;
        status = inflate(&stream, Z_NO_FLUSH);
        pp_sink_write(out, chunk, sizeof chunk - stream.avail_out);
    } while (status == Z_OK && pp_sink_bytes(out) < MOST_UNPACKED);
    inflateEnd(&stream);
    return status == Z_STREAM_END || pp_fail(err, PP_SYNTAX, pp_nowhere(), "the embedded profile is damaged");
}

/* Each line is the number of bytes it shares with the line before, a space, and the rest. */
static bool undo_front(struct pp_str coded, struct pp_sink *out, struct pp_error *err)
{
    PP_VEC(char) line = {0};
    bool ok = true;
    while (ok && coded.len && pp_sink_bytes(out) < MOST_UNPACKED) {
        struct pp_cut cut = pp_str_cut(coded, '\n');
        struct pp_cut parts = pp_str_cut(cut.head, ' ');
        uint64_t same;
        ok = parts.found && pp_parse_u64(parts.head, &same) && same <= line.count;
        if (ok) {
            line.count = (size_t)same;
            pp_sink_write(out, line.at, line.count);
            pp_sink_str(out, parts.tail);
            pp_sink_byte(out, '\n');
            for (size_t i = 0; i < parts.tail.len; i++) {
                *PP_PUSH(&line) = parts.tail.data[i];
            }
        }
        coded = cut.tail;
    }
    pp_free(line.at);
    return (ok && coded.len == 0) || pp_fail(err, PP_SYNTAX, pp_nowhere(), "the embedded profile is damaged");
}

static bool unpack(unsigned char *packed, size_t len, bool front, struct pp_sink *text, struct pp_error *err)
{
    if (!front) {
        return inflate_all(packed, len, text, err);
    }
    struct pp_sink *coded = pp_sink_memory();
    bool ok = inflate_all(packed, len, coded, err) && undo_front(pp_sink_contents(coded), text, err);
    pp_sink_abandon(coded);
    return ok;
}

bool svg_read_embedded(struct pp_str base64, struct pp_str compression, struct pp_builder *b,
                       const struct pp_options *options, struct pp_error *err)
{
    size_t len;
    unsigned char *packed = from_base64(base64, &len);
    if (!packed) {
        return pp_fail(err, PP_SYNTAX, pp_nowhere(), "the embedded profile is damaged: expected base64");
    }
    struct pp_sink *text = pp_sink_memory();
    bool ok = unpack(packed, len, pp_str_eq(compression, PP_STR("front+zlib")), text, err);
    if (ok) {
        struct pp_source *folded = pp_source_memory(pp_sink_contents(text), 0);
        ok = folded_read(folded, b, options, err);
        pp_source_close(folded);
    }
    pp_sink_abandon(text);
    pp_free(packed);
    return ok;
}
