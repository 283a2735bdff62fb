/* What a folded file says of itself before its lines are read: in profpipe's own comment, or by what its first lines look like. Options overrule it. */
#ifndef PP_FORMATS_FOLDED_HEADING_H
#define PP_FORMATS_FOLDED_HEADING_H

#include "formats/format.h"

struct folded_heading {
    unsigned columns;      /* counts per line, 1 or 2 */
    int64_t factor;        /* counts are multiplied by this: units to ns */
    bool definition_lines; /* lines in frames are where functions begin */
    bool estimated;
    bool in_time; /* each line is a sample after the line before */
    bool header;  /* profpipe's own comment was there: a file without lines is an empty profile */
};

/* Looks ahead, within what the probe sees too: the header comment, and whether data lines have one count or two. The builder is given the columns and the producer. */
struct folded_heading folded_look_ahead(struct pp_source *source, struct pp_builder *b,
                                        const struct pp_options *options);

#endif
