/* Values as people read them: counts with thousands separators, times and bytes in a fitting unit. */
#ifndef PP_RENDER_VALUE_TEXT_H
#define PP_RENDER_VALUE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "model/profile.h"

/* What --unit says. */
enum shown_unit { SHOWN_AUTO, SHOWN_S, SHOWN_MS, SHOWN_US, SHOWN_NS, SHOWN_B, SHOWN_KIB, SHOWN_MIB, SHOWN_GIB };
/* "auto", "s", … in the order of the enumeration, NULL-terminated. */
extern const char *const shown_unit_names[];

struct value_style {
    enum pp_unit unit; /* of the values */
    unsigned decimals; /* a value v means v / 10^decimals */
    enum shown_unit shown;
    double factor;          /* of --factor */
    const char *count_name; /* word after counts */
    bool plain; /* --countname or --factor was given: numbers as they are, then that word, whatever the unit */
};

enum { VALUE_TEXT_SIZE = 512 };

/* Writes "1,234 samples", "2.350 s", "1.250 MiB"; NUL-terminated, cut when count_name is very long. Returns the length. */
size_t value_text(char buffer[VALUE_TEXT_SIZE], const struct value_style *style, int64_t value);
/* Writes a share of 0-1 as percent with two decimals and no sign ("12.34"); 1 gives "100". */
size_t percent_text(char buffer[VALUE_TEXT_SIZE], double share);

#endif
