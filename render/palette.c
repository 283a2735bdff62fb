#include "render/palette.h"

#include <string.h>

#include "base/intern.h"

enum palette {
    BY_MODULE,
    HOT,
    MEM,
    IO,
    WAKEUP,
    CHAIN,
    JAVA,
    JS,
    PERL,
    PYTHON,
    RUST,
    RED,
    GREEN,
    BLUE,
    AQUA,
    YELLOW,
    PURPLE,
    ORANGE,
    COLORBLIND
};

const char *const palette_names[] = {PALETTE_NAMES, NULL};

/* A stable hash (FNV-1a): colours are part of the output and must not change from run to run. */
static uint64_t name_hash(struct pp_str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++) {
        h = (h ^ (unsigned char)s.data[i]) * UINT64_C(0x100000001b3);
    }
    return pp_hash_u64(h);
}

/* A number from 0 to 1 from some bits of the hash. */
static double part(uint64_t hash, unsigned shift)
{
    return (double)(hash >> shift & 0xffff) / 65535.0;
}

static struct rgb make(double red, double green, double blue)
{
    return (struct rgb){(unsigned char)(red + .5), (unsigned char)(green + .5), (unsigned char)(blue + .5)};
}

static double channel(double hue, double chroma, double low)
{
    hue = hue < 0 ? hue + 6 : hue >= 6 ? hue - 6 : hue;
    double x = hue < 1 ? hue : hue < 3 ? 1 : hue < 4 ? 4 - hue : 0;
    return 255 * (low + chroma * x);
}

/* Hue 0-1, saturation and lightness 0-1. */
static struct rgb from_hsl(double hue, double saturation, double lightness)
{
    double reach = lightness < .5 ? lightness : 1 - lightness;
    double chroma = 2 * saturation * reach;
    double low = lightness - chroma / 2;
    return make(channel(hue * 6 + 2, chroma, low), channel(hue * 6, chroma, low), channel(hue * 6 - 2, chroma, low));
}

/* Base and spread of the single-hue palettes. */
static struct rgb single_hue(enum palette palette, double v)
{
    switch (palette) {
    case RED:
        return make(200 + 55 * v, 50 + 80 * v, 50 + 80 * v);
    case GREEN:
        return make(50 + 60 * v, 200 + 55 * v, 50 + 60 * v);
    case BLUE:
        return make(80 + 60 * v, 80 + 60 * v, 205 + 50 * v);
    case YELLOW:
        return make(175 + 55 * v, 175 + 55 * v, 50 + 20 * v);
    case PURPLE:
        return make(190 + 65 * v, 80 + 60 * v, 190 + 65 * v);
    case AQUA:
        return make(50 + 60 * v, 165 + 55 * v, 165 + 55 * v);
    case ORANGE:
        return make(190 + 65 * v, 90 + 65 * v, 0);
    default:
        return make(160, 160, 160);
    }
}

static bool contains(struct pp_str s, const char *what)
{
    struct pp_str needle = pp_str_of(what);
    return pp_str_search(s, needle) < s.len;
}

/* The suffixes by which perf's collapsers mark frames. */
static char annotation(struct pp_str label)
{
    return label.len > 4 && label.data[label.len - 1] == ']' && label.data[label.len - 3] == '['
               ? label.data[label.len - 2]
               : 0;
}

static enum palette hue_of_language(enum palette palette, struct pp_str label)
{
    char mark = annotation(label);
    if (mark == 'k') {
        return ORANGE;
    }
    switch (palette) {
    case JAVA:
        return mark == 'j'                                    ? GREEN
               : mark == 'i'                                  ? AQUA
               : contains(label, "::")                        ? YELLOW
               : contains(label, "/") || contains(label, ".") ? GREEN
                                                              : RED;
    case JS:
        return mark == 'j'              ? (contains(label, "/") ? GREEN : AQUA)
               : contains(label, "::")  ? YELLOW
               : contains(label, ".js") ? GREEN
               : contains(label, ":")   ? AQUA
                                        : RED;
    case PERL:
        return contains(label, "::") ? YELLOW : contains(label, "Perl") || contains(label, ".pl") ? GREEN : RED;
    case PYTHON:
        return contains(label, "site-packages")                          ? AQUA
               : contains(label, "python") || contains(label, "<frozen") ? YELLOW
               : contains(label, ".py")                                  ? GREEN
                                                                         : BLUE;
    case RUST:
        return contains(label, "core::") || contains(label, "std::") || contains(label, "alloc::") ? ORANGE
               : contains(label, "::")                                                             ? AQUA
                                                                                                   : YELLOW;
    case CHAIN:
        return mark == 'w' ? AQUA : BLUE;
    default:
        return RED;
    }
}

static bool is_standard_library(struct pp_str label)
{
    return contains(label, "<frozen") || (contains(label, "/lib/python") && !contains(label, "-packages/"));
}

