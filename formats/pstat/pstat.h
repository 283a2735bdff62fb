/* The two halves of the pstat format; formats/pstat.c puts them together. */
#ifndef PP_FORMATS_PSTAT_PSTAT_H
#define PP_FORMATS_PSTAT_PSTAT_H

#include "formats/format.h"

bool pstat_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options, struct pp_error *err);
bool pstat_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
                 struct pp_report *report, struct pp_error *err);

#endif
