#include "formats/raw/blocks.h"

#include <string.h>

#include "base/number.h"
#include "formats/raw/bytes.h"
#include "formats/raw/layout.h"

enum { SCAN_WINDOW = 64 * 1024 };

/* A fuzzer's build takes any checksum, so that it gets past this line. */
static bool crc_right(const char *stored, const char *bytes, size_t len)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    (void)stored, (void)bytes, (void)len;
    return true;
#else
    return raw_load32(stored) == pp_crc32(0, bytes, len);
#endif
}

static bool header_right(const char *at)
{
    return memcmp(at, RAW_MARKER, RAW_MARKER_SIZE) == 0 && crc_right(at + RAW_AT_HEADER_CRC, at, RAW_AT_HEADER_CRC) &&
           raw_load32(at + RAW_AT_LENGTH) <= RAW_LIMIT_PAYLOAD;
}

/* Skips to the next right header, at least one byte on, or to the end of the input; returns how many bytes that were. */
static uint64_t skip_to_header(struct pp_source *source, bool *found)
{
    uint64_t skipped = 0;
    size_t from = 1;
    *found = false;
    for (;;) {
        struct pp_str window = pp_source_peek(source, SCAN_WINDOW);
        bool last = window.len < SCAN_WINDOW;
        while (from + RAW_BLOCK_HEADER <= window.len) {
            from += pp_str_find(pp_str_sub(window, from, window.len), RAW_MARKER[0]);
            if (from + RAW_BLOCK_HEADER <= window.len && header_right(window.data + from)) {
                pp_source_skip(source, from);
                *found = true;
                return skipped + from;
            }
            from += from < window.len;
        }
        size_t step = last ? window.len : from;
        step = step < window.len ? step : window.len;
        pp_source_skip(source, step);
        skipped += step;
        from = 0;
        if (last) {
            return skipped;
        }
    }
}

static enum raw_found damaged(struct pp_source *source, struct raw_block *block, bool may_be_cut)
{
    bool found;
    block->size = skip_to_header(source, &found);
    return may_be_cut && !found ? RAW_FOUND_CUT : RAW_FOUND_DAMAGE;
}

enum raw_found raw_block_next(struct pp_source *source, struct raw_block *block)
{
    *block = (struct raw_block){.offset = pp_source_consumed(source)};
    struct pp_str head = pp_source_peek(source, RAW_BLOCK_HEADER);
    if (head.len == 0) {
        return RAW_FOUND_END;
    }
    if (head.len < RAW_BLOCK_HEADER) {
        size_t seen = head.len < RAW_MARKER_SIZE ? head.len : RAW_MARKER_SIZE;
        return damaged(source, block, memcmp(head.data, RAW_MARKER, seen) == 0);
    }
    if (!header_right(head.data)) {
        return damaged(source, block, false);
    }
    size_t length = raw_load32(head.data + RAW_AT_LENGTH);
    block->number = raw_load32(head.data + RAW_AT_NUMBER);
    block->numbered = true;
    block->type = head.data[RAW_AT_TYPE];
    block->size = RAW_BLOCK_HEADER + length;
    struct pp_str whole = pp_source_peek(source, RAW_BLOCK_HEADER + length);
    if (whole.len < block->size) {
        return damaged(source, block, true);
    }
    block->payload = pp_str_sub(whole, RAW_BLOCK_HEADER, length);
    if (!crc_right(whole.data + RAW_AT_CRC, block->payload.data, length)) {
        pp_source_skip(source, (size_t)block->size);
        return RAW_FOUND_DAMAGE;
    }
    return RAW_FOUND_BLOCK;
}

void raw_block_skip(struct pp_source *source, const struct raw_block *block)
{
    pp_source_skip(source, (size_t)block->size);
}
