#include "analyze/facts.h"

#include <string.h>

#include "base/intern.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "model/tree.h"

void facts_note(struct facts *facts, const char *what, struct pp_str example)
{
    size_t i = 0;
    while (i < facts->finding_count && strcmp(facts->findings[i].what, what) != 0) {
        i++;
    }
    if (i == FACTS_FINDINGS) {
        return;
    }
    struct facts_finding *finding = &facts->findings[i];
    if (i == facts->finding_count) {
        finding->what = what;
        pp_text_show_buffer(finding->example, sizeof finding->example, example);
        facts->finding_count++;
    }
    finding->count++;
}

/* --- what is used --- */

struct used {
    unsigned char *functions, *frames, *strings; /* strings: those that are files */
};

static void use_function(struct facts *facts, struct used *used, pp_function_id id)
{
    const struct pp_profile *p = facts->input->profile;
    if (used->functions[id.i]) {
        return;
    }
    used->functions[id.i] = 1;
    facts->functions++;
    const struct pp_function *f = pp_profile_function(p, id);
    if (f->file.i && !used->strings[f->file.i] && !pp_str_eq(pp_profile_str(p, f->file), PP_STR("~"))) {
        used->strings[f->file.i] = 1;
        facts->files++;
    }
    const pp_string_id names[] = {f->name, f->file, f->module};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!pp_utf8_valid(pp_profile_str(p, names[i]))) {
            facts_note(facts, "names that are no valid UTF-8", pp_profile_str(p, names[i]));
        }
    }
}

static void find_used(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    struct used used = {pp_calloc(p->function_count, 1), pp_calloc(p->frame_count, 1), pp_calloc(p->string_count, 1)};
    for (size_t r = 0; r < p->row_count; r++) {
        use_function(facts, &used, p->rows[r].function);
    }
    for (size_t e = 0; e < p->edge_count; e++) {
        use_function(facts, &used, p->edges[e].caller);
    }
    for (size_t s = 1; s < p->stack_count; s++) {
        uint32_t frame = p->stacks[s].frame.i;
        facts->frames += !used.frames[frame];
        used.frames[frame] = 1;
        use_function(facts, &used, p->frames[frame].function);
    }
    facts->edges = p->edge_count;
    pp_free(used.functions);
    pp_free(used.frames);
    pp_free(used.strings);
}

/* --- stacks --- */

static bool holds_value(const struct pp_profile *p, size_t stack)
{
    for (size_t m = 0; m < p->metric_count; m++) {
        if (p->stack_values[stack * p->metric_count + m]) {
            return true;
        }
    }
    return false;
}

static void find_depths(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    uint32_t *depths = pp_calloc(p->stack_count, sizeof *depths);
    double weights = 0, weighted = 0;
    for (size_t s = 0; s < p->stack_count; s++) {
        depths[s] = s ? depths[p->stacks[s].parent.i] + 1 : 0;
        facts->max_depth = depths[s] > facts->max_depth ? depths[s] : facts->max_depth;
        int64_t value = p->stack_values[s * p->metric_count + facts->main_metric];
        if (value < 0) {
            struct pp_str name =
                s ? pp_profile_str(p, pp_frame_function(p, p->stacks[s].frame)->name) : PP_STR("the root");
            facts_note(facts, "stacks with a negative value", name);
        } else {
            weights += (double)value;
            weighted += (double)value * depths[s];
        }
        facts->stacks += holds_value(p, s);
    }
    facts->mean_depth = weights > 0 ? weighted / weights : 0;
    pp_free(depths);
}

