/* folded2svg: flame graphs from any profile. */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/cli.h"
#include "render/data_block.h"
#include "render/drawing.h"
#include "render/side_files.h"
#include "render/svg_writer.h"

static const char *const units[] = {"auto", "s", "ms", "us", "ns", "B", "KiB", "MiB", "GiB", NULL};
static const char *const widths[] = {"max", "after", "before", "sum", NULL};
static const char *const matches[] = {"name", "line", "path", NULL};
static const enum diff_width width_of[] = {DIFF_WIDTH_MAX, DIFF_WIDTH_AFTER, DIFF_WIDTH_BEFORE, DIFF_WIDTH_SUM};
static const char *const delta_of[] = {"total", "self", NULL};
static const char *const granularities[] = {"line", "function", "file", "module", "package", NULL};
static const char *const norms[] = {"none", "total", "root", NULL};
static const char *const formats[] = {"svg", "svgz", NULL};

#define FIELD(field) .offset = offsetof(struct draw_args, field)
#define STRING(field, text, arg, what) {.name = text, .argument = arg, .kind = CLI_STRING, FIELD(field), .help = what}
#define NUMBER(field, text, what) {.name = text, .argument = "N", .kind = CLI_DOUBLE, FIELD(field), .help = what}
#define FLAG(field, text, what) {.name = text, .kind = CLI_FLAG, FIELD(field), .help = what}
#define SAME(field, text, other) {.name = text, .kind = CLI_FLAG, FIELD(field), .alias_of = other}

