/* The document around the boxes. */
#include "render/svg_writer.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "model/label.h"
#include "render/assets.h"
#include "render/svg_parts.h"

#define NAMESPACE "https://profpipe.invalid/svg"

void svg_put_px(struct pp_sink *out, double value)
{
    char text[40];
    double hundredths = value * 100;
    hundredths = hundredths > 9e17 ? 9e17 : hundredths < -9e17 ? -9e17 : hundredths;
    int64_t rounded = (int64_t)(hundredths < 0 ? hundredths - .5 : hundredths + .5);
    pp_sink_write(out, text, pp_format_decimal(text, rounded, 2));
}

void svg_put_color(struct pp_sink *out, struct rgb c)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char parts[] = {c.red, c.green, c.blue};
    char text[7] = {'#'};
    for (size_t i = 0; i < 3; i++) {
        text[1 + i * 2] = hex[parts[i] >> 4];
        text[2 + i * 2] = hex[parts[i] & 15];
    }
    pp_sink_write(out, text, sizeof text);
}

/* --- what is drawn --- */

static const struct name_attribute *find_attribute(const struct name_attributes *all, struct pp_str name)
{
    for (size_t low = 0, high = all ? all->count : 0; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = pp_str_cmp(all->at[middle].name, name);
        if (order == 0) {
            return &all->at[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

static struct rgb frame_color(const struct svg_style *style, const struct svg_frame *frame)
{
    struct rgb color = palette_color(style->palette, frame->text.full, frame->package);
    /* Separators between kernel and user stacks. */
    if (pp_str_eq(frame->text.full, PP_STR("--"))) {
        color = (struct rgb){160, 160, 160};
    } else if (pp_str_eq(frame->text.full, PP_STR("-"))) {
        color = (struct rgb){200, 200, 200};
    }
    if (style->fixed_color) {
        style->fixed_color(style->fixed_context, frame->text.full, &color);
    }
    return color;
}

static void add_frame(struct svg_writer *w, uint32_t id)
{
    const struct svg_style *s = w->style;
    struct pp_str name = pp_profile_str(w->p, pp_frame_function(w->p, (pp_frame_id){id})->name);
    struct svg_frame frame = {.frame = id,
                              .text = frame_text_of(&w->arena, w->p, (pp_frame_id){id}),
                              .package = pp_label_package(&w->arena, w->p, w->p->frames[id].function)};
    frame.attribute = find_attribute(s->attributes, frame.text.full);
    frame.attribute = frame.attribute ? frame.attribute : find_attribute(s->attributes, name);
    frame.color = frame_color(s, &frame);
    w->frame_number[id] = (uint32_t)w->frames.count;
    *PP_PUSH(&w->frames) = frame;
}

static void number_frames(struct svg_writer *w)
{
    w->frame_number = PP_NEW_ARRAY(&w->arena, uint32_t, w->p->frame_count);
    memset(w->frame_number, 0xff, w->p->frame_count * sizeof *w->frame_number);
    for (size_t i = 0; i < w->layout->boxes.count; i++) {
        const struct box *box = &w->layout->boxes.at[i];
        if (!(box->flags & (BOX_ROOT | BOX_MORE)) && w->frame_number[box->frame] == BOX_NONE) {
            add_frame(w, box->frame);
        }
    }
}

/* Rows: bands one below the other with an empty row between. */
static void stack_bands(struct svg_writer *w)
{
    size_t roots = 0, band = 0;
    for (size_t i = 0; i < w->layout->boxes.count; i++) {
        roots += (w->layout->boxes.at[i].flags & BOX_ROOT) != 0;
    }
    w->bands = roots;
    w->band_row = PP_NEW_ARRAY(&w->arena, uint32_t, roots);
    w->band_rows = PP_NEW_ARRAY(&w->arena, uint32_t, roots);
    for (size_t i = 0; i < w->layout->boxes.count; i++) {
        const struct box *box = &w->layout->boxes.at[i];
        band += (box->flags & BOX_ROOT) != 0;
        uint32_t *rows = &w->band_rows[band - 1];
        *rows = *rows > box->depth ? *rows : box->depth + 1;
    }
    for (size_t i = 0; i < roots; i++) {
        w->band_row[i] = w->rows + (i > 0);
        w->rows = w->band_row[i] + w->band_rows[i];
    }
}

/* --- document --- */

static void put_text_element(struct svg_writer *w, const char *id, double x, double y, const char *anchor, double size,
                             const char *text)
{
    pp_sink_printf(w->out, "<text id=\"%s\" x=\"", id);
    svg_put_px(w->out, x);
    pp_sink_text(w->out, "\" y=\"");
    svg_put_px(w->out, y);
    pp_sink_printf(w->out, "\" text-anchor=\"%s\" font-size=\"", anchor);
    svg_put_px(w->out, size);
    pp_sink_text(w->out, "\">");
    pp_text_xml(w->out, pp_str_of(text));
    pp_sink_text(w->out, "</text>\n");
}

static void put_root(struct svg_writer *w)
{
    const struct svg_style *s = w->style;
    struct pp_sink *out = w->out;
    pp_sink_text(
        out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<svg id=\"flamegraph\" class=\"profpipe ");
    pp_sink_text(out, s->icicle ? "icicle" : "flame");
    pp_sink_text(out, "\" xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                      "version=\"1.1\" width=\"");
    svg_put_px(out, w->width);
    pp_sink_text(out, "\" height=\"");
    svg_put_px(out, w->height);
    pp_sink_text(out, "\" viewBox=\"0 0 ");
    svg_put_px(out, w->width);
    pp_sink_byte(out, ' ');
    svg_put_px(out, w->height);
    pp_sink_text(out, "\" font-family=\"");
    pp_text_xml(out, pp_str_of(s->font_type));
    pp_sink_text(out, "\" font-size=\"");
    svg_put_px(out, s->font_size);
    pp_sink_text(out, "\" role=\"img\" aria-labelledby=\"title\" data-profpipe=\"1\">\n<title>");
    pp_text_xml(out, pp_str_of(s->title));
    pp_sink_text(out, "</title>\n");
    if (s->notes) {
        pp_sink_text(out, "<desc id=\"notes\">");
        pp_text_xml(out, pp_str_of(s->notes));
        pp_sink_text(out, "</desc>\n");
    }
}

static void put_metadata(struct svg_writer *w)
{
    pp_sink_text(w->out, "<metadata>\n<profpipe:view xmlns:profpipe=\"" NAMESPACE "\" id=\"profpipe-view\">");
    svg_put_view(w);
    pp_sink_text(w->out, "</profpipe:view>\n");
    if (w->style->data.len) {
        pp_sink_printf(w->out,
                       "<profpipe:profile xmlns:profpipe=\"" NAMESPACE
                       "\" id=\"profpipe-profile\" format=\"folded\" encoding=\"base64\" "
                       "compression=\"front+zlib\" bytes=\"%zu\">",
                       w->style->data_bytes);
        pp_sink_str(w->out, w->style->data);
        pp_sink_text(w->out, "</profpipe:profile>\n");
    }
    pp_sink_text(w->out, "</metadata>\n");
}

/* Text of ours into a CDATA section: its end mark may not occur within. */
static void put_cdata(struct pp_sink *out, struct pp_str text)
{
    static const struct pp_str end = {"]]>", 3};
    pp_sink_text(out, "<![CDATA[\n");
    for (size_t at = pp_str_search(text, end); at < text.len; at = pp_str_search(text, end)) {
        pp_sink_str(out, pp_str_sub(text, 0, at + 2));
        pp_sink_text(out, "]]><![CDATA[");
        text = pp_str_sub(text, at + 2, text.len);
    }
    pp_sink_str(out, text);
    pp_sink_text(out, "\n]]>");
}

static void put_property(struct pp_sink *css, const char *name, const char *value)
{
    if (value) {
        pp_sink_printf(css, "--pp-%s:%s;", name, value);
    }
}

static void put_style(struct svg_writer *w)
{
    const struct svg_style *s = w->style;
    struct pp_sink *css = pp_sink_memory();
    pp_sink_text(css, "svg.profpipe{");
    put_property(css, "ui", s->ui_color);
    put_property(css, "search", s->search_color);
    put_property(css, "stroke", s->stroke_color);
    pp_sink_text(css, "}\n");
    pp_sink_str(css, asset_css());
    pp_sink_text(w->out, "<style id=\"profpipe-style\">");
    put_cdata(w->out, pp_sink_contents(css));
    pp_sink_text(w->out, "</style>\n");
    pp_sink_abandon(css);
}

static void put_defs(struct svg_writer *w)
{
    struct rgb top, bottom;
    /* White boxes (within noise) must be seen: a differential graph stands on grey. */
    const char *background = w->style->background ? w->style->background : w->layout->diff ? "#e9e9e9" : NULL;
    palette_background(background, w->style->palette, &top, &bottom);
    pp_sink_text(w->out, "<defs><linearGradient id=\"background-gradient\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"1\"><stop "
                         "offset=\"5%\" stop-color=\"");
    svg_put_color(w->out, top);
    pp_sink_text(w->out, "\"/><stop offset=\"95%\" stop-color=\"");
    svg_put_color(w->out, bottom);
    pp_sink_text(w->out,
                 "\"/></linearGradient><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                 "patternTransform=\"rotate(45)\"><path d=\"M0 0v6\" stroke=\"#000\" stroke-opacity=\"0.2\" "
                 "stroke-width=\"1.6\"/>"
                 "</pattern></defs>\n<rect id=\"background\" x=\"0\" y=\"0\" width=\"100%\" height=\"100%\" "
                 "fill=\"url(#background-gradient)\"/>\n");
}

static void put_swatch(struct svg_writer *w, double x, double y, const char *fill)
{
    pp_sink_text(w->out, "<path d=\"M");
    svg_put_px(w->out, x);
    pp_sink_byte(w->out, ' ');
    svg_put_px(w->out, y);
    pp_sink_printf(w->out, "h14v11h-14z\" stroke=\"#888\" stroke-width=\"0.5\" fill=\"%s\"/>", fill);
}

/* One field of the legend: a swatch and a word; *x moves to the next one's place. */
static void put_field(struct svg_writer *w, double *x, const char *fill, bool hatched, const char *word)
{
    double y = w->pad_top - 18;
    pp_sink_text(w->out, "<g>");
    put_swatch(w, *x, y, fill);
    if (hatched) {
        put_swatch(w, *x, y, "url(#hatch)");
    }
    pp_sink_text(w->out, "<text x=\"");
    svg_put_px(w->out, *x + 18);
    pp_sink_text(w->out, "\" y=\"");
    svg_put_px(w->out, y + 9);
    pp_sink_text(w->out, "\" font-size=\"11\">");
    pp_text_xml(w->out, pp_str_of(word));
    pp_sink_text(w->out, "</text></g>");
    *x += 18 + 11 * w->style->font_width * (double)strlen(word) + 16;
}

static const char *noise_words(struct svg_writer *w)
{
    const struct delta_style *d = &w->style->delta;
    char number[VALUE_TEXT_SIZE];
    size_t len = pp_format_double_fixed(number, d->noise, 2);
    while (len && (number[len - 1] == '0' || number[len - 1] == '.')) {
        bool dot = number[len - 1] == '.';
        number[--len] = '\0';
        if (dot) {
            break;
        }
    }
    return (d->poisson ? pp_arena_printf(&w->arena, "within noise (%s sigma)", number)
                       : pp_arena_printf(&w->arena, "within %s %%", number))
        .data;
}

static void put_changes(struct svg_writer *w, double *x)
{
    static const double shares[] = {-1, -0.5, 0, 0.5, 1};
    const char *words[] = {"vanished", "-50 %", noise_words(w), "+100 %", "new"};
    const struct delta_style *d = &w->style->delta;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct pp_sink *fill = pp_sink_memory();
        svg_put_color(fill, palette_delta(d->negate ? -shares[i] : shares[i], d->classic));
        put_field(w, x, pp_arena_str(&w->arena, pp_sink_contents(fill)).data, false, words[i]);
        pp_sink_abandon(fill);
    }
}

static bool has_legend(const struct svg_writer *w)
{
    return w->layout->diff || w->layout->estimated;
}

static void put_legend(struct svg_writer *w)
{
    double x = SVG_PAD;
    pp_sink_text(w->out, "<g id=\"legend\">");
    if (w->layout->diff) {
        put_changes(w, &x);
    }
    if (w->layout->estimated) {
        put_field(w, &x, "#c9c4da", true, "estimated: a profile of calls has no stacks");
    }
    pp_sink_text(w->out, "</g>\n");
}

/* A heading's size in px: smaller where it would be wider than the picture. */
static double heading_size(const struct svg_writer *w, const char *text, double size)
{
    double wide = (double)pp_text_columns(pp_str_of(text)) * size * w->style->font_width;
    double room = w->width - 2 * SVG_PAD;
    double fitting = wide > room ? size * room / wide : size;
    return fitting > 7 ? fitting : 7;
}

static void put_heading(struct svg_writer *w)
{
    const struct svg_style *s = w->style;
    double size = s->font_size;
    put_text_element(w, "title", w->width / 2, size * 2, "middle", heading_size(w, s->title, size + 5), s->title);
    if (s->subtitle) {
        put_text_element(w, "subtitle", w->width / 2, size * 4, "middle", heading_size(w, s->subtitle, size),
                         s->subtitle);
    }
    if (has_legend(w)) {
        put_legend(w);
    }
    put_text_element(w, "details", SVG_PAD, w->height - size - 2, "start", size, "");
    put_text_element(w, "matched", w->width - SVG_PAD, w->height - size - 2, "end", size, "");
}

static void measure(struct svg_writer *w)
{
    const struct svg_style *s = w->style;
    stack_bands(w);
    w->width = s->width > 0 ? s->width : 1200;
    w->pad_top = s->font_size * 3 + (s->subtitle ? s->font_size * 2 : 0) + (has_legend(w) ? 20 : 0);
    w->pad_bottom = s->font_size * 2 + 10;
    w->height = w->pad_top + w->rows * s->frame_height + w->pad_bottom;
    w->per_unit = (w->width - 2 * SVG_PAD) / (double)w->layout->total;
}

void svg_write(const struct layout *layout, const struct pp_profile *p, const struct svg_style *style,
               struct pp_sink *out)
{
    struct svg_writer w = {.layout = layout, .p = p, .style = style, .out = out};
    number_frames(&w);
    measure(&w);
    put_root(&w);
    put_metadata(&w);
    put_style(&w);
    put_defs(&w);
    put_heading(&w);
    pp_sink_text(out, "<g id=\"controls\"></g>\n<g id=\"frames\">\n");
    svg_put_frames(&w);
    pp_sink_text(out, "</g>\n");
    if (style->scripts) {
        pp_sink_text(out, "<script id=\"profpipe-script\">");
        put_cdata(out, asset_js());
        pp_sink_text(out, "</script>\n");
    }
    pp_sink_text(out, "</svg>\n");
    pp_free(w.frames.at);
    pp_arena_free(&w.arena);
    pp_arena_free(&w.scratch);
}
