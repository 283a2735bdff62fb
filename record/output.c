#define _GNU_SOURCE /* mkstemp */
#include "record/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/timing.h"

static bool to_stdout(const struct output *o)
{
    return !o->path || strcmp(o->path, "-") == 0;
}

static struct pp_str extension_of(const char *path)
{
    struct pp_cut cut = pp_str_rcut(pp_str_basename(pp_str_of(path)), '.');
    return cut.found ? cut.tail : (struct pp_str){0};
}

static const struct pp_format *format_of_extension(struct pp_str extension)
{
    for (size_t i = 0; i < pp_format_count; i++) {
        for (const char *const *e = pp_formats[i]->extensions; e && *e; e++) {
            if (pp_formats[i]->write && pp_str_eq(extension, pp_str_of(*e))) {
                return pp_formats[i];
            }
        }
    }
    return NULL;
}

bool output_choose(struct output *o, const struct cli_common *common)
{
    o->common = common;
    o->path = common->output;
    struct pp_str wanted = common->to ? pp_str_of(common->to) : to_stdout(o) ? PP_STR("raw") : extension_of(o->path);
    o->svg = pp_str_eq(wanted, PP_STR("svg")) || pp_str_eq(wanted, PP_STR("svgz"));
    if (o->svg && to_stdout(o)) {
        cli_usage(common, "--to svg: say where with -o FILE, or write raw into a pipe to folded2svg");
        return false;
    }
    const struct pp_format *format = common->to && !o->svg ? pp_format_named(wanted) : format_of_extension(wanted);
    if (common->to && !o->svg && (!format || !format->write)) {
        cli_usage(common, "--to: \"%s\" is no format that can be written: raw, folded, pstat, text or svg", common->to);
        return false;
    }
    /* A name that says nothing gets what needs no end. */
    o->format = format && strcmp(format->name, "raw") != 0 ? format : NULL;
    if (o->rotate_ns + (int64_t)o->rotate_bytes > 0 && (o->format || o->svg || to_stdout(o))) {
        cli_usage(common, "--rotate needs a raw file: -o FILE.raw");
        return false;
    }
    if (to_stdout(o) && !common->force && isatty(STDOUT_FILENO)) {
        cli_error(common, "will not write a binary format to the terminal; use -o FILE, a pipe, or --force");
        return false;
    }
    return true;
}

/* out.raw gives out.0001.raw, out.0002.raw, … */
static void numbered_path(struct output *o)
{
    struct pp_str path = pp_str_of(o->path);
    struct pp_str extension = extension_of(o->path);
    size_t stem = path.len - (extension.len ? extension.len + 1 : 0);
    snprintf(o->raw_path, sizeof o->raw_path, "%.*s.%04u%s", (int)stem, o->path, ++o->part, o->path + stem);
}

static bool open_hidden(struct output *o)
{
    snprintf(o->raw_path, sizeof o->raw_path, "%s.XXXXXX.raw", o->path);
    int fd = mkstemps(o->raw_path, 4);
    if (fd < 0) {
        struct pp_error err = {0};
        pp_fail_errno(&err, errno, "cannot create");
        cli_fail(o->common, o->raw_path, &err);
        return false;
    }
    (void)close(fd);
    return true;
}

bool output_open(struct output *o)
{
    struct pp_error err = {0};
    if (to_stdout(o) && !o->format) {
        o->raw_path[0] = '\0';
    } else if (o->format || o->svg) {
        if (to_stdout(o)) {
            o->path = "/tmp/profrec";
        }
        if (!open_hidden(o)) {
            return false;
        }
        o->path = o->common->output;
    } else if (o->rotate_ns || o->rotate_bytes) {
        numbered_path(o);
    } else {
        snprintf(o->raw_path, sizeof o->raw_path, "%s", o->path);
    }
    o->opened_ns = timing_now();
    o->sink = pp_sink_stream(o->raw_path[0] ? o->raw_path : NULL, &err);
    if (!o->sink) {
        cli_fail(o->common, o->raw_path, &err);
        return false;
    }
    return true;
}

bool output_is_full(const struct output *o, int64_t now_ns)
{
    return (o->rotate_ns && now_ns - o->opened_ns >= o->rotate_ns) ||
           (o->rotate_bytes && pp_sink_bytes(o->sink) >= o->rotate_bytes);
}

/* folded2svg stands beside profrec; a profrec that was moved alone finds it in PATH. */
static int draw(const struct output *o)
{
    char program[4096];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 16);
    while (len > 0 && program[len - 1] != '/') {
        len--;
    }
    snprintf(program + (len > 0 ? len : 0), 16, "folded2svg");
    if (access(program, X_OK) != 0) {
        snprintf(program, sizeof program, "folded2svg");
    }
    /* execvp's type is older than const. */
    const char *const words[] = {program, "--quiet", "--output", o->path, o->raw_path, NULL};
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(program, (char *const *)(uintptr_t)words);
        (void)raise(SIGKILL);
    }
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (child < 0 || !WIFEXITED(status)) {
        cli_error(o->common, "cannot run %s to draw the picture; the samples are in %s", program, o->raw_path);
        return CLI_TROUBLE;
    }
    return WEXITSTATUS(status);
}

static int convert(const struct output *o)
{
    struct cli_common reading = *o->common;
    struct cli_input input;
    reading.from = "raw";
    reading.to = NULL;
    reading.quiet = true;
    if (!cli_read(&reading, o->raw_path, &input)) {
        return CLI_TROUBLE;
    }
    reading.quiet = o->common->quiet;
    int status = cli_write_profile(&reading, input.profile, o->format);
    cli_input_free(&input);
    return status;
}

int output_close(struct output *o, bool last)
{
    struct pp_error err = {0};
    bool good = pp_sink_close(o->sink, &err);
    o->sink = NULL;
    if (!good) {
        return err.sys_errno == EPIPE ? CLI_OK
                                      : cli_fail(o->common, o->raw_path[0] ? o->raw_path : "standard output", &err);
    }
    if (!last || (!o->format && !o->svg)) {
        return CLI_OK;
    }
    int status = o->svg ? draw(o) : convert(o);
    if (status == CLI_OK) {
        (void)unlink(o->raw_path);
    } else {
        cli_warn(o->common, "the samples are in %s", o->raw_path);
    }
    return status;
}
