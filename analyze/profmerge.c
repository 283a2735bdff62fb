/* profmerge: several profiles added into one, in the format they have. */
#include <string.h>

#include "analyze/file_list.h"
#include "analyze/merge_files.h"
#include "base/number.h"

struct args {
    struct cli_common common;
    const char *weights, *label, *files_from;
    unsigned label_as;
    bool mean, nul, keep_going;
};

static const char *const label_kinds[] = {"column", "root", NULL};

/* clang-format off */
static const struct cli_option options[] = {
    {.name = "mean", .kind = CLI_FLAG, .offset = offsetof(struct args, mean),
     .help = "divide the sum by the number of files, or by the sum\nof --weights"},
    {.name = "weights", .argument = "W1,W2,...", .kind = CLI_STRING, .offset = offsetof(struct args, weights),
     .help = "count each file so many times, fractions allowed: one\nweight per file, in their order"},
    {.name = "label", .argument = "L1,L2,...", .kind = CLI_STRING, .offset = offsetof(struct args, label),
     .help = "keep files apart under one label per file, in their\norder; files of one label are added"},
    {.name = "label-as", .argument = "WHAT", .kind = CLI_CHOICE, .choices = label_kinds, .offset = offsetof(struct args, label_as),
     .help = "what labels become: column (default; \"before,after\"\nis what folded2svg draws as a difference) or root, a\nframe above all stacks of the file"},
    {.name = "files-from", .argument = "FILE", .kind = CLI_STRING, .offset = offsetof(struct args, files_from),
     .help = "add the files whose names stand in FILE too, one a\nline; - is standard input"},
    {.letter = '0', .name = "null", .kind = CLI_FLAG, .offset = offsetof(struct args, nul),
     .help = "names in --files-from end with NUL (find -print0)"},
    {.name = "keep-going", .kind = CLI_FLAG, .offset = offsetof(struct args, keep_going),
     .help = "leave out files that cannot be read or added, write\nthe sum of the others, and exit with 2"},
    {0},
};
/* clang-format on */

static const struct cli_example examples[] = {
    {"profmerge run1.prof run2.prof run3.prof -o all.prof",
     "what pstats.Stats(\"run1.prof\", \"run2.prof\", \"run3.prof\") adds up to"},
    {"profmerge --mean run1.prof run2.prof run3.prof | pstat-print", "the average run"},
    {"profmerge --label before,after old.folded new.folded | folded2svg -o diff.svg", "a differential flame graph"},
    {"find fleet -name '*.prof' -print0 | profmerge -0 --files-from - -o fleet.prof", "any number of files"},
    {0},
};

/* What the arguments say, one entry per file; freed by arena and array. */
struct inputs {
    struct pp_arena arena;
    struct file_list files;
    PP_VEC(uint64_t) weights;
    uint64_t divisor;
    PP_VEC(struct pp_str) labels;
};

static bool list_files(const struct args *a, int argc, char **argv, struct inputs *in)
{
    struct pp_error err = {0};
    size_t standard_inputs = a->files_from && strcmp(a->files_from, "-") == 0;
    for (int i = 0; i < argc; i++) {
        *PP_PUSH(&in->files.names) = argv[i];
        standard_inputs += strcmp(argv[i], "-") == 0;
    }
    if (standard_inputs > 1) {
        cli_usage(&a->common, "standard input can be read only once");
        return false;
    }
    if (a->files_from && !file_list_read(&in->files, &in->arena, a->files_from, a->nul, &err)) {
        cli_fail(&a->common, a->files_from, &err);
        return false;
    }
    if (a->nul && !a->files_from) {
        cli_usage(&a->common, "--null says how names end in the file of --files-from, which is not given");
        return false;
    }
    if (!a->files_from && argc == 0) {
        *PP_PUSH(&in->files.names) = "-";
    }
    return true;
}

/* The words between commas; false after a message when they are not one per file. */
static bool split(const struct args *a, const char *option, const char *text, struct inputs *in, struct pp_str *words)
{
    struct pp_str rest = pp_str_of(text);
    size_t count = 0;
    for (bool more = true; more; count++) {
        struct pp_cut cut = pp_str_cut(rest, ',');
        if (count < in->files.names.count) {
            words[count] = cut.head;
        }
        rest = cut.tail;
        more = cut.found;
    }
    if (count != in->files.names.count) {
        cli_usage(&a->common, "--%s: expected one per file (%zu), found %zu", option, in->files.names.count, count);
    }
    return count == in->files.names.count;
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent--) {
        power *= 10;
    }
    return power;
}

