/* From a drawing to the SVG file: what folded2svg does after reading. */
#ifndef PP_RENDER_PICTURE_H
#define PP_RENDER_PICTURE_H

#include "render/drawing.h"

/* Lays out, says what the picture does not show, and writes it. Returns the exit code. */
int picture_write(const struct draw_args *a, const struct drawing *d);
/* The same with the default looks for a tree with the columns "before" and "after" (model/diff_join.h), for programs that have one. `common` says where to write. */
int picture_of_diff(const struct cli_common *common, struct pp_profile *joined, enum diff_normalize normalize);

#endif
