/* The walk over the XML with libxml2's streaming reader: no network, no entities, no external subset. A picture of folded2svg is read from what it
 * embeds, or from the exact numbers on its frames; other pictures from where their boxes stand. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/number.h"
#include "formats/svg/svg.h"
#include "formats/svg/xml.h"

static const char pruned_note[] =
    "frames too narrow to be drawn are not in the picture: their share counts as their callers' own";

struct svg_reader {
    struct pp_source *source;
    struct pp_builder *b;
    const struct pp_options *options;
    struct pp_error *err;
    struct svg_xml lib;
    xmlTextReaderPtr xml;
    struct svg_frames frames;
    struct pp_str title;   /* of the group that is open; empty when used up */
    struct pp_str view;    /* folded2svg's JSON */
    bool two_columns;      /* the picture compares: before and after */
    bool own, embedded;    /* made by folded2svg; its embedded profile was read */
    PP_VEC(uint32_t) path; /* stacks by depth, of our own pictures */
};

static int read_bytes(void *context, char *buffer, int len)
{
    struct svg_reader *r = context;
    struct pp_str shown = pp_source_peek(r->source, 1);
    size_t take = shown.len < (size_t)len ? shown.len : (size_t)len;
    memcpy(buffer, shown.data, take);
    pp_source_skip(r->source, take);
    return (int)take;
}

static int close_nothing(void *context)
{
    (void)context;
    return 0;
}

/* libxml2's first error becomes ours, with its line and column. */
#if LIBXML_VERSION >= 21200
static void on_error(void *context, const xmlError *error)
#else
static void on_error(void *context, xmlErrorPtr error)
#endif
{
    struct svg_reader *r = context;
    if (error->level < XML_ERR_ERROR || pp_source_error(r->source, r->err)) {
        return;
    }
    struct pp_str message = pp_str_trim_end(pp_str_of(error->message));
    struct pp_str own = PP_STR("internal error: "); /* how libxml2 begins some of what it says of bad input */
    message = pp_str_starts(message, own) ? pp_str_sub(message, own.len, message.len) : message;
    uint32_t line = error->line > 0 ? (uint32_t)error->line : 1;
    uint32_t column = error->int2 > 0 ? (uint32_t)error->int2 : 0;
    struct pp_where where = pp_at_line(pp_source_consumed(r->source), line, column);
    pp_fail(r->err, PP_SYNTAX, where, "%.*s", PP_STR_ARG(message));
}

static bool fail_here(struct svg_reader *r, const char *message)
{
    int line = r->lib.xmlTextReaderGetParserLineNumber(r->xml),
        column = r->lib.xmlTextReaderGetParserColumnNumber(r->xml);
    return pp_fail(r->err, PP_SYNTAX, pp_at_line(0, line > 0 ? (uint32_t)line : 1, column > 0 ? (uint32_t)column : 0),
                   "%s", message);
}

/* The attribute as a slice of the arena, or NULL data. */
static struct pp_str attribute(struct svg_reader *r, const char *name)
{
    xmlChar *value = r->lib.xmlTextReaderGetAttribute(r->xml, (const xmlChar *)name);
    if (!value) {
        return (struct pp_str){0};
    }
    struct pp_str copy = pp_arena_str(&r->frames.arena, pp_str_of((const char *)value));
    r->lib.release(value);
    return copy;
}

/* "12.5", "12.5px", "3.2%": the number in front. */
static bool number_of(struct pp_str text, double *number)
{
    size_t len = 0;
    text = pp_str_trim(text);
    while (len < text.len && (strchr("0123456789.+-", text.data[len]))) {
        len++;
    }
    return pp_parse_double(pp_str_sub(text, 0, len), number);
}

