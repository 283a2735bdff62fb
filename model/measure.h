/* What the values of a profile are: of calls or samples, in which unit, and what one sample weighs. */
#ifndef PP_MODEL_MEASURE_H
#define PP_MODEL_MEASURE_H

#include "model/profile.h"

struct pp_measure {
    bool calls;     /* rows of a CALLS profile: seconds, which count as PP_UNIT_NS here */
    bool estimated; /* stacks made from calls: not sampled */
    size_t metric;  /* of stacks: the default metric */
    enum pp_unit unit;
    unsigned decimals;
    double rate_hz; /* samples per second; 0 unknown */
    double
        per_sample; /* the value (as in stack_values; of calls in ns) of one sample; 0: the values are not sampled, or it is unknown */
};

/* Looks at the metrics, the metadata ("rate-hz") and the values: times that are all multiples of one value are so many samples. */
struct pp_measure pp_measure_of(const struct pp_profile *p);

#endif
