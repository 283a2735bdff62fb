/* The text format's lines for a profile that still grows. */
#ifndef PP_FORMATS_TEXT_H
#define PP_FORMATS_TEXT_H

#include "formats/format.h"

struct text_follower;

/* Writes to `out`, which is borrowed; owned by the caller, who frees it. */
struct text_follower *text_follower_new(struct pp_sink *out);
void text_follower_free(struct text_follower *f);
/* Writes what `b` has got since the last call: metadata, the heading, samples in the order they came. */
void text_follower_show(struct text_follower *f, const struct pp_builder *b);
/* The same of the finished profile, and its stacks without samples. */
void text_follower_end(struct text_follower *f, const struct pp_profile *p);

#endif
