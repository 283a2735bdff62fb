/* The text that pstats prints, byte for byte. */
#ifndef PP_ANALYZE_CLASSIC_H
#define PP_ANALYZE_CLASSIC_H

#include "analyze/restrict.h"
#include "analyze/sort_keys.h"
#include "analyze/stat_table.h"

/* One report: what stands in the table's order after sorting, and the restrictions to apply to it. The table's order is restored afterwards. */
struct classic {
    struct stat_table *table;
    const struct sort_keys *keys;
    const struct restriction *restrictions;
    size_t restriction_count;
    const struct pp_str *files; /* header lines: "ctime    path" */
    size_t file_count;
    bool header;        /* false: no file lines (--no-header) */
    bool escape;        /* names are shown with control bytes escaped (terminals) */
    unsigned width;     /* of the terminal: longer names are shortened in the middle; 0: not */
    unsigned bar_cells; /* of a bar for the share of tottime before each name; 0: none */
};

void classic_print_stats(const struct classic *c, struct pp_sink *out);
void classic_print_callers(const struct classic *c, struct pp_sink *out);
void classic_print_callees(const struct classic *c, struct pp_sink *out);
/* " %8.3f" without the blank, as Python formats it (nan without a sign). */
void classic_time(struct pp_sink *out, double seconds);

#endif
