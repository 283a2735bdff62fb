/* Who wrote a profile, by the marks producers leave. A guess, with its evidence. */
#include "analyze/facts.h"
#include "base/number.h"
#include "base/text.h"

static void decide(struct facts *facts, const char *producer, const char *evidence)
{
    pp_text_show_buffer(facts->producer, sizeof facts->producer, pp_str_of(producer));
    facts->evidence = evidence;
}

/* --- calls --- */

static bool has_function(const struct pp_profile *p, struct pp_str file, struct pp_str name_start)
{
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_function *f = pp_profile_function(p, p->rows[r].function);
        if (pp_str_eq(pp_profile_str(p, f->file), file) && pp_str_starts(pp_profile_str(p, f->name), name_start)) {
            return true;
        }
    }
    return false;
}

/* True when no row knows how often it was called: each says -1. */
static bool calls_unknown(const struct pp_profile *p)
{
    size_t unknown = 0;
    for (size_t r = 0; r < p->row_count; r++) {
        unknown += p->rows[r].calls == -1 && p->rows[r].primitive_calls == -1;
    }
    return unknown && unknown == p->row_count;
}

static void by_calls(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    bool only_counts = p->edge_count > 0;
    for (size_t e = 0; e < p->edge_count && only_counts; e++) {
        only_counts = p->edges[e].flags & PP_EDGE_COUNT_ONLY;
    }
    if (p->sampled_calls) {
        decide(facts, "CPython's sampling profiler (Tachyon)", "the file marks its counts as samples");
    } else if (calls_unknown(p)) {
        decide(facts, "pyinstrument", "all functions have -1 calls");
    } else if (p->counts_swapped) {
        decide(facts, "yappi", "calls and primitive calls stand swapped");
    } else if (has_function(p, PP_STR("profile"), PP_STR("profiler")) ||
               has_function(p, PP_STR("profile"), PP_STR(""))) {
        decide(facts, "profile (pure Python)", "it has the function profile:0(profiler)");
    } else if (has_function(p, PP_STR("~"), PP_STR("<method 'disable' of '_lsprof"))) {
        decide(facts, "cProfile", "_lsprof's own disable() is in it");
    } else if (only_counts) {
        decide(facts, "profile (pure Python)", "callers carry counts and no times");
    } else if (has_function(p, PP_STR("~"), PP_STR("<built-in method")) ||
               has_function(p, PP_STR("~"), PP_STR("<method '"))) {
        decide(facts, "cProfile", "built-in functions are named as cProfile names them");
    }
}

/* --- stacks --- */

static bool all_digits(struct pp_str s)
{
    uint64_t number;
    return pp_parse_u64(s, &number);
}

/* Austin's first frames: "P1234", "T0:1234". */
static bool austin_process(struct pp_str name)
{
    return name.len > 1 && name.data[0] == 'P' && all_digits(pp_str_sub(name, 1, name.len));
}

static bool perf_mark(struct pp_str name)
{
    return pp_str_ends(name, PP_STR("_[k]")) || pp_str_eq(name, PP_STR("[unknown]")) ||
           pp_str_ends(name, PP_STR("_[j]"));
}

static void by_stacks(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    size_t austin = 0, tachyon = 0, perf = 0, python_places = 0, frames = 0, roots = 0;
    for (size_t s = 1; s < p->stack_count; s++) {
        const struct pp_function *f = pp_frame_function(p, p->stacks[s].frame);
        struct pp_str name = pp_profile_str(p, f->name);
        struct pp_str file = pp_profile_str(p, f->file);
        bool root = p->stacks[s].parent.i == 0;
        roots += root;
        austin += root && austin_process(name);
        tachyon += root && pp_str_starts(name, PP_STR("tid:")) && all_digits(pp_str_sub(name, 4, name.len));
        perf += perf_mark(name);
        frames++;
        python_places += pp_str_ends(file, PP_STR(".py")) || pp_str_starts(file, PP_STR("<frozen "));
    }
    if (roots && austin == roots) {
        decide(facts, "Austin", "stacks begin with P<process>");
    } else if (roots && tachyon == roots) {
        decide(facts, "CPython's sampling profiler (Tachyon)", "stacks begin with tid:<thread>");
    } else if (perf) {
        decide(facts, "perf (stackcollapse-perf)", "kernel or unknown frames are marked as it marks them");
    } else if (p->bounds) {
        decide(facts, "profpipe", "stacks carry bounds of estimates");
    } else if (frames && python_places * 2 > frames) {
        decide(facts, "py-spy", "frames are written name (file.py:line)");
    }
}

void facts_find_producer(struct facts *facts)
{
    const struct pp_profile *p = facts->input->profile;
    struct pp_str named = pp_profile_meta(p, "producer");
    if (named.len) {
        pp_text_show_buffer(facts->producer, sizeof facts->producer, named);
        facts->evidence = "the file says so";
    } else if (p->shapes & PP_SHAPE_CALLS) {
        by_calls(facts);
    } else {
        by_stacks(facts);
    }
}
