/* The change of a box in a differential graph. */
#ifndef PP_RENDER_DELTA_H
#define PP_RENDER_DELTA_H

#include <stdbool.h>

#include "render/layout.h"

struct delta_style {
    bool by_self; /* self values, not totals */
    bool negate;  /* swap the colours */
    bool classic; /* red and blue instead of orange and blue */
    bool poisson; /* noise is in standard deviations of counts, else in percent of the larger side */
    double noise;
    enum diff_width width;
    enum diff_normalize normalize;
};

/* after - before (normalised), of self or total. */
int64_t delta_value(const struct box *box, const struct delta_style *style);
/* The same as a share of the larger side, -1 (vanished) to 1 (new); 0 when within noise. */
double delta_share(const struct box *box, const struct delta_style *style);

#endif
