#include "render/options.h"

#include <string.h>

static const char *const units[] = {"auto", "s", "ms", "us", "ns", "B", "KiB", "MiB", "GiB", NULL};
static const char *const widths[] = {"max", "after", "before", "sum", NULL};
static const char *const matches[] = {"name", "exact", "fuzzy", "line", "path", NULL};
static const char *const delta_of[] = {"total", "self", NULL};
static const char *const granularities[] = {"line", "function", "file", "module", "package", NULL};
static const char *const norms[] = {"none", "total", "root", NULL};
static const char *const formats[] = {"svg", "svgz", NULL};
/* flamegraph.pl takes --color for --colors, as half of the scripts for it say. */
enum { WHENS = 3 };
static const char *const whens_and_palettes[] = {"auto", "always", "never", PALETTE_NAMES, NULL};

#define FIELD(field) .offset = offsetof(struct draw_args, field)
#define STRING(field, text, arg, what)                                                                                 \
    {                                                                                                                  \
        .name = text, .argument = arg, .kind = CLI_STRING, FIELD(field), .help = what                                  \
    }
#define NUMBER(field, text, what)                                                                                      \
    {                                                                                                                  \
        .name = text, .argument = "N", .kind = CLI_DOUBLE, FIELD(field), .help = what                                  \
    }
#define FLAG(field, text, what)                                                                                        \
    {                                                                                                                  \
        .name = text, .kind = CLI_FLAG, FIELD(field), .help = what                                                     \
    }
#define SAME(field, text, other)                                                                                       \
    {                                                                                                                  \
        .name = text, .kind = CLI_FLAG, FIELD(field), .alias_of = other                                                \
    }

/* clang-format off */
const struct cli_option draw_options[] = {
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
    {.name = "match", .argument = "WHAT", .kind = CLI_CHOICE, .choices = matches, FIELD(match), .help = "frames are the same by module path and name (default), by exact path, line and name, or fuzzily: renamed ones too"},
    FLAG(negate, "negate", "swap the colours of growth and shrinkage"),
    {.name = "title", .argument = "TEXT", .kind = CLI_STRING, FIELD(title), .help = "heading", .group = "Looks"},
    STRING(subtitle, "subtitle", "TEXT", "second heading"),
    NUMBER(width, "width", "width in px (default: that of the window, 1200 without scripts)"),
    NUMBER(height, "height", "height of a frame in px (default 16)"),
    STRING(fonttype, "fonttype", "FONT", "font family (default monospace)"),
    NUMBER(fontsize, "fontsize", "font size in px (default 12)"),
    NUMBER(fontwidth, "fontwidth", "width of a character per font size (default 0.59)"),
    {.letter = 'c', .name = "colors", .argument = "PALETTE", .kind = CLI_CHOICE, .choices = palette_names, FIELD(palette), .help = "module (default) hot mem io wakeup chain java js perl python rust red green blue aqua yellow purple orange colorblind; in diffs \"red\" is the classic red and blue"},
    {.name = "color", .argument = "WHEN", .kind = CLI_CHOICE, .choices = whens_and_palettes, FIELD(color), .help = "auto, always or never, as in all programs; a palette means --colors, as in flamegraph.pl"},
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
     .help = "embed the exact data when it is at most SIZE bytes of text (default 16M; 0: never)"},
    FLAG(no_javascript, "no-javascript", "only the still picture"),
    STRING(encoding, "encoding", "NAME", "UTF-8, the only one"),
    {.name = "hash", .kind = CLI_FLAG, FIELD(ignored), .help = "accepted: colours always depend on names only", .group = "Accepted for scripts written for other tools"},
    FLAG(ignored, "deterministic", "accepted: output is always reproducible"),
    FLAG(ignored, "random", "accepted, and without effect for the same reason"),
    FLAG(no_sort, "no-sort", "siblings in the order of the input"),
    FLAG(ignored, "pretty-xml", "accepted: one frame a line already"),
    {0},
};
/* clang-format on */

void draw_defaults(void *args)
{
    struct draw_args *a = args;
    a->height = 16;
    a->fontsize = 12;
    a->fontwidth = 0.59;
    a->factor = 1;
    a->max_frames = 20000;
    a->embed = 16 << 20;
    a->fonttype = "monospace";
    a->nametype = "Function:";
}

/* Words that end up in the style sheet may hold only what fonts and colours need. */
static bool plain_word(const struct draw_args *a, const char *option, const char *value)
{
    for (const char *c = value; c && *c; c++) {
        bool quote =
            (*c == '"' || *c == '\'') && strcmp(option, "fonttype") == 0; /* in an attribute only, and escaped there */
        bool plain = quote || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr(" ,-_#().%", *c);
        if (!plain) {
            cli_usage(&a->common, "--%s: \"%s\" has a character that no font or colour needs", option, value);
            return false;
        }
    }
    return true;
}

bool draw_check(struct draw_args *a)
{
    struct rgb top, bottom;
    a->palette = a->color >= WHENS ? a->color - WHENS : a->palette;
    if (!(a->width >= 0 && a->width <= 100000) || !(a->height >= 4 && a->height <= 200) ||
        !(a->fontsize >= 4 && a->fontsize <= 100) || !(a->fontwidth > 0.1 && a->fontwidth < 3)) {
        cli_usage(&a->common,
                  "--width (0-100000), --height (4-200), --fontsize (4-100) or --fontwidth (0.1-3) is out of range");
        return false;
    }
    if (!(a->factor > -1e15 && a->factor < 1e15) || !(a->noise >= 0 && a->noise < 1e15)) {
        cli_usage(&a->common, "--factor or --noise is not a number that makes sense");
        return false;
    }
    if (!palette_background(a->bgcolors, a->palette, &top, &bottom)) {
        cli_usage(&a->common, "--bgcolors: expected yellow, blue, green, grey, white or #rrggbb, found \"%s\"",
                  a->bgcolors);
        return false;
    }
    if (a->encoding && strcmp(a->encoding, "UTF-8") != 0 && strcmp(a->encoding, "utf-8") != 0) {
        cli_usage(&a->common, "--encoding: the output is always UTF-8");
        return false;
    }
    return plain_word(a, "fonttype", a->fonttype) && plain_word(a, "search-color", a->searchcolor) &&
           plain_word(a, "uicolor", a->uicolor) && plain_word(a, "stroke-color", a->strokecolor);
}