static void count_recursive(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    struct pp_tree tree;
    struct pp_walk walk;
    uint32_t *on_path = pp_calloc(p->function_count, sizeof *on_path);
    unsigned char *counted = pp_calloc(p->function_count, 1);
    pp_tree_init(&tree, p, facts->main_metric, PP_TREE_BY_ID);
    pp_walk_init(&walk, &tree);
    while (pp_walk_next(&walk)) {
        uint32_t function = p->frames[p->stacks[walk.stack].frame.i].function.i;
        if (walk.stack == 0) {
            continue;
        }
        if (!walk.entering) {
            on_path[function]--;
        } else if (on_path[function]++ && !counted[function]) {
            counted[function] = 1;
            facts->recursive_functions++;
        }
    }
    pp_walk_free(&walk);
    pp_tree_free(&tree);
    pp_free(on_path);
    pp_free(counted);
}

/* Totals of estimated stacks that do not stand below another estimated one. */
static void find_estimated(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    if (!pp_profile_estimated(p)) {
        return;
    }
    struct pp_tree tree;
    unsigned char *below = pp_calloc(p->stack_count, 1);
    double estimated = 0;
    pp_tree_init(&tree, p, facts->main_metric, PP_TREE_BY_ID);
    for (size_t s = 1; s < p->stack_count; s++) {
        uint32_t parent = p->stacks[s].parent.i;
        below[s] = below[parent] || p->bounds[s].flags & PP_STACK_ESTIMATED;
        estimated += below[s] && !below[parent] ? (double)tree.total[s] : 0;
    }
    facts->estimated_share = tree.total[0] ? estimated / (double)tree.total[0] : 0;
    pp_tree_free(&tree);
    pp_free(below);
}

static void find_samples(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    unsigned char *seen = pp_calloc(p->thread_count, 1);
    struct pp_intern pids = {0};
    struct pp_arena arena = {0};
    for (size_t s = 0; s < p->sample_count; s++) {
        seen[p->samples[s].thread.i] = 1;
        for (unsigned bit = 0; bit < sizeof facts->flag_counts / sizeof *facts->flag_counts; bit++) {
            facts->flag_counts[bit] += p->samples[s].flags >> bit & 1;
        }
    }
    for (size_t t = 0; t < p->thread_count; t++) {
        const int64_t *pid = &p->threads[t].pid;
        facts->threads += seen[t];
        if (seen[t] && *pid) {
            pp_intern_add(&pids, &arena, (struct pp_str){(const char *)pid, sizeof *pid});
        }
    }
    facts->processes = pids.count;
    pp_intern_free(&pids);
    pp_arena_free(&arena);
    if (p->sample_count) {
        facts->first_ns = p->samples[0].time_ns;
        facts->last_ns = p->samples[p->sample_count - 1].time_ns;
    }
    pp_free(seen);
}

static void find_duration(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    int64_t duration;
    if (pp_parse_i64(pp_profile_meta(p, "duration-ns"), &duration) && duration > 0) {
        facts->duration_ns = duration;
    } else if (facts->last_ns > facts->first_ns && pp_add_i64(facts->last_ns, -facts->first_ns, &duration)) {
        facts->duration_ns = duration;
    }
}

static void find_stacks(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    facts->main_metric = pp_profile_default_metric(p);
    facts->totals = pp_calloc(p->metric_count, sizeof *facts->totals);
    for (size_t m = 0; m < p->metric_count; m++) {
        for (size_t s = 0; s < p->stack_count; s++) {
            pp_add_i64(facts->totals[m], p->stack_values[s * p->metric_count + m], &facts->totals[m]);
        }
    }
    find_depths(facts);
    count_recursive(facts);
    find_estimated(facts);
    find_samples(facts);
    if (facts->totals[facts->main_metric] == 0) {
        facts_note(facts, "the main metric adds up to nothing", PP_STR(""));
    }
}

void facts_find(struct facts *facts, const struct cli_input *input)
{
    *facts = (struct facts){.input = input};
    find_used(facts);
    if (input->profile->shapes & PP_SHAPE_STACKS) {
        find_stacks(facts);
    }
    if (input->profile->shapes & PP_SHAPE_CALLS) {
        facts_check_calls(facts);
    }
    find_duration(facts);
    facts_find_producer(facts);
}

void facts_free(struct facts *facts)
{
    pp_free(facts->totals);
    facts->totals = NULL;
}
