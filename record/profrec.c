/* profrec: samples a running Python from outside. */
#include <errno.h>
#include <string.h>

#include "base/number.h"
#include "cli/cli.h"
#include "record/launch.h"
#include "record/look.h"
#include "record/session.h"

struct args {
    struct cli_common common;
    uint64_t pid;
    bool has_pid;
    const char *duration, *rotate, *threads, *stop_budget;
    double rate;
    unsigned interval, stop;
    bool subprocesses, gil, on_cpu, function, dump, json, check;
};

static const char *const interval_words[] = {"exponential", "fixed", NULL};
static const char *const stop_words[] = {"auto", "never", "always", NULL};

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 'p', .name = "pid", .argument = "PID", .help = "the process to look at", .kind = CLI_UINT,
     .offset = offsetof(struct args, pid), .given_offset = offsetof(struct args, has_pid), .group = "What to record"},
    {.letter = 's', .name = "subprocesses", .help = "its children too, and theirs, as they come", .kind = CLI_FLAG,
     .offset = offsetof(struct args, subprocesses)},
    {.letter = 'd', .name = "duration", .argument = "SECONDS", .help = "stop after so long (default: when the program ends,\nor at Ctrl-C)",
     .kind = CLI_STRING, .offset = offsetof(struct args, duration)},
    {.letter = 'r', .name = "rate", .argument = "HZ", .help = "samples a second (default 100)", .kind = CLI_DOUBLE,
     .offset = offsetof(struct args, rate)},
    {.name = "interval", .argument = "KIND", .help = "exponential (default) or fixed", .kind = CLI_CHOICE,
     .offset = offsetof(struct args, interval), .choices = interval_words},
    {.name = "threads", .argument = "WHICH", .help = "all (default), main, or the number of one", .kind = CLI_STRING,
     .offset = offsetof(struct args, threads)},
    {.name = "gil", .help = "keep only samples that hold the GIL", .kind = CLI_FLAG, .offset = offsetof(struct args, gil)},
    {.name = "on-cpu", .help = "keep only samples on a CPU", .kind = CLI_FLAG, .offset = offsetof(struct args, on_cpu)},
    {.name = "function", .help = "first lines of functions, not lines of execution", .kind = CLI_FLAG,
     .offset = offsetof(struct args, function)},
    {.name = "stop", .argument = "WHEN", .help = "auto (default), never or always: stop the one thread\nthat is read, for some microseconds",
     .kind = CLI_CHOICE, .offset = offsetof(struct args, stop), .choices = stop_words},
    {.name = "stop-budget", .argument = "PERCENT", .help = "of the program's time that --stop auto may take\n(default 1)", .kind = CLI_STRING,
     .offset = offsetof(struct args, stop_budget)},
    {.name = "rotate", .argument = "LIMIT", .help = "a new file after so many seconds (60, 10m, 1h) or\nbytes (K, M, G): FILE.0001.raw, ...", .kind = CLI_STRING,
     .offset = offsetof(struct args, rotate)},
    {.name = "dump", .help = "one look: every thread's stack, innermost frame first", .kind = CLI_FLAG, .offset = offsetof(struct args, dump),
     .group = "Instead of recording"},
    {.name = "json", .help = "with --dump: as JSON", .kind = CLI_FLAG, .offset = offsetof(struct args, json)},
    {.name = "check", .help = "can this process be recorded, and if not, why and\nwhat to do", .kind = CLI_FLAG,
     .offset = offsetof(struct args, check)},
    {.name = "output", .letter = 'o', .argument = "FILE", .help = "raw, written as it goes, or as the extension says:\n.folded .pstat .text .svg (default: raw to standard\noutput)",
     .kind = CLI_STRING, .offset = offsetof(struct cli_common, output), .group = "Output"},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"profrec --pid 12345 --duration 30 -o profile.svg", "half a minute of a running program, as a flame graph"},
    {"profrec -o out.raw -- python3 app.py", "a program from its start to its end"},
    {"profrec --pid 12345 | raw2folded | folded2svg > out.svg", "the same through a pipe, until Ctrl-C"},
    {"profrec --dump --pid 12345", "what is it doing now?"},
    {0},
};

static void defaults(void *args)
{
    struct args *a = args;
    a->rate = 100;
}

/* "30", "1.5", "10m", "1h": nanoseconds. */
static bool parse_duration(const char *text, int64_t *ns)
{
    struct pp_str s = pp_str_of(text);
    double factor = 1, value;
    if (s.len && (s.data[s.len - 1] == 's' || s.data[s.len - 1] == 'm' || s.data[s.len - 1] == 'h')) {
        factor = s.data[s.len - 1] == 'm' ? 60 : s.data[s.len - 1] == 'h' ? 3600 : 1;
        s.len--;
    }
    if (!pp_parse_double(s, &value) || !(value > 0) || value * factor > 1e9) {
        return false;
    }
    *ns = (int64_t)(value * factor * NS_PER_SECOND);
    return true;
}

static bool parse_rotate(const char *text, struct output *output)
{
    struct pp_str s = pp_str_of(text);
    char last = s.len ? s.data[s.len - 1] : '\0';
    unsigned shift = last == 'K' ? 10 : last == 'M' ? 20 : last == 'G' ? 30 : 0;
    uint64_t number;
    if (!shift) {
        return parse_duration(text, &output->rotate_ns);
    }
    s.len--;
    if (!pp_parse_u64(s, &number) || number == 0 || number > UINT64_MAX >> shift >> 1) {
        return false;
    }
    output->rotate_bytes = number << shift;
    return true;
}

