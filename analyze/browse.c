/* The commands, prompts and messages of CPython 3.13's `python -m pstats` (Lib/pstats.py, Lib/cmd.py), over our own reports. */
#include "analyze/browse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <editline/readline.h>

#include "analyze/classic.h"
#include "analyze/python_text.h"
#include "base/number.h"
#include "model/filter.h"
#include "model/graph.h"
#include "model/merge.h"

struct session {
    const struct cli_common *common;
    struct pp_sink *out;
    struct pp_source *input; /* standard input when it is no terminal */
    struct pp_arena arena;
    struct pp_profile *profile; /* NULL: nothing is loaded */
    struct stat_table table;
    struct sort_keys keys;
    PP_VEC(struct pp_str) files;
    char *path; /* of the file read last: the prompt */
    char *last; /* the command line before, repeated by an empty one */
    bool terminal, stop;
};

struct command {
    const char *name;
    void (*run)(struct session *, struct pp_str argument);
    const char *help; /* NULL: none of its own */
};

static char *copy_text(struct pp_str s)
{
    char *text = pp_calloc(s.len + 1, 1);
    if (s.len) {
        memcpy(text, s.data, s.len);
    }
    return text;
}

static void say(struct session *s, const char *text)
{
    pp_sink_text(s->out, text);
    pp_sink_byte(s->out, '\n');
}

static bool loaded(struct session *s)
{
    if (!s->profile) {
        say(s, "No statistics object is loaded.");
    }
    return s->profile != NULL;
}

/* --- loading --- */

static void forget_table(struct session *s)
{
    if (s->profile) {
        stat_table_free(&s->table);
    }
}

/* Makes `p` the profile that is shown; its order is that of the file again. */
static void show_profile(struct session *s, struct pp_profile *p)
{
    forget_table(s);
    pp_profile_free(s->profile);
    s->profile = p;
    stat_table_init(&s->table, p);
}

static struct pp_profile *as_calls(struct pp_profile *p, struct pp_error *err)
{
    if (!p || p->shapes & PP_SHAPE_CALLS) {
        return p;
    }
    size_t metric = pp_profile_default_metric(p);
    struct pp_profile *calls = pp_graph_calls(p, metric, p->metrics[metric].unit == PP_UNIT_NS ? 1e-9 : 1, err);
    pp_profile_free(p);
    return calls;
}

/* Reads a file; *mtime is when it was last changed. NULL and *err on failure. */
static struct pp_profile *read_file(const struct session *s, const char *path, time_t *mtime, struct pp_error *err)
{
    static const struct pp_option keep = {{"swapped", 7}, {"keep", 4}};
    struct pp_options options = {&keep, 1, false};
    struct pp_source *source = pp_source_open(path, s->common->max_input, err);
    if (!source) {
        return NULL;
    }
    *mtime = pp_source_mtime(source);
    struct pp_profile *p = pp_format_read(source, pp_str_of(path), NULL, &options, NULL, NULL, err);
    pp_source_close(source);
    return as_calls(p, err);
}

static void add_file_line(struct session *s, const char *path, time_t mtime)
{
    char text[64];
    struct tm local;
    if (localtime_r(&mtime, &local)) {
        strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &local);
        *PP_PUSH(&s->files) = pp_arena_printf(&s->arena, "%s    %s", text, path);
    }
}

static void read_command(struct session *s, struct pp_str argument)
{
    struct pp_error err = {0};
    time_t mtime = 0;
    if (argument.len == 0 && !s->path) {
        say(s, "No statistics object is current -- cannot reload.");
        return;
    }
    char *path = argument.len ? copy_text(argument) : copy_text(pp_str_of(s->path));
    struct pp_profile *p = read_file(s, path, &mtime, &err);
    if (!p) {
        say(s, err.sys_errno ? strerror(err.sys_errno) : err.message);
        pp_free(path);
        return;
    }
    show_profile(s, p);
    s->files.count = 0;
    add_file_line(s, path, mtime);
    pp_free(s->path);
    s->path = path;
}

