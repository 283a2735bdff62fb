/* The two halves of the folded format; formats/folded.c puts them together. */
#ifndef PP_FORMATS_FOLDED_FOLDED_H
#define PP_FORMATS_FOLDED_FOLDED_H

#include "formats/format.h"

/* The comment by which profpipe tells itself what folded lines cannot say. */
#define FOLDED_HEADER "# profpipe: "

bool folded_read(struct pp_source *source, struct pp_builder *b, const struct pp_options *options,
                 struct pp_error *err);
bool folded_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
                  struct pp_report *report, struct pp_error *err);

#endif
