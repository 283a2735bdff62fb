/* Many files added one after another: each is read, added and freed. The logic of profmerge. */
#ifndef PP_ANALYZE_MERGE_FILES_H
#define PP_ANALYZE_MERGE_FILES_H

#include "cli/cli.h"
#include "model/merge.h"

enum merge_labels { MERGE_LABELS_COLUMN, MERGE_LABELS_ROOT };

struct merge_request {
    const struct cli_common *common;
    const char *const *paths; /* "-": standard input */
    size_t count;
    const uint64_t *weights;     /* one per path in units of 1/divisor, or NULL: all count once */
    uint64_t divisor;            /* 1 without weights */
    const struct pp_str *labels; /* one per path, or NULL */
    enum merge_labels label_as;
    bool mean, keep_going;
};

/* What came of it. */
struct merge_result {
    struct pp_profile *sum;         /* owned; NULL: nothing was added, after a message */
    const struct pp_format *format; /* of the first file that was added */
    size_t left_out;                /* files that --keep-going left out, after a message each */
};

/* Reads and adds. Without keep_going the first file that cannot be read or added ends it: the message is on standard error and sum is NULL. Calls are read in the order
 * in which pstats.Stats(a, b, c) adds them: a, then c, then b. */
struct merge_result merge_files(const struct merge_request *request);

#endif
