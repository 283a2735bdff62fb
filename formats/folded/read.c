/* Reading folded stacks fast. Sorted files share most of a line with the line before: only the frames that differ are walked again. Shuffled ones do
 * not: whole lines seen before are found by a 128-bit hash. A frame's text is hashed once per walk and its name taken apart once in all.
 *
 *     line before   main;parse;tokens;next 7          ends[]:   4     10     17     22
 *     this line     main;parse;tree;grow 3            common = 12  ->  frames ending before byte 12 are the same: main, parse
 */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/scan.h"
#include "formats/folded/folded.h"
#include "formats/folded/heading.h"
#include "formats/folded/line.h"
#include "formats/folded/seen.h"

/* Lines remembered whole: 24 bytes each, at most this many. */
enum { MOST_LINES = 1 << 20 };

struct folded_reader {
    struct pp_source *source;
    struct pp_builder *b;
    struct pp_error *err;
    bool strict;
    struct folded_heading is;

    struct seen_seed seed;
    struct seen frames; /* text -> frame id */
    struct seen lines;  /* text -> stack id */

    char *before; /* the stack text of the line before */
    size_t before_len, before_capacity;
    size_t common;              /* bytes that this line begins with, too */
    bool shuffled;              /* lines are not sorted: a stack may come again, not only at once */
    PP_VEC(uint32_t) fresh;     /* where frames of this line end, from there on */
    bool found;                 /* `fresh` is */
    PP_VEC(uint32_t) ends;      /* per frame of the line before: offset of its end */
    PP_VEC(pp_stack_id) stacks; /* per frame of it: stack id */

    uint64_t data_lines;
    struct pp_where first_bad;
};

/* --- frames --- */

static pp_frame_id make_frame(struct folded_reader *r, struct pp_str text)
{
    struct pp_function function = {0};
    struct pp_frame frame = {0};
    struct pp_str name = text, file = {0};
    if (folded_place(text, &name, &file, &frame.line) && r->is.definition_lines) {
        function.line = frame.line;
    }
    function.name = pp_builder_string(r->b, name);
    function.file = pp_builder_string(r->b, file);
    frame.function = pp_builder_function(r->b, &function);
    return pp_builder_frame(r->b, &frame);
}

static pp_frame_id frame_of(struct folded_reader *r, struct seen_key key, struct pp_str text)
{
    pp_frame_id frame;
    if (!seen_get(&r->frames, key, &frame.i)) {
        frame = make_frame(r, text);
        seen_put(&r->frames, key, frame.i);
    }
    return frame;
}

/* --- walking --- */

/* Finds where frames end from `at` on, up to the end of the line; returns where that is, or text.len when it is not there. */
static size_t find_ends(struct folded_reader *r, struct pp_str text, size_t at)
{
    char last[PP_SCAN_BLOCK] = {0};
    r->fresh.count = 0;
    for (; at < text.len; at += PP_SCAN_BLOCK) {
        const char *block = text.data + at;
        if (text.len - at < PP_SCAN_BLOCK) {
            block = memcpy(last, block, text.len - at);
        }
        uint64_t line_end = pp_scan_byte(block, '\n');
        uint64_t ends = pp_scan_byte(block, ';') & ~line_end & (line_end - 1);
        PP_RESERVE(&r->fresh, r->fresh.count + PP_SCAN_BLOCK);
        for (; ends; ends &= ends - 1) {
            r->fresh.at[r->fresh.count++] = (uint32_t)(at + pp_scan_first(ends));
        }
        if (line_end) {
            return at + pp_scan_first(line_end);
        }
    }
    return text.len;
}

/* Drops the frames of the line before that this line does not share; returns where the first frame to walk begins. */
static size_t keep_shared(struct folded_reader *r, struct pp_str stack, size_t common)
{
    while (r->ends.count) {
        size_t end = r->ends.at[r->ends.count - 1];
        bool whole = end < common || (end == common && (stack.len == end || stack.data[end] == ';'));
        if (whole && end <= stack.len) {
            return end + 1;
        }
        r->ends.count--;
    }
    return 0;
}

static void remember(struct folded_reader *r, struct pp_str stack, size_t from)
{
    if (stack.len > r->before_capacity) {
        r->before = pp_grow(r->before, stack.len, &r->before_capacity, 1);
    }
    from = from < r->before_len ? from : r->before_len;
    from = from < stack.len ? from : stack.len;
    if (from < stack.len) {
        memcpy(r->before + from, stack.data + from, stack.len - from);
    }
    r->before_len = stack.len;
}

