/* The words in a box: as much of a frame's text as its width holds. */
#ifndef PP_RENDER_FRAME_TEXT_H
#define PP_RENDER_FRAME_TEXT_H

#include <stdbool.h>

#include "model/profile.h"

/* The texts of a frame from long to short, owned by the arena. */
struct frame_text {
    struct pp_str full;   /* the whole folded text: "name (/a/b/file.py:12)" */
    struct pp_str medium; /* "name (file.py:12)"; full when that is no different */
    struct pp_str name;
};

/* Makes the texts; marks of stack collapsers at the end of a name ("_[k]", "_[i]", "_[j]", "_[w]") are left out of medium and name. */
struct frame_text frame_text_of(struct pp_arena *arena, const struct pp_profile *p, pp_frame_id frame);
/* The name without such a mark; *mark gets its letter or 0. */
struct pp_str frame_name_unmarked(struct pp_str name, char *mark);
/* The first of the texts that takes at most `columns`, else the name cut with "..": at its end, or at its beginning when `cut_left`. An empty
 * slice when fewer than three columns are there. Owned by the arena or borrowed from `text`. */
struct pp_str frame_text_fit(struct pp_arena *arena, const struct frame_text *text, size_t columns, bool cut_left);

#endif
