/* Python dictionaries and instances in another process (Objects/dictobject.c, Include/internal/pycore_dict.h of CPython), as far as looking
 * something up in them goes. They may change while they are read: what is found is a value that stood there, or nothing. */
#ifndef PP_RECORD_DICTIONARY_H
#define PP_RECORD_DICTIONARY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/offsets.h"

/* The value of the str key `name` in the dict object at `dict`; 0 if there is none or it cannot be read. */
uint64_t dictionary_value(pid_t pid, const struct python_offsets *offsets, uint64_t dict, const char *name);
/* The value of the key that is the int `number` (0 to 2^61 - 2) in the dict object at `dict`; 0 as above. */
uint64_t dictionary_value_of_int(pid_t pid, const struct python_offsets *offsets, uint64_t dict, uint64_t number);
/* The attribute `name` that the instance at `object`, of a class made in Python, has itself; 0 as above. */
uint64_t instance_attribute(pid_t pid, const struct python_offsets *offsets, uint64_t object, const char *name);

#endif
