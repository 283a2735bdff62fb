/* Comparing two profiles, or two sets of runs, function by function: what changed, by how much, and whether it can be chance. */
#ifndef PP_MODEL_DIFF_H
#define PP_MODEL_DIFF_H

#include "base/error.h"
#include "base/number.h"
#include "base/regex.h"
#include "model/match.h"
#include "model/significance.h"

enum { PP_BEFORE, PP_AFTER };

enum pp_diff_normalize { PP_DIFF_AS_IS, PP_DIFF_BY_TOTAL, PP_DIFF_BY_ROOT, PP_DIFF_BY_FUNCTION };

struct pp_diff_request {
    enum pp_match_by match;
    enum pp_diff_normalize normalize;
    struct pp_regex *function; /* PP_DIFF_BY_FUNCTION: searched in names; borrowed */
    double threshold;          /* the least change worth mention, as a share of the larger total (0.01) */
    double alpha;              /* level of significance: share of false alarms among what is reported (0.05) */
};

/* By what changes are told from noise. */
enum pp_diff_noise {
    PP_NOISE_UNKNOWN, /* by nothing: one run a side of a deterministic profiler, or values of unknown weight */
    PP_NOISE_SAMPLES, /* one sampled run a side: numbers of samples */
    PP_NOISE_RUNS     /* several runs a side: their ranks */
};

enum pp_diff_verdict {
    PP_DIFF_CHANGED,  /* at least the threshold, and significant where noise can be judged */
    PP_DIFF_DOUBTFUL, /* changed, but less than the threshold or not significantly */
    PP_DIFF_SAME      /* equal in self and calls, whatever it calls */
};

/* One function. Values are in the unit of the diff; of several runs the mean, normalised, rounded such that all rows together are right. */
struct pp_diff_row {
    int64_t self[2], total[2];
    int64_t calls[2], primitive_calls[2];
    double p,
        q; /* of self; NAN: not judged. q: adjusted for all rows that can reach the threshold, NAN for the others */
    uint32_t number;  /* of the match's row; index into the arrays of runs */
    bool in[2];       /* the side has the function */
    bool exact_calls; /* each side's runs agree on the number of calls */
    uint8_t verdict;  /* enum pp_diff_verdict */
};

/* One profile of a side. Arrays by row number, in the unit of the diff, before normalising. */
struct pp_diff_run {
    const struct pp_profile *profile;
    int64_t *self, *total, *calls, *primitive_calls;
    bool *in;
    int64_t sum;
    double scale;      /* normalised = value * scale */
    double reference;  /* what scale makes equal: total, root or function's total; 0: as is */
    double per_sample; /* weight of one sample in the unit of the diff; 0: not sampled */
};

struct pp_diff {
    struct pp_diff_row *rows;         /* in order of first appearance */
    const struct pp_diff_row **order; /* by pp_diff_sort; NULL before */
    size_t count;
    struct pp_diff_row whole; /* the sums as a row: self and total are the profile's sum, calls all calls */
    enum pp_unit unit;
    unsigned decimals;  /* a value v is v / 10^decimals of the unit */
    bool has_calls;     /* both sides count calls */
    bool sampled;       /* all runs are sampled */
    bool deterministic; /* all runs count calls */
    bool rates_differ;  /* counts became times because the sides were sampled at different rates */
    int64_t moved;      /* sum of |change of self| over all rows */
    enum pp_diff_noise noise;
    enum pp_diff_normalize normalize;
    double threshold, alpha;
    struct pp_match match;
    struct pp_diff_run *runs; /* before's, then after's */
    size_t run_count[2];
};

/* Compares the first before_count of `profiles` with the after_count that follow; all must stay alive. The caller frees with pp_diff_free. False and *err when the
 * units differ and nothing says how to convert them, or nothing is there to normalise by. */
bool pp_diff_init(struct pp_diff *diff, const struct pp_profile *const *profiles, size_t before_count,
                  size_t after_count, const struct pp_diff_request *request, struct pp_error *err);
void pp_diff_free(struct pp_diff *diff);

enum pp_diff_key { PP_DIFF_BY_SELF, PP_DIFF_BY_TOTALS, PP_DIFF_BY_CALLS, PP_DIFF_BY_RATIO, PP_DIFF_BY_NAMES };
/* Fills diff->order: rows that changed first, then doubtful ones, then equal ones; among them by the size of the change, then by name and file (equal ones in order of appearance). Only the
 * first `most` (0: all) need be in order. */
void pp_diff_sort(struct pp_diff *diff, enum pp_diff_key key, size_t most);

/* The name, and the file (or shared object, or ""), of a row's function on a side; those of the other side when it has none. */
struct pp_str pp_diff_name(const struct pp_diff *diff, const struct pp_diff_row *row, size_t side);
struct pp_str pp_diff_file(const struct pp_diff *diff, const struct pp_diff_row *row, size_t side);
/* How the two functions of a row were matched, and their lines. Not of diff->whole. */
const struct pp_match_row *pp_diff_match(const struct pp_diff *diff, const struct pp_diff_row *row);

/* after - before, the nearest that 64 bits hold. */
static inline int64_t pp_diff_self(const struct pp_diff_row *row)
{
    return pp_subtract_saturating(row->self[PP_AFTER], row->self[PP_BEFORE]);
}
static inline int64_t pp_diff_total(const struct pp_diff_row *row)
{
    return pp_subtract_saturating(row->total[PP_AFTER], row->total[PP_BEFORE]);
}
static inline int64_t pp_diff_calls(const struct pp_diff_row *row)
{
    return pp_subtract_saturating(row->calls[PP_AFTER], row->calls[PP_BEFORE]);
}
/* The change below which a function is not worth mention, in the unit of the diff. */
double pp_diff_least(const struct pp_diff *diff);
/* The ratio of a row's self, after / before, of all pairs of runs; median INFINITY: none before. */
struct pp_ratio pp_diff_ratio(const struct pp_diff *diff, const struct pp_diff_row *row);
/* The p-value of a row's change of self (or of total), two-sided or for growth only; NAN when noise cannot be judged. */
double pp_diff_p(const struct pp_diff *diff, const struct pp_diff_row *row, bool of_total, enum pp_tail tail);
/* The smallest p-value that the number of runs allows; 0 without several runs. */
double pp_diff_smallest_p(const struct pp_diff *diff, enum pp_tail tail);

/* What --fail-above looks at. */
enum pp_diff_on { PP_DIFF_ON_TOTAL, PP_DIFF_ON_SELF, PP_DIFF_ON_FUNCTIONS };

/* A number that grew past the limit, significantly where noise can be judged. */
struct pp_regression {
    const struct pp_diff_row *row; /* &diff->whole for the total */
    int64_t before, after;         /* self or total, in the unit of the diff */
    double percent;                /* growth; INFINITY: new */
    double p;                      /* one-sided, adjusted for all that were looked at; NAN: not judged */
};

/* Finds what grew by more than `percent`: the sum; self times by at least the threshold; or totals of the functions whose names match. Largest growth in absolute numbers
 * first. *looked_at (may be NULL) gets how many numbers there were. An array of *count that the caller frees with pp_free. */
struct pp_regression *pp_diff_regressions(const struct pp_diff *diff, enum pp_diff_on on, struct pp_regex *functions,
                                          double percent, size_t *count, size_t *looked_at);

#endif
