/* Reading a raw dump: what is intact is taken, what is not is counted with its place. With --strict the first loss is an error. */
#include <string.h>

#include "formats/raw/blocks.h"
#include "formats/raw/layout.h"
#include "formats/raw/raw.h"
#include "formats/raw/records.h"

struct raw_reader {
    struct pp_source *source;
    struct pp_error *err;
    bool strict;
    struct raw_records records;
    raw_seen *seen; /* NULL: nobody asks */
    void *context;
    uint32_t next_number; /* of the next block */
    uint64_t intact;
    bool lost_any;
};

static bool lose(struct raw_reader *r, const char *what, uint64_t times, uint64_t offset)
{
    r->lost_any = true;
    if (r->strict) {
        return pp_fail(r->err, PP_SYNTAX, pp_at_offset(offset), "%s (--strict)", what);
    }
    pp_report_note_many(pp_builder_report(r->records.b), what, times, pp_at_offset(offset));
    return true;
}

static bool read_header(struct raw_reader *r)
{
    struct pp_str head = pp_source_peek(r->source, RAW_FILE_HEADER);
    if (head.len < RAW_FILE_HEADER || memcmp(head.data, RAW_MAGIC, RAW_MAGIC_SIZE) != 0) {
        return pp_fail(r->err, PP_SYNTAX, pp_at_offset(0), "expected the header of a raw dump, found %s",
                       head.len < RAW_FILE_HEADER ? "the end of the input" : "other bytes");
    }
    unsigned major = (unsigned char)head.data[RAW_MAGIC_SIZE];
    if (major != RAW_MAJOR) {
        return pp_fail(r->err, PP_UNSUPPORTED, pp_at_offset(RAW_MAGIC_SIZE),
                       "expected version %d of the raw format, found version %u", RAW_MAJOR, major);
    }
    pp_source_skip(r->source, RAW_FILE_HEADER);
    return true;
}

/* Numbers tell how many blocks are missing between two that were found. */
static bool check_number(struct raw_reader *r, const struct raw_block *block)
{
    uint32_t missing = block->number - r->next_number;
    r->next_number = block->number + 1;
    return missing == 0 || missing > UINT32_MAX / 2 || lose(r, "blocks are missing", missing, block->offset);
}

static bool take_block(struct raw_reader *r, const struct raw_block *block)
{
    struct raw_records *records = &r->records;
    uint64_t lost_before = records->lost_references;
    bool known;
    if (records->ended) {
        return lose(r, "blocks after the end of the recording were skipped", 1, block->offset);
    }
    pp_builder_at(records->b, pp_at_offset(block->offset));
    r->intact++;
    if (!raw_records_take(records, block->type, block->payload, &known) && pp_builder_ok(records->b)) {
        return lose(r, "blocks have malformed records: the rest of each was skipped", 1, block->offset);
    }
    if (!known) {
        return lose(r, "blocks of a kind unknown to this version were skipped", 1, block->offset);
    }
    uint64_t lost = records->lost_references - lost_before;
    return lost == 0 || lose(r, "references to lost definitions are shown as <lost>", lost, block->offset);
}

static bool read_blocks(struct raw_reader *r)
{
    struct raw_block block;
    for (;;) {
        enum raw_found found = raw_block_next(r->source, &block);
        if (found == RAW_FOUND_END || !pp_builder_ok(r->records.b)) {
            return true;
        }
        if (block.numbered && !check_number(r, &block)) {
            return false;
        }
        bool ok = true;
        if (found == RAW_FOUND_BLOCK) {
            ok = take_block(r, &block);
            raw_block_skip(r->source, &block);
        } else if (found == RAW_FOUND_CUT) {
            ok = lose(r, "blocks cut off by the end of the input are lost", 1, block.offset);
        } else {
            ok = lose(r, "damaged stretches were skipped", 1, block.offset);
        }
        if (!ok) {
            return false;
        }
        if (r->seen && pp_builder_ok(r->records.b) && !r->seen(r->context, r->records.b)) {
            return true;
        }
    }
}

static bool check_end(struct raw_reader *r)
{
    const struct raw_records *records = &r->records;
    uint64_t at = pp_source_consumed(r->source);
    if (r->intact == 0) {
        return pp_fail(r->err, PP_SYNTAX, pp_at_offset(RAW_FILE_HEADER), "expected a block of a raw dump, found %s",
                       r->lost_any ? "none that is intact" : "the end of the input");
    }
    if (!records->ended) {
        return lose(r, "end blocks are missing: the recording was cut off or still goes on", 1, at);
    }
    if (records->unordered) {
        pp_report_note_many(pp_builder_report(records->b), "samples were out of time order and were sorted",
                            records->unordered, pp_nowhere());
    }
    uint64_t declared = records->declared_samples + records->declared_stacks;
    uint64_t have = records->samples + records->stacks;
    return declared <= have || lose(r, "samples or stacks are lost with their blocks", declared - have, at);
}

bool raw_read_with(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, raw_seen *seen,
                   void *context, struct pp_error *err)
{
    struct raw_reader r = {
        .source = source, .err = err, .strict = options->strict, .records = {.b = b}, .seen = seen, .context = context};
    pp_builder_stacks(b);
    bool ok =
        read_header(&r) && read_blocks(&r) && (!pp_builder_ok(b) || pp_source_error(source, NULL) || check_end(&r));
    raw_records_free(&r.records);
    pp_builder_join_threads(b);
    return ok;
}

bool raw_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err)
{
    return raw_read_with(source, b, options, NULL, NULL, err);
}
