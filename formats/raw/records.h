/* The records inside intact blocks of a raw dump, into a builder. */
#ifndef PP_FORMATS_RAW_RECORDS_H
#define PP_FORMATS_RAW_RECORDS_H

#include "base/memory.h"
#include "formats/raw/ids.h"
#include "formats/raw/layout.h"
#include "model/builder.h"

/* Where a thread's coding stands. */
struct raw_thread {
    pp_thread_id thread;
    int64_t pid, tid;
    bool defined;
    pp_stack_id stack; /* of its sample before in the block `block` */
    uint64_t depth;
    uint64_t block; /* 0: none yet */
};

struct raw_records {
    struct pp_builder *b;
    struct raw_ids strings, functions, frames, threads;
    PP_VEC(struct raw_thread) states; /* by number of `threads` */
    uint64_t block;                   /* counted here, from 1 */
    uint64_t lost_references;         /* to what is not defined (or no longer there), in the whole file */
    PP_VEC(int64_t) values;           /* scratch: one per column of the builder */
    uint64_t samples, stacks;         /* read so far */
    uint64_t declared_samples, declared_stacks;
    int64_t last_time;  /* of the sample read last */
    uint64_t unordered; /* samples before the time of the one before them */
    bool anchored, ended;
};

/* Takes a block's records; false if they are malformed, in which case those before stay. `known` tells if the type is one of ours. */
bool raw_records_take(struct raw_records *r, char type, struct pp_str payload, bool *known);
void raw_records_free(struct raw_records *r);

#endif
