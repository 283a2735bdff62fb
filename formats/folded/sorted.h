/* Profiles whose stacks already stand in the order of the lines, as they do after reading a sorted file: their lines need no tree of texts, and no sorting. */
#ifndef PP_FORMATS_FOLDED_SORTED_H
#define PP_FORMATS_FOLDED_SORTED_H

#include "formats/folded/text.h"

/* The text of each frame, with a ';' behind it that its length does not count. */
struct folded_labels {
    struct pp_str *of; /* by frame */
    struct pp_arena arena;
    uint64_t changed; /* how many had bytes that would break a line */
};

/* Zero-initialise and free with folded_labels_free. */
void folded_labels_init(struct folded_labels *labels, const struct pp_profile *p);
void folded_labels_free(struct folded_labels *labels);
/* True if the stacks in the order of their numbers, written with these texts, are the lines that folded_text() would lead to. */
bool folded_is_sorted(const struct pp_profile *p, const struct folded_labels *labels);

#endif
