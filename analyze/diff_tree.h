/* --to: the comparison as a tree, for other programs and as a picture. */
#ifndef PP_ANALYZE_DIFF_TREE_H
#define PP_ANALYZE_DIFF_TREE_H

#include "analyze/diff_request.h"

/* Writes both sides as one tree of stacks: folded with two counts, or an SVG. Returns the exit code. */
int diff_write_tree(const struct diff_args *a, const struct diff_inputs *in);
/* Fills the paths of --path; names are in `arena`. False after printing. */
bool diff_find_paths(struct diff_report *r, struct pp_arena *arena);

#endif
