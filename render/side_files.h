/* The files beside a flame graph: --nameattr and --cp's palette.map. */
#ifndef PP_RENDER_SIDE_FILES_H
#define PP_RENDER_SIDE_FILES_H

#include "base/arena.h"
#include "base/error.h"
#include "render/svg_writer.h"

/* Reads "function<TAB>key=value<TAB>…" lines (keys id, class, title, href, target; others are noted). Links that are not http, https, relative or
 * a fragment are left out and noted. Everything is owned by the arena; false and *err on failure. */
bool read_name_attributes(const char *path, struct pp_arena *arena, struct name_attributes *attributes,
                          struct pp_report *report, struct pp_error *err);

/* A palette.map: lines "function->rgb(r,g,b)". Known names keep their colours, new ones get the palette's and are added. */
struct color_map;
/* Reads it; a missing file is an empty map. NULL and *err on failure. */
struct color_map *color_map_open(const char *path, struct pp_error *err);
/* As svg_style.fixed_color; `context` is the map. A name that is new keeps *color and is added. */
bool color_map_color(void *context, struct pp_str label, struct rgb *color);
/* Writes it back, sorted, when something was added; frees it. */
bool color_map_close(struct color_map *map, const char *path, struct pp_error *err);

#endif
