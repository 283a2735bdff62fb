/* folded2svg: flame graphs from any profile. */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/cli.h"
#include "model/estimate.h"
#include "model/filter.h"
#include "model/merge.h"
#include "render/data_block.h"
#include "render/side_files.h"
#include "render/svg_writer.h"

struct args {
    struct cli_common common;
    const char *title, *subtitle, *notes, *countname, *nametype, *fonttype, *bgcolors, *encoding, *nameattr, *minwidth, *metric;
    const char *uicolor, *searchcolor, *strokecolor;
    double width, height, fontsize, fontwidth, factor, total, noise;
    bool has_noise, inverted, reverse, chart, negate, cp, diff, truncate_left, truncate_right, no_javascript, collapse, no_sort, ignored,
        color_diffusion;
    uint64_t max_frames;
    unsigned palette, unit, diff_width, diff_by, normalize, format;
    struct cli_events base;
};

static const char *const units[] = {"auto", "s", "ms", "us", "ns", NULL};
static const char *const widths[] = {"max", "after", "before", "sum", NULL};
static const char *const delta_of[] = {"total", "self", NULL};
static const char *const norms[] = {"none", "total", "root", NULL};
static const char *const formats[] = {"svg", "svgz", NULL};

#define FIELD(field) .offset = offsetof(struct args, field)
#define STRING(field, text, arg, what) {.name = text, .argument = arg, .kind = CLI_STRING, FIELD(field), .help = what}
#define NUMBER(field, text, what) {.name = text, .argument = "N", .kind = CLI_DOUBLE, FIELD(field), .help = what}
#define FLAG(field, text, what) {.name = text, .kind = CLI_FLAG, FIELD(field), .help = what}
#define SAME(field, text, other) {.name = text, .kind = CLI_FLAG, FIELD(field), .alias_of = other}

