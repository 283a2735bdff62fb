/* The two halves of the raw format. */
#ifndef PP_FORMATS_RAW_RAW_H
#define PP_FORMATS_RAW_RAW_H

#include "formats/format.h"

bool raw_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err);
bool raw_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
               struct pp_report *report, struct pp_error *err);

#endif
