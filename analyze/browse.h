/* The interactive browser of python -m pstats. */
#ifndef PP_ANALYZE_BROWSE_H
#define PP_ANALYZE_BROWSE_H

#include "cli/cli.h"

/* Runs it over the files given (at most one is loaded at the start, as in Python) until quit or the end of input. Returns the exit code. */
int browse(const struct cli_common *c, int argc, char **argv);

#endif
