/* Strongly connected components of the call graph: the loops of functions that call each other. */
#ifndef PP_MODEL_COMPONENTS_H
#define PP_MODEL_COMPONENTS_H

#include "model/calls_graph.h"

struct components {
    uint32_t *number; /* per function: its component; callees have lower numbers than callers outside their loop */
    uint32_t count;
};

/* The components over `links` (to callees). Free with components_free. */
void components_init(struct components *c, const struct pp_profile *p, const struct calls_links *links);
void components_free(struct components *c);

#endif
