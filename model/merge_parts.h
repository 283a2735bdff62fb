/* The parts of model/merge.h, shared by the files merge*.c only. */
#ifndef PP_MODEL_MERGE_PARTS_H
#define PP_MODEL_MERGE_PARTS_H

#include "base/intern.h"
#include "base/memory.h"
#include "model/builder.h"
#include "model/calls_sum.h"
#include "model/merge.h"

enum { MERGE_MOST_METRICS = 64, MERGE_MOST_VALUES = 100 };

/* The samples that came from one profile: their times count from its own anchor until all anchors are known. */
struct merge_piece {
    size_t first, count;
    int64_t start_utc_ns; /* 0: unknown */
};

/* A key's metadata: different values, or for what counts something the sum of all. */
struct merge_meta {
    struct pp_str key, value; /* in the arena */
    bool summed;
    int64_t sum;
};

struct merge_metas {
    struct pp_arena arena;
    PP_VEC(struct merge_meta) all;
    struct pp_intern pairs; /* key and value of those, to add none twice */
    struct pp_intern keys;  /* keys seen */
    PP_VEC(size_t) per_key; /* how many values of each key; of a summed one, where it stands */
    uint64_t left_out;
};

struct pp_merge {
    struct pp_merge_plan plan;
    struct pp_builder *b;
    struct calls_sum calls;
    size_t count;    /* profiles added */
    unsigned shapes; /* of all */
    bool all_swapped;
    struct pp_arena arena;   /* names of columns */
    struct pp_intern column; /* their numbers, as the builder counts them */
    enum pp_unit unit[MERGE_MOST_METRICS];
    uint64_t column_weight[MERGE_MOST_METRICS]; /* of the parts with that column; 0: it is divided by `weight` */
    uint64_t weight;                            /* of all profiles */
    struct pp_metric if_empty
        [MERGE_MOST_METRICS]; /* what the first profile measured, for a sum of profiles without values; names are ids of the builder */
    size_t if_empty_count;
    size_t samples;    /* added so far */
    bool samples_left; /* some were made sums */
    PP_VEC(struct merge_piece) pieces;
    int64_t earliest_utc_ns; /* of profiles, with samples or without; 0: none said */
    struct merge_metas metas;
};

/* From ids of one profile to ids of the builder. */
struct merge_map {
    const struct pp_profile *from;
    struct pp_builder *to;
    uint32_t *functions, *frames, *threads;
};

/* True if the stacks of `p` can be added: its metrics have the units they have in the sum, and one of them is in it. Columns are made only if so. */
bool merge_columns(struct pp_merge *m, const struct pp_profile *p, const struct pp_merge_part *part,
                   struct pp_error *err);
/* Adds stacks, values, samples and bounds, after merge_columns. */
void merge_add_stacks(struct pp_merge *m, const struct merge_map *map, const struct pp_merge_part *part);
/* Puts samples on one time axis and divides what a mean divides. */
void merge_finish_stacks(struct pp_merge *m, struct pp_report *report);

/* Adds the metadata of a profile: equal pairs once, counts of a recorder (late, torn …) and durations as sums. */
void merge_metas_add(struct merge_metas *metas, const struct pp_profile *p);
/* Hands all to the builder: recorders' statistics last, where the raw format wants them. Frees. */
void merge_metas_finish(struct merge_metas *metas, struct pp_builder *b, struct pp_report *report);
void merge_metas_free(struct merge_metas *metas);

#endif
