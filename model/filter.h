/* Filters: pprof's meaning for STACKS, the meaning that keeps the books for CALLS. */
#ifndef PP_MODEL_FILTER_H
#define PP_MODEL_FILTER_H

#include "base/error.h"
#include "base/regex.h"
#include "model/profile.h"

enum pp_granularity {
    PP_GRANULARITY_NONE,
    PP_GRANULARITY_FUNCTION,
    PP_GRANULARITY_FILE,
    PP_GRANULARITY_MODULE,
    PP_GRANULARITY_LINE,
    PP_GRANULARITY_PACKAGE
};

/* What to keep. NULL or 0 means "not asked for". Regexes are searched in the name, file, module and "file:line(name)" of a frame's function; borrowed.
 *
 * The order is pprof's: focus and ignore see all frames; hide and show take frames out; show_from, then prune_from, see what is left of them. max_depth and collapse_recursion
 * count what is then shown. min_percent goes by the totals of the profile as it was read. */
struct pp_filter {
    struct pp_regex *focus, *ignore; /* keep / drop stacks with a matching frame */
    struct pp_regex *hide, *show;    /* drop / keep only matching frames; the stack's value stays */
    struct pp_regex *show_from,
        *prune_from; /* drop what is above the first match nearest the root / below the match nearest the leaf */
    struct pp_regex *thread; /* keep samples of matching threads (name or tid) */
    uint32_t states;         /* keep samples with any of these flags (enum pp_sample_flag); 0: all */
    uint64_t max_depth;      /* frames kept from the root */
    bool collapse_recursion; /* direct repeats of a function become one frame */
    bool strip_dirs;         /* files lose their directories; rows that become equal are merged */
    enum pp_granularity granularity;
    bool has_time;
    int64_t time_from_ns, time_to_ns; /* half-open, since the first sample */
    bool
        note_unmatched; /* the report says which of the regexes matched nothing, by the names of proffilter's options */
    double min_percent; /* drop functions whose total is below this share; their time goes to the callers */
};

/* The books: kept + dropped = read, in the unit of metric 0 (CALLS: seconds of tottime in `read_seconds`…). */
struct pp_filter_books {
    int64_t read, kept, dropped;
    double read_seconds, kept_seconds, dropped_seconds;
};

/* A new profile of the same shape, owned by the caller; *books and *report (what could not be exact) may be NULL. NULL and *err on failure. */
struct pp_profile *pp_filter_apply(const struct pp_profile *p, const struct pp_filter *filter,
                                   struct pp_filter_books *books, struct pp_report *report, struct pp_error *err);
/* Only strip_dirs, as pstats' strip_dirs does it, merging and order of addition included. */
struct pp_profile *pp_filter_strip_dirs(const struct pp_profile *p, struct pp_error *err);

#endif