static void add_command(struct session *s, struct pp_str argument)
{
    struct pp_error err = {0};
    time_t mtime = 0;
    if (!loaded(s)) {
        return;
    }
    char *path = copy_text(argument);
    struct pp_profile *p = read_file(s, path, &mtime, &err);
    const struct pp_profile *both[] = {s->profile, p};
    struct pp_profile *sum = p ? pp_merge(both, 2, &err) : NULL;
    if (sum) {
        show_profile(s, sum);
        add_file_line(s, path, mtime);
    } else if (err.sys_errno) {
        pp_sink_printf(s->out, "Failed to load statistics for %s: [Errno %d] %s: '%s'\n", path, err.sys_errno,
                       strerror(err.sys_errno), path);
    } else {
        pp_sink_printf(s->out, "Failed to load statistics for %s: %s\n", path, err.message);
    }
    pp_profile_free(p);
    pp_free(path);
}

/* --- reports --- */

/* The words of a line as restrictions: whole numbers, fractions, regular expressions. Owned by the caller. */
static struct restriction *restrictions_of(struct session *s, struct pp_str line, size_t *count)
{
    PP_VEC(struct restriction) all = {0};
    while ((line = pp_str_trim(line)).len) {
        struct pp_str word = python_word(line);
        line = pp_str_sub(line, word.len, line.len);
        struct restriction r = {.kind = RESTRICT_MATCH, .pattern = word};
        if (python_int(word, &r.count)) {
            r.kind = RESTRICT_COUNT;
        } else if (pp_parse_double(word, &r.fraction)) {
            r.kind = RESTRICT_FRACTION;
            if (r.fraction > 1 || r.fraction < 0) {
                say(s, "Fraction argument must be in [0, 1]");
                continue;
            }
        }
        *PP_PUSH(&all) = r;
    }
    *count = all.count;
    return all.at;
}

static void report(struct session *s, struct pp_str line, void (*print)(const struct classic *, struct pp_sink *))
{
    size_t count;
    struct restriction *restrictions = restrictions_of(s, line, &count);
    if (loaded(s)) {
        struct classic c = {.table = &s->table,
                            .keys = &s->keys,
                            .restrictions = restrictions,
                            .restriction_count = count,
                            .files = s->files.at,
                            .file_count = s->files.count,
                            .header = true,
                            .escape = s->terminal};
        print(&c, s->out);
    }
    pp_free(restrictions);
}

static void stats_command(struct session *s, struct pp_str argument)
{
    report(s, argument, classic_print_stats);
}

static void callers_command(struct session *s, struct pp_str argument)
{
    report(s, argument, classic_print_callers);
}

static void callees_command(struct session *s, struct pp_str argument)
{
    report(s, argument, classic_print_callees);
}

static void reverse_command(struct session *s, struct pp_str argument)
{
    (void)argument;
    if (!loaded(s)) {
        return;
    }
    for (size_t i = 0; s->table.sorted && i < s->table.count / 2; i++) {
        uint32_t *a = &s->table.order[i], *b = &s->table.order[s->table.count - 1 - i];
        uint32_t row = *a;
        *a = *b;
        *b = row;
    }
}

static void strip_command(struct session *s, struct pp_str argument)
{
    struct pp_error err = {0};
    (void)argument;
    if (loaded(s)) {
        struct pp_profile *p = pp_filter_strip_dirs(s->profile, &err);
        if (p) {
            show_profile(s, p);
        }
    }
}

static void list_keys(struct session *s)
{
    static const char *const keys[] = {"calls -- call count",        "ncalls -- call count",
                                       "cumtime -- cumulative time", "cumulative -- cumulative time",
                                       "filename -- file name",      "line -- line number",
                                       "module -- file name",        "name -- function name",
                                       "nfl -- name/file/line",      "pcalls -- primitive call count",
                                       "stdname -- standard name",   "time -- internal time",
                                       "tottime -- internal time"};
    say(s, "Valid sort keys (unique prefixes are accepted):");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        say(s, keys[i]);
    }
}