static const struct cli_option options[] = {
    {.letter = 'i', .name = "inverted", .kind = CLI_FLAG, FIELD(inverted), .help = "root at the top (icicle)", .group = "View"},
    SAME(inverted, "icicle", "inverted"),
    FLAG(reverse, "reverse", "leaves first: what ran, and above it who called it"),
    FLAG(chart, "flamechart", "in time order, one band per thread"),
    SAME(chart, "chart", "flamechart"),
    FLAG(collapse, "collapse-recursion", "direct repeats of a function become one frame"),
    {.name = "base", .argument = "NAME", .kind = CLI_EVENTS, FIELD(base), .help = "only stacks with this function, which becomes the root\n(repeatable)"},
    STRING(metric, "metric", "NAME", "the metric to draw (default: the main one)"),
    {.name = "max-frames", .argument = "N", .kind = CLI_UINT, FIELD(max_frames), .help = "draw the N largest frames (default 20000); the rest is\ndrawn as \"(n more)\" boxes"},
    STRING(minwidth, "minwidth", "N[%]", "leave out frames below N px, or N % of the total"),
    {.name = "diff", .kind = CLI_FLAG, FIELD(diff), .help = "compare two files, BEFORE and AFTER", .group = "Differential"},
    {.name = "diff-width", .argument = "WHAT", .kind = CLI_CHOICE, .choices = widths, FIELD(diff_width), .help = "width of a frame: max (default), after, before, sum"},
    {.name = "diff-by", .argument = "WHAT", .kind = CLI_CHOICE, .choices = delta_of, FIELD(diff_by), .help = "colour by the change of total (default) or self"},
    {.name = "normalize", .argument = "WHAT", .kind = CLI_CHOICE, .choices = norms, FIELD(normalize), .help = "scale before to after: none, total, root"},
    {.name = "noise", .argument = "N", .kind = CLI_DOUBLE, FIELD(noise), .given_offset = offsetof(struct args, has_noise), .help = "white zone: standard deviations of counts (default\n2) or percent of the total time (default 0.1)"},
    FLAG(negate, "negate", "swap the colours of growth and shrinkage"),
    {.name = "title", .argument = "TEXT", .kind = CLI_STRING, FIELD(title), .help = "heading", .group = "Looks"},
    STRING(subtitle, "subtitle", "TEXT", "second heading"),
    NUMBER(width, "width", "width in px (default: that of the window, 1200 without\nscripts)"),
    NUMBER(height, "height", "height of a frame in px (default 16)"),
    STRING(fonttype, "fonttype", "FONT", "font family (default monospace)"),
    NUMBER(fontsize, "fontsize", "font size in px (default 12)"),
    NUMBER(fontwidth, "fontwidth", "width of a character per font size (default 0.59)"),
    {.letter = 'c', .name = "colors", .argument = "PALETTE", .kind = CLI_CHOICE, .choices = palette_names, FIELD(palette), .help = "module (default) hot mem io wakeup chain java js perl\npython rust red green blue aqua yellow purple orange\ncolorblind; in diffs \"red\" is the classic red and blue"},
    STRING(bgcolors, "bgcolors", "COLOR", "yellow, blue, green, grey, white or #rrggbb"),
    FLAG(color_diffusion, "colordiffusion", "colour by width"),
    STRING(searchcolor, "search-color", "COLOR", "colour of what a search finds"),
    STRING(uicolor, "uicolor", "COLOR", "colour of the buttons' text"),
    STRING(strokecolor, "stroke-color", "COLOR", "outline of frames"),
    FLAG(truncate_left, "truncate-text-left", "keep the end of names that do not fit"),
    FLAG(truncate_right, "truncate-text-right", "keep their beginning (the default)"),
    STRING(countname, "countname", "TEXT", "what is counted (default: the metric or unit)"),
    STRING(nametype, "nametype", "TEXT", "label before names (default \"Function:\")"),
    {.name = "unit", .argument = "UNIT", .kind = CLI_CHOICE, .choices = units, FIELD(unit), .help = "auto, s, ms, us or ns for times"},
    NUMBER(factor, "factor", "multiply displayed values by N"),
    NUMBER(total, "total", "what the whole width stands for, if more than the sum"),
    STRING(notes, "notes", "TEXT", "a comment put in the file"),
    STRING(nameattr, "nameattr", "FILE", "links and titles for functions: name<TAB>key=value..."),
    FLAG(cp, "cp", "keep colours in palette.map in this folder"),
    {.name = "format", .argument = "FORMAT", .kind = CLI_CHOICE, .choices = formats, FIELD(format), .help = "svg (default) or svgz"},
    FLAG(no_javascript, "no-javascript", "only the still picture"),
    STRING(encoding, "encoding", "NAME", "UTF-8, the only one"),
    {.name = "hash", .kind = CLI_FLAG, FIELD(ignored), .help = "accepted: colours always depend on names only", .group = "Accepted for scripts written for other tools"},
    FLAG(ignored, "deterministic", "accepted: output is always reproducible"),
    FLAG(ignored, "random", "accepted, and without effect for the same reason"),
    FLAG(no_sort, "no-sort", "siblings in the order of the input"),
    FLAG(ignored, "pretty-xml", "accepted: one frame a line already"),
    {0},
};

static const struct cli_example examples[] = {
    {"folded2svg < stacks.txt > out.svg", "folded stacks into a flame graph"},
    {"folded2svg output.prof -o out.svg", "a cProfile file; estimated frames are hatched"},
    {"folded2svg --diff before.prof after.prof -o diff.svg", "what grew and what shrank"},
    {0},
};

static void defaults(void *args)
{
    struct args *a = args;
    a->height = 16;
    a->fontsize = 12;
    a->fontwidth = 0.59;
    a->factor = 1;
    a->max_frames = 20000;
    a->fonttype = "monospace";
    a->nametype = "Function:";
}

/* Words that end up in the style sheet may hold only what fonts and colours need. */
static bool plain_word(const struct args *a, const char *option, const char *value)
{
    for (const char *c = value; c && *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr(" ,-_#().%", *c);
        if (!plain) {
            cli_usage(&a->common, "--%s: \"%s\" has a character that no font or colour needs", option, value);
            return false;
        }
    }
    return true;
}

