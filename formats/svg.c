/* Flame graph pictures as data: those of folded2svg, FlameGraph (2011 to today), inferno, py-spy, cargo-flamegraph. See docs/formats/svg.md. */
#include "formats/format.h"
#include "formats/svg/svg.h"

/* An <svg> element early in XML text; what flame graphs have in common adds to the certainty. */
static unsigned probe(struct pp_str head)
{
    static const char *const signs[] = {"data-profpipe=", "xmlns:fg=", "Flame Graph", "func_g", "frames"};
    struct pp_str start =
        pp_str_trim(pp_str_starts(head, PP_STR("\xef\xbb\xbf")) ? pp_str_sub(head, 3, head.len) : head);
    unsigned bits = 40;
    if (!pp_str_starts(start, PP_STR("<")) || pp_str_search(head, PP_STR("<svg")) == head.len) {
        return 0;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        bits += pp_str_search(head, pp_str_of(signs[i])) < head.len ? 16 : 0;
    }
    return bits;
}

static const char *const extensions[] = {"svg", "svgz", NULL};

const struct pp_format pp_format_svg = {
    .name = "svg",
    .summary = "flame graph SVGs of folded2svg, FlameGraph, inferno and py-spy",
    .extensions = extensions,
    .holds = PP_HOLDS_STACKS | PP_HOLDS_LINES,
    .probe = probe,
    .read = svg_read,
};
