/* Named limits for what input may ask of us, each with its reason. */
#ifndef PP_BASE_LIMITS_H
#define PP_BASE_LIMITS_H

#include <stdint.h>

/* --max-input: decompressed bytes read from one input before giving up. 64 GiB: larger than any profile met in
 * issues of other tools that was one file of folded stacks (127 GB perf output is folded first), small enough that a
 * gzip bomb ends (at about 1 GB/s it is a minute). */
#define PP_LIMIT_INPUT_DEFAULT (UINT64_C(64) << 30)
/* --max-input for formats that must be held whole in memory is bounded by the same figure; tables grow with content. */

/* One text line: 256 MiB. A 1,000,000-frame stack of 200-byte names fits; an endless line ends. */
#define PP_LIMIT_LINE (UINT64_C(256) << 20)
/* One string (name): 16 MiB. C++ template names reach hundreds of KiB. */
#define PP_LIMIT_STRING (UINT64_C(16) << 20)
/* Nested containers in marshal: code objects inside constants reach tens; Python's own limit is 2000. */
#define PP_LIMIT_NESTING 2000
/* Rows of any table: ids are 32-bit and the top is kept for "none". */
#define PP_LIMIT_ROWS UINT32_C(0xfffffff0)

#endif
