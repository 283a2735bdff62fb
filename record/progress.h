/* The line on a terminal while recording goes on, and the last word about it. */
#ifndef PP_RECORD_PROGRESS_H
#define PP_RECORD_PROGRESS_H

#include "cli/cli.h"
#include "record/statistics.h"

struct progress {
    const struct cli_common *common;
    int64_t shown_ns;
    bool shown;
};

void progress_init(struct progress *progress, const struct cli_common *common);
/* Shows how far it is, at most twice a second, if standard error is a terminal. */
void progress_show(struct progress *progress, const struct record_statistics *statistics, int64_t elapsed_ns);
void progress_end(struct progress *progress);
/* One line: how much was recorded and how good it is. `over`: what ended it besides us, or NULL. */
void progress_summary(const struct progress *progress, const struct record_statistics *statistics, double asked_hz,
                      const char *over);

#endif