/* "1,234.5" as a count; widths of several decimals raise those of all. */
static bool count_of(struct svg_reader *r, struct pp_str text, int64_t *count)
{
    char plain[64];
    size_t len = 0;
    unsigned decimals;
    bool rounded;
    for (size_t i = 0; i < text.len && len < sizeof plain; i++) {
        if (text.data[i] != ',') {
            plain[len++] = text.data[i];
        }
    }
    if (!pp_parse_decimal((struct pp_str){plain, len}, count, &decimals, &rounded) || *count < 0) {
        return false;
    }
    for (; r->frames.decimals < decimals; r->frames.decimals++) {
        for (size_t i = 0; i < r->frames.at.count; i++) {
            if (!pp_mul_i64(r->frames.at.at[i].count, 10, &r->frames.at.at[i].count)) {
                return false;
            }
        }
    }
    for (; decimals < r->frames.decimals; decimals++) {
        if (!pp_mul_i64(*count, 10, count)) {
            return false;
        }
    }
    return true;
}

/* --- other people's pictures --- */

/* The oldest pictures have the text in the rect, those of 2012 in the group:  onmouseover="s('NAME (36 samples, 12.09%)')". */
static struct pp_str mouse_text(struct pp_str script)
{
    size_t from = pp_str_search(script, PP_STR("s('"));
    size_t to = pp_str_rfind(script, '\'');
    if (from == script.len || to <= from + 3) {
        return (struct pp_str){0};
    }
    return pp_str_sub(script, from + 3, to - from - 3);
}

static void take_rect(struct svg_reader *r)
{
    struct svg_frame frame = {0};
    struct pp_str number, count_name, title = r->title;
    if (!title.len) {
        title = mouse_text(attribute(r, "onmouseover"));
    }
    r->title = (struct pp_str){0};
    struct pp_str exact_x = attribute(r, "fg:x"), exact_w = attribute(r, "fg:w");
    bool exact = exact_x.data && exact_w.data;
    if (title.len && exact && !svg_parse_title(title, &frame.name, &number, &count_name)) {
        /* A title of the user's (--nameattr): the numbers are on the rect all the same. */
        frame.name = title;
        count_name = (struct pp_str){0};
    } else if (!title.len || !svg_parse_title(title, &frame.name, &number, &count_name)) {
        return;
    }
    if (!number_of(exact ? exact_x : attribute(r, "x"), &frame.x) ||
        !number_of(exact ? exact_w : attribute(r, "width"), &frame.width) || !number_of(attribute(r, "y"), &frame.y) ||
        !count_of(r, exact ? exact_w : number, &frame.count)) {
        pp_report_note(pp_builder_report(r->b), "frames with unreadable numbers were skipped", pp_nowhere());
        return;
    }
    r->frames.exact = r->frames.at.count ? r->frames.exact && exact : exact;
    r->frames.count_name = r->frames.count_name.len ? r->frames.count_name : count_name;
    *PP_PUSH(&r->frames.at) = frame;
}

/* --- our own pictures --- */

static bool value_of(struct svg_reader *r, const char *name, int64_t *value)
{
    struct pp_str text = attribute(r, name);
    *value = 0;
    return !text.data || pp_parse_i64(text, value);
}

/* What a group of ours says of its frame until the title gives the name. A differential picture has two self values and one that is drawn. */
struct own_frame {
    int64_t depth, self, before, after;
    bool open;
};

static int64_t json_number(struct pp_str json, const char *key)
{
    size_t at = pp_str_search(json, pp_str_of(key));
    double number = 0;
    return at < json.len && number_of(pp_str_sub(json, at + strlen(key), 32), &number) ? (int64_t)number : 0;
}

