/* The frame every program stands in: one options table gives parsing, --help, "did you mean", manual checks; diagnostics and exit codes.
 *
 * A program's main file is: struct args, option table with offsetof, examples, run(), and  int main(argc, argv) { return cli_main(&tool, argc, argv); } */
#ifndef PP_CLI_CLI_H
#define PP_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/sink.h"
#include "base/str.h"
#include "formats/format.h"
#include "model/profile.h"

/* As diff(1). */
enum cli_exit { CLI_OK = 0, CLI_NO = 1, CLI_TROUBLE = 2 };

enum cli_kind {
    CLI_FLAG,       /* bool: true when given */
    CLI_STRING,     /* const char *: the argument */
    CLI_UINT,       /* uint64_t: a decimal number, suffixes K M G allowed */
    CLI_DOUBLE,     /* double; a trailing % is dropped */
    CLI_CHOICE,     /* unsigned: index into choices */
    CLI_EVENTS,     /* struct cli_events: every use in order (option and argument), for options whose order matters */
    CLI_EVENT_FLAG, /* the same without an argument */
    CLI_EVENT_OPTIONAL /* the same with an optional argument: --name=ARG, or the next word unless it is an option or an existing file */
};

struct cli_event {
    const struct cli_option *option;
    const char *argument; /* NULL for CLI_EVENT_FLAG, or an optional one not given */
    size_t operands;      /* operands that stood before it, for options that say what the operands after them are */
};

/* Owned by the frame, freed when run() returns. Several options may share one struct cli_events: relative order is kept. */
struct cli_events {
    struct cli_event *at;
    size_t count, capacity;
};

struct cli_option {
    char letter;          /* 0: none */
    const char *name;     /* long name without dashes */
    const char *argument; /* shown in the help ("FILE"); NULL for flags */
    const char *help;     /* wrapped to the help's column, '\n' being a space; no final period */
    enum cli_kind kind;
    size_t offset;              /* of the field in the args struct */
    const char *const *choices; /* CLI_CHOICE: NULL-terminated */
    size_t given_offset;        /* of a bool set when the option was given; 0: none (so never the first field) */
    const char *group;    /* heading in --help before this option when it differs from the one before; NULL: same */
    bool hidden;          /* not in --help (compatibility aliases) */
    const char *alias_of; /* long name of the option this is another name for; help then says so */
};

struct cli_example {
    const char *command, *what;
};

enum cli_tool_flag {
    CLI_NO_INPUT = 1,  /* reads no profile: no --from, --max-input, --list-formats */
    CLI_NO_OUTPUT = 2, /* no -o */
    CLI_HAS_TO = 4,    /* has --to */
    CLI_HAS_NAMES = 8  /* has further names; messages begin with the one it was called by */
};

struct cli_tool {
    const char *name, *summary;                    /* summary: one line, no period */
    const char *synopsis;                          /* after the name: "[OPTION]... [FILE]..." */
    const char *description;                       /* a paragraph for --help; may be NULL */
    const struct cli_option *options;              /* ends with a NULL name */
    const struct cli_example *examples;            /* ends with a NULL command */
    size_t args_size;                              /* sizeof the args struct, whose first member is struct cli_common */
    unsigned flags;                                /* enum cli_tool_flag */
    void (*defaults)(void *args);                  /* may be NULL: all zero */
    int (*run)(void *args, int argc, char **argv); /* argv: operands only */
};

/* What all programs share; first member of every args struct. Filled by the frame. */
struct cli_common {
    const struct cli_tool *tool;
    const char *invoked;      /* basename of argv[0] */
    const char *name;         /* what messages begin with */
    const char *output;       /* -o FILE; NULL: standard output */
    const char *from, *to;    /* format names or NULL */
    uint64_t max_input;       /* bytes; 0: default */
    struct cli_events option; /* --option KEY=VALUE */
    struct pp_option reading; /* an option for the reader that the program itself sets; without a key: none */
    bool strict, quiet, verbose, force;
    unsigned color; /* enum cli_color */
};

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

