/* What is done to all values of a builder at once: sums are divided, samples of several recordings put on one time axis. */
#include "base/number.h"
#include "model/builder.h"
#include "model/builder_parts.h"

enum { MOST_DECIMALS = 9, DECIMALS_OF_COUNTS = 6 };

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* What is left of the divisor when it is shortened by all values of the column; they are divided by the rest of it. */
static uint64_t shorten(struct pp_builder *b, size_t metric, uint64_t divisor)
{
    uint64_t common = divisor;
    size_t columns = b->metrics.count;
    for (size_t i = metric; i < b->values.count && common > 1; i += columns) {
        int64_t value = b->values.at[i];
        common = greatest_common_divisor(common, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    }
    for (size_t i = metric; i < b->values.count && common > 1; i += columns) {
        b->values.at[i] /= (int64_t)common;
    }
    return divisor / common;
}

/* How many decimals more make a division by `divisor` come out even; more than MOST_DECIMALS: none do. */
static unsigned decimals_for(uint64_t divisor)
{
    unsigned twos = 0, fives = 0;
    for (; divisor % 2 == 0; divisor /= 2) {
        twos++;
    }
    for (; divisor % 5 == 0; divisor /= 5) {
        fives++;
    }
    return divisor != 1 ? MOST_DECIMALS + 1 : twos > fives ? twos : fives;
}

static bool room_for(const struct pp_builder *b, size_t metric, unsigned more)
{
    int64_t factor = 1, unused;
    while (more--) {
        factor *= 10;
    }
    for (size_t i = metric; i < b->values.count; i += b->metrics.count) {
        if (!pp_mul_i64(b->values.at[i], factor, &unused)) {
            return false;
        }
    }
    return true;
}

/* Each value becomes the difference of what the values up to it, and those before it, add up to after rounding: so the sum is right, however many there are. */
static void divide_rounding(struct pp_builder *b, size_t metric, uint64_t divisor)
{
    int64_t by = (int64_t)divisor, carry = by / 2;
    for (size_t i = metric; i < b->values.count; i += b->metrics.count) {
        int64_t *value = &b->values.at[i];
        int64_t quotient = *value / by;
        carry += *value % by;
        int64_t step = carry >= by ? 1 : carry < 0 ? -1 : 0;
        carry -= step * by;
        *value = quotient + step;
    }
}

bool pp_builder_divide(struct pp_builder *b, size_t metric, uint64_t divisor)
{
    if (!pp_builder_ok(b) || metric >= b->metrics.count || divisor <= 1) {
        return true;
    }
    divisor = shorten(b, metric, divisor);
    unsigned have = b->metrics.at[metric].decimals;
    unsigned more = decimals_for(divisor);
    bool exact = have + more <= MOST_DECIMALS && room_for(b, metric, more);
    if (!exact) {
        bool count = b->metrics.at[metric].unit == PP_UNIT_COUNT;
        more = count && have < DECIMALS_OF_COUNTS && room_for(b, metric, DECIMALS_OF_COUNTS - have)
                   ? DECIMALS_OF_COUNTS - have
                   : 0;
    }
    pp_builder_decimals(b, metric, have + more);
    divide_rounding(b, metric, divisor);
    return exact;
}

void pp_builder_shift_samples(struct pp_builder *b, size_t first, size_t count, int64_t ns)
{
    for (size_t s = first; s < first + count && s < b->samples.count; s++) {
        if (!pp_add_i64(b->samples.at[s].time_ns, ns, &b->samples.at[s].time_ns)) {
            pp_builder_fail(b, PP_LIMIT, "a sample's time is past 64 bits");
            return;
        }
        b->samples_unsorted |= s > 0 && b->samples.at[s].time_ns < b->samples.at[s - 1].time_ns;
    }
}

void pp_builder_open_bounds(struct pp_builder *b)
{
    for (size_t i = 0; i < b->bounds.count; i++) {
        if (b->bounds.at[i].flags) {
            b->bounds.at[i].lower = 0;
            b->bounds.at[i].upper = INT64_MAX;
        }
    }
}