static void sort_command(struct session *s, struct pp_str argument)
{
    struct sort_keys keys = {0};
    if (!loaded(s)) {
        return;
    }
    bool good = argument.len > 0;
    for (struct pp_str rest = argument; good && (rest = pp_str_trim(rest)).len;) {
        struct pp_str bad, word = python_word(rest);
        good = sort_key_is_pstats(word) && sort_keys_parse(&keys, word, &bad) == SORT_OK;
        rest = pp_str_sub(rest, word.len, rest.len);
    }
    if (!good) {
        list_keys(s);
        return;
    }
    s->keys = keys;
    sort_table(&s->table, &s->keys);
}

/* --- help, leaving --- */

#define RESTRICTION_HELP                                                                                               \
    "\nArguments may be:\n* An integer maximum number of entries to print.\n* A decimal fractional number between 0 "  \
    "and 1, controlling\n"                                                                                             \
    "  what fraction of selected entries to print.\n* A regular expression; only entries with function names\n  that " \
    "match it are printed."

static void help_command(struct session *s, struct pp_str argument);

static void quit_command(struct session *s, struct pp_str argument)
{
    (void)argument;
    s->stop = true;
}

static void end_command(struct session *s, struct pp_str argument)
{
    (void)argument;
    say(s, "");
    s->stop = true;
}

