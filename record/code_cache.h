/* The code objects of a process, read once and checked at every use: a code object that was freed, and another one at its address, never shows the
 * name of the first. */
#ifndef PP_RECORD_CODE_CACHE_H
#define PP_RECORD_CODE_CACHE_H

#include "model/profile.h"
#include "record/line_table.h"
#include "record/target.h"
#include "record/walk.h"

/* Bytes of a code object that no other one has, and of its name's string object. */
enum { CODE_IDENTITY = CODE_SPAN_SIZE, NAME_IDENTITY = 64 };

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
    int64_t
        begins; /* byte offset of the instruction that it begins with: what stands before makes its variables, or a generator of it */
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
/* The checks of one stack: code_cache_next_round, then code_cache_confirm for what was read along with the stack, then code_cache_check. */
uint64_t code_cache_next_round(struct code_cache *cache);
/* Adds what of a known code object is looked at, code_cache_parts_each() parts, to IMAGE_AFTER of the image. */
void code_cache_add_parts(const struct code_cache *cache, const struct code *code, struct image *image);
size_t code_cache_parts_each(const struct code_cache *cache);
/* The bytes of all of them together. */
size_t code_cache_parts_size(const struct code_cache *cache);
/* Takes what was read of these parts, `bytes`, as the check of the code object at the address. */
void code_cache_confirm(struct code_cache *cache, uint64_t address, const unsigned char *bytes, uint64_t generation);
/* True if all codes of the frames are known and, looked at again, are still the same. False after reading those that were not: then the stack has to
 * be read again, for only a code object known before its stack was read, and the same after it, certainly is the one of the stack.
 * `generation`: the interpreter's count of freed code objects, UINT64_MAX if the version has none. *looked_at: how many had to be read now. */
bool code_cache_check(struct code_cache *cache, const walked_frames *frames, uint64_t generation, size_t *looked_at);
/* Byte offset of the frame's instruction within its code; -1: before the first one. */
int64_t code_offset(struct code_cache *cache, const struct code *code, const struct walked_frame *frame);
/* True if the function was called but has not begun yet, as CPython sees it: its tracebacks do not show such a frame either. */
bool code_has_not_begun(struct code_cache *cache, const struct walked_frame *frame);
/* From now on codes of several interpreters are in it. Each counts its code objects, and those it freed, for itself, so that no number tells them apart: all are
 * looked at at every use, and their names with them. */
void code_cache_mix(struct code_cache *cache);
/* Throws away what was not used since the call before, if the cache is larger than it should be. */
void code_cache_trim(struct code_cache *cache);

#endif
