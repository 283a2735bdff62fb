/* A profile's stacks as they will read: frames are their texts, and frames that read alike are one.
 *
 * A node with a value of its own and children becomes two: "parse" holds the value, "parse;" the children. Walking such a tree by name gives the lines
 * in byte order: "a", "a b", "a;b" as sort(1) and every collapser put them. */
#ifndef PP_FORMATS_FOLDED_TEXT_H
#define PP_FORMATS_FOLDED_TEXT_H

#include "base/error.h"
#include "model/profile.h"

enum { FOLDED_COLUMNS = 2 };

/* What of the profile is written. */
struct folded_choice {
    size_t metrics[FOLDED_COLUMNS];
    unsigned columns; /* 1, or 2: before and after */
    bool threads;     /* each stack begins with its thread's name */
};

/* A copy of `label` in which ';' and line ends, which would break a line, are ':' and ' ', with a ';' behind it that its length does not count. */
struct pp_str folded_safe(struct pp_arena *arena, struct pp_str label, bool *changed);
/* Notes that `times` frames were changed so. */
void folded_note_changed(struct pp_report *report, uint64_t times);
/* A profile with one column per chosen metric, whose functions' names are the texts of whole frames, with ';' where more follows; bytes that would break a line are replaced and
 * that is noted. Owned by the caller; NULL and *err on failure. */
struct pp_profile *folded_text(const struct pp_profile *p, const struct folded_choice *choice, struct pp_report *report,
                               struct pp_error *err);

#endif
