/* What it costs the program that its threads are held, by a stop or because profrec has their processor, and whether another hold is within what the user allows. */
#ifndef PP_RECORD_HOLD_BUDGET_H
#define PP_RECORD_HOLD_BUDGET_H

#include "record/thread_clock.h"

enum hold_kind { HOLD_MEETING, HOLD_STOP, HOLD_KINDS };

/* Both kinds take from one budget. */
struct hold_budget {
    double share;                    /* of the time since start_ns */
    int64_t start_ns;                /* CLOCK_MONOTONIC; later times only */
    int64_t spent_ns[HOLD_KINDS];    /* that threads did not run though they could have, in all */
    int64_t expected_ns[HOLD_KINDS]; /* of the next hold of its kind, by those before */
};

/* The last hold of a thread, until it is known what that cost it. */
struct hold {
    uint64_t arrivals, waited_ns; /* of its clock, before */
    enum hold_kind kind;
    int64_t known_ns;   /* how long it was held, as far as we know ourselves */
    int64_t charged_ns; /* that, and what was expected besides; 0: nothing to settle */
};

/* Fills the budget, with first guesses of what holds cost. `share` of the time from `start_ns` on: 0.01 is 1 %. */
void hold_budget_init(struct hold_budget *budget, double share, int64_t start_ns);
/* True if one more hold of the kind is within the budget at `now_ns`. */
bool hold_budget_allows(const struct hold_budget *budget, enum hold_kind kind, int64_t now_ns);
/* Charges a hold of the thread whose clock, read before it, this is. `known_ns`: how long it certainly stood still, 0 for a meeting. */
void hold_budget_charge(struct hold_budget *budget, struct hold *hold, enum hold_kind kind,
                        const struct thread_clock *clock, int64_t known_ns);
/* Corrects what the thread's last hold was charged by what the kernel says that it waited for a processor since, once that is known. Its clock has just
 * been read. */
void hold_budget_settle(struct hold_budget *budget, struct hold *hold, const struct thread_clock *clock);

#endif