/* Weights as whole numbers of the smallest decimal unit that any of them has. */
static bool take_weights(const struct args *a, const struct pp_str *words, struct inputs *in)
{
    unsigned most = 0, decimals;
    int64_t value;
    bool rounded;
    for (size_t i = 0; i < in->files.names.count; i++) {
        if (!pp_parse_decimal(words[i], &value, &decimals, &rounded) || rounded || value <= 0) {
            cli_usage(&a->common, "--weights: expected a number above 0 with at most 9 decimals, found \"%.*s\"",
                      PP_STR_ARG(words[i]));
            return false;
        }
        most = decimals > most ? decimals : most;
    }
    in->divisor = power_of_ten(most);
    for (size_t i = 0; i < in->files.names.count; i++) {
        pp_parse_decimal(words[i], &value, &decimals, &rounded);
        if (!pp_mul_i64(value, (int64_t)power_of_ten(most - decimals), &value) ||
            (uint64_t)value > PP_MERGE_MOST_WEIGHT) {
            cli_usage(&a->common,
                      "--weights: %.*s is too large or too finely divided (%lu of the smallest unit at most)",
                      PP_STR_ARG(words[i]), (unsigned long)PP_MERGE_MOST_WEIGHT);
            return false;
        }
        *PP_PUSH(&in->weights) = (uint64_t)value;
    }
    return true;
}

static bool take_labels(const struct args *a, const struct pp_str *words, struct inputs *in)
{
    for (size_t i = 0; i < in->files.names.count; i++) {
        if (!words[i].len) {
            cli_usage(&a->common, "--label: expected a name, found nothing for file %zu", i + 1);
            return false;
        }
        *PP_PUSH(&in->labels) = words[i];
    }
    return true;
}

static bool take_inputs(const struct args *a, int argc, char **argv, struct inputs *in)
{
    in->divisor = 1;
    if (!list_files(a, argc, argv, in)) {
        return false;
    }
    if (a->label_as && !a->label) {
        cli_usage(&a->common, "--label-as needs --label");
        return false;
    }
    struct pp_str *words = PP_NEW_ARRAY(&in->arena, struct pp_str, in->files.names.count + 1);
    return (!a->weights || (split(a, "weights", a->weights, in, words) && take_weights(a, words, in))) &&
           (!a->label || (split(a, "label", a->label, in, words) && take_labels(a, words, in)));
}

/* A list may name nothing (a partition without files): with --to it is known what nothing looks like. */
static int write_nothing(const struct args *a)
{
    struct pp_error err = {0};
    if (!a->common.to) {
        pp_fail(&err, PP_SYNTAX, pp_nowhere(),
                "the list names no file, and without --to it is not known what to write");
        return cli_fail(&a->common, a->files_from, &err);
    }
    cli_warn(&a->common, "the list names no file: an empty profile is written");
    struct pp_profile *nothing = pp_merge(NULL, 0, &err);
    int status = nothing ? cli_write_profile(&a->common, nothing, NULL) : cli_fail(&a->common, NULL, &err);
    pp_profile_free(nothing);
    return status;
}

static int merge_and_write(const struct args *a, const struct inputs *in)
{
    struct merge_request request = {.common = &a->common,
                                    .paths = in->files.names.at,
                                    .count = in->files.names.count,
                                    .weights = in->weights.at,
                                    .divisor = in->divisor,
                                    .labels = in->labels.at,
                                    .label_as = a->label_as ? MERGE_LABELS_ROOT : MERGE_LABELS_COLUMN,
                                    .mean = a->mean,
                                    .keep_going = a->keep_going};
    struct merge_result result = merge_files(&request);
    if (!result.sum) {
        return CLI_TROUBLE;
    }
    /* What labels keep apart are stacks, which a format of calls does not hold. */
    bool stacks = result.sum->shapes & PP_SHAPE_STACKS;
    const struct pp_format *format = result.format;
    if (!format->write || (stacks && !(format->holds & PP_HOLDS_STACKS))) {
        format = pp_format_named(stacks ? PP_STR("folded") : PP_STR("pstat"));
    }
    int status = cli_write_profile(&a->common, result.sum, format);
    pp_profile_free(result.sum);
    if (result.left_out) {
        cli_error(&a->common, "%zu of %zu files were left out", result.left_out, in->files.names.count);
    }
    return result.left_out ? CLI_TROUBLE : status;
}

static int run(void *args, int argc, char **argv)
{
    struct args *a = args;
    struct inputs in = {0};
    int status = CLI_TROUBLE;
    if (take_inputs(a, argc, argv, &in)) {
        status = in.files.names.count ? merge_and_write(a, &in) : write_nothing(a);
    }
    pp_free(in.files.names.at);
    pp_free(in.weights.at);
    pp_free(in.labels.at);
    pp_arena_free(&in.arena);
    return status;
}

static const struct cli_tool tool = {
    .name = "profmerge",
    .summary = "add profiles",
    .synopsis = "[OPTION]... [FILE]...",
    .description = "Adds profiles and writes the sum in the format of the first, or as --to says. Files are read one "
                   "after another: memory is that of the sum. Calls and stacks are added together only when --to says "
                   "what the sum is to be.",
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
