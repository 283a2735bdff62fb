#include "record/progress.h"

#include <stdio.h>

#include "record/timing.h"

enum { SHOW_NS = NS_PER_SECOND / 2 };

void progress_init(struct progress *progress, const struct cli_common *common)
{
    *progress = (struct progress){.common = common};
}

void progress_show(struct progress *progress, const struct record_statistics *n, int64_t elapsed_ns)
{
    if (elapsed_ns - progress->shown_ns < SHOW_NS) {
        return;
    }
    progress->shown_ns = elapsed_ns;
    progress->shown = true;
    char text[160];
    snprintf(text, sizeof text,
             "recording, %.0f s, %llu samples, %llu stopped, %llu salvaged, %llu dropped; Ctrl-C ends it",
             (double)elapsed_ns / NS_PER_SECOND, (unsigned long long)n->samples, (unsigned long long)n->stopped,
             (unsigned long long)n->salvaged, (unsigned long long)n->dropped);
    cli_progress(progress->common, text);
}

void progress_end(struct progress *progress)
{
    if (progress->shown) {
        cli_progress(progress->common, NULL);
    }
    progress->shown = false;
}

void progress_summary(const struct progress *progress, const struct record_statistics *n, double asked_hz,
                      const char *over)
{
    double seconds = (double)n->duration_ns / NS_PER_SECOND;
    double hz = seconds > 0 ? (double)n->moments / seconds : 0;
    cli_warn(
        progress->common,
        "%s%s%llu samples in %.1f s at %.1f Hz (asked for %.1f): %llu verified (%llu of them met, %.2f ms in all), "
        "%llu stopped (%.2f ms in all), %llu salvaged, %llu dropped, %llu late",
        over ? over : "", over ? ": " : "", (unsigned long long)n->samples, seconds, hz, asked_hz,
        (unsigned long long)n->verified, (unsigned long long)n->met, (double)n->met_ns / 1e6,
        (unsigned long long)n->stopped, (double)n->stopped_ns / 1e6, (unsigned long long)n->salvaged,
        (unsigned long long)n->dropped, (unsigned long long)n->late);
    if (n->left_out) {
        cli_warn(progress->common, "%llu of the samples were left out as asked", (unsigned long long)n->left_out);
    }
}
