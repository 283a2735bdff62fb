#include "render/svg_writer.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "render/assets.h"

enum { MARGIN = 10, TOP = 62, BOTTOM = 34, LEGEND = 22, SHORTEST_TEXT = 3 };

struct writer {
    const struct flame *flame;
    const struct svg_style *style;
    struct pp_sink *out;
    double width, height, per_value; /* px; px per unit of value */
    uint32_t deepest;
    double total;
};

/* A box about to be written. */
struct box {
    struct pp_str label, package;
    int64_t x, w, self, before, after, self_delta;
    uint32_t depth, flags;
    struct pp_stack_bounds bounds;
    uint64_t cut; /* > 0: stands for so many frames that are not drawn */
};

/* --- numbers --- */

/* A coordinate with at most two decimals, without trailing zeros. */
static void put_px(struct pp_sink *out, double value)
{
    char text[32];
    double hundredths = value * 100;
    int64_t rounded = (int64_t)(hundredths < 0 ? hundredths - .5 : hundredths + .5);
    pp_format_decimal(text, rounded, 2);
    pp_sink_text(out, text);
}

static void put_attribute_px(struct pp_sink *out, const char *name, double value)
{
    pp_sink_byte(out, ' ');
    pp_sink_text(out, name);
    pp_sink_text(out, "=\"");
    put_px(out, value);
    pp_sink_byte(out, '"');
}

static void put_attribute_i64(struct pp_sink *out, const char *name, int64_t value)
{
    pp_sink_byte(out, ' ');
    pp_sink_text(out, name);
    pp_sink_text(out, "=\"");
    pp_sink_i64(out, value);
    pp_sink_byte(out, '"');
}

static void put_attribute_text(struct pp_sink *out, const char *name, const char *value)
{
    pp_sink_printf(out, " %s=\"", name);
    pp_text_xml(out, pp_str_of(value));
    pp_sink_byte(out, '"');
}

static void put_color(struct pp_sink *out, struct rgb c)
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

/* A value as shown: in the unit, times the factor, with thousands separators; at most three decimals for small ones. */
static void put_count(const struct writer *w, int64_t value)
{
    char text[400];
    double shown = (double)value * w->style->unit_scale * w->style->factor;
    double whole = floor(shown + .5);
    bool fraction = fabs(shown) < 100 && fabs(shown - whole) > 1e-9;
    if (fraction) {
        size_t len = pp_format_double_fixed(text, shown, 3);
        while (len && text[len - 1] == '0') {
            text[--len] = '\0';
        }
    } else {
        pp_format_thousands(text, whole > 9.2e18 ? INT64_MAX : (int64_t)whole);
    }
    pp_sink_text(w->out, text);
}

static void put_percent(struct pp_sink *out, double share)
{
    char text[400];
    pp_format_double_fixed(text, share, 2);
    pp_sink_text(out, text);
}

static double percent_of(const struct writer *w, int64_t value)
{
    return 100 * (double)value / w->total;
}

/* --- colours --- */

/* The change of a box from -1 to 1, 0 when within noise. */
static double delta_of(const struct writer *w, const struct box *box)
{
    const struct svg_style *s = w->style;
    double before = (double)box->before, after = (double)box->after;
    double delta = s->delta_by_self ? (double)box->self_delta : after - before;
    double noise = s->counts ? s->noise * sqrt(before + after) : s->noise / 100 * w->total;
    double most = before > after ? before : after;
    if (fabs(delta) <= noise || most <= 0) {
        return 0;
    }
    double share = delta / most;
    share = share > 1 ? 1 : share < -1 ? -1 : share;
    return s->negate ? -share : share;
}

static struct rgb color_of(const struct writer *w, const struct box *box)
{
    struct rgb color;
    if (box->cut) {
        return (struct rgb){222, 222, 222};
    }
    if (w->flame->diff) {
        return palette_delta(delta_of(w, box), w->style->classic_delta);
    }
    if (w->style->fixed_color && w->style->fixed_color(w->style->fixed_context, box->label, &color)) {
        return color;
    }
    if (w->style->color_by_width) {
        return palette_delta((double)box->w / w->total, true);
    }
    if (pp_str_eq(box->label, PP_STR("--")) || pp_str_eq(box->label, PP_STR("-"))) {
        return box->label.len == 2 ? (struct rgb){160, 160, 160} : (struct rgb){200, 200, 200};
    }
    return palette_color(w->style->palette, box->label, box->package);
}

/* --- boxes --- */