/* The metric from folded2svg's own JSON: "metric":{"name":"wall", "unit":"ns", "decimals":0}. */
static void own_metric(struct svg_reader *r)
{
    r->two_columns = pp_str_search(r->view, PP_STR("\"diff\":{")) < r->view.len;
    size_t at = pp_str_search(r->view, PP_STR("\"metric\""));
    struct pp_str metric = pp_str_sub(r->view, at, 400);
    bool ns = pp_str_search(metric, PP_STR("\"unit\":\"ns\"")) < metric.len,
         bytes = pp_str_search(metric, PP_STR("\"unit\":\"bytes\"")) < metric.len;
    enum pp_unit unit = ns ? PP_UNIT_NS : bytes ? PP_UNIT_BYTES : PP_UNIT_COUNT;
    if (r->two_columns) {
        pp_builder_metric(r->b, PP_STR("before"), unit);
        pp_builder_metric(r->b, PP_STR("after"), unit);
    } else {
        pp_builder_metric(r->b, ns ? PP_STR("wall") : bytes ? PP_STR("bytes") : PP_STR("samples"), unit);
    }
    int64_t decimals = json_number(metric, "\"decimals\":");
    r->frames.decimals = decimals > 0 && decimals <= 9 ? (unsigned)decimals : 0;
    pp_builder_stacks(r->b);
    *PP_PUSH(&r->path) = 0;
}

static void add_own(struct svg_reader *r, pp_stack_id stack, unsigned column, int64_t value)
{
    if (value) {
        pp_builder_add_decimal(r->b, stack, column, value, r->frames.decimals);
    }
}

/* A group of ours: its depth, its self values; the name comes with its title. */
static bool take_own_title(struct svg_reader *r, struct pp_str title, const struct own_frame *frame)
{
    int64_t depth = frame->depth;
    struct pp_str name, number, count_name;
    if (r->path.count == 0) {
        own_metric(r);
    }
    if (depth < 0 || (uint64_t)depth > r->path.count ||
        !svg_parse_title(pp_str_cut(title, '\n').head, &name, &number, &count_name)) {
        return fail_here(r, "expected a frame of folded2svg with its depth and title");
    }
    pp_stack_id stack = {0};
    if (depth > 0) {
        r->path.count = (size_t)depth;
        stack = pp_builder_push(r->b, (pp_stack_id){r->path.at[depth - 1]}, svg_text_frame(r->b, name));
        *PP_PUSH(&r->path) = stack.i;
    }
    add_own(r, stack, 0, r->two_columns ? frame->before : frame->self);
    if (r->two_columns) {
        add_own(r, stack, 1, frame->after);
    }
    return true;
}

static bool read_text_of(struct svg_reader *r, struct pp_str *text)
{
    xmlChar *value = r->lib.xmlTextReaderReadString(r->xml);
    *text = value ? pp_arena_str(&r->frames.arena, pp_str_of((const char *)value)) : (struct pp_str){0};
    r->lib.release(value);
    return value != NULL;
}

static bool take_own(struct svg_reader *r, struct pp_str name, struct own_frame *frame)
{
    struct pp_str text;
    if (pp_str_eq(name, PP_STR("g"))) {
        frame->open = attribute(r, "data-d").data != NULL;
        if (frame->open && (!value_of(r, "data-d", &frame->depth) || !value_of(r, "data-s", &frame->self) ||
                            !value_of(r, "data-sb", &frame->before) || !value_of(r, "data-sa", &frame->after))) {
            return fail_here(r, "expected whole numbers on a frame of folded2svg");
        }
    } else if (pp_str_eq(name, PP_STR("title")) && frame->open) {
        frame->open = false;
        return read_text_of(r, &text) && take_own_title(r, text, frame);
    }
    return true;
}

/* --- both --- */

static bool take_metadata(struct svg_reader *r, struct pp_str name)
{
    struct pp_str text, compression = attribute(r, "compression");
    if (pp_str_eq(name, PP_STR("profpipe:view"))) {
        (void)read_text_of(r, &r->view);
    } else if (pp_str_eq(name, PP_STR("profpipe:profile")) && read_text_of(r, &text)) {
        r->embedded = true;
        return svg_read_embedded(text, compression, r->b, r->options, r->err);
    }
    return true;
}

