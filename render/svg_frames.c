/* The boxes as elements. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "render/svg_parts.h"

/* px: narrower frames cannot be pointed at, narrower hatching cannot be seen. What is left out stands in the attributes. */
static const double LEAST_READ = 1, LEAST_HATCHED = 3;

static void put_attribute(struct pp_sink *out, const char *name, int64_t value)
{
    pp_sink_text(out, name);
    pp_sink_i64(out, value);
    pp_sink_byte(out, '"');
}

static void put_if(struct pp_sink *out, const char *name, int64_t value)
{
    if (value) {
        put_attribute(out, name, value);
    }
}

static void put_text_attribute(struct pp_sink *out, const char *name, struct pp_str value)
{
    pp_sink_text(out, name);
    pp_text_xml(out, value);
    pp_sink_byte(out, '"');
}

struct pp_str svg_thread_name(struct svg_writer *w, uint32_t thread)
{
    const struct pp_thread *t = &w->p->threads[thread];
    struct pp_str name = pp_profile_str(w->p, t->name);
    if (name.len) {
        return name;
    }
    if (thread == 0 && w->bands == 1) {
        return PP_STR("all");
    }
    return t->tid ? pp_arena_printf(&w->arena, "thread %lld", (long long)t->tid) : PP_STR("unknown thread");
}

static struct pp_str box_name(struct svg_writer *w, const struct box *box)
{
    if (box->flags & BOX_ROOT) {
        return w->layout->chart ? svg_thread_name(w, box->thread) : PP_STR("all");
    }
    if (box->flags & BOX_MORE) {
        return pp_arena_printf(&w->scratch, "(%llu more)", (unsigned long long)box->more);
    }
    return w->frames.at[w->frame_number[box->frame]].text.full;
}

static double share_of(const struct svg_writer *w, int64_t value)
{
    return (double)value / (double)w->layout->total;
}

static void put_value(struct svg_writer *w, int64_t value)
{
    char text[VALUE_TEXT_SIZE];
    value_text(text, &w->style->values, value);
    pp_text_xml(w->out, pp_str_of(text));
}

/* The second line of a differential title: both sides as they were read. */
static void put_sides(struct svg_writer *w, const struct box *box)
{
    pp_sink_text(w->out, "\nbefore ");
    put_value(w, box->before);
    pp_sink_text(w->out, ", after ");
    put_value(w, box->after);
    pp_sink_text(w->out, box->before == 0 ? " (new)" : box->after == 0 ? " (vanished)" : "");
    if (box->self_before || box->self_after) {
        pp_sink_text(w->out, "; self before ");
        put_value(w, box->self_before);
        pp_sink_text(w->out, ", after ");
        put_value(w, box->self_after);
    }
}

static void put_notes(struct svg_writer *w, const struct box *box)
{
    if (box->flags & BOX_ESTIMATED && w->layout->diff) {
        pp_sink_text(w->out, "\nestimated: a profile of calls has no stacks");
    } else if (box->flags & BOX_ESTIMATED) {
        pp_sink_text(w->out, "\nestimated: between ");
        put_value(w, box->lower);
        pp_sink_text(w->out, " and ");
        put_value(w, box->upper);
    }
    if (box->flags & BOX_RECURSION_CUT) {
        pp_sink_text(w->out, "\nrecursive: drawn to the first repeat, what is below counts as self");
    }
    if (box->flags & BOX_BUDGET_CUT) {
        pp_sink_text(w->out, "\nnot expanded further: what is below counts as self");
    }
}

