/* The profile: plain tables that every reader fills (through model/builder.h) and every program reads.
 *
 * Ids are 32-bit indexes into the tables, wrapped in structs so that the compiler tells them apart. Row 0 of strings is "", of
 * functions "unknown", of frames "none", of stacks the root, of threads "unknown thread": id 0 is always valid.
 * A finished profile is immutable. It owns everything it points to; pp_profile_free frees it with one call.
 *
 * A profile has one or both of two shapes:
 *   STACKS  a calling-context tree with self values per node, optionally samples in time order;
 *   CALLS   per function and per caller->callee edge: calls and times, in the order of the file.  */
#ifndef PP_MODEL_PROFILE_H
#define PP_MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* clang-format off */
typedef struct { uint32_t i; } pp_string_id;
typedef struct { uint32_t i; } pp_function_id;
typedef struct { uint32_t i; } pp_frame_id;
typedef struct { uint32_t i; } pp_stack_id;
typedef struct { uint32_t i; } pp_thread_id;
/* clang-format on */

enum pp_unit { PP_UNIT_COUNT, PP_UNIT_NS, PP_UNIT_BYTES };

/* A column of values. A value v means v / 10^decimals of the unit: fractional counts of folded files stay exact. */
struct pp_metric {
    pp_string_id name; /* "samples", "wall", "cpu", "before", "after", "bytes", … */
    enum pp_unit unit;
    unsigned decimals; /* 0-9 */
};

/* A function: one row per distinct (name, file, module, line). */
struct pp_function {
    pp_string_id name;   /* as the producer wrote it, bytes untouched */
    pp_string_id file;   /* "" unknown; "~" is cProfile's mark of a built-in */
    pp_string_id module; /* "" unknown; a Python module or a shared object */
    int64_t line;        /* of the definition, 0 unknown (pstats files can hold any integer) */
};

enum pp_frame_flag {
    PP_FRAME_NATIVE = 1,  /* machine code, not interpreted */
    PP_FRAME_INLINED = 2, /* inlined into its parent */
    PP_FRAME_KERNEL = 4
};

/* A place in a function: one row per distinct combination. */
struct pp_frame {
    pp_function_id function;
    uint32_t line, end_line;     /* of execution; 0 unknown */
    uint32_t column, end_column; /* 0-based as CPython's co_positions plus 1; 0 unknown */
    uint32_t flags;              /* enum pp_frame_flag */
    uint64_t address;            /* 0 unknown */
};

struct pp_thread {
    int64_t pid, tid; /* 0 unknown */
    pp_string_id name;
};

/* A node of the calling-context tree; its parent's id is smaller than its own, so one backward loop sums the tree. */
struct pp_stack {
    pp_stack_id parent; /* of row 0: 0 */
    pp_frame_id frame;  /* of row 0: 0 */
};

enum pp_stack_flag {
    PP_STACK_ESTIMATED = 1, /* its total is an estimate, true value within [lower, upper] */
    PP_STACK_RECURSION_CUT =
        2, /* expansion stopped at the first repeat: what that calls stands where the function came first */
    PP_STACK_BUDGET_CUT = 4 /* expansion stopped by the node budget; what is below is counted as self */
};

/* What is known of the total (self and below) of an estimated node, in the unit of metric 0. */
struct pp_stack_bounds {
    int64_t lower, upper;
    uint32_t flags; /* enum pp_stack_flag */
};

enum pp_sample_flag {
    PP_SAMPLE_ON_CPU = 1,
    PP_SAMPLE_GIL = 2,       /* the thread held the GIL */
    PP_SAMPLE_GC = 4,        /* in the garbage collector */
    PP_SAMPLE_STOPPED = 8,   /* the process was stopped while reading */
    PP_SAMPLE_VERIFIED = 16, /* read without stopping and verified afterwards */
    PP_SAMPLE_IDLE = 32,
    PP_SAMPLE_SALVAGED = 64 /* partly read; the outer frames may be missing */
};

/* One sample in time order; its values (one per metric) stand in sample_values. */
struct pp_sample {
    pp_stack_id stack;
    pp_thread_id thread;
    int64_t time_ns; /* since the profile's anchor (start_utc_ns); never decreases along the table */
    uint32_t flags;  /* enum pp_sample_flag */
};

