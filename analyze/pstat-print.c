/* pstat-print: what python -m pstats prints, byte for byte, and more by option. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analyze/browse.h"
#include "analyze/request.h"
#include "analyze/terminal_cells.h"
#include "model/filter.h"
#include "model/graph.h"
#include "model/merge.h"

struct args {
    struct cli_common common;
    struct cli_events sorts, restrictions;
    bool strip_dirs, reverse, no_header, total, browse;
    const char *columns, *tree;
    unsigned format, unit, group;
};

static const char *const formats[] = {"text", "tsv", "csv", "json", "markdown", NULL};
static const char *const units[] = {"default", "auto", "s", "ms", "us", "ns", NULL};
static const char *const groups[] = {"function", "module", "file", "package", NULL};

enum { RESTRICTIONS = offsetof(struct args, restrictions) };

/* clang-format off */
static const struct cli_option options[] = {
    {.letter = 's', .name = "sort", .argument = "KEY[,KEY...]", .kind = CLI_EVENTS, .offset = offsetof(struct args, sorts),
     .help = "calls ncalls pcalls time tottime cumulative cumtime\nfile filename module line name nfl stdname none, or\n-1 0 1 2, or a prefix (default: cumulative)",
     .group = "What pstats can do"},
    {.letter = 'n', .name = "top", .argument = "N|P%", .kind = CLI_EVENTS, .offset = RESTRICTIONS,
     .help = "only the first N rows, or the first P percent"},
    {.name = "match", .argument = "RE", .kind = CLI_EVENTS, .offset = RESTRICTIONS,
     .help = "only rows whose \"file:line(name)\" matches; --top and\n--match apply in the order given, repeated at will"},
    {.name = "callers", .argument = "RE", .kind = CLI_EVENT_OPTIONAL, .offset = RESTRICTIONS, .help = "who called the functions (that match RE)"},
    {.name = "callees", .argument = "RE", .kind = CLI_EVENT_OPTIONAL, .offset = RESTRICTIONS, .help = "whom the functions called"},
    {.name = "strip-dirs", .kind = CLI_FLAG, .offset = offsetof(struct args, strip_dirs),
     .help = "file names without directories; rows that become equal\nare added"},
    {.letter = 'r', .name = "reverse", .kind = CLI_FLAG, .offset = offsetof(struct args, reverse), .help = "the order reversed"},
    {.name = "browse", .kind = CLI_FLAG, .offset = offsetof(struct args, browse), .help = "the interactive browser of python -m pstats"},
    {.name = "format", .argument = "FORMAT", .kind = CLI_CHOICE, .choices = formats, .offset = offsetof(struct args, format),
     .help = "text, tsv, csv, json or markdown", .group = "More than pstats can do"},
    {.name = "unit", .argument = "UNIT", .kind = CLI_CHOICE, .choices = units, .offset = offsetof(struct args, unit),
     .help = "auto, s, ms, us or ns for times"},
    {.name = "columns", .argument = "LIST", .kind = CLI_STRING, .offset = offsetof(struct args, columns),
     .help = "calls,ncalls,pcalls,tottime,tot%,percall,cumtime,cum%,\ncumpercall,self,self%,total,total%,samples,name,file,\nline,function"},
    {.name = "no-header", .kind = CLI_FLAG, .offset = offsetof(struct args, no_header), .help = "no lines above the rows (pstats' text: no file names)"},
    {.name = "tree", .argument = "RE", .kind = CLI_STRING, .offset = offsetof(struct args, tree),
     .help = "each matching function, its callers above and its\ncallees below"},
    {.name = "group-by", .argument = "WHAT", .kind = CLI_CHOICE, .choices = groups, .offset = offsetof(struct args, group),
     .help = "module, file or package instead of functions"},
    {.name = "total", .kind = CLI_FLAG, .offset = offsetof(struct args, total), .help = "a row with the sums of the rows shown"},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"pstat-print output.prof --sort cumulative --top 10", "the ten functions with the largest cumulative time"},
    {"pstat-print a.prof b.prof --strip-dirs --callers=json", "two files added; who called what matches \"json\""},
    {"pstat-print output.prof --format json | jq .functions[0]", "exact numbers for programs"},
    {"proffilter --focus json output.prof | pstat-print --top 5", "from a pipe, any format"},
    {0},
};

