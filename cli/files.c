/* Profiles out of programs, and what in and out share. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/cli_parts.h"

struct pp_options cli_format_options(const struct cli_common *c, struct pp_arena *arena, const struct pp_option *extra,
                                     size_t extra_count)
{
    size_t count = c->option.count + extra_count;
    struct pp_option *options = PP_NEW_ARRAY(arena, struct pp_option, count);
    for (size_t i = 0; i < extra_count; i++) {
        options[i] = extra[i];
    }
    for (size_t i = 0; i < c->option.count; i++) {
        struct pp_cut cut = pp_str_cut(pp_str_of(c->option.at[i].argument), '=');
        options[extra_count + i] = (struct pp_option){cut.head, cut.found ? cut.tail : PP_STR("yes")};
    }
    return (struct pp_options){options, count, c->strict};
}

/* The formats' names for messages, NULL-terminated, in the arena. */
static const char *const *format_names(struct pp_arena *arena)
{
    const char **names = PP_NEW_ARRAY(arena, const char *, pp_format_count + 1);
    for (size_t i = 0; i < pp_format_count; i++) {
        names[i] = pp_formats[i]->name;
    }
    return names;
}

const struct pp_format *cli_named_format(const struct cli_common *c, const char *option, const char *name)
{
    const struct pp_format *format = pp_format_named(pp_str_of(name));
    if (!format) {
        struct pp_arena arena = {0};
        const char *near = cli_did_you_mean(name, format_names(&arena));
        if (near) {
            cli_usage(c, "--%s: unknown format \"%s\"; did you mean \"%s\"?", option, name, near);
        } else {
            cli_usage(c, "--%s: unknown format \"%s\"; see --list-formats", option, name);
        }
        pp_arena_free(&arena);
    }
    return format;
}

struct pp_sink *cli_open_output(const struct cli_common *c, bool binary)
{
    struct pp_error err = {0};
    bool to_stdout = !c->output || strcmp(c->output, "-") == 0;
    if (binary && to_stdout && !c->force && isatty(STDOUT_FILENO)) {
        cli_error(c, "will not write a binary format to the terminal; use -o FILE, a pipe, or --force");
        return NULL;
    }
    struct pp_sink *sink = pp_sink_open(c->output, &err);
    if (!sink) {
        cli_fail(c, c->output, &err);
        return NULL;
    }
    if (pp_sink_temporary(sink)) {
        cli_remove_on_signal(pp_sink_temporary(sink));
    }
    return sink;
}

int cli_close_output(const struct cli_common *c, struct pp_sink *sink, int status)
{
    struct pp_error err = {0};
    bool ok = pp_sink_close(sink, &err);
    cli_remove_on_signal(NULL);
    if (ok) {
        return status;
    }
    if (err.sys_errno == EPIPE) {
        return CLI_OK;
    }
    return cli_fail(c, c->output ? c->output : "standard output", &err);
}

/* A text format on a terminal: names may hold escape sequences, so all but tabs and line ends is shown escaped, as everywhere else. */
static void show_on_terminal(struct pp_sink *out, struct pp_str text)
{
    while (text.len) {
        size_t len = 0;
        while (len < text.len && text.data[len] != '\n' && text.data[len] != '\t') {
            len++;
        }
        pp_text_show(out, pp_str_sub(text, 0, len));
        pp_sink_str(out, pp_str_sub(text, len, 1));
        text = pp_str_sub(text, len + 1, text.len);
    }
}

static bool write_to(const struct cli_common *c, const struct pp_profile *p, const struct pp_format *to,
                     struct pp_sink *out, struct pp_report *report, struct pp_error *err)
{
    struct pp_arena arena = {0};
    struct pp_options options = cli_format_options(c, &arena, NULL, 0);
    bool to_stdout = !c->output || strcmp(c->output, "-") == 0;
    bool terminal = to_stdout && !to->binary && !c->force && isatty(STDOUT_FILENO);
    struct pp_sink *first = terminal ? pp_sink_memory() : out;
    bool ok = pp_format_write(p, to, first, &options, report, err);
    if (terminal) {
        if (ok) {
            show_on_terminal(out, pp_sink_contents(first));
        }
        pp_sink_abandon(first);
    }
    pp_arena_free(&arena);
    return ok;
}

int cli_write_profile(const struct cli_common *c, const struct pp_profile *p, const struct pp_format *fallback)
{
    const struct pp_format *to = c->to ? cli_named_format(c, "to", c->to) : fallback;
    if (!to) {
        return CLI_TROUBLE;
    }
    if (!to->write && !c->to) {
        /* A picture goes on as what it shows. */
        to = pp_format_named(p->shapes & PP_SHAPE_STACKS ? PP_STR("folded") : PP_STR("pstat"));
    }
    if (!to->write) {
        bool picture = strcmp(to->name, "svg") == 0;
        return cli_usage(c, "--to: this program cannot write %s%s", to->name,
                         picture ? "; folded2svg draws pictures" : "");
    }
    struct pp_sink *out = cli_open_output(c, to->binary);
    if (!out) {
        return CLI_TROUBLE;
    }
    struct pp_report report = {0};
    struct pp_error err = {0};
    int status = CLI_OK;
    if (write_to(c, p, to, out, &report, &err)) {
        cli_show_report(c, NULL, &report);
        status = cli_close_output(c, out, CLI_OK);
    } else {
        pp_sink_abandon(out);
        status = cli_fail(c, NULL, &err);
    }
    return status;
}
