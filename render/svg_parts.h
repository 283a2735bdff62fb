/* What the files of the SVG writer share. */
#ifndef PP_RENDER_SVG_PARTS_H
#define PP_RENDER_SVG_PARTS_H

#include "base/arena.h"
#include "render/frame_text.h"
#include "render/svg_writer.h"

/* A frame of the profile that is drawn at least once. */
struct svg_frame {
    uint32_t frame; /* id */
    struct frame_text text;
    struct pp_str package;
    struct rgb color;
    const struct name_attribute *attribute; /* NULL: none */
};

struct svg_writer {
    const struct layout *layout;
    const struct pp_profile *p;
    const struct svg_style *style;
    struct pp_sink *out;
    struct pp_arena arena, scratch;  /* for the document; for one box */
    PP_VEC(struct svg_frame) frames; /* in the order of first appearance */
    uint32_t *frame_number;          /* frame id -> index into frames; BOX_NONE */
    size_t bands;                    /* threads of a chart; else 1 */
    uint32_t *band_row;              /* per root box, in order: first row of its band */
    uint32_t *band_rows;             /* per root box: its rows */
    uint32_t rows;                   /* of all bands */
    double width, height, per_unit;  /* px; px per unit of value */
    double pad_top, pad_bottom;
};

enum { SVG_PAD = 10 };

/* A number with at most two decimals, without trailing zeros. */
void svg_put_px(struct pp_sink *out, double value);
void svg_put_color(struct pp_sink *out, struct rgb color);
/* The <g> elements of all boxes. */
void svg_put_frames(struct svg_writer *w);
/* The JSON of profpipe-view, escaped for XML. */
void svg_put_view(struct svg_writer *w);
/* The name of a chart's root: the thread. */
struct pp_str svg_thread_name(struct svg_writer *w, uint32_t thread);

#endif