static void put_title(struct svg_writer *w, const struct box *box, const struct name_attribute *attribute)
{
    char percent[VALUE_TEXT_SIZE];
    struct pp_sink *out = w->out;
    pp_sink_text(out, "<title>");
    if (attribute && attribute->title.data) {
        pp_text_xml(out, attribute->title);
        pp_sink_text(out, "</title>");
        return;
    }
    pp_text_xml(out, box_name(w, box));
    pp_sink_text(out, " (");
    put_value(w, box->width);
    percent_text(percent, share_of(w, box->width));
    pp_sink_text(out, ", ");
    pp_sink_text(out, percent);
    if (w->layout->diff) {
        double delta = share_of(w, delta_value(box, &w->style->delta)) * 100;
        pp_format_double_fixed(percent, fabs(delta), 2);
        bool none = strcmp(percent, "0.00") == 0;
        pp_sink_text(out, none ? "%; " : delta > 0 ? "%; +" : "%; -");
        pp_sink_text(out, percent);
    }
    pp_sink_text(out, "%)");
    if (w->layout->diff) {
        put_sides(w, box);
    }
    if ((double)box->width * w->per_unit >= LEAST_READ) {
        put_notes(w, box);
    }
    pp_sink_text(out, "</title>");
}

/* --- place --- */

struct place {
    double x, y, width;
};

static struct place place_of(const struct svg_writer *w, const struct box *box, size_t band)
{
    const struct svg_style *s = w->style;
    uint32_t row = s->icicle ? box->depth : w->band_rows[band] - 1 - box->depth;
    return (struct place){.x = SVG_PAD + (double)box->x * w->per_unit,
                          .y = w->pad_top + (w->band_row[band] + row) * s->frame_height,
                          .width = (double)box->width * w->per_unit};
}

static struct rgb color_of(const struct svg_writer *w, const struct box *box)
{
    if (w->layout->diff) {
        return palette_delta(delta_share(box, &w->style->delta), w->style->delta.classic);
    }
    if (box->flags & BOX_MORE) {
        return (struct rgb){222, 222, 222};
    }
    if (w->style->color_by_width) {
        return palette_delta(share_of(w, box->width), true);
    }
    return box->flags & BOX_ROOT ? (struct rgb){200, 200, 200} : w->frames.at[w->frame_number[box->frame]].color;
}

static void put_rect(struct svg_writer *w, const struct box *box, const struct place *at)
{
    struct pp_sink *out = w->out;
    pp_sink_text(out, "<rect x=\"");
    svg_put_px(out, at->x);
    pp_sink_text(out, "\" y=\"");
    svg_put_px(out, at->y);
    pp_sink_text(out, "\" width=\"");
    svg_put_px(out, at->width);
    pp_sink_text(out, "\" height=\"");
    svg_put_px(out, w->style->frame_height - 1);
    pp_sink_text(out, "\" fill=\"");
    svg_put_color(out, color_of(w, box));
    pp_sink_text(out, "\"/>");
}

static void put_hatch(struct svg_writer *w, const struct place *at)
{
    struct pp_sink *out = w->out;
    pp_sink_text(out, "<path class=\"h\" d=\"M");
    svg_put_px(out, at->x);
    pp_sink_byte(out, ' ');
    svg_put_px(out, at->y);
    pp_sink_byte(out, 'h');
    svg_put_px(out, at->width);
    pp_sink_byte(out, 'v');
    svg_put_px(out, w->style->frame_height - 1);
    pp_sink_byte(out, 'h');
    svg_put_px(out, -at->width);
    pp_sink_text(out, "z\" fill=\"url(#hatch)\" pointer-events=\"none\"/>");
}

static struct frame_text texts_of(struct svg_writer *w, const struct box *box)
{
    if (!(box->flags & (BOX_ROOT | BOX_MORE))) {
        return w->frames.at[w->frame_number[box->frame]].text;
    }
    struct pp_str name = box_name(w, box);
    if (box->flags & BOX_MORE) {
        char percent[VALUE_TEXT_SIZE];
        percent_text(percent, share_of(w, box->width));
        struct pp_str full = pp_arena_printf(&w->scratch, "(%llu more, %s %%)", (unsigned long long)box->more, percent);
        return (struct frame_text){full, name, name};
    }
    return (struct frame_text){name, name, name};
}

