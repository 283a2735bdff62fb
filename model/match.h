/* Which functions of several profiles are the same one, although lines moved, folders changed, or (when asked for) names did. */
#ifndef PP_MODEL_MATCH_H
#define PP_MODEL_MATCH_H

#include "model/profile.h"

enum pp_match_by {
    PP_MATCH_NAME,  /* module path and name; lines only tell apart what is called alike */
    PP_MATCH_EXACT, /* file, line and name, as they are */
    PP_MATCH_FUZZY  /* by name, then what was renamed in its place or moved to another file */
};

/* How the two functions of a row found each other; from PP_MATCHED_QUALIFIED on loosely. */
enum pp_matched {
    PP_MATCHED_EXACTLY,
    PP_MATCHED_LINE,      /* the line moved */
    PP_MATCHED_FOLDER,    /* the same module, installed elsewhere */
    PP_MATCHED_QUALIFIED, /* one side has "Class.name" where the other has "name" */
    PP_MATCHED_PATH,      /* only the ends of the paths are equal */
    PP_MATCHED_NO_FILE,   /* one side does not know the file */
    PP_MATCHED_MOVED,     /* the same name in another file */
    PP_MATCHED_RENAMED    /* another name in the same place */
};

#define PP_MATCH_NONE UINT32_MAX

/* One function; of each side a profile and function that stand for it, or PP_MATCH_NONE. */
struct pp_match_row {
    uint32_t profile[2], function[2];
    int64_t line[2]; /* where it begins, or the lowest line it was seen at; 0 unknown */
    enum pp_matched how;
};

struct pp_match {
    struct pp_match_row *rows; /* in order of first appearance, before's first */
    size_t count;
    uint32_t **
        row_of; /* per profile (before's, then after's) and function: its row, or PP_MATCH_NONE for functions the profile does not use */
    size_t profile_count;
};

/* Matches the functions of the first `before_count` of `profiles` with those of the `after_count` that follow; profiles of one side are matched by module path, name
 * and line. Linear in the functions, but for up to 4096 comparisons a place of PP_MATCH_FUZZY. The caller frees with pp_match_free. */
void pp_match_init(struct pp_match *match, const struct pp_profile *const *profiles, size_t before_count,
                   size_t after_count, enum pp_match_by by);
void pp_match_free(struct pp_match *match);

#endif
