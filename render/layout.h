/* From a tree of stacks to boxes: which frames are drawn, where, and what stands for those that are not.
 *
 * Everything is a loop over tables. Only what will be drawn is sorted: a profile of millions of nodes costs two passes over its values. */
#ifndef PP_RENDER_LAYOUT_H
#define PP_RENDER_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/profile.h"

enum diff_width { DIFF_WIDTH_AFTER, DIFF_WIDTH_BEFORE, DIFF_WIDTH_MAX, DIFF_WIDTH_SUM };
enum diff_normalize { DIFF_NORMALIZE_NONE, DIFF_NORMALIZE_TOTAL, DIFF_NORMALIZE_ROOT };

struct layout_request {
    const struct pp_profile *profile; /* STACKS (a chart: with samples) */
    size_t metric;                    /* what widths are; of a diff: the column "after" */
    bool diff;
    size_t before; /* the column "before" of a diff */
    enum diff_width width;
    enum diff_normalize normalize;
    bool input_order; /* siblings in order of appearance, not by name */
    bool reversed;    /* a chart: leaves first */
    bool by_value;    /* a chart: samples are as wide as their values and follow each other; their times play no part */
    uint64_t max_frames; /* boxes at most, not counting those for what was cut; 0: no budget */
    double min_share;    /* frames below this share of the total are cut too */
    int64_t total;       /* width of the root when larger than the sum; 0: the sum */
};

enum box_flag { BOX_ROOT = 1, BOX_MORE = 2, BOX_ESTIMATED = 4, BOX_RECURSION_CUT = 8, BOX_BUDGET_CUT = 16 };

#define BOX_NONE UINT32_MAX

/* One rectangle. Numbers are in the metric's unit (value / 10^decimals); of a chart by time in ns. */
struct box {
    uint32_t parent; /* index of a box before this one; BOX_NONE for roots */
    uint32_t frame;  /* frame id of the profile; 0 for roots and BOX_MORE */
    uint32_t depth;  /* 0 for roots */
    uint32_t flags;  /* enum box_flag */
    uint32_t thread; /* of a chart's root: thread id */
    uint64_t more;   /* BOX_MORE: frames cut here, with all below them */
    int64_t x, width, self;
    int64_t lower, upper;                           /* BOX_ESTIMATED: bounds of width */
    int64_t before, after, self_before, self_after; /* of a diff, as read */
    int64_t normal_before, normal_self_before;      /* of a diff, after normalising */
};

struct layout {
    PP_VEC(struct box) boxes;      /* depth first, a parent before its children, children from left to right */
    int64_t total, sum;            /* width of the root; what was measured */
    int64_t sum_before, sum_after; /* of a diff, as read */
    uint32_t depth;                /* rows in use */
    uint64_t cut_frames;           /* not drawn */
    int64_t cut_value;             /* what they add up to */
    uint64_t drawn, estimated, recursion_cut, budget_cut; /* boxes of each kind */
    bool chart, diff;
};

/* Lays out; false and *err when nothing can be drawn: a sum of 0, negative values, a sum past 64 bits. Free with layout_free. */
bool layout_tree(struct layout *layout, const struct layout_request *request, struct pp_error *err);
/* The same from the samples in time order, one root (band) per thread. A sample lasts until its thread's next one, or for one period when that is
 * further away than eight: widths are ns, the metric is not used. Or `by_value`. */
bool layout_chart(struct layout *layout, const struct layout_request *request, struct pp_error *err);
void layout_free(struct layout *layout);

/* The smallest width such that at most `budget` of the widths reach it (0 budget: `least`), never below `least`. When the budget has room for some but not
 * all of the next smaller width, which is then the result - 1, *ties gets that room; else 0. */
int64_t layout_threshold(const int64_t *widths, size_t count, uint64_t budget, int64_t least, uint64_t *ties);

#endif
