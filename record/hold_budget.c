#include "record/hold_budget.h"

/* What holds may take at once before the share of time counts: a recording of a second is worth some of them too. */
enum { FREE_NS = 2000000 };
enum { FIRST_MEETING_NS = 40000, FIRST_STOP_NS = 40000, LEAST_EXPECTED_NS = 2000, MOST_TIMES = 4, SMOOTHING = 8 };

void hold_budget_init(struct hold_budget *b, double share, int64_t start_ns)
{
    *b = (struct hold_budget){.share = share, .start_ns = start_ns};
    b->expected_ns[HOLD_MEETING] = FIRST_MEETING_NS;
    b->expected_ns[HOLD_STOP] = FIRST_STOP_NS;
}

bool hold_budget_allows(const struct hold_budget *b, enum hold_kind kind, int64_t now_ns)
{
    int64_t spent = b->spent_ns[HOLD_MEETING] + b->spent_ns[HOLD_STOP] + b->expected_ns[kind];
    return b->share > 0 && (double)spent <= b->share * (double)(now_ns - b->start_ns) + FREE_NS;
}

/* A busy processor keeps a thread waiting once in a while: that is not what the next one costs. */
static void expect(struct hold_budget *b, enum hold_kind kind, int64_t cost_ns)
{
    int64_t *expected = &b->expected_ns[kind];
    int64_t most = MOST_TIMES * *expected;
    *expected += ((cost_ns < most ? cost_ns : most) - *expected) / SMOOTHING;
    *expected = *expected > LEAST_EXPECTED_NS ? *expected : LEAST_EXPECTED_NS;
}

void hold_budget_charge(struct hold_budget *b, struct hold *hold, enum hold_kind kind, const struct thread_clock *clock,
                        int64_t known_ns)
{
    int64_t charged = known_ns > b->expected_ns[kind] ? known_ns : b->expected_ns[kind];
    *hold = (struct hold){clock->arrivals, clock->waited_ns, kind, known_ns, charged};
    b->spent_ns[kind] += charged;
    if (clock->arrivals == 0) {
        /* This kernel does not count: nothing more will be known. */
        expect(b, kind, charged);
        hold->charged_ns = 0;
    }
}

void hold_budget_settle(struct hold_budget *b, struct hold *hold, const struct thread_clock *clock)
{
    if (hold->charged_ns == 0 || clock->arrivals == hold->arrivals) {
        return;
    }
    /* With more than one arrival it has waited for others too: what was expected has to do. */
    if (clock->arrivals == hold->arrivals + 1 && clock->waited_ns >= hold->waited_ns) {
        int64_t cost = hold->known_ns + (int64_t)(clock->waited_ns - hold->waited_ns);
        b->spent_ns[hold->kind] += cost - hold->charged_ns;
        expect(b, hold->kind, cost);
    }
    hold->charged_ns = 0;
}
