/* The contract of a format: one const struct per format, registered by one line in formats/formats.def. */
#ifndef PP_FORMATS_FORMAT_H
#define PP_FORMATS_FORMAT_H

#include "base/error.h"
#include "base/sink.h"
#include "base/source.h"
#include "model/builder.h"
#include "model/profile.h"

/* What survives writing. */
enum pp_holds {
    PP_HOLDS_STACKS = 1,
    PP_HOLDS_CALLS = 2,
    PP_HOLDS_LINES = 4, /* line numbers of frames */
    PP_HOLDS_THREADS = 8,
    PP_HOLDS_TIME = 16,    /* samples in time order */
    PP_HOLDS_METRICS = 32, /* more than one metric */
    PP_HOLDS_BOUNDS = 64,  /* bounds of estimated stacks */
    PP_HOLDS_META = 128
};

/* A format option: what `--option key=value` (and the programs' own --unit) may set. */
struct pp_option_spec {
    const char *key;
    const char *values; /* "s|ms|us|ns" or a placeholder such as "HZ" */
    const char *help;   /* one line, no period */
};

struct pp_option {
    struct pp_str key, value;
};

/* Options given by the user; zero-initialise for none. Borrowed. */
struct pp_options {
    const struct pp_option *at;
    size_t count;
    bool strict; /* what would be skipped is an error */
};

/* The value of `key`, or an empty slice with data NULL when not given. */
struct pp_str pp_options_get(const struct pp_options *options, const char *key);

struct pp_format {
    const char *name;                     /* what --from and --to accept */
    const char *summary;                  /* one line for --list-formats and the manual, no final period */
    const char *const *extensions;        /* without dot, NULL-terminated; a tie-break, never proof */
    const struct pp_option_spec *options; /* ends with a NULL key; NULL: none */
    unsigned holds;                       /* enum pp_holds, or-ed */
    bool binary;                          /* its output is not for terminals */
    /* Bits verified of the first bytes of the input (up to PP_PROBE_SIZE, less only if the input is shorter); 0: not mine. Pure. */
    unsigned (*probe)(struct pp_str head);
    /* Reads all of the source into the builder; false and *err for a located error. What is skipped is noted in pp_builder_report. */
    bool (*read)(struct pp_source *, struct pp_builder *, const struct pp_options *, struct pp_error *);
    /* Writes; NULL: cannot be written. Sink errors are found at close; *err is for what the format cannot hold at all. */
    bool (*write)(const struct pp_profile *, struct pp_sink *, const struct pp_options *, struct pp_report *,
                  struct pp_error *);
};

enum { PP_PROBE_SIZE = 16384 };

/* The table, in the order of formats.def, and its length. */
extern const struct pp_format *const pp_formats[];
extern const size_t pp_format_count;
/* By name (NULL if unknown). */
const struct pp_format *pp_format_named(struct pp_str name);
/* The format whose probe verified most of head; ties are broken by the extension of `path` (may be empty). NULL and *err (PP_SYNTAX) when none
 * claims it; NULL and *err (PP_USAGE, "could be A or B; say --from") on a tie that stays. */
const struct pp_format *pp_format_detect(struct pp_str head, struct pp_str path, struct pp_error *err);
/* Reads a whole profile: detects (from NULL), reads, finishes, and in debug builds checks. The profile is owned by the caller; *used (may be NULL) gets the
 * format, *report (may be NULL) what was skipped. NULL and *err on failure. */
struct pp_profile *pp_format_read(struct pp_source *source, struct pp_str path, const struct pp_format *from,
                                  const struct pp_options *options, const struct pp_format **used,
                                  struct pp_report *report, struct pp_error *err);
/* Writes `p` in `to`, converting the shape when the format holds only the other one (model/graph.h, model/estimate.h). What the profile has and the format cannot hold
 * is noted in *report once per kind; with options->strict it is an error. */
bool pp_format_write(const struct pp_profile *p, const struct pp_format *to, struct pp_sink *out,
                     const struct pp_options *options, struct pp_report *report, struct pp_error *err);

#endif
