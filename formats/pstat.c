/* The marshal dictionary of cProfile, profile and pstats. Layout and sources of every fact: docs/formats/pstat.md. */
#include "formats/format.h"
#include "formats/pstat/pstat.h"

/* '{' (perhaps with the reference flag), then a tuple of three (or of one, the mark of a sampled profile) or the end of an empty dictionary. */
static unsigned probe(struct pp_str head)
{
    const unsigned char *b = (const unsigned char *)head.data;
    if (head.len < 2 || (b[0] & 0x7f) != '{') {
        return 0;
    }
    if (b[1] == '0') {
        return head.len == 2 ? 16 : 0;
    }
    unsigned tuple = b[1] & 0x7f;
    if (tuple == ')' && head.len >= 3 && (b[2] == 3 || b[2] == 1)) {
        return 24;
    }
    bool wide = tuple == '(' && head.len >= 6 && (b[2] == 3 || b[2] == 1) && b[3] == 0 && b[4] == 0 && b[5] == 0;
    /* A file cut within its first bytes is still said to be one, so that the error names the place. */
    return wide ? 48 : tuple == '(' && head.len < 6 ? 14 : 0;
}

static const char *const extensions[] = {"prof", "pstat", "pstats", "cprof", NULL};

static const struct pp_option_spec options[] = {
    {"swapped", "keep", "on reading: leave calls and primitive calls as yappi swapped them"},
    {"callers", "no|none",
     "on reading: check callers, but leave them out; no keeps what the old profiler itself called"},
    {0},
};

const struct pp_format pp_format_pstat = {
    .name = "pstat",
    .summary = "Python's cProfile, profile and pstats files (marshal dictionary)",
    .extensions = extensions,
    .options = options,
    .holds = PP_HOLDS_CALLS,
    .binary = true,
    .probe = probe,
    .read = pstat_read,
    .write = pstat_write,
};
