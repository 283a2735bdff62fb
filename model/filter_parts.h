/* The parts of model/filter.h, shared by the files filter*.c and strip_dirs.c only. */
#ifndef PP_MODEL_FILTER_PARTS_H
#define PP_MODEL_FILTER_PARTS_H

#include "model/builder.h"
#include "model/filter.h"

/* The answer of a regex per function, asked once each: unknown, no, yes. NULL regex: answers with `fallback`. */
struct filter_match {
    const struct pp_profile *profile;
    struct pp_regex *regex;
    unsigned char *answers;
    bool found; /* some function matched */
    struct pp_arena scratch;
};

void filter_match_init(struct filter_match *match, const struct pp_profile *p, struct pp_regex *regex);
/* True if the regex is found in the function's name, file, module or "file:line(name)". */
bool filter_matches(struct filter_match *match, uint32_t function);
/* Notes that a regex which was asked for found nothing: probably it is mistyped. `what` is static text. */
void filter_note_unmatched(const struct filter_match *match, struct pp_report *report, const char *what);
void filter_match_free(struct filter_match *match);

/* True for granularities that merge functions into files, modules or packages. */
bool filter_is_coarse(const struct pp_filter *filter);
/* The function a frame or row becomes under --strip-dirs and --granularity, as an id of the builder. */
pp_function_id filter_function(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                               struct pp_arena *scratch, pp_function_id function);
/* Copies metadata, and for STACKS metrics and threads: thread ids map one to one. Returns the builder's thread ids (owned by the caller). */
uint32_t *filter_copy_tables(const struct pp_profile *p, struct pp_builder *b);

/* The two shapes. Each adds to the builder and fills the books. False and *err when a filter has no meaning for the shape. */
bool filter_stacks(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                   struct pp_filter_books *books, struct pp_report *report, struct pp_error *err);
bool filter_calls(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                  struct pp_filter_books *books, struct pp_report *report, struct pp_error *err);
/* CALLS under --strip-dirs alone: pstats' own meaning, totals untouched. */
void filter_strip_calls(const struct pp_profile *p, struct pp_builder *b);

#endif
