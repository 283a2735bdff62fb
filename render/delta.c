#include "render/delta.h"

#include <math.h>

static int64_t side_before(const struct box *box, const struct delta_style *style)
{
    return style->by_self ? box->normal_self_before : box->normal_before;
}

static int64_t side_after(const struct box *box, const struct delta_style *style)
{
    return style->by_self ? box->self_after : box->after;
}

int64_t delta_value(const struct box *box, const struct delta_style *style)
{
    return side_after(box, style) - side_before(box, style);
}

/* What chance alone makes of the difference. Counts are Poisson: each side's variance is its count, and scaling a side by k scales its variance by k². */
static double noise_of(const struct box *box, const struct delta_style *style, double before, double after)
{
    double larger = before > after ? before : after;
    if (!style->poisson) {
        return style->noise / 100 * larger;
    }
    double read = (double)(style->by_self ? box->self_before : box->before);
    double k = read > 0 ? before / read : 1;
    return style->noise * sqrt(after + before * k);
}

double delta_share(const struct box *box, const struct delta_style *style)
{
    double before = (double)side_before(box, style);
    double after = (double)side_after(box, style);
    double larger = before > after ? before : after;
    double delta = after - before;
    if (larger <= 0 || fabs(delta) <= noise_of(box, style, before, after)) {
        return 0;
    }
    return style->negate ? -delta / larger : delta / larger;
}
