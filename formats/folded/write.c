/* Writing folded stacks: merged, in byte order of the frames, the total kept to one unit. */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "formats/folded/folded.h"
#include "formats/folded/sorted.h"
#include "formats/folded/text.h"
#include "model/tree.h"

struct folded_writer {
    struct pp_sink *out;
    struct pp_report *report;
    struct folded_choice choice;
    unsigned decimals[FOLDED_COLUMNS]; /* of the numbers written */
    int64_t divisor;                   /* of values: ns to the unit written */
    int64_t carried[FOLDED_COLUMNS];   /* what rounding has left over so far, in values */
    char *path;
    size_t path_len, path_capacity;
};

static void push_name(struct folded_writer *w, struct pp_str name)
{
    size_t need = w->path_len + name.len;
    w->path = need > w->path_capacity ? pp_grow(w->path, need, &w->path_capacity, 1) : w->path;
    if (name.len) {
        memcpy(w->path + w->path_len, name.data, name.len);
    }
    w->path_len += name.len;
}

/* The value in the unit written, rounded; what rounding leaves is carried to the next line, so that the total is right to one unit. */
static int64_t to_unit(struct folded_writer *w, unsigned column, int64_t value)
{
    if (w->divisor <= 1) {
        return value;
    }
    int64_t whole = value / w->divisor;
    int64_t rest = value % w->divisor + w->carried[column];
    while (rest * 2 >= w->divisor) {
        whole++;
        rest -= w->divisor;
    }
    while (rest * 2 < -w->divisor) {
        whole--;
        rest += w->divisor;
    }
    w->carried[column] = rest;
    return whole;
}

static void note_oddities(const struct folded_writer *w, const int64_t *values)
{
    if (values[0] < 0 || values[1] < 0) {
        pp_report_note(w->report, "stacks with a negative value were left out", pp_nowhere());
    }
    if (w->path_len && w->path[0] == '#' && (w->path_len == 1 || w->path[1] == ' ' || w->path[1] == '\t')) {
        pp_report_note(w->report, "stacks that begin with \"# \" will be read as comments", pp_nowhere());
    }
}

/* The line of the path, with a value for each column. */
static void write_line(struct folded_writer *w, const int64_t self[FOLDED_COLUMNS])
{
    int64_t values[FOLDED_COLUMNS] = {0, 0};
    if (self[0] == 0 && self[w->choice.columns - 1] == 0) {
        return;
    }
    for (unsigned c = 0; c < w->choice.columns && c < FOLDED_COLUMNS; c++) {
        values[c] = to_unit(w, c, self[c]);
    }
    note_oddities(w, values);
    if (values[0] < 0 || values[1] < 0 || (values[0] == 0 && values[1] == 0)) {
        return;
    }
    char numbers[33 * FOLDED_COLUMNS + 1];
    size_t len = 0;
    for (unsigned c = 0; c < w->choice.columns; c++) {
        numbers[len++] = ' ';
        len += pp_format_decimal(numbers + len, values[c], w->decimals[c]);
    }
    numbers[len++] = '\n';
    pp_sink_write(w->out, w->path, w->path_len);
    pp_sink_write(w->out, numbers, len);
}

/* The lines of a tree of texts, in order. */
static void write_texts(struct folded_writer *w, const struct pp_profile *text)
{
    struct pp_tree tree;
    struct pp_walk walk;
    PP_VEC(size_t) lengths = {0}; /* of the path above each open stack */
    pp_tree_init(&tree, text, 0, PP_TREE_BY_NAME);
    pp_walk_init(&walk, &tree);
    while (pp_walk_next(&walk)) {
        if (!walk.entering) {
            w->path_len = lengths.at[--lengths.count];
            continue;
        }
        *PP_PUSH(&lengths) = w->path_len;
        if (walk.stack) {
            push_name(w, pp_profile_str(text, pp_frame_function(text, text->stacks[walk.stack].frame)->name));
        }
        write_line(w, text->stack_values + walk.stack * w->choice.columns);
    }
    pp_walk_free(&walk);
    pp_tree_free(&tree);
    pp_free(lengths.at);
}

/* Where the path of a stack's children begins. */
struct open_stack {
    uint32_t stack;
    size_t path_len;
};