/* Runs the tool: parses, prints --help / --version / --list-formats itself, returns the exit code. */
int cli_main(const struct cli_tool *tool, int argc, char **argv);

/* --- diagnostics: to stderr, "tool: …", control bytes escaped, stdout flushed first --- */
void cli_error(const struct cli_common *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Warnings and notes are silent with --quiet. */
void cli_warn(const struct cli_common *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Shows `text` in place of the progress shown before, if standard error is a terminal and --quiet was not given; NULL: takes it away. */
void cli_progress(const struct cli_common *c, const char *text);
/* Usage error: the line, then "Try 'tool --help'."; returns CLI_TROUBLE. */
int cli_usage(const struct cli_common *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "tool: path:line:col: message" or "tool: path: byte 0x1f3: message"; path may be NULL. Returns CLI_TROUBLE. */
int cli_fail(const struct cli_common *c, const char *path, const struct pp_error *err);
/* One line per kind: "tool: path: 17 lines without a count were skipped, first at line 8". */
void cli_show_report(const struct cli_common *c, const char *path, const struct pp_report *report);
/* The nearest of `words` (NULL-terminated) to `word`, or NULL when none is near. */
const char *cli_did_you_mean(const char *word, const char *const *words);

/* --- input --- */
struct cli_input {
    struct pp_profile *profile;     /* owned */
    const struct pp_format *format; /* what it was read as */
    const char *path;               /* as given; "-" for standard input */
    int64_t mtime;                  /* seconds, 0 for pipes */
    uint64_t bytes, raw_bytes;      /* decompressed / on disk */
    bool gzipped;
    struct pp_report report; /* what the reader skipped or bent; shown already unless --quiet */
};
/* Reads one profile from `path` (NULL or "-": standard input), showing progress on a terminal's stderr and the report of what was skipped. On failure
 * prints the error and returns false (exit with CLI_TROUBLE). cli_input_free frees it. */
bool cli_read(const struct cli_common *c, const char *path, struct cli_input *input);
/* What a program does with each profile that was read, before the next one is asked for: may replace input->profile. Called in any thread, so it prints nothing: notes go to the
 * report, and what is wrong to *err (false). */
typedef bool cli_then(const void *context, struct cli_input *input, struct pp_report *report, struct pp_error *err);
/* The same for `count` profiles (`paths` NULL: standard input once); `then` may be NULL. Large files are read at the same time, which nobody can tell: reports and errors come in the order of
 * `paths`, and after the first failure nothing more is read. Free each of `inputs` in any case. */
bool cli_read_all(const struct cli_common *c, const char *const *paths, size_t count, struct cli_input *inputs,
                  cli_then *then, const void *context);
void cli_input_free(struct cli_input *input);

/* --- output --- */
/* Opens -o FILE or standard output. Refuses a binary format on a terminal without --force. NULL after printing the error. */
struct pp_sink *cli_open_output(const struct cli_common *c, bool binary);
/* Closes; a closed pipe is a quiet CLI_OK; an error is printed and CLI_TROUBLE returned; else returns `status`. */
int cli_close_output(const struct cli_common *c, struct pp_sink *sink, int status);
/* Opens, writes `p` in the format --to (or `fallback`; folded or pstat where that is only read), closes, shows the report. Returns the exit code. */
int cli_write_profile(const struct cli_common *c, const struct pp_profile *p, const struct pp_format *fallback);
/* The options for formats from --option KEY=VALUE and extra pairs ("unit", value) a program adds; stored in the arena. */
struct pp_options cli_format_options(const struct cli_common *c, struct pp_arena *arena, const struct pp_option *extra,
                                     size_t extra_count);
/* True if colours go to `fd`: --color, NO_COLOR, TERM=dumb, isatty. */
bool cli_use_color(const struct cli_common *c, int fd);
/* Columns of the terminal on fd (COLUMNS wins), or 0 when it is no terminal. */
unsigned cli_terminal_width(int fd);

#endif