/* Built-ins grey-violet, the standard library blue, packages a hue each, and what has no package by its own name in warm colours. */
static struct rgb by_module(struct pp_str label, struct pp_str package)
{
    uint64_t own = name_hash(label);
    double shade = part(own, 0);
    if (pp_str_eq(package, PP_STR("built-in")) || (label.len && (label.data[0] == '<' || label.data[0] == '{'))) {
        return from_hsl(.74, .22, .74 + .08 * shade);
    }
    if (is_standard_library(label)) {
        return from_hsl(.56 + .06 * part(own, 16), .48, .66 + .14 * shade);
    }
    if (contains(label, "-packages/")) {
        double hue = part(name_hash(package), 0);
        return from_hsl(.25 + .25 * hue + .03 * part(own, 32), .42, .60 + .16 * shade);
    }
    double hue = package.len ? part(name_hash(package), 8) : part(own, 16);
    return from_hsl(.01 + .10 * hue + .035 * part(own, 32), .82, .60 + .17 * shade);
}

/* Okabe and Ito's colours, lightened so that black text stays readable. */
static struct rgb colorblind(struct pp_str label, struct pp_str package)
{
    static const struct rgb colors[] = {{230, 159, 0},   {86, 180, 233}, {60, 179, 140}, {240, 228, 66},
                                        {120, 160, 210}, {225, 130, 70}, {214, 150, 186}};
    /* Seven hues are few: packages of the same one differ in lightness. */
    uint64_t hash = name_hash(package.len ? package : label);
    struct rgb c = colors[(hash >> 16) % (sizeof colors / sizeof *colors)];
    double lift = .05 + .3 * part(hash, 40) + .12 * part(name_hash(label), 0);
    return make(c.red + (255 - c.red) * lift, c.green + (255 - c.green) * lift, c.blue + (255 - c.blue) * lift);
}

struct rgb palette_color(unsigned palette, struct pp_str label, struct pp_str package)
{
    uint64_t hash = name_hash(label);
    double v = part(hash, 0), w = part(hash, 16), u = part(hash, 32);
    switch ((enum palette)palette) {
    case BY_MODULE:
        return by_module(label, package);
    case HOT:
        return make(205 + 50 * w, 230 * v, 55 * u);
    case MEM:
        return make(0, 190 + 50 * w, 210 * v);
    case IO:
        return make(80 + 60 * v, 80 + 60 * v, 190 + 55 * w);
    case WAKEUP:
        return single_hue(AQUA, v);
    case COLORBLIND:
        return colorblind(label, package);
    case JAVA:
    case JS:
    case PERL:
    case PYTHON:
    case RUST:
    case CHAIN:
        return single_hue(hue_of_language((enum palette)palette, label), v);
    default:
        return single_hue((enum palette)palette, v);
    }
}

struct rgb palette_delta(double share, bool classic)
{
    double strength = share < 0 ? -share : share;
    strength = strength > 1 ? 1 : strength;
    struct rgb far = share > 0 ? (classic ? (struct rgb){255, 90, 90} : (struct rgb){230, 130, 20})
                               : (classic ? (struct rgb){90, 90, 255} : (struct rgb){50, 130, 210});
    if (strength == 0) {
        return (struct rgb){250, 250, 250};
    }
    double s = .25 + .75 * strength;
    return make(250 + (far.red - 250) * s, 250 + (far.green - 250) * s, 250 + (far.blue - 250) * s);
}

static bool hex_color(const char *name, struct rgb *color)
{
    unsigned value = 0;
    if (name[0] != '#' || strlen(name) != 7) {
        return false;
    }
    for (const char *c = name + 1; *c; c++) {
        unsigned digit = *c >= '0' && *c <= '9'   ? (unsigned)(*c - '0')
                         : *c >= 'a' && *c <= 'f' ? (unsigned)(*c - 'a' + 10)
                         : *c >= 'A' && *c <= 'F' ? (unsigned)(*c - 'A' + 10)
                                                  : 99;
        if (digit > 15) {
            return false;
        }
        value = value << 4 | digit;
    }
    *color =
        (struct rgb){(unsigned char)(value >> 16), (unsigned char)(value >> 8 & 255), (unsigned char)(value & 255)};
    return true;
}

bool palette_background(const char *name, unsigned palette, struct rgb *top, struct rgb *bottom)
{
    static const struct {
        const char *name;
        struct rgb top, bottom;
    } known[] = {{"yellow", {238, 238, 238}, {238, 238, 176}},
                 {"blue", {238, 238, 238}, {224, 224, 255}},
                 {"green", {238, 242, 238}, {224, 255, 224}},
                 {"grey", {248, 248, 248}, {232, 232, 232}},
                 {"white", {255, 255, 255}, {255, 255, 255}}};
    if (!name) {
        name = palette == MEM                                           ? "green"
               : palette == IO || palette == WAKEUP || palette == CHAIN ? "blue"
               : palette == BY_MODULE || palette == COLORBLIND          ? "white"
                                                                        : "yellow";
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) == 0) {
            *top = known[i].top;
            *bottom = known[i].bottom;
            return true;
        }
    }
    if (!hex_color(name, top)) {
        return false;
    }
    *bottom = *top;
    return true;
}
