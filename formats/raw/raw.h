/* The two halves of the raw format, and following a recording that goes on. */
#ifndef PP_FORMATS_RAW_RAW_H
#define PP_FORMATS_RAW_RAW_H

#include "formats/format.h"

bool raw_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err);
/* Called after each block with what there is so far (pp_builder_view); false ends the reading, as nobody listens any more. */
typedef bool raw_seen(void *context, const struct pp_builder *so_far);
/* Reads as raw_read does, and tells `seen` (NULL: nobody) of each block as it arrives. */
bool raw_read_with(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, raw_seen *seen,
                   void *context, struct pp_error *err);
/* Writes a dump's samples as lines of the text format while they arrive, each block's as soon as it is whole, in the order of the input; at the end of the
 * input the stacks without samples. What is skipped is noted in *report. False and *err for input that cannot be read; errors of `out` are found at close. */
bool pp_raw_follow(struct pp_source *source, struct pp_sink *out, const struct pp_options *options,
                   struct pp_report *report, struct pp_error *err);
bool raw_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
               struct pp_report *report, struct pp_error *err);

#endif