/* A function's row of a CALLS profile, with the file's own numbers. */
struct pp_call_row {
    pp_function_id function;
    uint32_t first_edge, edge_count; /* its callers: edges[first_edge …], in file order */
    int64_t primitive_calls;         /* pstats' cc: calls with the function not already on the stack */
    int64_t calls;                   /* pstats' nc: all calls */
    double tottime, cumtime;         /* seconds; self, and self and below */
};

enum pp_edge_flag {
    PP_EDGE_COUNT_ONLY = 1 /* the file knows only the number of calls (profile, Tachyon): other fields are 0 */
};

/* A caller -> callee edge: the callee's numbers when called by this caller. */
struct pp_call_edge {
    pp_function_id caller, callee; /* callee: the row's function */
    int64_t calls, primitive_calls;
    double tottime, cumtime; /* seconds */
    uint32_t flags;          /* enum pp_edge_flag */
};

struct pp_meta {
    pp_string_id key, value;
};

enum pp_shape { PP_SHAPE_STACKS = 1, PP_SHAPE_CALLS = 2 };

struct pp_profile {
    struct pp_arena arena; /* strings */
    unsigned shapes;       /* enum pp_shape, or-ed */

    /* clang-format off */
    const struct pp_str *strings; size_t string_count;
    const struct pp_function *functions; size_t function_count;
    const struct pp_frame *frames; size_t frame_count;
    const struct pp_thread *threads; size_t thread_count;
    const struct pp_metric *metrics; size_t metric_count; /* columns of stack_values and sample_values */
    const struct pp_meta *metas; size_t meta_count;       /* in order of addition; keys may repeat */

    /* STACKS */
    const struct pp_stack *stacks; size_t stack_count;   /* at least the root when the shape is there */
    const int64_t *stack_values;                         /* self: [stack * metric_count + metric] */
    const struct pp_stack_bounds *bounds;                /* NULL: all exact; else one per stack */
    const struct pp_sample *samples; size_t sample_count; /* may be 0: the sums are then all there is */
    const int64_t *sample_values;                        /* [sample * metric_count + metric] */
    int64_t start_utc_ns;                                /* UTC of time 0, ns since 1970; 0 unknown */

    /* CALLS */
    const struct pp_call_row *rows; size_t row_count;     /* in file order */
    const struct pp_call_edge *edges; size_t edge_count;  /* grouped by row */
    /* clang-format on */
    const uint32_t *row_of; /* function id -> row number, UINT32_MAX: none; function_count entries */
    int64_t total_calls, total_primitive_calls; /* added in file order, files added as pstats adds them */
    double total_tottime;                       /* seconds, likewise (order of addition matters) */
    bool counts_swapped; /* the file (yappi) had calls and primitive calls swapped; the rows here are right */
    bool sampled_calls;  /* the file (CPython 3.15's sampler) marks its counts as samples */
};

/* Frees the profile and all it owns; NULL is allowed. */
void pp_profile_free(struct pp_profile *p);

/* The bytes of a string id. */
static inline struct pp_str pp_profile_str(const struct pp_profile *p, pp_string_id id)
{
    return p->strings[id.i];
}
/* The function of a frame / a stack's own frame. */
static inline const struct pp_function *pp_profile_function(const struct pp_profile *p, pp_function_id id)
{
    return &p->functions[id.i];
}
static inline const struct pp_function *pp_frame_function(const struct pp_profile *p, pp_frame_id id)
{
    return &p->functions[p->frames[id.i].function.i];
}
/* The value of the first metadata entry of `key`, or an empty slice. */
struct pp_str pp_profile_meta(const struct pp_profile *p, const char *key);
/* Index of the metric of that name, or metric_count. */
size_t pp_profile_metric(const struct pp_profile *p, struct pp_str name);
/* The metric a program uses when none is asked for: the one the metadata key "default-metric" names, else "wall" or "cpu"
 * when there (time says more than counts), else "after" of a two-column profile, else 0. metric_count must not be 0. */
size_t pp_profile_default_metric(const struct pp_profile *p);
/* "count", "ns", "bytes". */
const char *pp_unit_name(enum pp_unit unit);
/* True if any node's total is an estimate. */
bool pp_profile_estimated(const struct pp_profile *p);

#endif
