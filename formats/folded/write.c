/* Writing folded stacks: merged, in byte order of the frames, the total kept to one unit. */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "formats/folded/folded.h"
#include "model/label.h"
#include "model/tree.h"

struct folded_writer {
    struct pp_sink *out;
    struct pp_report *report;
    struct pp_profile *text; /* the stacks with whole frame texts as names: frames that read alike are one */
    size_t metrics[2];
    unsigned columns;
    int64_t divisor; /* of values: ns to the unit written */
    int64_t carried[2]; /* what rounding has left over so far, in values */
    char *path;
    size_t path_len, path_capacity;
};

/* A frame's text with what would break the line replaced. */
static pp_string_id frame_text(struct folded_writer *w, struct pp_builder *b, struct pp_arena *scratch, const struct pp_profile *p,
                               uint32_t frame)
{
    struct pp_str label = pp_label_folded(scratch, p, &p->frames[frame]);
    char *text = pp_arena_alloc(scratch, label.len + 1, 1);
    bool changed = false;
    for (size_t i = 0; i < label.len; i++) {
        char c = label.data[i];
        text[i] = (char)(c == ';' ? ':' : c == '\n' || c == '\r' ? ' ' : c);
        changed = changed || text[i] != c;
    }
    if (changed) {
        pp_report_note(w->report, "frames with ';' or line ends were written with ':' or ' ' there", pp_nowhere());
    }
    return pp_builder_string(b, (struct pp_str){text, label.len});
}

/* A profile whose functions are the frames' texts. */
static struct pp_profile *as_text(struct folded_writer *w, const struct pp_profile *p, struct pp_error *err)
{
    struct pp_builder *b = pp_builder_new();
    struct pp_arena scratch = {0};
    uint32_t *frames = pp_calloc(p->frame_count, sizeof *frames);
    uint32_t *stacks = pp_calloc(p->stack_count, sizeof *stacks);
    for (unsigned c = 0; c < w->columns; c++) {
        pp_builder_metric(b, c ? PP_STR("2") : PP_STR("1"), PP_UNIT_COUNT);
    }
    pp_builder_stacks(b);
    for (uint32_t f = 0; f < p->frame_count; f++) {
        struct pp_arena_mark mark = pp_arena_save(&scratch);
        struct pp_function function = {.name = frame_text(w, b, &scratch, p, f)};
        frames[f] = pp_builder_frame(b, &(struct pp_frame){.function = pp_builder_function(b, &function)}).i;
        pp_arena_restore(&scratch, mark);
    }
    for (uint32_t i = 0; i < p->stack_count; i++) {
        struct pp_stack s = p->stacks[i];
        stacks[i] = i ? pp_builder_push(b, (pp_stack_id){stacks[s.parent.i]}, (pp_frame_id){frames[s.frame.i]}).i : 0;
        for (unsigned c = 0; c < w->columns; c++) {
            pp_builder_add(b, (pp_stack_id){stacks[i]}, c, p->stack_values[i * p->metric_count + w->metrics[c]]);
        }
    }
    pp_free(frames);
    pp_free(stacks);
    pp_arena_free(&scratch);
    return pp_builder_finish(b, err);
}

static void push_name(struct folded_writer *w, struct pp_str name)
{
    size_t need = w->path_len + name.len + 1;
    w->path = need > w->path_capacity ? pp_grow(w->path, need, &w->path_capacity, 1) : w->path;
    if (w->path_len) {
        w->path[w->path_len++] = ';';
    }
    if (name.len) {
        memcpy(w->path + w->path_len, name.data, name.len);
    }
    w->path_len += name.len;
}

/* The value in the unit written; what rounding leaves is carried to the next line, so that the total is right to one unit. */
static int64_t to_unit(struct folded_writer *w, unsigned column, int64_t value)
{
    if (w->divisor <= 1) {
        return value;
    }
    int64_t rest = value % w->divisor + w->carried[column];
    int64_t whole = value / w->divisor;
    if (rest * 2 >= w->divisor) {
        whole++;
        rest -= w->divisor;
    }
    w->carried[column] = rest;
    return whole;
}

static void write_line(struct folded_writer *w, uint32_t stack)
{
    int64_t values[2] = {0, 0};
    char numbers[2][32];
    for (unsigned c = 0; c < w->columns; c++) {
        unsigned decimals = w->text->metrics[c].decimals;
        values[c] = to_unit(w, c, w->text->stack_values[stack * w->columns + c]);
        numbers[c][pp_format_decimal(numbers[c], values[c], decimals)] = '\0';
    }
    if (values[0] == 0 && values[1] == 0) {
        return;
    }
    pp_sink_write(w->out, w->path, w->path_len);
    for (unsigned c = 0; c < w->columns; c++) {
        pp_sink_byte(w->out, ' ');
        pp_sink_text(w->out, numbers[c]);
    }
    pp_sink_byte(w->out, '\n');
}