/* The profile to print: one file, or several added as Stats(a, b, c) adds them. */
struct loaded {
    struct pp_profile *profile;
    struct pp_str *files;
    size_t file_count;
    struct pp_arena arena;
};

/* "Mon Nov 23 08:14:27 2026    output.prof"; a pipe has no time and no line. */
static void add_file_line(struct loaded *l, const struct cli_input *input)
{
    char text[64];
    struct tm local;
    time_t when = (time_t)input->mtime;
    if (strcmp(input->path, "-") == 0 || !localtime_r(&when, &local)) {
        return;
    }
    strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &local);
    struct pp_sink *line = pp_sink_memory();
    pp_sink_printf(line, "%s    %s", text, input->path);
    l->files[l->file_count++] = pp_arena_str(&l->arena, pp_sink_contents(line));
    pp_sink_abandon(line);
}

static struct pp_profile *add_up(const struct cli_common *c, struct cli_input *inputs, size_t count)
{
    struct pp_error err = {0};
    const struct pp_profile **profiles = pp_calloc(count, sizeof *profiles);
    for (size_t i = 0; i < count; i++) {
        profiles[i] = inputs[i].profile;
    }
    struct pp_profile *sum = pp_merge(profiles, count, &err);
    if (!sum) {
        cli_fail(c, NULL, &err);
    }
    pp_free(profiles);
    return sum;
}

static bool load(const struct cli_common *c, int argc, char **argv, struct loaded *l)
{
    size_t count = argc ? (size_t)argc : 1;
    struct cli_input *inputs = pp_calloc(count, sizeof *inputs);
    *l = (struct loaded){.files = pp_calloc(count, sizeof(struct pp_str))};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = cli_read(c, argc ? argv[i] : NULL, &inputs[i]);
    }
    for (size_t i = 0; ok && i < count; i++) {
        /* The order in which pstats adds files: the first, then from the last backwards. */
        add_file_line(l, &inputs[i ? count - i : 0]);
    }
    if (ok && count == 1) {
        l->profile = inputs[0].profile;
        inputs[0].profile = NULL;
    } else if (ok) {
        l->profile = add_up(c, inputs, count);
    }
    for (size_t i = 0; i < count; i++) {
        cli_input_free(&inputs[i]);
    }
    pp_free(inputs);
    return l->profile != NULL;
}

static void unload(struct loaded *l)
{
    pp_profile_free(l->profile);
    pp_free(l->files);
    pp_arena_free(&l->arena);
}

/* Replaces the profile by what `made` is; false after a message when it is NULL. */
static bool replace(const struct cli_common *c, struct loaded *l, struct pp_profile *made, const struct pp_error *err)
{
    if (!made) {
        cli_fail(c, NULL, err);
        return false;
    }
    pp_profile_free(l->profile);
    l->profile = made;
    return true;
}

/* --strip-dirs and --group-by before anything else, as the functions they make are what is ranked. */
static bool transform(const struct args *a, struct loaded *l)
{
    static const enum pp_granularity granularities[] = {PP_GRANULARITY_NONE, PP_GRANULARITY_MODULE, PP_GRANULARITY_FILE,
                                                        PP_GRANULARITY_PACKAGE};
    struct pp_error err = {0};
    if (a->strip_dirs && !replace(&a->common, l, pp_filter_strip_dirs(l->profile, &err), &err)) {
        return false;
    }
    struct pp_filter filter = {.granularity = granularities[a->group]};
    return a->group == 0 || replace(&a->common, l, pp_filter_apply(l->profile, &filter, NULL, NULL, &err), &err);
}