/* Frames that are walked together: the places of all in the table of texts are on their way from memory before the first one is looked at. */
enum { TOGETHER = 64 };

/* Walks `count` frames, TOGETHER at most, of which the first begins at *begin and each ends at one of `ends`, below stack `id`. `new`: that stack has no child like the first. */
static pp_stack_id walk_some(struct folded_reader *r, const char *text, size_t *begin, const uint32_t *ends,
                             size_t count, pp_stack_id id, bool new)
{
    struct seen_key keys[TOGETHER];
    struct pp_str texts[TOGETHER];
    pp_frame_id frames[TOGETHER];
    PP_RESERVE(&r->ends, r->ends.count + count);
    PP_RESERVE(&r->stacks, r->ends.count + count);
    for (size_t i = 0; i < count; i++) {
        texts[i] = (struct pp_str){text + *begin, ends[i] - *begin};
        keys[i] = seen_key_of_frame(&r->seed, texts[i]);
        seen_foresee(&r->frames, keys[i]);
        *begin = (size_t)ends[i] + 1;
        r->ends.at[r->ends.count + i] = ends[i];
    }
    for (size_t i = 0; i < count; i++) {
        frames[i] = frame_of(r, keys[i], texts[i]);
    }
    pp_stack_id *made = r->stacks.at + r->ends.count;
    r->ends.count += count;
    return new ? pp_builder_append_path(r->b, id, frames, count, made)
               : pp_builder_push_path(r->b, id, frames, count, made);
}

/* Walks what the line before has not. In a sorted file no line before has a frame that ends behind what this one shares with the last of them. */
static pp_stack_id walk(struct folded_reader *r, struct pp_str stack, size_t common)
{
    size_t begin = keep_shared(r, stack, common), done = 0;
    pp_stack_id id = {0};
    if (r->ends.count) {
        id = r->stacks.at[r->ends.count - 1];
    }
    if (begin <= stack.len && stack.len) {
        if (!r->found) {
            (void)find_ends(r, stack, common);
        }
        *PP_PUSH(&r->fresh) = (uint32_t)stack.len;
        while (r->fresh.at[done] < begin) {
            done++; /* the end of the last frame that they share */
        }
        bool new = !r->shuffled && r->fresh.at[done] > common;
        for (size_t some; done < r->fresh.count; done += some) {
            some = r->fresh.count - done < TOGETHER ? r->fresh.count - done : TOGETHER;
            id = walk_some(r, stack.data, &begin, r->fresh.at + done, some, id, new);
        }
    }
    remember(r, stack, common);
    return id;
}

/* Whether the stack stands before that of the line before in the order of bytes. */
static bool goes_back(const struct folded_reader *r, struct pp_str stack, size_t common)
{
    return common < r->before_len &&
           (common == stack.len || (unsigned char)stack.data[common] < (unsigned char)r->before[common]);
}

static pp_stack_id stack_of(struct folded_reader *r, struct pp_str stack)
{
    size_t common = r->common < stack.len ? r->common : stack.len;
    r->shuffled = r->shuffled || goes_back(r, stack, common);
    if (!r->shuffled || common * 2 >= stack.len || stack.len < 16) {
        return walk(r, stack, common);
    }
    struct seen_key key = seen_key(&r->seed, stack);
    pp_stack_id id;
    if (!seen_get(&r->lines, key, &id.i)) {
        id = walk(r, stack, common);
        if (r->lines.count < MOST_LINES) {
            seen_put(&r->lines, key, id.i);
        }
    }
    return id;
}

/* --- counts --- */

static bool bad_count(struct folded_reader *r, struct pp_str line, struct pp_str count)
{
    struct pp_where where = pp_source_where(r->source);
    where.column = (uint32_t)(count.data - line.data) + 1;
    return pp_fail(r->err, PP_LIMIT, where, "expected a count that fits 64 bits, found \"%.*s\"",
                   count.len > 40 ? 40 : (int)count.len, count.data);
}

/* The count in the column's unit, as value / 10^decimals with no decimals to spare. */
static bool parse_count(struct folded_reader *r, struct pp_str line, struct pp_str count, int64_t *value,
                        unsigned *decimals)
{
    uint64_t whole;
    bool rounded = false;
    *decimals = 0;
    if (pp_parse_u64(count, &whole) && whole <= INT64_MAX) {
        *value = (int64_t)whole;
    } else if (!pp_parse_decimal(count, value, decimals, &rounded)) {
        return bad_count(r, line, count);
    }
    if (rounded) {
        pp_report_note(pp_builder_report(r->b), "counts with more than 9 decimals were rounded",
                       pp_source_where(r->source));
    }
    if (!pp_mul_i64(*value, r->is.factor, value)) {
        return bad_count(r, line, count);
    }
    for (; *decimals && *value % 10 == 0; --*decimals) {
        *value /= 10;
    }
    return true;
}

