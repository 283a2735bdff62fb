/* What has to be read of a thread to have its stack, remembered from one read to the next. */
#ifndef PP_RECORD_STACK_PLAN_H
#define PP_RECORD_STACK_PLAN_H

#include "record/target.h"
#include "record/walk.h"

/* Of one interpreter, shared by its threads. */
struct interpreter {
    uint64_t address;
    int64_t id; /* a new one at the place of an old one has another */
    bool present;
    uint64_t gil;           /* of the lock; 0: none is known */
    uint64_t active_names;  /* as thread_names_find; 0: not found yet */
    int64_t names_found_ns; /* when it was looked for last */
};

/* Numbers of the parts within their groups. PIVOT_CFRAME: 3.11 and 3.12 keep the innermost frame in a struct on the C stack, and the thread's pointer to it is
 * read again behind it. Behind AFTER_GENERATION come the code objects that the stack is expected to have. */
enum { PIVOT_HEAD, PIVOT_CFRAME, PIVOT_CFRAME_AGAIN };
enum { AFTER_GENERATION, AFTER_CODES };

struct stack_plan {
    const struct target *target;
    uint64_t thread; /* address of its PyThreadState */
    uint64_t
        root; /* the outermost frame where it is a part of the PyThreadState, so that it need not be read; 0: not known */
    struct remote_part gil; /* says who holds the lock; size 0: not known */
    uint64_t collecting;    /* address of the flag */
    struct image image;
    size_t
        chunks; /* parts of IMAGE_FRAMES: so many chunks of the data stack, the newest first, then frames elsewhere */
    size_t objects; /* parts when frames that are objects were put in order last */
    PP_VEC(struct remote_part) scratch;
};

enum plan_fit {
    PLAN_FITS,
    PLAN_CHANGED, /* read again */
    PLAN_TORN     /* what should be read changed while it was looked for */
};

void stack_plan_init(struct stack_plan *plan, const struct target *target, const struct interpreter *interpreter,
                     uint64_t thread);
void stack_plan_free(struct stack_plan *plan);
/* Begins anew. */
void stack_plan_forget(struct stack_plan *plan);
/* Whether what was read is what its head asks for; if not, the plan is put right. */
enum plan_fit stack_plan_check(struct stack_plan *plan);
/* Adds the frame at the address, and those it leads to as far as they are not there either. */
void stack_plan_extend(struct stack_plan *plan, uint64_t frame);
/* After a good read: gives up parts that are not needed any more. */
void stack_plan_tidy(struct stack_plan *plan, const walked_frames *frames);
/* Of what was read last: the head, the innermost frame's address (0: none) and the end of the data stack (0: there is none). */
const unsigned char *stack_plan_head(const struct stack_plan *plan);
uint64_t stack_plan_first(const struct stack_plan *plan);
uint64_t stack_plan_top(const struct stack_plan *plan);
/* Whether the thread held the lock, and whether garbage was collected, then. */
bool stack_plan_holds_gil(const struct stack_plan *plan);
bool stack_plan_collecting(const struct stack_plan *plan);

#endif