/* Stacks become rows: self and total per function, exact about recursion. */
static bool rank_stacks(const struct args *a, struct loaded *l, struct request *r)
{
    struct pp_error err = {0};
    if (l->profile->shapes & PP_SHAPE_CALLS) {
        r->counts = false;
        return true;
    }
    size_t metric = pp_profile_default_metric(l->profile);
    const struct pp_metric *m = &l->profile->metrics[metric];
    struct pp_str name = pp_profile_str(l->profile, m->name);
    double scale = m->unit == PP_UNIT_NS ? 1e-9 : 1;
    for (unsigned d = 0; d < m->decimals; d++) {
        scale /= 10;
    }
    r->stacks = true;
    r->counts = m->unit != PP_UNIT_NS;
    r->count_name = pp_arena_str(&l->arena, name).data;
    return replace(&a->common, l, pp_graph_calls(l->profile, metric, scale, &err), &err);
}

static int bad_key(const struct cli_common *c, enum sort_parsed parsed, struct pp_str bad)
{
    char word[64];
    size_t len = bad.len < sizeof word - 1 ? bad.len : sizeof word - 1;
    memcpy(word, bad.data ? bad.data : "", len);
    word[len] = '\0';
    if (parsed == SORT_AMBIGUOUS) {
        return cli_usage(c, "--sort: \"%s\" could be several keys", word);
    }
    if (parsed == SORT_TOO_MANY) {
        return cli_usage(c, "--sort: more than %d keys", MOST_SORT_KEYS);
    }
    const char *near = cli_did_you_mean(word, sort_key_names());
    if (near) {
        return cli_usage(c, "--sort: unknown key \"%s\"; did you mean \"%s\"?", word, near);
    }
    return cli_usage(
        c, "--sort: unknown key \"%s\" (calls, pcalls, tottime, cumtime, file, line, name, nfl, stdname, none)", word);
}

static bool parse_keys(const struct args *a, struct sort_keys *keys)
{
    for (size_t i = 0; i < a->sorts.count; i++) {
        struct pp_str bad;
        enum sort_parsed parsed = sort_keys_parse(keys, pp_str_of(a->sorts.at[i].argument), &bad);
        if (parsed != SORT_OK) {
            bad_key(&a->common, parsed, bad);
            return false;
        }
    }
    if (a->sorts.count == 0) {
        struct pp_str bad;
        sort_keys_parse(keys, PP_STR("cumulative"), &bad);
    }
    return true;
}

/* What the ordered options ask for. */
struct plan {
    struct restriction *restrictions;
    size_t count;
    bool callers, callees;
};

static bool make_plan(const struct args *a, struct plan *plan)
{
    plan->restrictions = pp_calloc(a->restrictions.count, sizeof *plan->restrictions);
    for (size_t i = 0; i < a->restrictions.count; i++) {
        const struct cli_event *e = &a->restrictions.at[i];
        struct restriction *r = &plan->restrictions[plan->count];
        plan->callers = plan->callers || strcmp(e->option->name, "callers") == 0;
        plan->callees = plan->callees || strcmp(e->option->name, "callees") == 0;
        if (strcmp(e->option->name, "top") == 0) {
            if (!restriction_parse(r, pp_str_of(e->argument))) {
                cli_usage(&a->common, "--top: expected a number or a percentage, found \"%s\"", e->argument);
                return false;
            }
            plan->count++;
        } else if (e->argument) {
            *r = (struct restriction){.kind = RESTRICT_MATCH, .pattern = pp_str_of(e->argument)};
            plan->count++;
        }
    }
    return true;
}

/* True when nothing asks for more than pstats' own text. */
static bool wants_classic(const struct args *a)
{
    return a->format == PRINT_TEXT && a->unit == UNIT_DEFAULT && !a->columns && !a->total && a->group == 0 &&
           !a->tree && a->common.color != CLI_COLOR_ALWAYS;
}

