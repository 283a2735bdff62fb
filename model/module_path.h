/* Where a source file stands in the eyes of an import statement: the same for every place it may be installed at. */
#ifndef PP_MODEL_MODULE_PATH_H
#define PP_MODEL_MODULE_PATH_H

#include "base/arena.h"
#include "base/str.h"

/* The part of `file` below an installation folder ("/site-packages/", "/dist-packages/", "/lib/python3.11/", "C:\Python311\Lib\", "python311.zip/", an egg),
 * with '/' between the parts, ".pyc" as ".py" and without a final "/__init__"; "<frozen a.b>" is "a/b.py", as if it had not been frozen. sre_parse.py and its like are "re/_parser.py", as since Python 3.11. Other paths stay, without
 * "./". "~" and "" give "". In the arena or part of `file`. */
struct pp_str pp_module_path(struct pp_arena *arena, struct pp_str file);

#endif