static bool take_element(struct svg_reader *r, struct own_frame *own)
{
    struct pp_str name = pp_str_of((const char *)r->lib.xmlTextReaderConstName(r->xml));
    if (pp_str_eq(name, PP_STR("svg")) && attribute(r, "data-profpipe").data) {
        r->own = true;
    }
    if (r->own) {
        return take_metadata(r, name) && (r->embedded || take_own(r, name, own));
    }
    struct pp_str local = pp_str_of((const char *)r->lib.xmlTextReaderConstLocalName(r->xml));
    if (pp_str_eq(local, PP_STR("title"))) {
        (void)read_text_of(r, &r->title);
    } else if (pp_str_eq(local, PP_STR("rect"))) {
        take_rect(r);
    } else if (pp_str_eq(local, PP_STR("g"))) {
        r->title = mouse_text(attribute(r, "onmouseover"));
    }
    return true;
}

static bool walk(struct svg_reader *r)
{
    struct own_frame own = {0};
    int status = 1;
    while (!r->embedded && (status = r->lib.xmlTextReaderRead(r->xml)) == 1) {
        switch (r->lib.xmlTextReaderNodeType(r->xml)) {
        case XML_READER_TYPE_ELEMENT:
            if (!take_element(r, &own)) {
                return false;
            }
            break;
        case XML_READER_TYPE_ENTITY_REFERENCE:
        case XML_READER_TYPE_ENTITY:
            return fail_here(r, "expected no entities of its own in a flame graph");
        default:
            break;
        }
        if (!pp_builder_ok(r->b)) {
            return true;
        }
        if (r->err->status != PP_OK) {
            return false;
        }
    }
    if (pp_source_error(r->source, r->err)) {
        return false;
    }
    return status >= 0 || pp_fail(r->err, PP_SYNTAX, pp_nowhere(), "expected XML");
}

static bool finish(struct svg_reader *r)
{
    if (r->embedded || !pp_builder_ok(r->b)) {
        return true;
    }
    if (r->own) {
        pp_report_note(pp_builder_report(r->b), "the picture embeds no profile: read from its frames", pp_nowhere());
        return r->path.count > 0 ||
               pp_fail(r->err, PP_SYNTAX, pp_nowhere(), "expected a flame graph, found an SVG without frames");
    }
    if (!svg_add_drawn(&r->frames, r->b, r->err)) {
        return false;
    }
    pp_report_note(pp_builder_report(r->b), pruned_note, pp_nowhere());
    return true;
}

/* Entities of a document's own can be nested to explode; flame graphs have none. Long text nodes are allowed only where there is no document type
 * at all, which libxml2 would otherwise bound. */
static bool parse_options(struct svg_reader *r, int *options)
{
    struct pp_str head = pp_str_sub(pp_source_peek(r->source, PP_PROBE_SIZE), 0, PP_PROBE_SIZE);
    size_t type = pp_str_search(head, PP_STR("<!DOCTYPE"));
    size_t root = pp_str_search(head, PP_STR("<svg"));
    *options = XML_PARSE_NONET | XML_PARSE_COMPACT;
    if (pp_str_search(head, PP_STR("<!ENTITY")) < head.len) {
        return pp_fail(r->err, PP_UNSUPPORTED, pp_at_line(0, 1, 1), "expected no entities of its own in a flame graph");
    }
    if (root < head.len && type > root && pp_str_search(head, PP_STR("data-profpipe=")) < head.len) {
        *options |= XML_PARSE_HUGE;
    }
    return true;
}

bool svg_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err)
{
    struct svg_reader r = {.source = source, .b = b, .options = options, .err = err};
    int flags;
    if (!parse_options(&r, &flags) || !svg_xml_load(&r.lib, err)) {
        return false;
    }
    r.xml = r.lib.xmlReaderForIO(read_bytes, close_nothing, &r, NULL, NULL, flags);
    if (!r.xml) {
        pp_memory_exhausted(0);
    }
    r.lib.xmlTextReaderSetStructuredErrorHandler(r.xml, on_error, &r);
    bool ok = walk(&r) && finish(&r);
    r.lib.xmlFreeTextReader(r.xml);
    pp_arena_free(&r.frames.arena);
    pp_free(r.frames.at.at);
    pp_free(r.path.at);
    return ok && err->status == PP_OK;
}
