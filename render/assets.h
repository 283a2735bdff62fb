/* The style sheet and the script of the page, embedded at build from render/assets/. */
#ifndef PP_RENDER_ASSETS_H
#define PP_RENDER_ASSETS_H

#include "base/str.h"

/* render/assets/flamegraph.css, and the scripts beside it as one; both without indentation. */
struct pp_str asset_css(void);
struct pp_str asset_js(void);

#endif
