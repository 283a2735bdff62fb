/* Colours of frames: deterministic by name (and package), whatever the input's order. */
#ifndef PP_RENDER_PALETTE_H
#define PP_RENDER_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct rgb {
    unsigned char red, green, blue;
};

/* The palettes' names in their order. */
#define PALETTE_NAMES                                                                                                  \
    "module", "hot", "mem", "io", "wakeup", "chain", "java", "js", "perl", "python", "rust", "red", "green", "blue",   \
        "aqua", "yellow", "purple", "orange", "colorblind"
/* The same, NULL-terminated; index 0 is the default (by module). */
extern const char *const palette_names[];

/* The colour of a frame by its label and package (may be empty). `palette`: index into palette_names. */
struct rgb palette_color(unsigned palette, struct pp_str label, struct pp_str package);
/* The colour of a change: share -1 … 1 (shrunk … grown), 0: the dead zone's white. classic: red and blue, else orange and blue. */
struct rgb palette_delta(double share, bool classic);
/* Top and bottom of the background: "yellow", "blue", "green", "grey", "#rrggbb", or NULL for what goes with the palette. False if unknown. */
bool palette_background(const char *name, unsigned palette, struct rgb *top, struct rgb *bottom);

#endif
