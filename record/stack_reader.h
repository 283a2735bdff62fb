/* One thread's stack, read without stopping it (or while it stands still), and certain to have been its stack.
 *
 * One system call reads the frames, then what says which of them is the innermost, then the frames again. Only if both copies lead along the same frames,
 * with the same instructions and the same variables in all but the innermost, to where stacks begin, and only if the
 * next such read finds the same, is the stack taken. */
#ifndef PP_RECORD_STACK_READER_H
#define PP_RECORD_STACK_READER_H

#include "record/code_cache.h"
#include "record/stack_plan.h"

struct stack_reader {
    struct stack_plan plan;
    struct code_cache *codes;
    walked_frames frames;      /* the result, innermost first */
    walked_frames first, kept; /* the first copy's; what all tries had in common */
    walked_frames before;      /* of the read before, if it was whole */
    PP_VEC(uint64_t) expected; /* code objects that are read along with the stack */
    uint64_t ident;            /* of the thread: Python's number for it */
    uint64_t interpreter;      /* address */
    uint64_t root, new_root;   /* where its stacks begin, and where they seem to begin now; 0: not known */
    unsigned new_root_seen;
    bool root_planned; /* the plan still has its own root */
    bool holds_gil, collecting;
    bool generators; /* frames of generators are in it */
    uint64_t generation;
    uint64_t random; /* state of a generator */
    uint64_t torn;   /* reads thrown away, ever */
};

enum stack_verdict {
    STACK_WHOLE,  /* frames are all of the stack */
    STACK_PART,   /* frames are those from the root that did not change while it was read */
    STACK_MOVING, /* of a stack that should have stood still: it did not */
    STACK_GONE    /* the thread cannot be read (any more) */
};

/* `ident` is what the thread's PyThreadState holds as its number: as long as it does, it is that thread. */
void stack_reader_init(struct stack_reader *reader, const struct target *target, struct code_cache *codes,
                       const struct interpreter *interpreter, uint64_t thread, uint64_t ident);
void stack_reader_free(struct stack_reader *reader);
/* Of a thread that may run meanwhile; gives up after about so many tries. */
enum stack_verdict stack_read_running(struct stack_reader *reader, unsigned tries);
/* Of a thread that is known, or will be proved by the caller, to stand still. `twice`: the frames are read twice all the same, which must agree. */
enum stack_verdict stack_read_still(struct stack_reader *reader, bool twice);

#endif