/* The text that fits, estimated from the font's usual width. */
static void put_text(struct svg_writer *w, const struct box *box, const struct place *at)
{
    double columns = (at->width - 6) / (w->style->font_size * w->style->font_width);
    struct pp_sink *out = w->out;
    if (columns < 3) {
        return;
    }
    struct frame_text text = texts_of(w, box);
    struct pp_str fit =
        frame_text_fit(&w->scratch, &text, columns > 4000 ? 4000 : (size_t)columns, w->style->truncate_left);
    if (fit.len == 0) {
        return;
    }
    pp_sink_text(out, "<text x=\"");
    svg_put_px(out, at->x + 3);
    pp_sink_text(out, "\" y=\"");
    svg_put_px(out, at->y + w->style->frame_height / 2 + w->style->font_size * 0.3);
    pp_sink_text(out, "\">");
    pp_text_xml(out, fit);
    pp_sink_text(out, "</text>");
}

/* --- the element --- */

static void put_open(struct svg_writer *w, const struct box *box, const struct name_attribute *attribute)
{
    struct pp_sink *out = w->out;
    pp_sink_text(out, "<g class=\"f");
    pp_sink_text(out, box->flags & BOX_ROOT ? " root" : box->flags & BOX_MORE ? " more" : "");
    pp_sink_text(out, box->flags & BOX_ESTIMATED ? " estimated" : "");
    if (attribute && attribute->class_name.len) {
        put_text_attribute(out, " ", attribute->class_name);
    } else {
        pp_sink_byte(out, '"');
    }
    if (attribute && attribute->id.len) {
        put_text_attribute(out, " id=\"", attribute->id);
    }
    if (!(box->flags & (BOX_ROOT | BOX_MORE))) {
        put_attribute(out, " data-f=\"", w->frame_number[box->frame]);
    }
    put_attribute(out, " data-d=\"", box->depth);
    put_attribute(out, " data-x=\"", box->x);
    put_attribute(out, " data-w=\"", box->width);
    put_if(out, " data-s=\"", box->self);
    put_if(out, " data-m=\"", (int64_t)box->more);
    if (w->layout->diff) {
        put_if(out, " data-b=\"", box->before);
        put_if(out, " data-a=\"", box->after);
        put_if(out, " data-sb=\"", box->self_before);
        put_if(out, " data-sa=\"", box->self_after);
    }
    if (box->flags & BOX_ESTIMATED) {
        pp_sink_text(out, " data-e=\"");
        pp_sink_i64(out, box->lower);
        put_attribute(out, ",", box->upper);
    }
    pp_sink_text(out, box->flags & BOX_RECURSION_CUT ? " data-r=\"1\"" : "");
    pp_sink_text(out, box->flags & BOX_BUDGET_CUT ? " data-c=\"1\">" : ">");
}

static bool put_link(struct svg_writer *w, const struct name_attribute *attribute)
{
    if (!attribute || attribute->href.len == 0) {
        return false;
    }
    put_text_attribute(w->out, "<a xlink:href=\"", attribute->href);
    put_text_attribute(w->out, " target=\"", attribute->target.len ? attribute->target : PP_STR("_top"));
    pp_sink_byte(w->out, '>');
    return true;
}

static void put_box(struct svg_writer *w, const struct box *box, size_t band)
{
    bool plain = !(box->flags & (BOX_ROOT | BOX_MORE));
    const struct name_attribute *attribute = plain ? w->frames.at[w->frame_number[box->frame]].attribute : NULL;
    struct place at = place_of(w, box, band);
    put_open(w, box, attribute);
    bool link = put_link(w, attribute);
    put_title(w, box, attribute);
    put_rect(w, box, &at);
    if (box->flags & BOX_ESTIMATED && at.width >= LEAST_HATCHED) {
        put_hatch(w, &at);
    }
    put_text(w, box, &at);
    pp_sink_text(w->out, link ? "</a></g>\n" : "</g>\n");
}

void svg_put_frames(struct svg_writer *w)
{
    size_t bands = 0;
    /* Something small stays allocated, so that the scratch block does too. */
    (void)PP_NEW(&w->scratch, char);
    struct pp_arena_mark mark = pp_arena_save(&w->scratch);
    for (size_t i = 0; i < w->layout->boxes.count; i++) {
        const struct box *box = &w->layout->boxes.at[i];
        bands += (box->flags & BOX_ROOT) != 0;
        put_box(w, box, bands - 1);
        pp_arena_restore(&w->scratch, mark);
    }
}