/* The lines of a profile whose stacks stand in their order. */
static void write_sorted(struct folded_writer *w, const struct pp_profile *p, const struct folded_labels *labels)
{
    PP_VEC(struct open_stack) path = {0};
    *PP_PUSH(&path) = (struct open_stack){0, 0};
    for (uint32_t i = 0; i < p->stack_count; i++) {
        const int64_t *values = p->stack_values + i * p->metric_count;
        const int64_t chosen[FOLDED_COLUMNS] = {values[w->choice.metrics[0]],
                                                values[w->choice.metrics[w->choice.columns - 1]]};
        if (i) {
            while (path.at[path.count - 1].stack > p->stacks[i].parent.i) {
                path.count--;
            }
            struct pp_str label = labels->of[p->stacks[i].frame.i];
            w->path_len = path.at[path.count - 1].path_len;
            push_name(w, (struct pp_str){label.data, label.len + 1});
            *PP_PUSH(&path) = (struct open_stack){i, w->path_len};
            w->path_len--;
        }
        write_line(w, chosen);
    }
    pp_free(path.at);
}

/* True when the lines that frames show are where their functions begin: of all, or nothing is said. */
static bool definition_lines(const struct pp_profile *p)
{
    bool some = false;
    for (size_t i = 0; i < p->frame_count; i++) {
        int64_t definition = p->functions[p->frames[i].function.i].line;
        if (p->frames[i].line && p->frames[i].line != definition) {
            return false;
        }
        some = some || definition;
    }
    return some;
}

/* True if `name` can stand in the header as one word. */
static bool is_word(struct pp_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.data[i] <= ' ' || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.len > 0;
}

static void write_word(struct pp_sink *out, const char *key, struct pp_str value)
{
    pp_sink_byte(out, ' ');
    pp_sink_text(out, key);
    pp_sink_byte(out, '=');
    pp_sink_str(out, value);
}

/* True if no stack has a value in the chosen columns. Stacks that are written as one line may have values that add up to nothing: then `text`, which is NULL otherwise, tells. */
static bool is_empty(const struct folded_writer *w, const struct pp_profile *p, const struct pp_profile *text)
{
    size_t last = w->choice.columns - 1;
    size_t columns[] = {text ? 0 : w->choice.metrics[0], text ? last : w->choice.metrics[last]};
    p = text ? text : p;
    for (size_t i = 0; i < p->stack_count; i++) {
        const int64_t *values = p->stack_values + i * p->metric_count;
        if (values[columns[0]] != 0 || values[columns[1]] != 0) {
            return false;
        }
    }
    return true;
}

/* One comment with what the lines cannot say; plain counts need none, unless there is nothing else. */
static void write_header(const struct folded_writer *w, const struct pp_profile *p, const struct pp_profile *text,
                         const char *unit)
{
    const struct pp_metric *metric = &p->metrics[w->choice.metrics[0]];
    struct pp_str name = pp_profile_str(p, metric->name);
    struct pp_str producer = pp_profile_meta(p, "producer");
    bool counts = metric->unit == PP_UNIT_COUNT;
    bool named = w->choice.columns == 1 && is_word(name) && !(counts && pp_str_eq(name, PP_STR("samples")));
    bool lines = definition_lines(p);
    bool estimated = pp_profile_estimated(p);
    if (counts && !named && !lines && !estimated && !is_word(producer) && !is_empty(w, p, text)) {
        return;
    }
    pp_sink_text(w->out, "# profpipe:");
    if (named) {
        write_word(w->out, "metric", name);
    }
    if (!named || !counts) {
        write_word(w->out, "unit", pp_str_of(unit));
    }
    if (lines) {
        write_word(w->out, "lines", PP_STR("definition"));
    }
    if (estimated) {
        write_word(w->out, "estimated", PP_STR("yes"));
    }
    if (is_word(producer)) {
        write_word(w->out, "producer", producer);
    }
    pp_sink_byte(w->out, '\n');
}

