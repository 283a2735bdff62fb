/* STACKS -> CALLS, exactly: per function and edge sums over stacks. A function counts once per stack however often it recurs. */
#ifndef PP_MODEL_GRAPH_H
#define PP_MODEL_GRAPH_H

#include "base/error.h"
#include "model/profile.h"

/* A CALLS profile from the stacks of `p` and one metric, owned by the caller; NULL and *err on failure. tottime is the function's self value,
 * cumtime its total, each `seconds_per_unit` times the metric's value (1e-9 for ns); primitive_calls counts the samples in
 * which the function is the leaf and calls those in which it is anywhere, as CPython
 * 3.15's sampler writes it (0 when the profile counts no samples). Edges carry the same four for the pair. A function without a definition line gets
 * the lowest line of its frames. Sums that would pass 64 bits stay at the largest value. Order of rows: first appearance on a walk of the tree by id.
 * `p` may have the CALLS shape already: it is then copied. */
struct pp_profile *pp_graph_calls(const struct pp_profile *p, size_t metric, double seconds_per_unit,
                                  struct pp_error *err);

#endif
