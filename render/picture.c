#include "render/picture.h"

#include "render/data_block.h"
#include "render/options.h"
#include "render/side_files.h"

static bool lay_out(const struct draw_args *a, const struct drawing *d, struct layout *layout)
{
    struct pp_error err = {0};
    struct layout_request r;
    if (!draw_layout_request(&r, a, d)) {
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
        cli_warn(&a->common, "%llu of %llu frames are estimates (hatched): the profile knows calls, not stacks",
                 (unsigned long long)l->estimated, (unsigned long long)l->drawn);
    }
    if (l->recursion_cut) {
        cli_warn(&a->common, "%llu recursive frames are drawn to the first repeat",
                 (unsigned long long)l->recursion_cut);
    }
    if (l->cut_frames) {
        value_text(text, &s->values, l->cut_value);
        cli_warn(&a->common, "%llu frames of %llu (%s) are drawn as \"(n more)\" boxes (--max-frames, --minwidth)",
                 (unsigned long long)l->cut_frames, (unsigned long long)l->cut_frames + (unsigned long long)l->drawn,
                 text);
    }
    if (l->diff && !s->delta.poisson && !a->has_noise) {
        cli_warn(&a->common, "one run each cannot tell noise from change: differences within %g %% are white (--noise)",
                 s->delta.noise);
    }
}

/* --- output --- */

static bool gzipped(const struct draw_args *a)
{
    return a->format == 1 || (a->common.output && pp_str_ends(pp_str_of(a->common.output), PP_STR(".svgz")));
}

static int write_svg(const struct draw_args *a, const struct drawing *d, const struct layout *l,
                     const struct svg_style *s)
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
        cli_warn(&a->common,
                 "the exact data was not embedded: it is more than %llu KiB of text; --embed SIZE raises the limit",
                 (unsigned long long)(a->embed >> 10));
    }
    s->data = block.base64;
    s->data_bytes = (size_t)block.bytes;
    return true;
}

/* Adds what stands in files: --nameattr and --cp. */
static int write_with_files(const struct draw_args *a, const struct drawing *d, const struct layout *l,
                            struct svg_style *s, struct pp_arena *arena)
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

int picture_write(const struct draw_args *a, const struct drawing *d)
{
    struct layout layout = {0};
    struct svg_style style;
    struct pp_arena arena = {0};
    int status = CLI_TROUBLE;
    if (lay_out(a, d, &layout)) {
        draw_style(&style, a, d);
        say_what_was_done(a, &layout, &style);
        if (embed(a, d, &arena, &style)) {
            status = write_with_files(a, d, &layout, &style, &arena);
        }
    }
    layout_free(&layout);
    pp_arena_free(&arena);
    return status;
}

int picture_of_diff(const struct cli_common *common, struct pp_profile *joined, enum diff_normalize normalize)
{
    struct draw_args args = {0};
    struct drawing d = {.data = joined, .profile = joined, .metric = 1, .diff = true};
    draw_defaults(&args);
    args.common = *common;
    args.normalize = normalize;
    return picture_write(&args, &d);
}