/* The unit asked for (times only) as name and divisor; the default is microseconds. */
static bool choose_unit(struct folded_writer *w, const struct pp_profile *p, const struct pp_options *options,
                        const char **unit, struct pp_error *err)
{
    static const struct {
        const char *name;
        int64_t divisor;
    } units[] = {{"us", 1000}, {"s", 1000000000}, {"ms", 1000000}, {"ns", 1}};
    const struct pp_metric *metric = &p->metrics[w->choice.metrics[0]];
    struct pp_str wanted = pp_options_get(options, "unit");
    w->divisor = 1;
    *unit = pp_unit_name(metric->unit);
    for (unsigned c = 0; c < w->choice.columns; c++) {
        w->decimals[c] = p->metrics[w->choice.metrics[c]].decimals;
    }
    if (metric->unit != PP_UNIT_NS) {
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (wanted.len == 0 || pp_str_eq(wanted, pp_str_of(units[i].name))) {
            *unit = units[i].name;
            w->divisor = units[i].divisor;
            for (unsigned d = 0; w->divisor > 1 && d < metric->decimals; d++) {
                w->divisor *= 10;
            }
            w->decimals[0] = w->decimals[1] = w->divisor > 1 ? 0 : metric->decimals;
            return true;
        }
    }
    return pp_fail(err, PP_USAGE, pp_nowhere(), "unknown unit \"%.*s\" (s, ms, us, ns)", PP_STR_ARG(wanted));
}

/* "before" and "after" make two columns; else the metric asked for or the default one. */
static bool choose_metrics(struct folded_writer *w, const struct pp_profile *p, const struct pp_options *options,
                           struct pp_error *err)
{
    struct pp_str wanted = pp_options_get(options, "metric");
    size_t before = pp_profile_metric(p, PP_STR("before"));
    size_t after = pp_profile_metric(p, PP_STR("after"));
    bool both =
        before < p->metric_count && after < p->metric_count && p->metrics[before].unit == p->metrics[after].unit;
    w->choice.threads = pp_str_eq(pp_options_get(options, "threads"), PP_STR("yes"));
    if (!wanted.len && both) {
        w->choice.columns = 2;
        w->choice.metrics[0] = before;
        w->choice.metrics[1] = after;
        return true;
    }
    w->choice.columns = 1;
    w->choice.metrics[0] = wanted.len ? pp_profile_metric(p, wanted) : pp_profile_default_metric(p);
    return w->choice.metrics[0] < p->metric_count ||
           pp_fail(err, PP_USAGE, pp_nowhere(), "the profile has no metric \"%.*s\"", PP_STR_ARG(wanted));
}

/* Columns that are not written. */
static bool declare_columns(const struct folded_writer *w, const struct pp_profile *p, const struct pp_options *options,
                            struct pp_error *err)
{
    if (p->metric_count <= w->choice.columns) {
        return true;
    }
    static const char lost[] =
        "the format holds one metric: only the main one is written (--option metric=NAME chooses)";
    pp_report_note(w->report, lost, pp_nowhere());
    return !options->strict || pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "%s (--strict)", lost);
}

/* Through a tree of texts. */
static bool write_unsorted(struct folded_writer *w, const struct pp_profile *p, const char *unit, struct pp_error *err)
{
    struct pp_profile *text = folded_text(p, &w->choice, w->report, err);
    if (text) {
        write_header(w, p, text, unit);
        write_texts(w, text);
        pp_profile_free(text);
    }
    return text != NULL;
}

bool folded_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options,
                  struct pp_report *report, struct pp_error *err)
{
    struct folded_writer w = {.out = out, .report = report};
    const char *unit;
    if (!choose_metrics(&w, p, options, err) || !choose_unit(&w, p, options, &unit, err) ||
        !declare_columns(&w, p, options, err)) {
        return false;
    }
    struct folded_labels labels = {0};
    folded_labels_init(&labels, p);
    bool sorted = !(w.choice.threads && p->sample_count) && folded_is_sorted(p, &labels);
    bool ok = true;
    if (sorted) {
        folded_note_changed(report, labels.changed);
        write_header(&w, p, NULL, unit);
        write_sorted(&w, p, &labels);
    }
    folded_labels_free(&labels);
    if (!sorted) {
        ok = write_unsorted(&w, p, unit, err);
    }
    pp_free(w.path);
    return ok;
}
