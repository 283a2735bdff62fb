/* The invariants of a profile (docs/model.md), stated as code. */
#ifndef PP_MODEL_CHECK_H
#define PP_MODEL_CHECK_H

#include "base/error.h"
#include "model/profile.h"

/* True if every invariant holds: ids in range, parent < child, no two equal rows in an interned table, values per column, samples in
 * time order, edges grouped by row, row_of consistent. Otherwise *err (PP_SYNTAX) names the first broken one.
 * That samples add up to at most their stacks' values is no invariant: what is
 * added without samples may be negative (frees, differences). Costs a pass over all tables and a hash of the interned ones. */
bool pp_profile_check(const struct pp_profile *p, struct pp_error *err);
/* A canonical text form, one fact per line, for tests and for people: written to a sink. Two profiles with equal dumps are equal up to
 * table order of STACKS (stacks are sorted); CALLS keep file order. Doubles in hex (%a). */
struct pp_sink;
void pp_profile_dump(const struct pp_profile *p, struct pp_sink *out);

#endif
