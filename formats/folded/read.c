/* Reading folded stacks fast. Sorted files share most of a line with the line before: only the frames that differ are walked again. Shuffled ones do
 * not: whole lines seen before are found by a 128-bit hash. A frame's text is hashed once per walk and its name taken apart once in all.
 *
 *     line before   main;parse;tokens;next 7          ends[]:   4     10     17     22
 *     this line     main;parse;tree;grow 3            common = 12  ->  frames ending before byte 12 are the same: main, parse
 */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "formats/folded/folded.h"
#include "formats/folded/line.h"
#include "formats/folded/seen.h"

/* Lines remembered whole: 24 bytes each, at most this many. */
enum { MOST_LINES = 1 << 20, PROBED_LINES = 64 };

struct folded_reader {
    struct pp_source *source;
    struct pp_builder *b;
    struct pp_error *err;
    bool strict;
    unsigned columns;
    int64_t factor;        /* counts are multiplied by this: units to ns */
    bool definition_lines; /* lines in frames are where functions begin */
    bool estimated;
    bool in_time; /* each line is a sample after the line before */
    bool header;  /* profpipe's own comment was there: a file without lines is an empty profile */

    struct seen_seed seed;
    struct seen frames; /* text -> frame id */
    struct seen lines;  /* text -> stack id */

