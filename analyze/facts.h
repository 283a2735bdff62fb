/* What profstat says about one profile. */
#ifndef PP_ANALYZE_FACTS_H
#define PP_ANALYZE_FACTS_H

#include "cli/cli.h"

enum { FACTS_FINDINGS = 32, FACTS_NAME = 200 };

/* Something odd, with how often and one example. */
struct facts_finding {
    const char *what;         /* static, after the count: "functions with more primitive calls than calls" */
    uint64_t count;           /* 0: it is so or not, no count */
    char example[FACTS_NAME]; /* escaped; empty: none */
};

struct facts {
    const struct cli_input *input;
    char producer[FACTS_NAME]; /* escaped; empty: unknown */
    const char *evidence;      /* why that producer */
    size_t functions, files;   /* that rows or stacks use; files by distinct name */
    size_t stacks;             /* that hold a value */
    size_t frames;             /* used, without the root */
    size_t processes, threads; /* that samples name */
    size_t edges;
    int64_t first_ns, last_ns; /* of samples */
    int64_t duration_ns;       /* 0: unknown */
    uint32_t max_depth;
    double mean_depth; /* weighted by the main metric where that is possible */
    size_t recursive_functions;
    size_t main_metric;
    int64_t *totals;         /* per metric */
    uint64_t flag_counts[7]; /* samples with each bit of enum pp_sample_flag */
    double estimated_share;  /* of the main metric's total that stands below estimated stacks, 0-1 */
    struct facts_finding findings[FACTS_FINDINGS];
    size_t finding_count;
};

/* Finds the facts; `input` must outlive them. */
void facts_find(struct facts *facts, const struct cli_input *input);
void facts_free(struct facts *facts);
/* Notes one more of `what` (static text); the first example stays. */
void facts_note(struct facts *facts, const char *what, struct pp_str example);
/* Who wrote it, by what the file shows. */
void facts_find_producer(struct facts *facts);
/* Finds what is odd in rows and edges, in stacks. */
void facts_check_calls(struct facts *facts);

void facts_print_text(const struct facts *facts, struct pp_sink *out);
/* One JSON array over all files. */
void facts_print_json(const struct facts *facts, size_t count, struct pp_sink *out);

#endif