static const struct cli_option options[] = {
    {.letter = 'i', .name = "inverted", .kind = CLI_FLAG, FIELD(icicle), .help = "root at the top (icicle)", .group = "View"},
    SAME(icicle, "icicle", "inverted"),
    FLAG(reverse, "reverse", "leaves first: what ran, and above it who called it"),
    FLAG(chart, "flamechart", "in time order, one band per thread"),
    SAME(chart, "chart", "flamechart"),
    FLAG(collapse, "collapse-recursion", "direct repeats of a function become one frame"),
    {.name = "base", .argument = "NAME", .kind = CLI_EVENTS, FIELD(base), .help = "only stacks with this function, which becomes the root (repeatable)"},
    {.name = "granularity", .argument = "WHAT", .kind = CLI_CHOICE, .choices = granularities, FIELD(granularity),
     .help = "frames become functions, files, modules or packages (default: lines, as they are)"},
    STRING(metric, "metric", "NAME", "the metric to draw (default: the main one)"),
    {.name = "max-frames", .argument = "N", .kind = CLI_UINT, FIELD(max_frames), .help = "draw the N largest frames (default 20000); the rest is drawn as \"(n more)\" boxes"},
    STRING(minwidth, "minwidth", "N[%]", "leave out frames below N px, or N % of the total"),
    {.name = "diff", .kind = CLI_FLAG, FIELD(diff), .help = "compare two files, BEFORE and AFTER", .group = "Differential"},
    {.name = "diff-width", .argument = "WHAT", .kind = CLI_CHOICE, .choices = widths, FIELD(diff_width), .help = "width of a frame: max (default), after, before, sum"},
    {.name = "diff-by", .argument = "WHAT", .kind = CLI_CHOICE, .choices = delta_of, FIELD(diff_by), .help = "colour by the change of total (default) or self"},
    {.name = "normalize", .argument = "WHAT", .kind = CLI_CHOICE, .choices = norms, FIELD(normalize), .help = "scale before to after: none, total, root"},
    {.name = "noise", .argument = "N", .kind = CLI_DOUBLE, FIELD(noise), .given_offset = offsetof(struct draw_args, has_noise), .help = "white zone: standard deviations of counts (default 2) or percent of times (default 5)"},
    {.name = "match", .argument = "WHAT", .kind = CLI_CHOICE, .choices = matches, FIELD(match), .help = "frames are the same by name and file name (default), line too, or path too"},
    FLAG(negate, "negate", "swap the colours of growth and shrinkage"),
    {.name = "title", .argument = "TEXT", .kind = CLI_STRING, FIELD(title), .help = "heading", .group = "Looks"},
    STRING(subtitle, "subtitle", "TEXT", "second heading"),
    NUMBER(width, "width", "width in px (default: that of the window, 1200 without scripts)"),
    NUMBER(height, "height", "height of a frame in px (default 16)"),
    STRING(fonttype, "fonttype", "FONT", "font family (default monospace)"),
    NUMBER(fontsize, "fontsize", "font size in px (default 12)"),
    NUMBER(fontwidth, "fontwidth", "width of a character per font size (default 0.59)"),
    {.letter = 'c', .name = "colors", .argument = "PALETTE", .kind = CLI_CHOICE, .choices = palette_names, FIELD(palette), .help = "module (default) hot mem io wakeup chain java js perl python rust red green blue aqua yellow purple orange colorblind; in diffs \"red\" is the classic red and blue"},
    STRING(bgcolors, "bgcolors", "COLOR", "yellow, blue, green, grey, white or #rrggbb"),
    FLAG(color_diffusion, "colordiffusion", "colour by width"),
    STRING(searchcolor, "search-color", "COLOR", "colour of what a search finds"),
    STRING(uicolor, "uicolor", "COLOR", "colour of the buttons' text"),
    STRING(strokecolor, "stroke-color", "COLOR", "outline of frames"),
    FLAG(truncate_left, "truncate-text-left", "keep the end of names that do not fit"),
    FLAG(truncate_right, "truncate-text-right", "keep their beginning (the default)"),
    STRING(countname, "countname", "TEXT", "what is counted (default: the metric or unit)"),
    STRING(nametype, "nametype", "TEXT", "label before names (default \"Function:\")"),
    {.name = "unit", .argument = "UNIT", .kind = CLI_CHOICE, .choices = units, FIELD(unit), .help = "auto, s, ms, us or ns for times; B, KiB, MiB or GiB for bytes"},
    {.name = "factor", .argument = "N", .kind = CLI_DOUBLE, FIELD(factor), .given_offset = offsetof(struct draw_args, has_factor),
     .help = "multiply displayed values by N; times are then shown as plain numbers"},
    {.name = "total", .argument = "N", .kind = CLI_UINT, FIELD(total), .help = "what the whole width stands for, if more than the sum"},
    STRING(notes, "notes", "TEXT", "a comment put in the file"),
    STRING(nameattr, "nameattr", "FILE", "links and titles for functions: name<TAB>key=value..."),
    FLAG(cp, "cp", "keep colours in palette.map in this folder"),
    {.name = "format", .argument = "FORMAT", .kind = CLI_CHOICE, .choices = formats, FIELD(format), .help = "svg (default) or svgz"},
    {.name = "embed", .argument = "SIZE", .kind = CLI_UINT, FIELD(embed), .given_offset = offsetof(struct draw_args, has_embed),
     .help = "embed the exact data when it is at most SIZE bytes of text (default 4M; 0: never)"},
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
    struct draw_args *a = args;
    a->height = 16;
    a->fontsize = 12;
    a->fontwidth = 0.59;
    a->factor = 1;
    a->max_frames = 20000;
    a->embed = 4 << 20;
    a->fonttype = "monospace";
    a->nametype = "Function:";
}

/* Words that end up in the style sheet may hold only what fonts and colours need. */
static bool plain_word(const struct draw_args *a, const char *option, const char *value)
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

