/* The JSON that tells the script what it cannot read from the boxes. */
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "render/svg_parts.h"

static void put_string(struct pp_sink *json, struct pp_str s)
{
    pp_sink_byte(json, '"');
    pp_text_json(json, s);
    pp_sink_byte(json, '"');
}

static void put_key(struct pp_sink *json, const char *key)
{
    pp_sink_printf(json, ", \"%s\":", key);
}

static void put_text(struct pp_sink *json, const char *key, const char *value)
{
    put_key(json, key);
    put_string(json, pp_str_of(value));
}

static void put_bool(struct pp_sink *json, const char *key, bool value)
{
    put_key(json, key);
    pp_sink_text(json, value ? "true" : "false");
}

static void put_integer(struct pp_sink *json, const char *key, int64_t value)
{
    put_key(json, key);
    pp_sink_i64(json, value);
}

static void put_number(struct pp_sink *json, const char *key, double value)
{
    char text[PP_DOUBLE_REPR_SIZE + 1] = "";
    text[pp_format_double_repr(text, value)] = '\0';
    put_key(json, key);
    pp_sink_text(json, text);
}

static void put_metric(const struct svg_writer *w, struct pp_sink *json)
{
    const struct value_style *v = &w->style->values;
    pp_sink_text(json, ", \"metric\":{\"name\":");
    put_string(json, w->style->metric_name);
    put_text(json, "unit", pp_unit_name(v->unit));
    put_integer(json, "decimals", v->decimals);
    pp_sink_text(json, "}");
    put_text(json, "unit", shown_unit_names[v->shown]);
    put_text(json, "countName", v->plain || v->unit == PP_UNIT_COUNT ? v->count_name : "");
    put_number(json, "factor", v->factor);
    put_text(json, "nameType", w->style->name_type);
}

static void put_sums(const struct svg_writer *w, struct pp_sink *json)
{
    const struct layout *l = w->layout;
    pp_sink_text(json, ", \"total\":");
    pp_sink_i64(json, l->total);
    put_integer(json, "sum", l->sum);
    put_bool(json, "estimated", l->estimated > 0);
    pp_sink_text(json, ", \"cut\":{\"frames\":");
    pp_sink_u64(json, l->cut_frames);
    put_integer(json, "value", l->cut_value);
    put_integer(json, "maxFrames", (int64_t)w->style->max_frames);
    pp_sink_byte(json, '}');
}

static void put_sizes(const struct svg_writer *w, struct pp_sink *json)
{
    const struct svg_style *s = w->style;
    pp_sink_text(json, ", \"width\":");
    pp_sink_i64(json, (int64_t)w->width);
    put_bool(json, "fluid", !(s->width > 0));
    put_number(json, "frameHeight", s->frame_height);
    put_number(json, "fontSize", s->font_size);
    put_number(json, "fontWidth", s->font_width);
    put_integer(json, "padX", SVG_PAD);
    put_number(json, "padTop", w->pad_top);
    put_number(json, "padBottom", w->pad_bottom);
    put_integer(json, "depth", w->layout->depth);
    put_text(json, "truncate", s->truncate_left ? "left" : "right");
    put_text(json, "searchColor", s->search_color ? s->search_color : "#e600e6");
    put_text(json, "colors", palette_names[s->palette]);
}

static void put_diff(const struct svg_writer *w, struct pp_sink *json)
{
    static const char *const widths[] = {"after", "before", "max", "sum"};
    static const char *const normals[] = {"none", "total", "root"};
    const struct delta_style *d = &w->style->delta;
    pp_sink_text(json, ", \"diff\":");
    if (!w->layout->diff) {
        pp_sink_text(json, "null");
        return;
    }
    pp_sink_printf(json, "{\"by\":\"%s\"", d->by_self ? "self" : "total");
    put_text(json, "width", widths[d->width]);
    put_text(json, "normalize", normals[d->normalize]);
    put_integer(json, "totalBefore", w->layout->sum_before);
    put_integer(json, "totalAfter", w->layout->sum_after);
    put_number(json, "noise", d->noise);
    put_text(json, "noiseUnit", d->poisson ? "sigma" : "percent");
    put_bool(json, "negate", d->negate);
    put_text(json, "colors", d->classic ? "red-blue" : "blue-orange");
    pp_sink_byte(json, '}');
}

static void put_frame_rows(struct svg_writer *w, struct pp_sink *json)
{
    pp_sink_text(json, ", \"frames\":[");
    for (size_t i = 0; i < w->frames.count; i++) {
        const struct pp_frame *frame = &w->p->frames[w->frames.at[i].frame];
        const struct pp_function *f = pp_profile_function(w->p, frame->function);
        pp_sink_text(json, i ? ",[" : "[");
        put_string(json, pp_profile_str(w->p, f->name));
        pp_sink_byte(json, ',');
        put_string(json, pp_profile_str(w->p, f->file));
        pp_sink_byte(json, ',');
        pp_sink_i64(json, frame->line ? (int64_t)frame->line : f->line);
        pp_sink_byte(json, ',');
        put_string(json, w->frames.at[i].package);
        pp_sink_byte(json, ']');
    }
    pp_sink_text(json, "]}");
}

void svg_put_view(struct svg_writer *w)
{
    const struct svg_style *s = w->style;
    struct pp_sink *json = pp_sink_memory();
    pp_sink_text(json, "{\"version\":1");
    put_text(json, "title", s->title);
    put_text(json, "subtitle", s->subtitle ? s->subtitle : "");
    put_text(json, "view", s->icicle ? "icicle" : "flame");
    put_bool(json, "reversed", s->reversed);
    put_bool(json, "chart", w->layout->chart);
    put_metric(w, json);
    put_sums(w, json);
    put_sizes(w, json);
    put_diff(w, json);
    put_frame_rows(w, json);
    pp_text_xml(w->out, pp_sink_contents(json));
    pp_sink_abandon(json);
}
