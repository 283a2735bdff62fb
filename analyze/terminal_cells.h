/* Table cells that only a terminal gets: names shortened in the middle, bars for shares. */
#ifndef PP_ANALYZE_TERMINAL_CELLS_H
#define PP_ANALYZE_TERMINAL_CELLS_H

#include "base/sink.h"

/* Cells of a bar on a terminal of that width (0: no terminal): fewer on a narrow one. */
unsigned bar_cells(unsigned width);

/* Writes the name with control characters escaped; where it takes more than `room` columns (0: any number), both its ends with an ellipsis between. */
void write_shortened(struct pp_sink *out, struct pp_str name, size_t room);
/* Writes a coloured bar of `cells` cells for a share in percent, and a space. */
void write_bar(struct pp_sink *out, double share, unsigned cells);

#endif
