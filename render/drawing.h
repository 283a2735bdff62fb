/* What folded2svg was asked for, and the profile that comes of its inputs. */
#ifndef PP_RENDER_DRAWING_H
#define PP_RENDER_DRAWING_H

#include "cli/cli.h"
#include "render/layout.h"

struct draw_args {
    struct cli_common common;
    const char *title, *subtitle, *notes, *countname, *nametype, *fonttype, *bgcolors, *encoding, *nameattr, *minwidth,
        *metric;
    const char *uicolor, *searchcolor, *strokecolor;
    double width, height, fontsize, fontwidth, factor, noise;
    uint64_t total, max_frames, embed;
    bool has_noise, has_factor, has_colors, has_embed, icicle, reverse, chart, negate, cp, diff, truncate_left,
        truncate_right, no_javascript, collapse, no_sort, ignored, color_diffusion;
    unsigned palette, color, unit, diff_width, diff_by, normalize, match, format, granularity;
    struct cli_events base;
};

/* What will be laid out. */
struct drawing {
    struct pp_profile *data;          /* STACKS, owned: after filters and joining, before reversing: what is embedded */
    struct pp_profile *turned;        /* owned, or NULL when it is not reversed */
    const struct pp_profile *profile; /* the one of the two that is drawn */
    size_t metric, before;            /* columns; before: of a diff */
    bool diff, chart;
    bool by_value; /* a chart of samples that have an order and no times */
};

/* Reads the operands (standard input without) and makes the profile. False after printing what was wrong. Free with drawing_free always. */
bool drawing_init(struct drawing *d, const struct draw_args *a, int count, char **paths);
void drawing_free(struct drawing *d);

#endif