static bool check_options(const struct args *a)
{
    struct rgb top, bottom;
    if (!(a->width >= 0 && a->width <= 100000) || !(a->height >= 4 && a->height <= 200) || !(a->fontsize >= 4 && a->fontsize <= 100) ||
        !(a->fontwidth > 0.1 && a->fontwidth < 3)) {
        cli_usage(&a->common, "--width, --height, --fontsize or --fontwidth is out of range");
        return false;
    }
    if (!palette_background(a->bgcolors, a->palette, &top, &bottom)) {
        cli_usage(&a->common, "--bgcolors: expected yellow, blue, green, grey, white or #rrggbb, found \"%s\"", a->bgcolors);
        return false;
    }
    if (a->encoding && strcmp(a->encoding, "UTF-8") != 0 && strcmp(a->encoding, "utf-8") != 0) {
        cli_usage(&a->common, "--encoding: the output is always UTF-8");
        return false;
    }
    return plain_word(a, "fonttype", a->fonttype) && plain_word(a, "search-color", a->searchcolor) &&
           plain_word(a, "uicolor", a->uicolor) && plain_word(a, "stroke-color", a->strokecolor);
}

/* --- input --- */

struct drawing {
    struct pp_profile *profile, *before; /* STACKS, owned */
    struct pp_arena arena;
};

/* Whatever was read as stacks, with the filters asked for. */
static struct pp_profile *as_stacks(const struct args *a, struct pp_profile *p)
{
    struct pp_error err = {0};
    struct pp_profile *made = NULL;
    if (!(p->shapes & PP_SHAPE_STACKS)) {
        struct pp_estimate_options estimate = {.max_nodes = (size_t)a->max_frames * 4 + 1000};
        made = pp_estimate_stacks(p, &estimate, &err);
    } else if (a->collapse) {
        struct pp_filter filter = {.collapse_recursion = true};
        made = pp_filter_apply(p, &filter, NULL, NULL, &err);
    } else {
        return p;
    }
    pp_profile_free(p);
    if (!made) {
        cli_fail(&a->common, NULL, &err);
    }
    return made;
}

static struct pp_profile *read_all(const struct args *a, int count, char **paths)
{
    struct pp_error err = {0};
    size_t n = count ? (size_t)count : 1;
    struct cli_input *inputs = pp_calloc(n, sizeof *inputs);
    const struct pp_profile **profiles = pp_calloc(n, sizeof *profiles);
    struct pp_profile *result = NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        ok = cli_read(&a->common, count ? paths[i] : NULL, &inputs[i]);
        profiles[i] = inputs[i].profile;
    }
    if (ok && n == 1) {
        result = inputs[0].profile;
        inputs[0].profile = NULL;
    } else if (ok) {
        result = pp_merge(profiles, n, &err);
        if (!result) {
            cli_fail(&a->common, NULL, &err);
        }
    }
    for (size_t i = 0; i < n; i++) {
        cli_input_free(&inputs[i]);
    }
    pp_free(inputs);
    pp_free(profiles);
    return result ? as_stacks(a, result) : NULL;
}

static bool read_drawing(const struct args *a, int argc, char **argv, struct drawing *d)
{
    if (!a->diff) {
        d->profile = read_all(a, argc, argv);
        return d->profile != NULL;
    }
    if (argc != 2) {
        cli_usage(&a->common, "--diff: expected two files, BEFORE and AFTER");
        return false;
    }
    d->before = read_all(a, 1, argv);
    d->profile = d->before ? read_all(a, 1, argv + 1) : NULL;
    return d->profile != NULL;
}

/* --- request and style --- */

static bool choose_metrics(const struct args *a, const struct drawing *d, struct flame_request *r)
{
    const struct pp_profile *p = d->profile;
    size_t before = pp_profile_metric(p, PP_STR("before"));
    r->metric = a->metric ? pp_profile_metric(p, pp_str_of(a->metric)) : pp_profile_default_metric(p);
    if (r->metric == p->metric_count) {
        cli_usage(&a->common, "--metric: the profile has no metric \"%s\"", a->metric);
        return false;
    }
    if (d->before) {
        r->before_metric = pp_profile_metric(d->before, pp_profile_str(p, p->metrics[r->metric].name));
        r->before_metric = r->before_metric < d->before->metric_count ? r->before_metric : pp_profile_default_metric(d->before);
        if (d->before->metrics[r->before_metric].unit != p->metrics[r->metric].unit) {
            cli_error(&a->common, "one profile is in %s and the other in %s; they cannot be compared",
                      pp_unit_name(d->before->metrics[r->before_metric].unit), pp_unit_name(p->metrics[r->metric].unit));
            return false;
        }
    } else if (!a->metric && before < p->metric_count && pp_profile_metric(p, PP_STR("after")) < p->metric_count) {
        r->two_columns = true;
        r->before_metric = before;
    }
    return true;
}

