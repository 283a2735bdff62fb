/* How a function or frame is called in texts: one place, so that all programs agree. */
#ifndef PP_MODEL_LABEL_H
#define PP_MODEL_LABEL_H

#include "base/sink.h"
#include "model/profile.h"

/* pstats' func_std_string: "file:line(name)"; for file "~" and line 0 "{name}" when name is "<…>", else name. Raw bytes, not escaped. */
struct pp_str pp_label_standard(struct pp_arena *arena, const struct pp_profile *p, pp_function_id function);
/* A folded frame: "name (file:line)", "name" without a file (or file "~"). The line is the frame's, else the function's, else 0. */
struct pp_str pp_label_folded(struct pp_arena *arena, const struct pp_profile *p, const struct pp_frame *frame);
/* A module or package for grouping: the function's module, else derived from the file ("…/site-packages/requests/api.py" -> "requests.api",
 * "<frozen importlib._bootstrap>" -> "importlib._bootstrap", "~" -> "built-in"); package: its first component. */
struct pp_str pp_label_module(struct pp_arena *arena, const struct pp_profile *p, pp_function_id function);
struct pp_str pp_label_package(struct pp_arena *arena, const struct pp_profile *p, pp_function_id function);

#endif
