/* The options of folded2svg, and what they mean for layout and looks. */
#ifndef PP_RENDER_OPTIONS_H
#define PP_RENDER_OPTIONS_H

#include "render/drawing.h"
#include "render/svg_writer.h"

/* The table for struct draw_args; ends with a NULL name. */
extern const struct cli_option draw_options[];
/* As cli_tool.defaults. */
void draw_defaults(void *args);
/* Sets the palette that --color named; false after printing what makes no sense. */
bool draw_check(struct draw_args *a);
/* The layout asked for; false after printing. */
bool draw_layout_request(struct layout_request *request, const struct draw_args *a, const struct drawing *d);
/* The looks asked for; texts are borrowed from the arguments, `data`, colours by name and attributes are left empty. */
void draw_style(struct svg_style *style, const struct draw_args *a, const struct drawing *d);

#endif
