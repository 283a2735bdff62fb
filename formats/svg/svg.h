/* The parts of the svg reader; formats/svg.c puts them together. */
#ifndef PP_FORMATS_SVG_SVG_H
#define PP_FORMATS_SVG_SVG_H

#include "base/arena.h"
#include "base/memory.h"
#include "formats/format.h"

/* A frame as drawn by somebody else. Places are in whatever unit the file uses, the same one throughout. */
struct svg_frame {
    struct pp_str name; /* owned by the frames' arena */
    double x, y, width; /* of the rect; x and width are exact sample numbers when the file has them */
    int64_t count;      /* what the title says, or the exact width; / 10^decimals of svg_frames */
};

struct svg_frames {
    struct pp_arena arena;
    PP_VEC(struct svg_frame) at;
    struct pp_str count_name; /* "samples" */
    unsigned decimals;        /* of counts with a fraction */
    bool exact;               /* counts are exact numbers, not rounded texts */
};

/* Takes "NAME (1,234 samples, 12.34%)" apart, from the right, as names may hold parentheses. False if the text is no such title. */
bool svg_parse_title(struct pp_str title, struct pp_str *name, struct pp_str *number, struct pp_str *count_name);
/* Finds every frame's parent by place and adds the stacks to the builder. False and *err when the picture is no flame graph. */
bool svg_add_drawn(const struct svg_frames *frames, struct pp_builder *b, struct pp_error *err);
/* Reads the profile embedded by folded2svg: base64 of folded text, compressed as the element's attribute says ("zlib", "front+zlib"). */
bool svg_read_embedded(struct pp_str base64, struct pp_str compression, struct pp_builder *b,
                       const struct pp_options *options, struct pp_error *err);
/* A builder frame from a frame's text: "name (file:line)" is taken apart. */
pp_frame_id svg_text_frame(struct pp_builder *b, struct pp_str text);

bool svg_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err);

#endif
