/* pstats' sort keys. */
#ifndef PP_ANALYZE_SORT_KEYS_H
#define PP_ANALYZE_SORT_KEYS_H

#include "analyze/stat_table.h"

enum stat_field { STAT_PCALLS, STAT_CALLS, STAT_TIME, STAT_CUMULATIVE, STAT_FILE, STAT_LINE, STAT_NAME, STAT_STDNAME };

struct sort_key {
    const char *name;
    const char *label; /* as after "Ordered by:" */
    enum stat_field fields[3];
    unsigned field_count;
    bool descending;
};

enum { MOST_SORT_KEYS = 16 };

struct sort_keys {
    const struct sort_key *at[MOST_SORT_KEYS];
    size_t count;
};

enum sort_parsed { SORT_OK, SORT_UNKNOWN, SORT_AMBIGUOUS, SORT_TOO_MANY };

/* Adds the keys of "time,name" (names, unambiguous or same-meaning prefixes, the integers -1 0 1 2) to `keys`. On failure *bad is the word. "none" empties
 * the list (the order of the file). */
enum sort_parsed sort_keys_parse(struct sort_keys *keys, struct pp_str text, struct pp_str *bad);
/* True if pstats itself accepts the word: a whole key or a prefix that its own rule finds unambiguous ("cu" is, "cum" is not). */
bool sort_key_is_pstats(struct pp_str word);
/* The names of all keys, NULL-terminated, for suggestions. */
const char *const *sort_key_names(void);
/* Sorts the table's order as pstats' sort_stats does: stable, ties in file order; with a NaN among the keys as CPython's list.sort leaves them. No keys: file order. */
void sort_table(struct stat_table *t, const struct sort_keys *keys);
/* The same for a caller who looks at the first `head` rows only: the others follow, but in any order. */
void sort_table_head(struct stat_table *t, const struct sort_keys *keys, size_t head);
/* Writes "cumulative time, function name". */
void sort_keys_describe(const struct sort_keys *keys, struct pp_sink *out);

#endif
