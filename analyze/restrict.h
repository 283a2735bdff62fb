/* pstats' restrictions: first N, first fraction, regular expression. */
#ifndef PP_ANALYZE_RESTRICT_H
#define PP_ANALYZE_RESTRICT_H

#include "analyze/stat_table.h"
#include "base/error.h"

enum restriction_kind { RESTRICT_COUNT, RESTRICT_FRACTION, RESTRICT_MATCH };

struct restriction {
    enum restriction_kind kind;
    int64_t count;
    double fraction;
    struct pp_str pattern; /* borrowed */
};

/* "10" or "10%" (as pstats' 0.1) or "0.1"; false if it is neither. A negative number or one past the end changes nothing, as in pstats. */
bool restriction_parse(struct restriction *r, struct pp_str text);
/* How many rows at the front of an order of `rows` rows can still be there after them; the order of the others does not matter. */
size_t restrictions_reach(const struct restriction *list, size_t count, size_t rows);
/* Applies them in order; writes pstats' lines about it ("   List reduced from …") to `message`. */
void restrict_table(struct stat_table *t, const struct restriction *list, size_t count, struct pp_sink *message);

#endif
