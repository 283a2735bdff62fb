#include "formats/folded/heading.h"

#include "formats/folded/folded.h"
#include "formats/folded/line.h"

enum { PROBED_LINES = 64 };

/* Sets up the metric columns; the header may have named unit and metric. */
static void set_unit(struct folded_heading *is, struct pp_builder *b, struct pp_str unit, struct pp_str metric)
{
    static const struct {
        const char *name;
        int64_t factor;
    } units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
    is->factor = 1;
    enum pp_unit kind = pp_str_eq(unit, PP_STR("bytes")) ? PP_UNIT_BYTES : PP_UNIT_COUNT;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (pp_str_eq(unit, pp_str_of(units[i].name))) {
            is->factor = units[i].factor;
            kind = PP_UNIT_NS;
        }
    }
    if (is->columns == 2) {
        pp_builder_metric(b, PP_STR("before"), kind);
        pp_builder_metric(b, PP_STR("after"), kind);
        return;
    }
    struct pp_str name = kind == PP_UNIT_NS      ? PP_STR("wall")
                         : kind == PP_UNIT_BYTES ? PP_STR("bytes")
                                                 : PP_STR("samples");
    pp_builder_metric(b, metric.len ? metric : name, kind);
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

struct folded_heading folded_look_ahead(struct pp_source *source, struct pp_builder *b,
                                        const struct pp_options *options)
{
    struct folded_heading is = {0};
    struct pp_str window = pp_str_sub(pp_source_peek(source, PP_PROBE_SIZE), 0, PP_PROBE_SIZE);
    struct pp_str header = {0};
    bool one = false, two = false;
    for (unsigned n = 0; window.len && n < PROBED_LINES; n++) {
        struct pp_cut cut = pp_str_cut(window, '\n');
        if (!cut.found && window.len == PP_PROBE_SIZE) {
            break; /* cut off by the window, not by the file */
        }
        struct folded_line line = folded_split(cut.head, 1);
        if (line.kind == FOLDED_COMMENT && pp_str_starts(cut.head, PP_STR(FOLDED_HEADER))) {
            is.header = true;
            header = pp_str_sub(pp_str_trim_end(cut.head), sizeof FOLDED_HEADER - 1, cut.head.len);
        } else if (line.kind == FOLDED_DATA) {
            bool both = folded_columns(cut.head) == 2;
            two = two || both;
            one = one || !both;
        }
        window = cut.tail;
    }
    struct pp_str columns = pp_options_get(options, "columns");
    is.columns = columns.len ? 1u + pp_str_eq(columns, PP_STR("2")) : two && !one ? 2 : 1;
    struct pp_str unit = pp_options_get(options, "counts");
    struct pp_str lines = pp_options_get(options, "lines");
    is.definition_lines = pp_str_eq(lines.len ? lines : header_value(header, PP_STR("lines")), PP_STR("definition"));
    is.in_time = pp_str_eq(pp_options_get(options, "order"), PP_STR("time"));
    is.estimated = pp_str_eq(header_value(header, PP_STR("estimated")), PP_STR("yes"));
    set_unit(&is, b, unit.len ? unit : header_value(header, PP_STR("unit")), header_value(header, PP_STR("metric")));
    struct pp_str producer = header_value(header, PP_STR("producer"));
    if (producer.len) {
        pp_builder_meta(b, PP_STR("producer"), producer);
    }
    return is;
}
