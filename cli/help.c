#include <string.h>

#include "cli/cli.h"
#include "cli/cli_parts.h"

enum { HELP_COLUMN = 28, WIDTH = 79 };

/* Writes text word by word between two columns; a '\n' is a space like others. `at`: the column the cursor is in. */
static void wrap(struct pp_sink *out, const char *text, size_t indent, size_t at)
{
    while (*text) {
        size_t word = strcspn(text, " \n");
        size_t room = WIDTH - indent;
        while (word > room && room > 1 && text[room - 1] != ',') {
            room--; /* a list without spaces is broken after a comma */
        }
        word = word > room && room > 1 ? room : word;
        if (at > indent && at + 1 + word > WIDTH) {
            pp_sink_byte(out, '\n');
            at = 0;
        }
        if (at < indent) {
            pp_sink_repeat(out, ' ', indent - at);
            at = indent;
        } else if (at > indent) {
            pp_sink_byte(out, ' ');
            at++;
        }
        pp_sink_write(out, text, word);
        at += word;
        text += word;
        text += *text == ' ' || *text == '\n';
    }
    pp_sink_byte(out, '\n');
}

static void print_option(struct pp_sink *out, const struct cli_option *o)
{
    uint64_t from = pp_sink_bytes(out);
    if (o->letter) {
        pp_sink_printf(out, "  -%c, ", o->letter);
    } else {
        pp_sink_text(out, "      ");
    }
    pp_sink_printf(out, "--%s", o->name);
    if (o->argument) {
        pp_sink_printf(out, o->kind == CLI_EVENT_OPTIONAL ? "[=%s]" : " %s", o->argument);
    }
    size_t at = (size_t)(pp_sink_bytes(out) - from);
    if (at > HELP_COLUMN - 1) {
        pp_sink_byte(out, '\n');
        at = 0;
    }
    if (o->alias_of) {
        pp_sink_repeat(out, ' ', HELP_COLUMN - at);
        pp_sink_printf(out, "same as --%s\n", o->alias_of);
    } else {
        wrap(out, o->help ? o->help : "", HELP_COLUMN, at);
    }
}

void cli_print_help(const struct cli_tool *tool, const struct cli_table *table, struct pp_sink *out)
{
    pp_sink_printf(out, "Usage: %s %s\n", tool->name, tool->synopsis);
    wrap(out, tool->summary, 0, 0);
    if (tool->description) {
        pp_sink_byte(out, '\n');
        wrap(out, tool->description, 0, 0);
    }
    const char *group = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct cli_option *o = table->at[i];
        if (o->hidden) {
            continue;
        }
        const char *own = o->group ? o->group : group ? group : "Options";
        if (!group || strcmp(own, group) != 0) {
            pp_sink_printf(out, "\n%s:\n", own);
            group = own;
        }
        print_option(out, o);
    }
    if (tool->examples && tool->examples->command) {
        pp_sink_text(out, "\nExamples:\n");
    }
    for (const struct cli_example *e = tool->examples; e && e->command; e++) {
        pp_sink_printf(out, "  %s\n", e->command);
        wrap(out, e->what, 6, 0);
    }
    pp_sink_text(out, "\nExit status: 0 done, 1 the question was answered \"no\", 2 trouble.\n");
}

void cli_print_option_names(const struct cli_table *table, struct pp_sink *out)
{
    for (size_t i = 0; i < table->count; i++) {
        if (!table->at[i]->hidden) {
            pp_sink_printf(out, "--%s\n", table->at[i]->name);
        }
    }
}

void cli_print_formats(struct pp_sink *out)
{
    for (size_t i = 0; i < pp_format_count; i++) {
        const struct pp_format *f = pp_formats[i];
        pp_sink_printf(out, "%-8s %s%s  %s\n", f->name, f->read ? "r" : "-", f->write ? "w" : "-", f->summary);
        for (const struct pp_option_spec *o = f->options; o && o->key; o++) {
            pp_sink_printf(out, "             %s=%s  %s\n", o->key, o->values, o->help);
        }
    }
}
