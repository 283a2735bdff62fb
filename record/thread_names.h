/* The names Python gives its threads: threading._active maps their numbers to Thread objects, which have a _name. */
#ifndef PP_RECORD_THREAD_NAMES_H
#define PP_RECORD_THREAD_NAMES_H

#include "record/target.h"
#include "record/unicode.h"

/* Where an interpreter has the dictionary threading._active; 0: the module is not there (yet). It stays where it is once it is. */
uint64_t thread_names_find(const struct target *target, uint64_t interpreter);
/* The name of the thread with Python's number `ident` into *name; false if it has none (yet). */
bool thread_names_read(const struct target *target, uint64_t active, uint64_t ident, remote_text *name);

#endif