/* The label without the suffixes _[k] _[i] _[j] _[w], which only choose colours. */
static struct pp_str shown_label(struct pp_str label)
{
    if (label.len > 4 && label.data[label.len - 1] == ']' && pp_str_search(PP_STR("kijw"), pp_str_sub(label, label.len - 2, 1)) < 4 &&
        label.data[label.len - 3] == '[' && label.data[label.len - 4] == '_') {
        label.len -= 4;
    }
    return label;
}

static void put_title(const struct writer *w, const struct box *box)
{
    struct pp_sink *out = w->out;
    pp_sink_text(out, "<title>");
    pp_text_xml(out, shown_label(box->label));
    pp_sink_text(out, " (");
    put_count(w, box->w);
    pp_sink_byte(out, ' ');
    pp_text_xml(out, pp_str_of(w->style->count_name));
    pp_sink_text(out, ", ");
    put_percent(out, percent_of(w, box->w));
    pp_sink_byte(out, '%');
    if (w->flame->diff) {
        double change = 100 * ((double)box->after - (double)box->before) / w->total;
        pp_sink_text(out, change >= 0.005 ? "; +" : "; ");
        put_percent(out, fabs(change) < 0.005 ? 0 : change);
        pp_sink_byte(out, '%');
    }
    pp_sink_byte(out, ')');
    if (box->flags & PP_STACK_ESTIMATED && !box->cut) {
        pp_sink_text(out, "\nestimated");
        if (box->bounds.upper != INT64_MAX) {
            pp_sink_text(out, ": between ");
            put_count(w, box->bounds.lower);
            pp_sink_text(out, " and ");
            put_count(w, box->bounds.upper);
        }
    }
    pp_sink_text(out, box->flags & PP_STACK_RECURSION_CUT ? "\nrecursive: drawn to the first repeat" : "");
    pp_sink_text(out, "</title>");
}

/* As much of the label as fits, cut at a character. */
static void put_label(const struct writer *w, const struct box *box, double x, double y, double px)
{
    struct pp_str label = shown_label(box->label);
    double one = w->style->font_size * w->style->font_width;
    double fit = (px - 6) / one;
    if (fit < SHORTEST_TEXT) {
        return;
    }
    size_t room = (size_t)fit;
    size_t columns = pp_text_columns(label);
    pp_sink_text(w->out, "<text");
    put_attribute_px(w->out, "x", x + 3);
    put_attribute_px(w->out, "y", y + w->style->frame_height / 2 + w->style->font_size * .35);
    pp_sink_byte(w->out, '>');
    if (columns <= room) {
        pp_text_xml(w->out, label);
    } else if (w->style->truncate_left) {
        size_t at = 0;
        while (at < label.len && pp_text_columns(pp_str_sub(label, at, label.len)) > room - 2) {
            pp_utf8_next(label, &at, NULL);
        }
        pp_sink_text(w->out, "..");
        pp_text_xml(w->out, pp_str_sub(label, at, label.len));
    } else {
        size_t at = 0, next = 0;
        while (next < label.len && pp_text_columns(pp_str_sub(label, 0, next)) <= room - 2) {
            at = next;
            pp_utf8_next(label, &next, NULL);
        }
        pp_text_xml(w->out, pp_str_sub(label, 0, at));
        pp_sink_text(w->out, "..");
    }
    pp_sink_text(w->out, "</text>");
}

static double box_y(const struct writer *w, uint32_t depth)
{
    uint32_t row = w->style->inverted ? depth : w->deepest - depth;
    return TOP + row * w->style->frame_height;
}

static void put_rect(const struct writer *w, double x, double y, double px, const char *extra)
{
    put_attribute_px(w->out, "x", x);
    put_attribute_px(w->out, "y", y);
    put_attribute_px(w->out, "width", px);
    put_attribute_px(w->out, "height", w->style->frame_height - 1);
    pp_sink_text(w->out, extra);
}