/* False after a message when options ask for what does not go together. */
static bool check_options(const struct args *a, const struct plan *plan)
{
    const char *edges = plan->callers ? "--callers" : plan->callees ? "--callees" : NULL;
    const char *other = a->format != PRINT_TEXT && a->format != PRINT_JSON   ? "--format tsv, csv and markdown"
                        : a->unit != UNIT_DEFAULT && a->format == PRINT_TEXT ? "--unit"
                        : a->columns                                         ? "--columns"
                        : a->total                                           ? "--total"
                                                                             : NULL;
    if (a->tree && edges) {
        cli_usage(&a->common, "--tree shows callers and callees already; leave %s out", edges);
    } else if (a->tree && a->format != PRINT_TEXT) {
        cli_usage(&a->common, "--tree is for --format text; --format json has callers and callees");
    } else if (edges && other) {
        cli_usage(&a->common, "%s does not go with %s; --format json has all of it", edges, other);
    } else if (a->format == PRINT_JSON && (a->columns || a->total)) {
        cli_usage(&a->common, "%s does not go with --format json", a->columns ? "--columns" : "--total");
    } else {
        return true;
    }
    return false;
}

/* pstats' text tells of a bad pattern and goes on; standard error says what is bad. Elsewhere it is an error. */
static bool check_patterns(const struct args *a, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct pp_error err = {0};
        const struct restriction *r = &plan->restrictions[i];
        struct python_regex *regex = r->kind == RESTRICT_MATCH ? python_regex_new(r->pattern, &err) : NULL;
        python_regex_free(regex);
        if (regex || r->kind != RESTRICT_MATCH) {
            continue;
        }
        if (!wants_classic(a)) {
            cli_usage(&a->common, "invalid regular expression \"%.*s\": %s", PP_STR_ARG(r->pattern), err.message);
            return false;
        }
        cli_warn(&a->common, "invalid regular expression \"%.*s\": %s", PP_STR_ARG(r->pattern), err.message);
    }
    return true;
}

static int print_classic(const struct request *r, const struct plan *plan, struct pp_sink *out)
{
    bool terminal = (!r->common->output || strcmp(r->common->output, "-") == 0) && isatty(STDOUT_FILENO);
    struct classic c = {.table = r->table,
                        .keys = r->keys,
                        .restrictions = r->restrictions,
                        .restriction_count = r->restriction_count,
                        .files = r->files,
                        .file_count = r->file_count,
                        .header = r->header,
                        .escape = terminal,
                        .width = r->width,
                        .bar_cells = terminal && r->color ? bar_cells(r->width) : 0};
    if (!plan->callers && !plan->callees) {
        classic_print_stats(&c, out);
    }
    if (plan->callers) {
        classic_print_callers(&c, out);
    }
    if (plan->callees) {
        classic_print_callees(&c, out);
    }
    return CLI_OK;
}

static int print_matching_tree(const struct args *a, const struct request *r, struct pp_sink *out)
{
    struct pp_sink *message = pp_sink_memory();
    restrict_table(r->table, r->restrictions, r->restriction_count, message);
    pp_sink_abandon(message);
    struct pp_error err = {0};
    struct python_regex *regex = python_regex_new(pp_str_of(a->tree), &err);
    if (!regex) {
        return cli_fail(&a->common, "--tree", &err);
    }
    bool found = print_tree(r, regex, out);
    python_regex_free(regex);
    if (!found) {
        cli_error(&a->common, "--tree: no function matches \"%s\"", a->tree);
    }
    return found ? CLI_OK : CLI_NO;
}

static void reverse_order(struct stat_table *t)
{
    for (size_t i = 0; t->sorted && i < t->count / 2; i++) {
        uint32_t row = t->order[i];
        t->order[i] = t->order[t->count - 1 - i];
        t->order[t->count - 1 - i] = row;
    }
}