static bool parse_threads(const struct args *a, struct sampler_choice *choice)
{
    uint64_t tid;
    if (!a->threads || strcmp(a->threads, "all") == 0) {
        choice->threads = THREADS_ALL;
    } else if (strcmp(a->threads, "main") == 0) {
        choice->threads = THREADS_MAIN;
    } else if (pp_parse_u64(pp_str_of(a->threads), &tid) && tid > 0 && tid < INT32_MAX) {
        choice->threads = THREADS_ONE;
        choice->tid = (pid_t)tid;
    } else {
        return false;
    }
    return true;
}

static bool parse_budget(const struct args *a, struct sampler_choice *choice)
{
    double percent = 1;
    struct pp_str s = pp_str_of(a->stop_budget);
    if (s.len && s.data[s.len - 1] == '%') {
        s.len--;
    }
    if (a->stop_budget && (!pp_parse_double(s, &percent) || !(percent >= 0) || percent > 100)) {
        return false;
    }
    choice->stop_share = percent / 100;
    return true;
}

/* False after printing what makes no sense. */
static bool make_request(const struct args *a, struct session_request *r)
{
    const struct cli_common *c = &a->common;
    r->common = c;
    r->rate_hz = a->rate;
    r->fixed = a->interval == 1;
    r->subprocesses = a->subprocesses;
    r->first_lines = a->function;
    r->choice =
        (struct sampler_choice){.stop = (enum sampler_stop)a->stop, .gil_only = a->gil, .on_cpu_only = a->on_cpu};
    if (!(a->rate > 0) || a->rate > 1e6) {
        cli_usage(c, "--rate: expected samples a second, more than 0 and at most 1000000");
    } else if (a->duration && !parse_duration(a->duration, &r->duration_ns)) {
        cli_usage(c, "--duration: expected seconds (or 10m, 1h), found \"%s\"", a->duration);
    } else if (a->rotate && !parse_rotate(a->rotate, r->output)) {
        cli_usage(c, "--rotate: expected seconds (60, 10m, 1h) or a size (64M), found \"%s\"", a->rotate);
    } else if (!parse_threads(a, &r->choice)) {
        cli_usage(c, "--threads: expected all, main or the number of a thread, found \"%s\"", a->threads);
    } else if (!parse_budget(a, &r->choice)) {
        cli_usage(c, "--stop-budget: expected percent (0 to 100), found \"%s\"", a->stop_budget);
    } else {
        return a->dump || a->check || output_choose(r->output, c);
    }
    return false;
}

static int look(const struct args *a, const struct session_request *r)
{
    struct look_request look = {
        .common = &a->common,
        .pid = r->pid,
        .subprocesses = a->subprocesses,
        .json = a->json,
        .first_lines = a->function,
        .choice = r->choice,
    };
    return a->check ? look_check(&look) : look_dump(&look);
}

/* False after printing what does not go together. */
static bool words_agree(const struct args *a, int argc)
{
    const struct cli_common *c = &a->common;
    bool looks = a->dump || a->check;
    if (a->has_pid == (argc > 0)) {
        cli_usage(c,
                  a->has_pid ? "either --pid or a command, not both" : "say what to record: --pid PID, or -- COMMAND");
    } else if (a->has_pid && (a->pid == 0 || a->pid > INT32_MAX)) {
        cli_usage(c, "--pid: there is no process of that number");
    } else if (looks && !a->has_pid) {
        cli_usage(c, "%s looks at a running process: --pid PID", a->dump ? "--dump" : "--check");
    } else if (a->dump && a->check) {
        cli_usage(c, "either --dump or --check, not both");
    } else if (a->json && !a->dump) {
        cli_usage(c, "--json is for --dump");
    } else if (looks && (a->duration || a->rotate || a->common.to)) {
        cli_usage(c, "%s is for recordings; %s looks once",
                  a->duration ? "--duration"
                  : a->rotate ? "--rotate"
                              : "--to",
                  a->dump ? "--dump" : "--check");
    } else {
        return true;
    }
    return false;
}

static int record_command(const struct args *a, struct session_request *r, char **argv)
{
    struct pp_error err = {0};
    sigset_t before;
    if (!a->common.output || strcmp(a->common.output, "-") == 0) {
        return cli_usage(&a->common, "say where to write with -o FILE: standard output is the program's");
    }
    (void)sigprocmask(SIG_BLOCK, NULL, &before);
    r->pid = launch(argv, &before, &err);
    r->launched = true;
    if (!r->pid) {
        cli_fail(&a->common, NULL, &err);
        return err.sys_errno == ENOENT ? LAUNCH_NOT_FOUND : LAUNCH_CANNOT_RUN;
    }
    return session_run(r);
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    struct output output = {0};
    struct session_request request = {.output = &output};
    if (!words_agree(a, argc)) {
        return CLI_TROUBLE;
    }
    if (!make_request(a, &request)) {
        return CLI_TROUBLE;
    }
    request.pid = (pid_t)a->pid;
    if (a->dump || a->check) {
        return look(a, &request);
    }
    return a->has_pid ? session_run(&request) : record_command(a, &request, argv);
}

static const struct cli_tool tool = {
    .name = "profrec",
    .summary = "record a running Python program",
    .synopsis = "[OPTION]... {--pid PID | -- COMMAND [ARGUMENT]...}",
    .description = "Samples the stacks of a CPython process from outside, without writing into it. Every stack that is "
                   "written was a stack of the "
                   "program; what could not be verified is flagged, and the file says how much that was.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .flags = CLI_NO_INPUT | CLI_HAS_TO,
    .defaults = defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