/* --minwidth is px as in flamegraph.pl, or percent with a % sign. */
static bool min_share(const struct args *a, double *share)
{
    double value;
    struct pp_str text = pp_str_of(a->minwidth);
    bool percent = text.len && text.data[text.len - 1] == '%';
    *share = 0;
    if (!a->minwidth) {
        return true;
    }
    if (!pp_parse_double(pp_str_sub(text, 0, text.len - percent), &value) || !(value >= 0)) {
        cli_usage(&a->common, "--minwidth: expected px or a percentage, found \"%s\"", a->minwidth);
        return false;
    }
    *share = percent ? value / 100 : value / ((a->width > 0 ? a->width : 1200) - 20);
    return true;
}

/* The unit values are shown in, and how many of it one value is. */
static void set_unit(const struct args *a, const struct drawing *d, size_t metric, double sum, struct svg_style *s)
{
    static const double per_ns[] = {0, 1e-9, 1e-6, 1e-3, 1};
    const struct pp_metric *m = &d->profile->metrics[metric];
    s->unit_scale = 1;
    for (unsigned i = 0; i < m->decimals; i++) {
        s->unit_scale /= 10;
    }
    s->counts = m->unit == PP_UNIT_COUNT;
    s->unit = m->unit == PP_UNIT_BYTES ? "bytes" : "samples";
    if (m->unit == PP_UNIT_NS) {
        /* Auto: the unit in which the whole is at least a thousand. */
        unsigned unit = a->unit ? a->unit : sum >= 1e12 ? 1 : sum >= 1e9 ? 2 : sum >= 1e6 ? 3 : 4;
        s->unit = units[unit];
        s->unit_scale *= per_ns[unit];
    }
    s->count_name = a->countname ? a->countname : s->unit;
}

static void set_style(const struct args *a, struct svg_style *s)
{
    *s = (struct svg_style){.subtitle = a->subtitle, .notes = a->notes, .name_type = a->nametype, .font_type = a->fonttype,
                            .background = a->bgcolors, .ui_color = a->uicolor, .search_color = a->searchcolor,
                            .stroke_color = a->strokecolor, .width = a->width, .frame_height = a->height, .font_size = a->fontsize,
                            .font_width = a->fontwidth, .factor = a->factor, .total = a->total, .palette = a->palette,
                            .inverted = a->inverted, .negate = a->negate, .delta_by_self = a->diff_by == 1,
                            .color_by_width = a->color_diffusion, .truncate_left = a->truncate_left && !a->truncate_right,
                            .scripts = !a->no_javascript};
    s->classic_delta = strcmp(palette_names[a->palette], "red") == 0;
    s->title = a->title ? a->title : a->chart ? "Flame Chart" : a->inverted ? "Icicle Graph" : "Flame Graph";
}

static void request_of(const struct args *a, const struct drawing *d, struct flame_request *r, const char **base)
{
    static const enum diff_width width_of[] = {DIFF_MAX, DIFF_AFTER, DIFF_BEFORE, DIFF_SUM};
    for (size_t i = 0; i < a->base.count; i++) {
        base[i] = a->base.at[i].argument;
    }
    *r = (struct flame_request){.profile = d->profile, .before = d->before, .reverse = a->reverse, .chart = a->chart,
                                .keep_order = a->no_sort, .base = a->base.count ? base : NULL, .width = width_of[a->diff_width],
                                .normalize = (enum diff_normalize)a->normalize, .max_frames = (size_t)a->max_frames};
}