static void write_lines(struct folded_writer *w)
{
    struct pp_tree tree;
    struct pp_walk walk;
    PP_VEC(size_t) lengths = {0}; /* of the path above each open stack */
    pp_tree_init(&tree, w->text, 0, PP_TREE_BY_NAME);
    pp_walk_init(&walk, &tree);
    while (pp_walk_next(&walk)) {
        if (!walk.entering) {
            w->path_len = lengths.at[--lengths.count];
            continue;
        }
        *PP_PUSH(&lengths) = w->path_len;
        if (walk.stack) {
            push_name(w, pp_profile_str(w->text, pp_frame_function(w->text, w->text->stacks[walk.stack].frame)->name));
        }
        write_line(w, walk.stack);
    }
    pp_walk_free(&walk);
    pp_tree_free(&tree);
    pp_free(lengths.at);
}

static bool definition_lines(const struct pp_profile *p)
{
    for (size_t i = 0; i < p->function_count; i++) {
        if (p->functions[i].line != 0) {
            return true;
        }
    }
    return false;
}

/* One comment with what the lines cannot say; plain counts need none. */
static void write_header(const struct folded_writer *w, const struct pp_profile *p, const char *unit)
{
    const struct pp_metric *metric = &p->metrics[w->metrics[0]];
    bool counts = metric->unit == PP_UNIT_COUNT;
    bool lines = definition_lines(p);
    bool estimated = pp_profile_estimated(p);
    if (counts && !lines && !estimated) {
        return;
    }
    pp_sink_text(w->out, "# profpipe:");
    if (!counts) {
        struct pp_str name = pp_profile_str(p, metric->name);
        if (w->columns == 1 && pp_str_find(name, ' ') == name.len && pp_str_find(name, '\n') == name.len) {
            pp_sink_text(w->out, " metric=");
            pp_sink_str(w->out, name);
        }
        pp_sink_text(w->out, " unit=");
        pp_sink_text(w->out, unit);
    }
    pp_sink_text(w->out, lines ? " lines=definition" : "");
    pp_sink_text(w->out, estimated ? " estimated=yes" : "");
    pp_sink_byte(w->out, '\n');
}

/* The unit asked for (times only) as name and divisor; the default is microseconds. */
static bool choose_unit(struct folded_writer *w, const struct pp_profile *p, const struct pp_options *options, const char **unit,
                        struct pp_error *err)
{
    static const struct {
        const char *name;
        int64_t divisor;
    } units[] = {{"us", 1000}, {"s", 1000000000}, {"ms", 1000000}, {"ns", 1}};
    struct pp_str wanted = pp_options_get(options, "unit");
    w->divisor = 1;
    *unit = pp_unit_name(p->metrics[w->metrics[0]].unit);
    if (p->metrics[w->metrics[0]].unit != PP_UNIT_NS) {
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (wanted.len == 0 || pp_str_eq(wanted, pp_str_of(units[i].name))) {
            *unit = units[i].name;
            w->divisor = units[i].divisor;
            for (unsigned d = 0; d < p->metrics[w->metrics[0]].decimals; d++) {
                w->divisor *= 10;
            }
            return true;
        }
    }
    return pp_fail(err, PP_USAGE, pp_nowhere(), "unknown unit \"%.*s\" (s, ms, us, ns)", PP_STR_ARG(wanted));
}

/* "before" and "after" make two columns; else the metric asked for or the default one. */
static bool choose_metrics(struct folded_writer *w, const struct pp_profile *p, const struct pp_options *options, struct pp_error *err)
{
    struct pp_str wanted = pp_options_get(options, "metric");
    size_t before = pp_profile_metric(p, PP_STR("before"));
    size_t after = pp_profile_metric(p, PP_STR("after"));
    w->columns = 1;
    if (!wanted.len && before < p->metric_count && after < p->metric_count) {
        w->columns = 2;
        w->metrics[0] = before;
        w->metrics[1] = after;
        return true;
    }
    w->metrics[0] = wanted.len ? pp_profile_metric(p, wanted) : pp_profile_default_metric(p);
    return w->metrics[0] < p->metric_count ||
           pp_fail(err, PP_USAGE, pp_nowhere(), "the profile has no metric \"%.*s\"", PP_STR_ARG(wanted));
}

bool folded_write(const struct pp_profile *p, struct pp_sink *out, const struct pp_options *options, struct pp_report *report,
                  struct pp_error *err)
{
    struct folded_writer w = {.out = out, .report = report};
    const char *unit;
    if (!choose_metrics(&w, p, options, err) || !choose_unit(&w, p, options, &unit, err)) {
        return false;
    }
    w.text = as_text(&w, p, err);
    if (!w.text) {
        return false;
    }
    /* The text profile's columns are unnamed copies; their decimals are those of the originals. */
    for (unsigned c = 0; c < w.columns; c++) {
        ((struct pp_metric *)(uintptr_t)w.text->metrics)[c].decimals = w.divisor > 1 ? 0 : p->metrics[w.metrics[c]].decimals;
    }
    write_header(&w, p, unit);
    write_lines(&w);
    pp_profile_free(w.text);
    pp_free(w.path);
    return true;
}
