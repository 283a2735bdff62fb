/* Our own sample dump, the recorder's output. The specification is docs/formats/raw.md. */
#include <string.h>

#include "formats/format.h"
#include "formats/raw/layout.h"
#include "formats/raw/raw.h"

/* A file cut within its first bytes is still said to be one, so that the error names the place. */
static unsigned probe(struct pp_str head)
{
    size_t len = head.len < RAW_MAGIC_SIZE ? head.len : RAW_MAGIC_SIZE;
    return len >= 2 && memcmp(head.data, RAW_MAGIC, len) == 0 ? (unsigned)len * 8 : 0;
}

static const char *const extensions[] = {"raw", "ppraw", NULL};

const struct pp_format pp_format_raw = {
    .name = "raw",
    .summary = "profpipe's own dump of samples in time order",
    .extensions = extensions,
    .holds = PP_HOLDS_STACKS | PP_HOLDS_LINES | PP_HOLDS_THREADS | PP_HOLDS_TIME | PP_HOLDS_METRICS | PP_HOLDS_BOUNDS |
             PP_HOLDS_META,
    .binary = true,
    .probe = probe,
    .read = raw_read,
    .write = raw_write,
};
