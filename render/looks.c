/* What the options mean for layout and looks. */
#include <string.h>

#include "base/number.h"
#include "render/options.h"

/* In the order of --diff-width. */
static const enum diff_width width_of[] = {DIFF_WIDTH_MAX, DIFF_WIDTH_AFTER, DIFF_WIDTH_BEFORE, DIFF_WIDTH_SUM};

/* --minwidth is px as in flamegraph.pl, or percent with a % sign. */
static bool min_share(const struct draw_args *a, double *share)
{
    double value;
    struct pp_str text = pp_str_of(a->minwidth);
    bool percent = text.len && text.data[text.len - 1] == '%';
    *share = 0;
    if (!a->minwidth) {
        return true;
    }
    if (!pp_parse_double(pp_str_sub(text, 0, text.len - percent), &value) || !(value >= 0)) {
        cli_usage(&a->common, "--minwidth: expected px or a percentage, found \"%s\"", a->minwidth);
        return false;
    }
    *share = percent ? value / 100 : value / ((a->width > 0 ? a->width : 1200) - 20);
    return true;
}

static void set_values(const struct draw_args *a, const struct drawing *d, struct svg_style *s)
{
    const struct pp_metric *m = &d->profile->metrics[d->metric];
    s->values = (struct value_style){
        .unit = m->unit, .decimals = m->decimals, .shown = (enum shown_unit)a->unit, .factor = a->factor};
    s->values.plain = a->countname || a->has_factor;
    s->values.count_name = a->countname ? a->countname : m->unit == PP_UNIT_COUNT ? "samples" : pp_unit_name(m->unit);
    if (d->chart && !d->by_value) {
        s->values = (struct value_style){
            .unit = PP_UNIT_NS, .shown = (enum shown_unit)a->unit, .factor = 1, .count_name = "ns"};
    }
    s->metric_name = pp_profile_str(d->profile, m->name);
    s->delta.poisson = m->unit == PP_UNIT_COUNT;
    s->delta.noise = a->has_noise ? a->noise : s->delta.poisson ? 2 : 5;
}

static const char *default_title(const struct draw_args *a, const struct drawing *d)
{
    if (d->diff) {
        return a->icicle ? "Differential Icicle Graph" : "Differential Flame Graph";
    }
    return a->chart ? "Flame Chart" : a->icicle ? "Icicle Graph" : "Flame Graph";
}

void draw_style(struct svg_style *s, const struct draw_args *a, const struct drawing *d)
{
    *s = (struct svg_style){.subtitle = a->subtitle,
                            .notes = a->notes,
                            .name_type = a->nametype,
                            .font_type = a->fonttype,
                            .background = a->bgcolors,
                            .ui_color = a->uicolor,
                            .search_color = a->searchcolor,
                            .stroke_color = a->strokecolor,
                            .width = a->width,
                            .frame_height = a->height,
                            .font_size = a->fontsize,
                            .font_width = a->fontwidth,
                            .palette = a->palette,
                            .icicle = a->icicle,
                            .reversed = d->turned != NULL || (d->chart && a->reverse),
                            .color_by_width = a->color_diffusion,
                            .truncate_left = a->truncate_left && !a->truncate_right,
                            .scripts = !a->no_javascript,
                            .max_frames = a->max_frames};
    s->title = a->title ? a->title : default_title(a, d);
    s->delta = (struct delta_style){.by_self = a->diff_by == 1,
                                    .negate = a->negate,
                                    .width = width_of[a->diff_width],
                                    .normalize = (enum diff_normalize)a->normalize};
    s->delta.classic = strcmp(palette_names[a->palette], "red") == 0;
    set_values(a, d, s);
}

bool draw_layout_request(struct layout_request *r, const struct draw_args *a, const struct drawing *d)
{
    *r = (struct layout_request){.profile = d->profile,
                                 .metric = d->metric,
                                 .diff = d->diff,
                                 .before = d->before,
                                 .width = width_of[a->diff_width],
                                 .normalize = (enum diff_normalize)a->normalize,
                                 .input_order = a->no_sort || (a->chart && !d->chart),
                                 .reversed = a->reverse,
                                 .by_value = d->by_value,
                                 .max_frames = a->max_frames};
    r->total = a->total > INT64_MAX ? INT64_MAX : (int64_t)a->total;
    for (unsigned i = 0; i < d->profile->metrics[d->metric].decimals; i++) {
        r->total = r->total > INT64_MAX / 10 ? INT64_MAX : r->total * 10;
    }
    return min_share(a, &r->min_share);
}
