/* Names of files from a list. */
#ifndef PP_ANALYZE_FILE_LIST_H
#define PP_ANALYZE_FILE_LIST_H

#include "base/arena.h"
#include "base/error.h"
#include "base/memory.h"

/* Names in order, each ended by NUL; owned by the arena given. */
struct file_list {
    PP_VEC(const char *) names;
};

/* Appends the names that stand in the file `path` ("-": standard input): one a line, or between NULs when `nul`, so that any name can stand there. Empty names are passed
 * over. False and *err when it cannot be read. The caller frees names.at. */
bool file_list_read(struct file_list *list, struct pp_arena *arena, const char *path, bool nul, struct pp_error *err);

#endif
