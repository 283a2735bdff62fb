/* profmerge: several profiles added into one, in the format they have. */
#include "base/memory.h"
#include "cli/cli.h"
#include "model/merge.h"

struct args {
    struct cli_common common;
};

static const struct cli_option options[] = {{0}};

static const struct cli_example examples[] = {
    {"profmerge run1.prof run2.prof run3.prof -o all.prof",
     "what pstats.Stats(\"run1.prof\", \"run2.prof\", \"run3.prof\") adds up to"},
    {"profmerge monday.folded tuesday.folded | folded2svg -o week.svg", "stacks of two days in one flame graph"},
    {0},
};

static int merge_and_write(const struct cli_common *c, const struct cli_input *inputs, size_t count)
{
    struct pp_error err = {0};
    const struct pp_profile **profiles = pp_calloc(count, sizeof *profiles);
    for (size_t i = 0; i < count; i++) {
        profiles[i] = inputs[i].profile;
    }
    struct pp_profile *sum = pp_merge(profiles, count, &err);
    int status = sum ? cli_write_profile(c, sum, inputs[0].format) : cli_fail(c, NULL, &err);
    pp_profile_free(sum);
    pp_free(profiles);
    return status;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    size_t count = argc ? (size_t)argc : 1;
    struct cli_input *inputs = pp_calloc(count, sizeof *inputs);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = cli_read(&a->common, argc ? argv[i] : NULL, &inputs[i]);
    }
    int status = ok ? merge_and_write(&a->common, inputs, count) : CLI_TROUBLE;
    for (size_t i = 0; i < count; i++) {
        cli_input_free(&inputs[i]);
    }
    pp_free(inputs);
    return status;
}

static const struct cli_tool tool = {
    .name = "profmerge",
    .summary = "add profiles",
    .synopsis = "[OPTION]... FILE...",
    .description =
        "Adds profiles of one shape (calls or stacks) and writes the sum in the format of the first, or as --to says.",
    .options = options,
    .examples = examples,
    .args_size = sizeof(struct args),
    .flags = CLI_HAS_TO,
    .run = run,
};

int main(int argc, char **argv)
{
    return cli_main(&tool, argc, argv);
}