static bool add_count(struct folded_reader *r, struct pp_str line, pp_stack_id stack, unsigned column,
                      struct pp_str count)
{
    int64_t value;
    unsigned decimals;
    if (!parse_count(r, line, count, &value, &decimals)) {
        return false;
    }
    if (decimals) {
        pp_builder_add_decimal(r->b, stack, column, value, decimals);
    } else if (pp_builder_decimals_of(r->b, column)) {
        pp_builder_add_decimal(r->b, stack, column, value, 0);
    } else {
        pp_builder_add(r->b, stack, column, value);
    }
    return true;
}

/* A line as a sample. Its place in the file is all there is to say when it was: all have the same time, and keep their order. */
static bool add_sample(struct folded_reader *r, struct pp_str line, pp_stack_id stack, const struct pp_str *counts)
{
    struct pp_sample sample = {.stack = stack};
    int64_t values[2] = {0};
    for (unsigned c = 0; c < r->is.columns; c++) {
        unsigned decimals;
        if (!parse_count(r, line, counts[c], &values[c], &decimals)) {
            return false;
        }
        pp_builder_decimals(r->b, c, decimals);
        for (; decimals < pp_builder_decimals_of(r->b, c); decimals++) {
            if (!pp_mul_i64(values[c], 10, &values[c])) {
                return bad_count(r, line, counts[c]);
            }
        }
    }
    pp_builder_sample(r->b, &sample, values);
    return true;
}

/* --- the file --- */

static bool bad_line(struct folded_reader *r)
{
    struct pp_where where = pp_source_where(r->source);
    if (r->strict) {
        return pp_fail(r->err, PP_SYNTAX, where, "expected \"frame;frame COUNT\", found a line without a count");
    }
    if (!r->first_bad.known) {
        r->first_bad = where;
    }
    pp_report_note(pp_builder_report(r->b), "lines without a count were skipped", where);
    return true;
}

static bool read_line(struct folded_reader *r, struct pp_str text)
{
    struct folded_line line = folded_split(text, r->is.columns);
    if (line.kind == FOLDED_BAD) {
        return bad_line(r);
    }
    if (line.kind != FOLDED_DATA) {
        return true;
    }
    pp_builder_at(r->b, pp_source_where(r->source));
    r->data_lines++;
    pp_stack_id stack = stack_of(r, line.stack);
    bool ok = !r->is.in_time || add_sample(r, text, stack, line.counts);
    for (unsigned c = 0; ok && !r->is.in_time && c < r->is.columns; c++) {
        ok = add_count(r, text, stack, c, line.counts[c]);
    }
    return ok;
}

/* The header marked everything as an estimate: every stack is, with open bounds. */
static void mark_estimates(struct folded_reader *r)
{
    size_t count = r->is.estimated ? pp_builder_stack_count(r->b) : 0;
    for (size_t i = 1; i < count; i++) {
        pp_builder_bounds(r->b, (pp_stack_id){(uint32_t)i}, (struct pp_stack_bounds){0, INT64_MAX, PP_STACK_ESTIMATED});
    }
}

/* What the text that is shown next shares with the stack of the line before. */
static size_t find_common(const struct folded_reader *r, const char *shown, size_t room)
{
    return pp_scan_common(shown, r->before, room < r->before_len ? room : r->before_len);
}

/* Where the line that begins `shown` ends, or shown.len. Of a sorted file most lines will be walked: the ends of their frames are found in one go. */
static size_t find_line_end(struct folded_reader *r, struct pp_str shown)
{
    r->found = !r->shuffled;
    if (r->found) {
        return find_ends(r, shown, r->common);
    }
    return r->common + pp_str_find(pp_str_sub(shown, r->common, shown.len), '\n');
}

/* The next line. What it shares with the stack of the line before is found first: it need not be searched for the line's end, for there is none in it. */
static bool next_line(struct folded_reader *r, struct pp_str *line)
{
    struct pp_str shown = pp_source_peek(r->source, r->before_len);
    r->common = find_common(r, shown.data, shown.len);
    r->found = false;
    return pp_source_line_past(r->source, r->common, line);
}

