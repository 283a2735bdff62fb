/* A flame graph as SVG: right and readable as a still picture, alive where scripts run. The structure is docs/svg-structure.md. */
#ifndef PP_RENDER_SVG_WRITER_H
#define PP_RENDER_SVG_WRITER_H

#include "base/sink.h"
#include "render/delta.h"
#include "render/layout.h"
#include "render/palette.h"
#include "render/value_text.h"

/* What --nameattr says of functions: borrowed slices, sorted by name. */
struct name_attribute {
    struct pp_str name, title, href, target, id, class_name;
};
struct name_attributes {
    const struct name_attribute *at;
    size_t count;
};

/* How it looks. Texts are borrowed; NULL where not asked for. Colours and fonts must have been checked to be plain words (they reach the style sheet). */
struct svg_style {
    const char *title, *subtitle, *notes, *name_type, *font_type, *background, *ui_color, *search_color, *stroke_color;
    double width; /* px; 0: 1200, and fluid where scripts run */
    double frame_height, font_size, font_width;
    unsigned palette;
    bool icicle, reversed, truncate_left, scripts, color_by_width;
    uint64_t max_frames; /* for the view's data */
    struct value_style values;
    struct pp_str metric_name;
    struct delta_style delta; /* of a diff */
    struct pp_str data;       /* base64 of the compressed folded text; empty: left out */
    size_t data_bytes;        /* length of that text before compression */
    /* Sets *color, which holds the palette's, to the one this name has had before; false: leaves it. NULL: none. */
    bool (*fixed_color)(void *context, struct pp_str label, struct rgb *color);
    void *fixed_context;
    const struct name_attributes *attributes; /* NULL: none */
};

/* Writes the whole document for a layout of `p`. */
void svg_write(const struct layout *layout, const struct pp_profile *p, const struct svg_style *style,
               struct pp_sink *out);

#endif
