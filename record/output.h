/* Where a recording goes: a raw dump that grows in place, or one that is turned into another format when it ends. */
#ifndef PP_RECORD_OUTPUT_H
#define PP_RECORD_OUTPUT_H

#include "cli/cli.h"
#include "record/recording.h"

struct output {
    const struct cli_common *common;
    const char *path;               /* as asked for; NULL or "-": standard output */
    const struct pp_format *format; /* to turn the dump into when it is done; NULL: it stays raw */
    bool svg;                       /* folded2svg draws it */
    char raw_path[4096];            /* of the dump being written; "": standard output */
    int64_t rotate_ns;              /* a new file after so long, or */
    uint64_t rotate_bytes;          /* after so many bytes; 0: never */
    unsigned part;                  /* number of the file, when they are rotated */
    struct pp_sink *sink;
    int64_t opened_ns;
};

/* Finds out from -o and --to what is to be written; false after printing. */
bool output_choose(struct output *output, const struct cli_common *common);
/* Opens the (next) file; false after printing. */
bool output_open(struct output *output);
/* True if it is time for the next file. */
bool output_is_full(const struct output *output, int64_t now_ns);
/* Closes the dump, and turns it into the format asked for. Returns the exit status; problems are printed. */
int output_close(struct output *output, bool last);

#endif
