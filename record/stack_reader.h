/* One thread's stack, read without stopping it (or while it stands still), and certain to have been its stack.
 *
 * The head of the thread, the used part of its data stack, and the frames elsewhere are read by one system call, twice over. Only if both copies lead along
 * the same frames, with the same instructions in all but the innermost, is the stack taken. */
#ifndef PP_RECORD_STACK_READER_H
#define PP_RECORD_STACK_READER_H

#include "record/code_cache.h"

/* Of one interpreter, shared by its threads. */
struct interpreter {
    uint64_t address;
    uint64_t gil; /* of the lock; 0: none is known */
};

struct stack_reader {
    const struct target *target;
    struct code_cache *codes;
    const struct interpreter *interpreter;
    uint64_t thread; /* address of its PyThreadState */
    struct image image;
    size_t fixed, chunks;      /* parts: head and flags, then data-stack chunks, then frames elsewhere */
    walked_frames frames;      /* the result, innermost first */
    walked_frames first, kept; /* the first copy's; what all tries had in common */
    bool holds_gil, collecting;
    uint64_t generation;
    uint64_t torn; /* reads thrown away, ever */
};

enum stack_verdict {
    STACK_WHOLE,  /* frames are all of the stack */
    STACK_PART,   /* frames are those from the root that did not change while it was read */
    STACK_MOVING, /* of a stack that should have stood still: it did not */
    STACK_GONE    /* the thread cannot be read (any more) */
};

void stack_reader_init(struct stack_reader *reader, const struct target *target, struct code_cache *codes,
                       const struct interpreter *interpreter, uint64_t thread);
void stack_reader_free(struct stack_reader *reader);
/* Of a thread that may run meanwhile; gives up after `tries` tries. */
enum stack_verdict stack_read_running(struct stack_reader *reader, unsigned tries);
/* Of a thread that is known, or will be proved by the caller, to stand still: read once. */
enum stack_verdict stack_read_still(struct stack_reader *reader);

#endif
