/* Python's str and bytes objects in another process. */
#ifndef PP_RECORD_UNICODE_H
#define PP_RECORD_UNICODE_H

#include <sys/types.h>

#include "base/memory.h"
#include "base/str.h"
#include "record/offsets.h"

typedef PP_VEC(char) remote_text;

/* The str object at `address` as UTF-8 (lone surrogates as three bytes), into *text from its start. False if it cannot be read or is no string. No
 * length is cut; one that could not be (over 16 MiB) is refused. */
bool unicode_read(pid_t pid, const struct python_offsets *offsets, uint64_t address, remote_text *text);
/* The contents of the bytes object at `address`; false as above (over 256 MiB). */
bool bytes_read(pid_t pid, const struct python_offsets *offsets, uint64_t address, remote_text *bytes);

#endif
