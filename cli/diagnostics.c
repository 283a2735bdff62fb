/* What goes to standard error. Everything from input is escaped before a terminal sees it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "cli/cli.h"

static void say(const struct cli_common *c, const char *text)
{
    char shown[2048];
    pp_text_show_buffer(shown, sizeof shown, pp_str_of(text));
    (void)fprintf(stderr, "%s: %s\n", c->name, shown);
}

__attribute__((format(printf, 2, 0))) static void vsay(const struct cli_common *c, const char *format, va_list args)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, args);
    say(c, text);
}

void cli_error(const struct cli_common *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsay(c, format, args);
    va_end(args);
}

void cli_warn(const struct cli_common *c, const char *format, ...)
{
    if (c->quiet) {
        return;
    }
    va_list args;
    va_start(args, format);
    vsay(c, format, args);
    va_end(args);
}

void cli_progress(const struct cli_common *c, const char *text)
{
    if (c->quiet || !isatty(STDERR_FILENO)) {
        return;
    }
    (void)fprintf(stderr, "\r\033[K");
    if (text) {
        char shown[512];
        pp_text_show_buffer(shown, sizeof shown, pp_str_of(text));
        (void)fprintf(stderr, "%s: %s", c->name, shown);
    }
}

int cli_usage(const struct cli_common *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsay(c, format, args);
    va_end(args);
    (void)fprintf(stderr, "Try '%s --help'.\n", c->name);
    return CLI_TROUBLE;
}

static void format_place(char *buffer, size_t size, struct pp_where where)
{
    buffer[0] = '\0';
    if (where.known && where.line && where.column) {
        snprintf(buffer, size, ":%u:%u", where.line, where.column);
    } else if (where.known && where.line) {
        snprintf(buffer, size, ":%u", where.line);
    } else if (where.known) {
        snprintf(buffer, size, ": byte 0x%llx", (unsigned long long)where.offset);
    }
}

static const char *shown_path(const char *path)
{
    return path && strcmp(path, "-") != 0 ? path : "standard input";
}

int cli_fail(const struct cli_common *c, const char *path, const struct pp_error *err)
{
    char place[64];
    format_place(place, sizeof place, err->where);
    if (path) {
        cli_error(c, "%s%s: %s", shown_path(path), place, err->message);
    } else {
        cli_error(c, "%s", err->message);
    }
    return CLI_TROUBLE;
}

void cli_show_report(const struct cli_common *c, const char *path, const struct pp_report *report)
{
    for (unsigned i = 0; i < report->count; i++) {
        const struct pp_report_entry *e = &report->entries[i];
        char place[64] = "";
        if (e->first.known && e->first.line) {
            snprintf(place, sizeof place, ", first at line %u", e->first.line);
        } else if (e->first.known) {
            snprintf(place, sizeof place, ", first at byte 0x%llx", (unsigned long long)e->first.offset);
        }
        char count[32] = "";
        if (e->count > 1 || (e->kind[0] >= 'a' && e->kind[0] <= 'z' && e->first.known)) {
            size_t len = pp_format_decimal(count, (int64_t)e->count, 0);
            snprintf(count + len, sizeof count - len, " ");
        }
        cli_warn(c, "%s%s%s%s%s", path ? shown_path(path) : "", path ? ": " : "", count, e->kind, place);
    }
    if (report->unlisted) {
        cli_warn(c, "%llu more notes are not shown", (unsigned long long)report->unlisted);
    }
}

bool cli_use_color(const struct cli_common *c, int fd)
{
    if (c->color != CLI_COLOR_AUTO) {
        return c->color == CLI_COLOR_ALWAYS;
    }
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0) && isatty(fd);
}

unsigned cli_terminal_width(int fd)
{
    if (!isatty(fd)) {
        return 0;
    }
    uint64_t columns;
    const char *given = getenv("COLUMNS");
    if (given && pp_parse_u64(pp_str_of(given), &columns) && columns > 0 && columns < 10000) {
        return (unsigned)columns;
    }
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
