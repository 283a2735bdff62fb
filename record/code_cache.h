/* The code objects of a process, read once and checked at every use: a code object that was freed, and another one at its address, never shows the
 * name of the first. */
#ifndef PP_RECORD_CODE_CACHE_H
#define PP_RECORD_CODE_CACHE_H

#include "model/profile.h"
#include "record/line_table.h"
#include "record/target.h"
#include "record/walk.h"

/* Bytes of a code object that no other one has, and of its name's string object. */
enum { CODE_IDENTITY = 96, NAME_IDENTITY = 64 };

/* A place in a code object that was written out. */
struct code_place {
    uint32_t offset; /* of the instruction, in bytes */
    pp_frame_id frame;
};

struct code {
    uint64_t address;
    unsigned char identity[CODE_IDENTITY + NAME_IDENTITY];
    uint64_t generation; /* of the interpreter's count of freed code objects when it was last known to be right */
    uint64_t round;      /* of checks: no second one within the same */
    uint64_t name_object;
    struct pp_str name, file; /* UTF-8; the qualified name where the version has it; owned by the cache */
    int64_t first_line;
    struct line_table lines;
    size_t bytes; /* of memory */
    bool used;    /* since the cache was trimmed last */
    /* For who writes frames out; `epoch` says for which file these hold. */
    uint64_t epoch;
    pp_function_id function;
    PP_VEC(struct code_place) places; /* by offset */
};

struct code_cache;

/* A cache for the process; `target` is borrowed. Freed with code_cache_free. */
struct code_cache *code_cache_new(const struct target *target);
void code_cache_free(struct code_cache *cache);
/* The code object at the address, if it is known; valid until code_cache_check, _load or _trim. */
struct code *code_cache_find(struct code_cache *cache, uint64_t address);
/* True if all codes of the frames are known and, looked at again, are still the same. False after reading those that were not: then the stack has to
 * be read again, for only a code object known before its stack was read, and the same after it, certainly is the one of the stack.
 * `generation`: the interpreter's count of freed code objects, UINT64_MAX if the version has none. */
bool code_cache_check(struct code_cache *cache, const walked_frames *frames, uint64_t generation);
/* Byte offset of the frame's instruction within its code; -1: before the first one. */
int64_t code_offset(struct code_cache *cache, const struct code *code, const struct walked_frame *frame);
/* Throws away what was not used since the call before, if the cache is larger than it should be. */
void code_cache_trim(struct code_cache *cache);

#endif