/* Reads the rest of a line that has the stack of the line before, a space and a count of few digits; returns its length with the line's end, 0 for another line. */
static size_t read_again(const struct folded_reader *r, struct pp_str rest, int64_t *count)
{
    size_t at = r->common + 1, most = at + FOLDED_SURE_DIGITS;
    most = most < rest.len ? most : rest.len;
    if (r->common < r->before_len || !r->ends.count || at >= most || rest.data[r->common] != ' ') {
        return 0;
    }
    *count = 0;
    while (at < most && rest.data[at] >= '0' && rest.data[at] <= '9') {
        *count = *count * 10 + (rest.data[at++] - '0');
    }
    return at > r->common + 1 && at < most && rest.data[at] == '\n' ? at + 1 : 0;
}

/* The same for a line of another stack. */
static size_t read_other(struct folded_reader *r, struct pp_str rest, struct pp_str *stack, int64_t *count)
{
    size_t end = find_line_end(r, rest);
    size_t len = end && rest.data[end - 1] == '\r' ? end - 1 : end;
    return end < rest.len && folded_quick((struct pp_str){rest.data, len}, stack, count) ? end + 1 : 0;
}

/* Lines of one column of plain integers, as most are, as far as whole ones are shown and the builder is content. */
static void read_quick_lines(struct folded_reader *r)
{
    struct pp_str shown = pp_source_peek(r->source, 1);
    uint64_t offset = pp_source_consumed(r->source), before = pp_source_lines(r->source), line = before;
    size_t at = 0, last = 0;
    while (at < shown.len && pp_builder_ok(r->b)) {
        struct pp_str rest = {shown.data + at, shown.len - at}, stack;
        int64_t count;
        r->common = find_common(r, rest.data, rest.len);
        size_t again = read_again(r, rest, &count);
        size_t len = again ? again : read_other(r, rest, &stack, &count);
        if (!len) {
            break;
        }
        line++;
        last = at;
        pp_builder_at(r->b, pp_at_line(offset + at, line > UINT32_MAX ? UINT32_MAX : (uint32_t)line, 1));
        pp_stack_id id = again ? r->stacks.at[r->ends.count - 1] : stack_of(r, stack);
        pp_builder_add(r->b, id, 0, count);
        at += len;
    }
    r->data_lines += line - before;
    pp_source_skip_lines(r->source, at, line - before, last);
}

static bool read_lines(struct folded_reader *r)
{
    struct pp_str line;
    bool plain = !r->is.in_time && r->is.columns == 1 && r->is.factor == 1;
    for (;;) {
        if (plain && !pp_builder_decimals_of(r->b, 0)) {
            read_quick_lines(r);
        }
        if (!pp_builder_ok(r->b)) {
            return true; /* the builder tells */
        }
        if (!next_line(r, &line)) {
            break;
        }
        if (!read_line(r, line)) {
            return false;
        }
    }
    if (pp_source_error(r->source, r->err)) {
        return false;
    }
    if (r->data_lines == 0 && (r->first_bad.known || !r->is.header)) {
        struct pp_where where = r->first_bad.known ? r->first_bad : pp_at_line(0, 1, 1);
        return pp_fail(r->err, PP_SYNTAX, where, "expected \"frame;frame COUNT\", found no line with a count");
    }
    mark_estimates(r);
    return true;
}

/* Bytes of a large file per stack of the tree, more or less: what is expected too much is address space only. */
enum { BYTES_PER_STACK = 256, SMALL_FILE = 1 << 20, LARGE_FILE = 1 << 29 };

static void expect(struct pp_builder *b, const struct pp_source *source)
{
    uint64_t size = pp_source_gzipped(source) ? 0 : pp_source_raw_size(source);
    if (size >= SMALL_FILE) {
        pp_builder_expect_stacks(b, (size < LARGE_FILE ? (size_t)size : LARGE_FILE) / BYTES_PER_STACK);
    }
}

bool folded_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err)
{
    struct folded_reader r = {.source = source, .b = b, .err = err, .strict = options->strict, .seed = seen_seed()};
    pp_source_text(source);
    r.is = folded_look_ahead(source, b, options);
    pp_builder_stacks(b);
    expect(b, source);
    bool ok = read_lines(&r);
    seen_free(&r.frames);
    seen_free(&r.lines);
    void *tables[] = {r.before, r.fresh.at, r.ends.at, r.stacks.at};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
    return ok;
}