static int print(const struct args *a, struct loaded *l, struct request *r, const struct plan *plan)
{
    struct stat_table table;
    bool classic = wants_classic(a) && !r->stacks;
    stat_table_init(&table, l->profile);
    r->table = &table;
    r->total = l->profile->total_tottime;
    if (a->reverse) {
        sort_table(&table, r->keys);
        reverse_order(&table);
    } else {
        size_t head = a->tree ? table.count : restrictions_reach(r->restrictions, r->restriction_count, table.count);
        sort_table_head(&table, r->keys, head);
    }
    struct pp_sink *out = cli_open_output(&a->common, false);
    int status = !out      ? CLI_TROUBLE
                 : a->tree ? print_matching_tree(a, r, out)
                 : classic || ((plan->callers || plan->callees) && a->format == PRINT_TEXT)
                     ? print_classic(r, plan, out)
                     : print_table(r, out);
    if (out && status == CLI_TROUBLE) {
        pp_sink_abandon(out);
    } else if (out) {
        status = cli_close_output(&a->common, out, status);
    }
    stat_table_free(&table);
    return status;
}

/* Adds an option for the format as if it had been given. */
static void ask_reader(struct args *a, const char *pair)
{
    static const struct cli_option option = {.name = "option"};
    struct cli_events *events = &a->common.option;
    events->at = pp_grow(events->at, events->count + 1, &events->capacity, sizeof *events->at);
    events->at[events->count++] = (struct cli_event){&option, pair, 0};
}

/* Whether only functions are looked at: then callers, most of a file, need not be kept. */
static bool wants_rows_only(const struct args *a)
{
    bool edges = a->tree || a->group != 0 || a->format == PRINT_JSON;
    for (size_t i = 0; i < a->restrictions.count; i++) {
        const char *name = a->restrictions.at[i].option->name;
        edges = edges || strcmp(name, "callers") == 0 || strcmp(name, "callees") == 0;
    }
    return !edges;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    struct sort_keys keys = {0};
    struct plan plan = {0};
    struct loaded l = {0};
    int status = CLI_TROUBLE;
    if (a->browse) {
        return browse(&a->common, argc, argv);
    }
    struct request r = {.common = &a->common,
                        .keys = &keys,
                        .format = (enum print_format)a->format,
                        .unit = (enum print_unit)a->unit,
                        .columns = a->columns,
                        .header = !a->no_header,
                        .total_row = a->total};
    if (wants_classic(a)) {
        /* pstats shows what yappi swapped as it is; so does a text that equals pstats'. */
        ask_reader(a, "swapped=keep");
    }
    if (wants_rows_only(a)) {
        ask_reader(a, "callers=no");
    }
    bool to_stdout = !a->common.output || strcmp(a->common.output, "-") == 0;
    r.color = to_stdout && a->format == PRINT_TEXT && cli_use_color(&a->common, STDOUT_FILENO);
    r.width = to_stdout ? cli_terminal_width(STDOUT_FILENO) : 0;
    if (parse_keys(a, &keys) && make_plan(a, &plan) && check_options(a, &plan) && check_patterns(a, &plan) &&
        load(&a->common, argc, argv, &l) && transform(a, &l) && rank_stacks(a, &l, &r)) {
        r.restrictions = plan.restrictions;
        r.restriction_count = plan.count;
        r.files = l.files;
        r.file_count = l.file_count;
        status = print(a, &l, &r, &plan);
    }
    pp_free(plan.restrictions);
    unload(&l);
    return status;
}

static const struct cli_tool tool = {
    .name = "pstat-print",
    .summary = "print profiles as Python's pstats does, and better by option",
    .synopsis = "[OPTION]... [FILE]...",
    .description = "Without options beyond those of pstats, the text is that of CPython 3.13's pstats for the same "
                   "request, byte for byte. "
                   "Several files are added. Stacks (folded, raw, ...) are ranked by self and total.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