/* What the reader of the picture should know and cannot see. */
static void say_what_was_done(const struct args *a, const struct drawing *d, const struct flame *f)
{
    uint64_t estimated = 0, recursive = 0;
    for (size_t i = 0; d->profile->bounds && i < d->profile->stack_count; i++) {
        estimated += (d->profile->bounds[i].flags & PP_STACK_ESTIMATED) != 0;
        recursive += (d->profile->bounds[i].flags & PP_STACK_RECURSION_CUT) != 0;
    }
    if (estimated) {
        cli_warn(&a->common, "%llu of %zu frames are estimates (hatched): the profile knows calls, not stacks", (unsigned long long)estimated,
                 d->profile->stack_count - 1);
    }
    if (recursive) {
        cli_warn(&a->common, "%llu recursive frames are drawn to the first repeat", (unsigned long long)recursive);
    }
    if (f->cut_frames) {
        cli_warn(&a->common, "%llu small frames are drawn as \"(n more)\" boxes (--max-frames, --minwidth)", (unsigned long long)f->cut_frames);
    }
    if (a->chart && d->profile->sample_count == 0) {
        cli_warn(&a->common, "no samples with times: the chart is in order of first appearance");
    }
}

/* --- output --- */

static int write_svg(const struct args *a, const struct flame *f, const struct svg_style *s)
{
    struct pp_sink *out = cli_open_output(&a->common, a->format == 1);
    if (!out) {
        return CLI_TROUBLE;
    }
    if (a->format == 1) {
        out = pp_sink_gzip(out);
    }
    svg_write(f, s, out);
    return cli_close_output(&a->common, out, CLI_OK);
}

/* Adds what stands in files: the exact data, --nameattr, --cp. */
static int write_with_files(const struct args *a, struct drawing *d, const struct flame *f, size_t metric, struct svg_style *s)
{
    struct pp_error err = {0};
    struct pp_report report = {0};
    struct name_attributes attributes;
    struct color_map *map = a->cp ? color_map_open("palette.map", a->palette, &err) : NULL;
    if (a->cp && !map) {
        return cli_fail(&a->common, "palette.map", &err);
    }
    s->fixed_color = map ? color_map_color : NULL;
    s->fixed_context = map;
    s->data = data_block(&d->arena, d->before ? f->text : d->profile, d->before ? (size_t)FLAME_AFTER : metric, &err);
    if (a->nameattr && !read_name_attributes(a->nameattr, &d->arena, &attributes, &report, &err)) {
        return cli_fail(&a->common, a->nameattr, &err);
    }
    s->attributes = a->nameattr ? &attributes : NULL;
    cli_show_report(&a->common, a->nameattr, &report);
    int status = write_svg(a, f, s);
    if (map && !color_map_close(map, "palette.map", &err)) {
        status = cli_fail(&a->common, "palette.map", &err);
    }
    return status;
}

static int draw(const struct args *a, struct drawing *d)
{
    struct pp_error err = {0};
    struct flame_request request;
    struct flame flame;
    struct svg_style style;
    const char **base = PP_NEW_ARRAY(&d->arena, const char *, a->base.count + 1);
    request_of(a, d, &request, base);
    if (!choose_metrics(a, d, &request) || !min_share(a, &request.min_share)) {
        return CLI_TROUBLE;
    }
    if (!flame_init(&flame, &request, &err)) {
        return cli_fail(&a->common, NULL, &err);
    }
    set_style(a, &style);
    set_unit(a, d, request.metric, (double)flame.tree.total[0], &style);
    style.noise = a->has_noise ? a->noise : style.counts ? 2 : 0.1;
    say_what_was_done(a, d, &flame);
    int status = write_with_files(a, d, &flame, request.metric, &style);
    flame_free(&flame);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    struct drawing d = {0};
    int status = CLI_TROUBLE;
    if (check_options(a) && read_drawing(a, argc, argv, &d)) {
        status = draw(a, &d);
    }
    pp_profile_free(d.profile);
    pp_profile_free(d.before);
    pp_arena_free(&d.arena);
    return status;
}

static const struct cli_tool tool = {
    .name = "folded2svg",
    .summary = "draw a flame graph",
    .synopsis = "[OPTION]... [FILE]...",
    .description = "Draws any profile as an SVG that can be zoomed, searched and turned in a browser, and that is a right still picture where "
                   "scripts do not run. Several files are added. The exact data is inside: svg2folded gives it back.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .defaults = defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
