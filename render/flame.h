/* The tree that a flame graph draws: stacks with whole labels as names, one or two columns of values, and which of them are wide enough to be drawn. */
#ifndef PP_RENDER_FLAME_H
#define PP_RENDER_FLAME_H

#include "base/error.h"
#include "model/profile.h"
#include "model/tree.h"

enum diff_width { DIFF_AFTER, DIFF_BEFORE, DIFF_MAX, DIFF_SUM };
enum diff_normalize { NORMALIZE_NONE, NORMALIZE_TOTAL, NORMALIZE_ROOT };

struct flame_request {
    const struct pp_profile *profile; /* STACKS */
    const struct pp_profile *before;  /* of a diff, else NULL; STACKS */
    size_t metric;                    /* of `profile` */
    size_t before_metric;             /* of `before`, or of `profile` when `two_columns` */
    bool two_columns;                 /* profile has both columns of a diff */
    bool reverse;                     /* leaves first: callers grow from what was running */
    bool chart;                       /* in time order, one band per thread */
    bool keep_order;                  /* siblings in order of appearance */
    const char *const *base;          /* functions to begin at, NULL-terminated or NULL */
    enum diff_width width;
    enum diff_normalize normalize;
    size_t max_frames;                /* 0: no budget */
    double min_share;                 /* narrower frames are not drawn */
};

enum { FLAME_BEFORE, FLAME_AFTER, FLAME_WIDTH, FLAME_COLUMNS };

/* Ready to draw. `text` has the columns before, after, width (all the same one when it is no diff). */
struct flame {
    struct pp_profile *text;
    struct pp_tree tree;       /* by width */
    int64_t *totals[2];        /* before and after: self and below, per stack; NULL when no diff */
    int64_t *chart_x;          /* of charts: where each stack begins; NULL otherwise */
    int64_t least;             /* stacks with a smaller total are not drawn */
    uint64_t cut_frames;       /* how many are not */
    bool diff;
};

/* Builds it; false and *err when nothing can be drawn (no stacks, a total of 0, --base never met). Free with flame_free. */
bool flame_init(struct flame *flame, const struct flame_request *request, struct pp_error *err);
void flame_free(struct flame *flame);

#endif