static const struct name_attribute *attribute_of(const struct writer *w, struct pp_str label)
{
    const struct name_attributes *all = w->style->attributes;
    for (size_t low = 0, high = all ? all->count : 0; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = pp_str_cmp(all->at[middle].name, label);
        if (order == 0) {
            return &all->at[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

static void put_slice_attribute(struct pp_sink *out, const char *name, struct pp_str value)
{
    if (value.len) {
        pp_sink_printf(out, " %s=\"", name);
        pp_text_xml(out, value);
        pp_sink_byte(out, '"');
    }
}

static void put_box(const struct writer *w, const struct box *box)
{
    struct pp_sink *out = w->out;
    double x = MARGIN + (double)box->x * w->per_value;
    double px = (double)box->w * w->per_value;
    double y = box_y(w, box->depth);
    const struct name_attribute *extra = attribute_of(w, box->label);
    if (extra && extra->href.len) {
        pp_sink_text(out, "<a");
        put_slice_attribute(out, "href", extra->href);
        put_slice_attribute(out, "target", extra->target.len ? extra->target : PP_STR("_top"));
        pp_sink_byte(out, '>');
    }
    pp_sink_text(out, box->cut ? "<g class=\"c\"" : box->flags & PP_STACK_ESTIMATED ? "<g class=\"e\"" : "<g");
    if (extra) {
        put_slice_attribute(out, "id", extra->id);
    }
    put_attribute_i64(out, "data-x", box->x);
    put_attribute_i64(out, "data-w", box->w);
    put_attribute_i64(out, "data-d", box->depth);
    if (w->flame->diff) {
        put_attribute_i64(out, "data-b", box->before);
        put_attribute_i64(out, "data-a", box->after);
    }
    if (box->cut) {
        put_attribute_i64(out, "data-n", (int64_t)box->cut);
    } else if (box->flags & PP_STACK_ESTIMATED && box->bounds.upper != INT64_MAX) {
        put_attribute_i64(out, "data-lo", box->bounds.lower);
        put_attribute_i64(out, "data-hi", box->bounds.upper);
    }
    pp_sink_byte(out, '>');
    if (extra && extra->title.len) {
        pp_sink_text(out, "<title>");
        pp_text_xml(out, extra->title);
        pp_sink_text(out, "</title>");
    } else {
        put_title(w, box);
    }
    pp_sink_text(out, "<rect");
    put_rect(w, x, y, px, " rx=\"2\" fill=\"");
    put_color(out, color_of(w, box));
    pp_sink_text(out, "\"/>");
    if (box->flags & PP_STACK_ESTIMATED && !box->cut) {
        pp_sink_text(out, "<rect");
        put_rect(w, x, y, px, " class=\"h\" fill=\"url(#estimated)\"/>");
    }
    put_label(w, box, x, y, px);
    pp_sink_text(out, extra && extra->href.len ? "</g></a>\n" : "</g>\n");
}

/* --- the walk --- */

static struct box stack_box(const struct writer *w, uint32_t stack, int64_t x, uint32_t depth)
{
    const struct flame *f = w->flame;
    const struct pp_profile *p = f->text;
    const struct pp_function *function = pp_frame_function(p, p->stacks[stack].frame);
    const int64_t *values = p->stack_values + (size_t)stack * FLAME_COLUMNS;
    struct box box = {.label = stack ? pp_profile_str(p, function->name) : PP_STR("all"), .package = pp_profile_str(p, function->module),
                      .x = x, .w = f->tree.total[stack], .self = values[FLAME_WIDTH], .depth = depth,
                      .self_delta = values[FLAME_AFTER] - values[FLAME_BEFORE]};
    if (f->diff) {
        box.before = f->totals[0][stack];
        box.after = f->totals[1][stack];
    }
    if (p->bounds) {
        box.bounds = p->bounds[stack];
        box.flags = p->bounds[stack].flags;
    }
    return box;
}

/* One box for all children of a stack that are too narrow: "(3 more, 0.12 %)". */
static void put_cut(const struct writer *w, uint32_t stack, int64_t x, uint32_t depth)
{
    const struct flame *f = w->flame;
    struct box box = {.x = x, .depth = depth};
    for (uint32_t c = f->tree.first_child[stack]; c < f->tree.first_child[stack + 1]; c++) {
        uint32_t child = f->tree.children[c];
        if (f->tree.total[child] > 0 && f->tree.total[child] < f->least) {
            box.cut++;
            box.w += f->tree.total[child];
            box.before += f->diff ? f->totals[0][child] : 0;
            box.after += f->diff ? f->totals[1][child] : 0;
        }
    }
    if (box.cut == 0) {
        return;
    }
    char text[96], share[400];
    pp_format_double_fixed(share, percent_of(w, box.w), 2);
    size_t len = pp_format_decimal(text + 1, (int64_t)box.cut, 0) + 1;
    text[0] = '(';
    struct pp_str parts[] = {PP_STR(" more, "), pp_str_of(share), PP_STR(" %)")};
    for (size_t i = 0; i < 3; i++) {
        memcpy(text + len, parts[i].data, parts[i].len);
        len += parts[i].len;
    }
    box.label = (struct pp_str){text, len};
    put_box(w, &box);
}

/* Where the next child of each open stack begins, from the x of the stack itself on; charts know every x. */
static void put_frames(const struct writer *w)
{
    const struct flame *f = w->flame;
    struct pp_walk walk;
    PP_VEC(int64_t) next = {0};
    pp_walk_init(&walk, &f->tree);
    while (pp_walk_next(&walk)) {
        uint32_t stack = walk.stack;
        if (!walk.entering) {
            int64_t x = next.at[--next.count];
            if (stack == 0 || f->tree.total[stack] >= f->least) {
                put_cut(w, stack, x, walk.depth + 1);
            }
            continue;
        }
        int64_t x = f->chart_x ? f->chart_x[stack] : next.count ? next.at[next.count - 1] : 0;
        if (stack && f->tree.total[stack] < f->least) {
            pp_walk_prune(&walk);
            *PP_PUSH(&next) = x;
            continue;
        }
        if (next.count) {
            next.at[next.count - 1] = x + f->tree.total[stack];
        }
        struct box box = stack_box(w, stack, x, walk.depth);
        put_box(w, &box);
        *PP_PUSH(&next) = x;
    }
    pp_walk_free(&walk);
    pp_free(next.at);
}

static uint32_t deepest_row(const struct flame *f)
{
    uint32_t deepest = 0;
    struct pp_walk walk;
    pp_walk_init(&walk, &f->tree);
    while (pp_walk_next(&walk)) {
        bool drawn = walk.stack == 0 || f->tree.total[walk.stack] >= f->least;
        if (walk.entering && !drawn) {
            /* A cut box may stand in its row. */
            deepest = f->tree.total[walk.stack] > 0 && walk.depth > deepest ? walk.depth : deepest;
            pp_walk_prune(&walk);
        } else if (walk.entering && walk.depth > deepest) {
            deepest = walk.depth;
        }
    }
    pp_walk_free(&walk);
    return deepest;
}

/* --- the document --- */

static void put_defs(const struct writer *w)
{
    struct rgb top, bottom;
    palette_background(w->style->background, w->style->palette, &top, &bottom);
    pp_sink_text(w->out, "<defs>\n<linearGradient id=\"backdrop\" y1=\"0\" y2=\"1\" x1=\"0\" x2=\"0\"><stop stop-color=\"");
    put_color(w->out, top);
    pp_sink_text(w->out, "\" offset=\"5%\"/><stop stop-color=\"");
    put_color(w->out, bottom);
    pp_sink_text(w->out, "\" offset=\"95%\"/></linearGradient>\n"
                         "<pattern id=\"estimated\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                         "<rect width=\"1.6\" height=\"6\" fill=\"#000\" fill-opacity=\"0.16\"/></pattern>\n"
                         "<style>");
    /* The style sheet is ours; the few values in it that are the user's have been checked to be plain words. */
    pp_sink_printf(w->out, "#frames,text{font-family:%s,Verdana,sans-serif;font-size:%gpx}", w->style->font_type, w->style->font_size);
    if (w->style->stroke_color) {
        pp_sink_printf(w->out, "#frames rect{stroke:%s;stroke-width:.5}", w->style->stroke_color);
    }
    pp_sink_str(w->out, asset_css());
    pp_sink_text(w->out, "</style>\n</defs>\n");
}

static void put_text(const struct writer *w, const char *id, double x, double y, const char *anchor, const char *text, double size)
{
    pp_sink_printf(w->out, "<text id=\"%s\" text-anchor=\"%s\" style=\"font-size:%gpx\"", id, anchor, size);
    put_attribute_px(w->out, "x", x);
    put_attribute_px(w->out, "y", y);
    pp_sink_byte(w->out, '>');
    pp_text_xml(w->out, pp_str_of(text));
    pp_sink_text(w->out, "</text>\n");
}

/* The words and colours of a diff, drawn so that the still picture explains itself. */
static void put_legend(const struct writer *w)
{
    static const double steps[] = {-1, -.5, 0, .5, 1};
    static const char *const words[] = {"shrunk", "", "no change", "", "grown"};
    double y = w->height - BOTTOM - LEGEND + 6;
    pp_sink_text(w->out, "<g id=\"legend\">");
    for (size_t i = 0; w->flame->diff && i < 5; i++) {
        double x = MARGIN + (double)i * 92;
        pp_sink_text(w->out, "<rect");
        put_attribute_px(w->out, "x", x);
        put_attribute_px(w->out, "y", y);
        pp_sink_text(w->out, " width=\"14\" height=\"12\" stroke=\"#888\" stroke-width=\".5\" fill=\"");
        put_color(w->out, palette_delta(w->style->negate ? -steps[i] : steps[i], w->style->classic_delta));
        pp_sink_text(w->out, "\"/><text");
        put_attribute_px(w->out, "x", x + 18);
        put_attribute_px(w->out, "y", y + 10);
        pp_sink_printf(w->out, ">%s</text>", words[i]);
    }
    pp_sink_text(w->out, "</g>\n");
}

static void put_root_attributes(const struct writer *w)
{
    const struct svg_style *s = w->style;
    struct pp_sink *out = w->out;
    pp_sink_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\"");
    put_attribute_px(out, "width", w->width);
    put_attribute_px(out, "height", w->height);
    pp_sink_text(out, " viewBox=\"0 0 ");
    put_px(out, w->width);
    pp_sink_byte(out, ' ');
    put_px(out, w->height);
    pp_sink_text(out, "\" data-profpipe=\"1\"");
    put_attribute_text(out, "data-unit", s->count_name);
    put_attribute_text(out, "data-nametype", s->name_type);
    pp_sink_printf(out, " data-scale=\"%.17g\" data-frameheight=\"%g\" data-fontsize=\"%g\" data-fontwidth=\"%g\"", s->unit_scale * s->factor,
                   s->frame_height, s->font_size, s->font_width);
    pp_sink_printf(out, " data-top=\"%d\" data-bottom=\"%d\"", TOP, BOTTOM + (w->flame->diff ? LEGEND : 0));
    pp_sink_text(out, s->inverted ? " data-inverted=\"1\"" : "");
    pp_sink_text(out, w->flame->diff ? " data-diff=\"1\"" : "");
    pp_sink_text(out, w->flame->chart_x ? " data-chart=\"1\"" : "");
    pp_sink_text(out, s->width > 0 ? "" : " data-fluid=\"1\"");
    put_attribute_i64(out, "data-total", (int64_t)w->total);
    if (s->search_color) {
        put_attribute_text(out, "data-searchcolor", s->search_color);
    }
    if (s->ui_color) {
        put_attribute_text(out, "data-uicolor", s->ui_color);
    }
    pp_sink_text(out, ">\n");
}

/* A comment may not hold "--". */
static void put_notes(struct pp_sink *out, const char *notes)
{
    if (!notes || !*notes) {
        return;
    }
    pp_sink_text(out, "<!-- NOTES: ");
    for (const char *c = notes; *c; c++) {
        pp_sink_byte(out, *c == '-' || *c == '<' || *c == '>' || (unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f ? '_' : *c);
    }
    pp_sink_text(out, " -->\n");
}

void svg_write(const struct flame *flame, const struct svg_style *style, struct pp_sink *out)
{
    struct writer w = {.flame = flame, .style = style, .out = out};
    double sum = (double)flame->tree.total[0];
    w.total = style->total > sum ? style->total : sum;
    w.width = style->width > 0 ? style->width : 1200;
    w.deepest = deepest_row(flame);
    w.height = TOP + (w.deepest + 1) * style->frame_height + BOTTOM + (flame->diff ? LEGEND : 0);
    w.per_value = (w.width - 2 * MARGIN) / w.total;
    pp_sink_printf(out, "<?xml version=\"1.0\" encoding=\"%s\" standalone=\"no\"?>\n", style->encoding ? style->encoding : "UTF-8");
    put_root_attributes(&w);
    put_notes(out, style->notes);
    pp_sink_text(out, "<metadata id=\"profpipe-data\" data-encoding=\"base64 zlib folded\">");
    pp_sink_str(out, style->data);
    pp_sink_text(out, "</metadata>\n");
    put_defs(&w);
    pp_sink_text(out, "<rect id=\"background\" x=\"0\" y=\"0\" width=\"100%\" height=\"100%\" fill=\"url(#backdrop)\"/>\n");
    put_text(&w, "title", w.width / 2, 24, "middle", style->title, style->font_size + 5);
    put_text(&w, "subtitle", w.width / 2, 44, "middle", style->subtitle ? style->subtitle : "", style->font_size);
    put_text(&w, "details", MARGIN, w.height - 12, "start", "", style->font_size);
    put_legend(&w);
    pp_sink_text(out, "<g id=\"frames\">\n");
    put_frames(&w);
    pp_sink_text(out, "</g>\n");
    if (style->scripts) {
        pp_sink_text(out, "<script><![CDATA[\n");
        pp_sink_str(out, asset_js());
        pp_sink_text(out, "]]></script>\n");
    }
    pp_sink_text(out, "</svg>\n");
}