static bool check_options(const struct draw_args *a)
{
    struct rgb top, bottom;
    if (!(a->width >= 0 && a->width <= 100000) || !(a->height >= 4 && a->height <= 200) || !(a->fontsize >= 4 && a->fontsize <= 100) ||
        !(a->fontwidth > 0.1 && a->fontwidth < 3)) {
        cli_usage(&a->common, "--width (0-100000), --height (4-200), --fontsize (4-100) or --fontwidth (0.1-3) is out of range");
        return false;
    }
    if (!(a->factor > -1e15 && a->factor < 1e15) || !(a->noise >= 0 && a->noise < 1e15)) {
        cli_usage(&a->common, "--factor or --noise is not a number that makes sense");
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

/* --- what is drawn, how it looks --- */

/* --minwidth is px as in flamegraph.pl, or percent with a % sign. */
static bool min_share(const struct draw_args *a, double *share)
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

static void set_values(const struct draw_args *a, const struct drawing *d, struct svg_style *s)
{
    const struct pp_metric *m = &d->profile->metrics[d->metric];
    s->values = (struct value_style){.unit = m->unit, .decimals = m->decimals, .shown = (enum shown_unit)a->unit, .factor = a->factor};
    s->values.plain = a->countname || a->has_factor;
    s->values.count_name = a->countname ? a->countname : m->unit == PP_UNIT_COUNT ? "samples" : pp_unit_name(m->unit);
    if (d->chart) {
        s->values = (struct value_style){.unit = PP_UNIT_NS, .shown = (enum shown_unit)a->unit, .factor = 1, .count_name = "ns"};
    }
    s->metric_name = pp_profile_str(d->profile, m->name);
    s->delta.poisson = m->unit == PP_UNIT_COUNT;
    s->delta.noise = a->has_noise ? a->noise : s->delta.poisson ? 2 : 5;
}

static const char *default_title(const struct draw_args *a, const struct drawing *d)
{
    if (d->diff) {
        return a->icicle ? "Differential Icicle Graph" : "Differential Flame Graph";
    }
    return a->chart ? "Flame Chart" : a->icicle ? "Icicle Graph" : "Flame Graph";
}

static void set_style(const struct draw_args *a, const struct drawing *d, struct svg_style *s)
{
    *s = (struct svg_style){.subtitle = a->subtitle, .notes = a->notes, .name_type = a->nametype, .font_type = a->fonttype,
                            .background = a->bgcolors, .ui_color = a->uicolor, .search_color = a->searchcolor,
                            .stroke_color = a->strokecolor, .width = a->width, .frame_height = a->height, .font_size = a->fontsize,
                            .font_width = a->fontwidth, .palette = a->palette, .icicle = a->icicle, .reversed = d->turned != NULL,
                            .color_by_width = a->color_diffusion, .truncate_left = a->truncate_left && !a->truncate_right,
                            .scripts = !a->no_javascript, .max_frames = a->max_frames};
    s->title = a->title ? a->title : default_title(a, d);
    s->delta = (struct delta_style){.by_self = a->diff_by == 1, .negate = a->negate, .width = width_of[a->diff_width],
                                    .normalize = (enum diff_normalize)a->normalize};
    s->delta.classic = strcmp(palette_names[a->palette], "red") == 0;
    set_values(a, d, s);
}

static bool lay_out(const struct draw_args *a, const struct drawing *d, struct layout *layout)
{
    struct pp_error err = {0};
    struct layout_request r = {.profile = d->profile, .metric = d->metric, .diff = d->diff, .before = d->before,
                               .width = width_of[a->diff_width], .normalize = (enum diff_normalize)a->normalize,
                               .input_order = a->no_sort || (a->chart && !d->chart), .max_frames = a->max_frames};
    r.total = a->total > INT64_MAX ? INT64_MAX : (int64_t)a->total;
    for (unsigned i = 0; i < d->profile->metrics[d->metric].decimals; i++) {
        r.total = r.total > INT64_MAX / 10 ? INT64_MAX : r.total * 10;
    }
    if (!min_share(a, &r.min_share)) {
        return false;
    }
    if (!(d->chart ? layout_chart(layout, &r, &err) : layout_tree(layout, &r, &err))) {
        cli_fail(&a->common, NULL, &err);
        return false;
    }
    if (r.total && r.total < layout->sum) {
        cli_warn(&a->common, "--total is less than the sum of the values and was ignored");
    }
    return true;
}

/* What the reader of the picture should know and cannot see. */
static void say_what_was_done(const struct draw_args *a, const struct layout *l, const struct svg_style *s)
{
    char text[VALUE_TEXT_SIZE];
    if (l->estimated) {
        cli_warn(&a->common, "%llu of %llu frames are estimates (hatched): the profile knows calls, not stacks", (unsigned long long)l->estimated,
                 (unsigned long long)l->drawn);
    }
    if (l->recursion_cut) {
        cli_warn(&a->common, "%llu recursive frames are drawn to the first repeat", (unsigned long long)l->recursion_cut);
    }
    if (l->cut_frames) {
        value_text(text, &s->values, l->cut_value);
        cli_warn(&a->common, "%llu frames of %llu (%s) are drawn as \"(n more)\" boxes (--max-frames, --minwidth)", (unsigned long long)l->cut_frames,
                 (unsigned long long)(l->cut_frames + l->drawn), text);
    }
    if (l->diff && !s->delta.poisson && !a->has_noise) {
        cli_warn(&a->common, "one run each cannot tell noise from change: differences within %g %% are white (--noise)", s->delta.noise);
    }
}

/* --- output --- */

static bool gzipped(const struct draw_args *a)
{
    return a->format == 1 || (a->common.output && pp_str_ends(pp_str_of(a->common.output), PP_STR(".svgz")));
}

static int write_svg(const struct draw_args *a, const struct drawing *d, const struct layout *l, const struct svg_style *s)
{
    struct pp_sink *out = cli_open_output(&a->common, gzipped(a));
    if (!out) {
        return CLI_TROUBLE;
    }
    if (gzipped(a)) {
        out = pp_sink_gzip(out);
    }
    svg_write(l, d->profile, s, out);
    return cli_close_output(&a->common, out, CLI_OK);
}

/* The exact data, unless it would be larger than --embed allows. */
static bool embed(const struct draw_args *a, const struct drawing *d, struct pp_arena *arena, struct svg_style *s)
{
    struct pp_error err = {0};
    struct data_block block = {0};
    if (a->has_embed && a->embed == 0) {
        return true;
    }
    if (!data_block_make(&block, arena, d->data, d->metric, d->diff, a->embed, &err)) {
        cli_fail(&a->common, NULL, &err);
        return false;
    }
    if (block.base64.len == 0) {
        cli_warn(&a->common, "the exact data was not embedded: it is more than %llu KiB of text; --embed SIZE raises the limit",
                 (unsigned long long)(a->embed >> 10));
    }
    s->data = block.base64;
    s->data_bytes = (size_t)block.bytes;
    return true;
}

/* Adds what stands in files: --nameattr and --cp. */
static int write_with_files(const struct draw_args *a, const struct drawing *d, const struct layout *l, struct svg_style *s, struct pp_arena *arena)
{
    struct pp_error err = {0};
    struct pp_report report = {0};
    struct name_attributes attributes;
    if (a->nameattr && !read_name_attributes(a->nameattr, arena, &attributes, &report, &err)) {
        return cli_fail(&a->common, a->nameattr, &err);
    }
    s->attributes = a->nameattr ? &attributes : NULL;
    cli_show_report(&a->common, a->nameattr, &report);
    struct color_map *map = a->cp ? color_map_open("palette.map", &err) : NULL;
    if (a->cp && !map) {
        return cli_fail(&a->common, "palette.map", &err);
    }
    s->fixed_color = map ? color_map_color : NULL;
    s->fixed_context = map;
    int status = write_svg(a, d, l, s);
    if (map && !color_map_close(map, "palette.map", &err)) {
        status = cli_fail(&a->common, "palette.map", &err);
    }
    return status;
}

static int draw(const struct draw_args *a, const struct drawing *d)
{
    struct layout layout = {0};
    struct svg_style style;
    struct pp_arena arena = {0};
    int status = CLI_TROUBLE;
    if (lay_out(a, d, &layout)) {
        set_style(a, d, &style);
        say_what_was_done(a, &layout, &style);
        if (embed(a, d, &arena, &style)) {
            status = write_with_files(a, d, &layout, &style, &arena);
        }
    }
    layout_free(&layout);
    pp_arena_free(&arena);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    const struct draw_args *a = args;
    struct drawing d = {0};
    int status = CLI_TROUBLE;
    if (check_options(a) && drawing_init(&d, a, argc, argv)) {
        status = draw(a, &d);
    }
    drawing_free(&d);
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
    .args_size = sizeof(struct draw_args),
    .defaults = defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