static const struct command commands[] = {
    {"EOF", end_command, "Leave the profile browser."},
    {"add", add_command, "Add profile info from given file to current statistics object."},
    {"callees", callees_command, "Print callees statistics from the current stat object." RESTRICTION_HELP},
    {"callers", callers_command, "Print callers statistics from the current stat object." RESTRICTION_HELP},
    {"help", help_command, "Show help for a given command."},
    {"quit", quit_command, "Leave the profile browser."},
    {"read", read_command, "Read in profile data from a specified file.\nWithout argument, reload the current file."},
    {"reverse", reverse_command, "Reverse the sort order of the profiling report."},
    {"sort", sort_command,
     "Sort profile data according to specified keys.\n(Typing `sort' without arguments lists valid keys.)"},
    {"stats", stats_command, "Print statistics from the current stat object." RESTRICTION_HELP},
    {"strip", strip_command, "Strip leading path information from filenames in the report."},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void help_command(struct session *s, struct pp_str argument)
{
    if (argument.len == 0) {
        say(s, "\nDocumented commands (type help <topic>):\n========================================\n"
               "EOF  add  callees  callers  help  quit  read  reverse  sort  stats  strip\n");
        return;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (pp_str_eq(argument, pp_str_of(commands[i].name))) {
            say(s, commands[i].help);
            return;
        }
    }
    pp_sink_text(s->out, "*** No help on ");
    pp_sink_str(s->out, argument);
    pp_sink_byte(s->out, '\n');
}

/* --- the loop --- */

static bool word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void unknown(struct session *s, struct pp_str line)
{
    pp_sink_text(s->out, "*** Unknown syntax: ");
    pp_sink_str(s->out, line);
    pp_sink_byte(s->out, '\n');
}

/* "word argument"; '?' is help; an empty line repeats the one before. */
static void execute(struct session *s, struct pp_str line)
{
    struct pp_str text = pp_str_trim(line);
    if (text.len == 0) {
        text = pp_str_of(s->last);
        if (text.len == 0) {
            return;
        }
    }
    struct pp_str word = {text.data, 0}, argument;
    if (text.data[0] == '?') {
        word = PP_STR("help");
        argument = pp_str_trim(pp_str_sub(text, 1, text.len));
    } else {
        while (word.len < text.len && word_byte(text.data[word.len])) {
            word.len++;
        }
        argument = pp_str_trim(pp_str_sub(text, word.len, text.len));
    }
    if (text.data != s->last) {
        if (text.data[0] != '!') { /* no command: what was last stays */
            char *copy = pp_str_eq(text, PP_STR("EOF")) ? NULL : copy_text(text);
            pp_free(s->last);
            s->last = copy;
        }
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (pp_str_eq(word, pp_str_of(commands[i].name))) {
            commands[i].run(s, argument);
            return;
        }
    }
    unknown(s, text);
}

/* Completion for the line editor: the word's match number `number` among commands, or sort keys after "sort". The library frees it, so its memory is the
 * C library's. */
static char *complete_word(const char *text, int number)
{
    const char *before = rl_line_buffer ? rl_line_buffer : "";
    bool keys = strncmp(before, "sort ", 5) == 0;
    const char *const *names = sort_key_names();
    for (size_t i = 0; keys ? names[i] != NULL : i < COMMANDS; i++) {
        const char *name = keys ? names[i] : commands[i].name;
        if (strncmp(name, text, strlen(text)) == 0 && number-- == 0) {
            return strdup(name);
        }
    }
    return NULL;
}

static char **complete_line(const char *text, int start, int end)
{
    const char *before = rl_line_buffer ? rl_line_buffer : "";
    (void)end;
    bool file = strncmp(before, "add ", 4) == 0 || strncmp(before, "read ", 5) == 0;
    return start > 0 && (file || strncmp(before, "sort ", 5) != 0) ? NULL : rl_completion_matches(text, complete_word);
}

static bool next_line(struct session *s, struct pp_str *line, char **owned)
{
    struct pp_sink *prompt = pp_sink_memory();
    pp_sink_printf(prompt, "%s%% ", s->path ? s->path : "");
    pp_sink_byte(prompt, '\0');
    *owned = NULL;
    bool ok;
    if (s->terminal) {
        (void)pp_sink_flush(s->out);
        *owned = readline(pp_sink_contents(prompt).data);
        ok = *owned != NULL;
        *line = pp_str_of(*owned);
        if (ok && line->len) {
            add_history(*owned);
        }
    } else {
        pp_sink_text(s->out, pp_sink_contents(prompt).data);
        (void)pp_sink_flush(s->out);
        ok = pp_source_line(s->input, line);
    }
    pp_sink_abandon(prompt);
    return ok;
}

static void loop(struct session *s)
{
    while (!s->stop && pp_sink_ok(s->out, NULL)) {
        struct pp_str line;
        char *owned;
        if (!next_line(s, &line, &owned)) {
            end_command(s, line);
        } else {
            execute(s, line);
        }
        free(owned); /* readline's memory is the C library's */
    }
}

static void free_session(struct session *s)
{
    forget_table(s);
    pp_profile_free(s->profile);
    pp_arena_free(&s->arena);
    pp_free(s->files.at);
    pp_free(s->path);
    pp_free(s->last);
    pp_source_close(s->input);
}

int browse(const struct cli_common *c, int argc, char **argv)
{
    struct pp_error err = {0};
    struct session s = {.common = c, .terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    s.input = s.terminal ? NULL : pp_source_open("-", 0, &err);
    s.out = cli_open_output(c, false);
    if (!s.out || (!s.terminal && !s.input)) {
        pp_sink_abandon(s.out);
        pp_source_close(s.input);
        return s.out ? cli_fail(c, "-", &err) : CLI_TROUBLE;
    }
    if (s.terminal) {
        rl_readline_name = "pstat-print";
        rl_attempted_completion_function = complete_line;
    }
    for (int i = 0; i < argc; i++) {
        if (i == 0) {
            read_command(&s, pp_str_of(argv[i]));
        } else {
            add_command(&s, pp_str_of(argv[i]));
        }
    }
    say(&s, "Welcome to the profile statistics browser.");
    loop(&s);
    say(&s, "Goodbye.");
    int status = cli_close_output(c, s.out, CLI_OK);
    free_session(&s);
    return status;
}
