/* A flame graph as SVG: right and readable as a still picture, alive where scripts run. The structure is described in docs/svg-structure.md. */
#ifndef PP_RENDER_SVG_WRITER_H
#define PP_RENDER_SVG_WRITER_H

#include "base/sink.h"
#include "render/flame.h"
#include "render/palette.h"

struct svg_style {
    const char *title, *subtitle, *notes, *count_name, *name_type, *font_type, *encoding;
    const char *background, *ui_color, *search_color, *stroke_color;
    double width;       /* px; 0: 1200 and fluid where scripts run */
    double frame_height, font_size, font_width;
    double factor;      /* displayed = value * factor */
    double total;       /* 0: the sum; larger leaves room at the right */
    unsigned palette;
    bool inverted;      /* icicle */
    bool negate, classic_delta, delta_by_self, color_by_width, truncate_left, scripts;
    double noise;       /* dead zone of diffs: standard deviations for counts, percent of the total for times */
    bool counts;        /* values are counts (Poisson noise) */
    struct pp_str data; /* base64 of the compressed folded data; borrowed */
    const char *unit;   /* of displayed values: "samples", "us", "bytes" */
    double unit_scale;  /* displayed unit per value */
    /* Colour and attributes by name, from files; NULL when not asked for. */
    bool (*fixed_color)(void *context, struct pp_str label, struct rgb *color);
    void *fixed_context;
    const struct name_attributes *attributes;
};

/* What --nameattr says of functions: borrowed slices, sorted by name. */
struct name_attribute {
    struct pp_str name, title, href, target, id, class_name;
};
struct name_attributes {
    const struct name_attribute *at;
    size_t count;
};

/* Writes the whole document. */
void svg_write(const struct flame *flame, const struct svg_style *style, struct pp_sink *out);

#endif