    char *before; /* the stack text of the line before */
    size_t before_len, before_capacity;
    size_t common;              /* bytes that this line begins with, too */
    bool shuffled;              /* lines are not sorted: a stack may come again, not only at once */
    PP_VEC(uint32_t) ends;      /* per frame of it: offset of its end */
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
    if (folded_place(text, &name, &file, &frame.line) && r->definition_lines) {
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

/* How many bytes are equal before the first one that differs, of two words that are not equal. */
static size_t equal_bytes(uint64_t x, uint64_t y)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(x ^ y) / 8;
#else
    return (size_t)__builtin_clzll(x ^ y) / 8;
#endif
}

/* Length of what a and b share of their first `len` bytes. The library's memcmp has the widest registers of the machine: it finds the block that differs. */
static size_t common_prefix(const char *a, const char *b, size_t len)
{
    size_t at = 0;
    for (size_t block = 256; block >= 64; block /= 2) {
        while (at + block <= len && memcmp(a + at, b + at, block) == 0) {
            at += block;
        }
    }
    for (; at + 8 <= len; at += 8) {
        uint64_t x, y;
        memcpy(&x, a + at, 8);
        memcpy(&y, b + at, 8);
        if (x != y) {
            return at + equal_bytes(x, y);
        }
    }
    while (at < len && a[at] == b[at]) {
        at++;
    }
    return at;
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

/* Walks the frames that begin at *at, TOGETHER at most, below stack `id`. */
static pp_stack_id walk_some(struct folded_reader *r, struct pp_str stack, size_t *at, pp_stack_id id)
{
    struct seen_key keys[TOGETHER];
    pp_frame_id frames[TOGETHER];
    size_t count = 0, begin = *at, end = begin;
    PP_RESERVE(&r->ends, r->ends.count + TOGETHER);
    PP_RESERVE(&r->stacks, r->ends.count + TOGETHER);
    uint32_t *ends = r->ends.at + r->ends.count;
    for (; count < TOGETHER && end <= stack.len; count++, end++) {
        size_t len;
        keys[count] = seen_key_of_frame(&r->seed, stack.data + end, stack.data + stack.len, &len);
        seen_foresee(&r->frames, keys[count]);
        end += len;
        ends[count] = (uint32_t)end;
    }
    *at = end;
    for (size_t i = 0; i < count; i++) {
        frames[i] = frame_of(r, keys[i], (struct pp_str){stack.data + begin, ends[i] - begin});
        begin = (size_t)ends[i] + 1;
    }
    id = pp_builder_push_path(r->b, id, frames, count, r->stacks.at + r->ends.count);
    r->ends.count += count;
    return id;
}

static pp_stack_id walk(struct folded_reader *r, struct pp_str stack, size_t common)
{
    size_t at = keep_shared(r, stack, common);
    pp_stack_id id = {0};
    if (r->ends.count) {
        id = r->stacks.at[r->ends.count - 1];
    }
    while (at <= stack.len && stack.len) {
        id = walk_some(r, stack, &at, id);
    }
    remember(r, stack, common);
    return id;
}

static pp_stack_id stack_of(struct folded_reader *r, struct pp_str stack)
{
    size_t common = r->common < stack.len ? r->common : stack.len;
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
    if (!pp_mul_i64(*value, r->factor, value)) {
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
    for (unsigned c = 0; c < r->columns; c++) {
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

/* Sets up the metric columns; the header may have named unit and metric. */
static void set_unit(struct folded_reader *r, struct pp_str unit, struct pp_str metric)
{
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
    r->factor = 1;
    enum pp_unit kind = pp_str_eq(unit, PP_STR("bytes")) ? PP_UNIT_BYTES : PP_UNIT_COUNT;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (pp_str_eq(unit, pp_str_of(units[i].name))) {
            r->factor = units[i].factor;
            kind = PP_UNIT_NS;
        }
    }
    if (r->columns == 2) {
        pp_builder_metric(r->b, PP_STR("before"), kind);
        pp_builder_metric(r->b, PP_STR("after"), kind);
        return;
    }
    struct pp_str name = kind == PP_UNIT_NS      ? PP_STR("wall")
                         : kind == PP_UNIT_BYTES ? PP_STR("bytes")
                                                 : PP_STR("samples");
    pp_builder_metric(r->b, metric.len ? metric : name, kind);
}

/* The value of `key` in "# profpipe: key=value key=value", or an empty slice. */
static struct pp_str header_value(struct pp_str header, struct pp_str key)
{
    while (header.len) {
        struct pp_cut word = pp_str_cut(pp_str_trim(header), ' ');
        struct pp_cut pair = pp_str_cut(word.head, '=');
        if (pair.found && pp_str_eq(pair.head, key)) {
            return pair.tail;
        }
        header = word.tail;
    }
    return (struct pp_str){0};
}

/* Looks ahead, within what the probe sees too: the header comment, and whether data lines have one count or two. */
static void look_ahead(struct folded_reader *r, const struct pp_options *options)
{
    struct pp_str window = pp_str_sub(pp_source_peek(r->source, PP_PROBE_SIZE), 0, PP_PROBE_SIZE);
    struct pp_str header = {0};
    bool one = false, two = false;
    for (unsigned n = 0; window.len && n < PROBED_LINES; n++) {
        struct pp_cut cut = pp_str_cut(window, '\n');
        if (!cut.found && window.len == PP_PROBE_SIZE) {
            break; /* cut off by the window, not by the file */
        }
        struct folded_line line = folded_split(cut.head, 1);
        if (line.kind == FOLDED_COMMENT && pp_str_starts(cut.head, PP_STR(FOLDED_HEADER))) {
            r->header = true;
            header = pp_str_sub(pp_str_trim_end(cut.head), sizeof FOLDED_HEADER - 1, cut.head.len);
        } else if (line.kind == FOLDED_DATA) {
            bool both = folded_columns(cut.head) == 2;
            two = two || both;
            one = one || !both;
        }
        window = cut.tail;
    }
    struct pp_str columns = pp_options_get(options, "columns");
    r->columns = columns.len ? 1u + pp_str_eq(columns, PP_STR("2")) : two && !one ? 2 : 1;
    struct pp_str unit = pp_options_get(options, "counts");
    struct pp_str lines = pp_options_get(options, "lines");
    r->definition_lines = pp_str_eq(lines.len ? lines : header_value(header, PP_STR("lines")), PP_STR("definition"));
    r->in_time = pp_str_eq(pp_options_get(options, "order"), PP_STR("time"));
    r->estimated = pp_str_eq(header_value(header, PP_STR("estimated")), PP_STR("yes"));
    set_unit(r, unit.len ? unit : header_value(header, PP_STR("unit")), header_value(header, PP_STR("metric")));
    struct pp_str producer = header_value(header, PP_STR("producer"));
    if (producer.len) {
        pp_builder_meta(r->b, PP_STR("producer"), producer);
    }
}

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
    struct folded_line line = folded_split(text, r->columns);
    if (line.kind == FOLDED_BAD) {
        return bad_line(r);
    }
    if (line.kind != FOLDED_DATA) {
        return true;
    }
    pp_builder_at(r->b, pp_source_where(r->source));
    r->data_lines++;
    pp_stack_id stack = stack_of(r, line.stack);
    bool ok = !r->in_time || add_sample(r, text, stack, line.counts);
    for (unsigned c = 0; ok && !r->in_time && c < r->columns; c++) {
        ok = add_count(r, text, stack, c, line.counts[c]);
    }
    return ok;
}

/* The header marked everything as an estimate: every stack is, with open bounds. */
static void mark_estimates(struct folded_reader *r)
{
    size_t count = r->estimated ? pp_builder_stack_count(r->b) : 0;
    for (size_t i = 1; i < count; i++) {
        pp_builder_bounds(r->b, (pp_stack_id){(uint32_t)i}, (struct pp_stack_bounds){0, INT64_MAX, PP_STACK_ESTIMATED});
    }
}

/* What the text that is shown next shares with the stack of the line before. */
static size_t find_common(struct folded_reader *r, const char *shown, size_t room)
{
    size_t len = room < r->before_len ? room : r->before_len;
    size_t common = common_prefix(shown, r->before, len);
    r->shuffled = r->shuffled || (common < len && (unsigned char)shown[common] < (unsigned char)r->before[common]);
    return common;
}

/* The next line. What it shares with the stack of the line before is found first: it need not be searched for the line's end, for there is none in it. */
static bool next_line(struct folded_reader *r, struct pp_str *line)
{
    struct pp_str shown = pp_source_peek(r->source, r->before_len);
    r->common = find_common(r, shown.data, shown.len);
    return pp_source_line_past(r->source, r->common, line);
}

/* Lines of one column of plain integers, as most are, as far as whole ones are shown and the builder is content. */
static void read_quick_lines(struct folded_reader *r)
{
    struct pp_str shown = pp_source_peek(r->source, 1);
    uint64_t offset = pp_source_consumed(r->source), before = pp_source_lines(r->source), line = before;
    size_t at = 0, last = 0;
    while (at < shown.len && pp_builder_ok(r->b)) {
        struct pp_str text, stack;
        int64_t count;
        const char *from = shown.data + at;
        r->common = find_common(r, from, shown.len - at);
        const char *end = memchr(from + r->common, '\n', shown.len - at - r->common);
        text = (struct pp_str){from, end ? (size_t)(end - from) : 0};
        text.len -= text.len && from[text.len - 1] == '\r';
        if (!end || !folded_quick(text, &stack, &count)) {
            break;
        }
        line++;
        last = at;
        pp_builder_at(r->b, pp_at_line(offset + at, line > UINT32_MAX ? UINT32_MAX : (uint32_t)line, 1));
        pp_builder_add(r->b, stack_of(r, stack), 0, count);
        at += (size_t)(end - from) + 1;
    }
    r->data_lines += line - before;
    pp_source_skip_lines(r->source, at, line - before, last);
}

static bool read_lines(struct folded_reader *r)
{
    struct pp_str line;
    bool plain = !r->in_time && r->columns == 1 && r->factor == 1;
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
    if (r->data_lines == 0 && (r->first_bad.known || !r->header)) {
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
    look_ahead(&r, options);
    pp_builder_stacks(b);
    expect(b, source);
    bool ok = read_lines(&r);
    seen_free(&r.frames);
    seen_free(&r.lines);
    void *tables[] = {r.before, r.ends.at, r.stacks.at};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        pp_free(tables[i]);
    }
    return ok;
}
