/* folded2svg: flame graphs from any profile. */
#include "render/options.h"
#include "render/picture.h"

static const struct cli_example examples[] = {
    {"folded2svg < stacks.txt > out.svg", "folded stacks into a flame graph"},
    {"folded2svg output.prof -o out.svg", "a cProfile file; estimated frames are hatched"},
    {"folded2svg --diff before.prof after.prof -o diff.svg", "what grew and what shrank"},
    {0},
};

static int run(void *args, int argc, char **argv)
{
    struct draw_args *a = args;
    struct drawing d = {0};
    if (a->chart) {
        a->common.reading = (struct pp_option){PP_STR("order"), PP_STR("time")};
    }
    int status = CLI_TROUBLE;
    if (draw_check(a) && drawing_init(&d, a, argc, argv)) {
        status = picture_write(a, &d);
    }
    drawing_free(&d);
    return status;
}

static const struct cli_tool tool = {
    .name = "folded2svg",
    .summary = "draw a flame graph",
    .synopsis = "[OPTION]... [FILE]...",
    .description = "Draws any profile as an SVG that can be zoomed, searched and turned in a browser, and that is a "
                   "right still picture where "
                   "scripts do not run. Several files are added. The exact data is inside: svg2folded gives it back.",
    .options = draw_options,
    .examples = examples,
    .args_size = sizeof(struct draw_args),
    .defaults = draw_defaults,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
