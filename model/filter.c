#include "model/filter.h"

#include "base/memory.h"
#include "model/filter_parts.h"
#include "model/label.h"

enum { ASK = 0, NO = 1, YES = 2 };

void filter_match_init(struct filter_match *match, const struct pp_profile *p, struct pp_regex *regex)
{
    *match = (struct filter_match){.profile = p, .regex = regex};
    if (regex) {
        match->answers = pp_calloc(p->function_count, 1);
    }
}

bool filter_matches(struct filter_match *match, uint32_t function)
{
    if (!match->regex) {
        return false;
    }
    unsigned char *answer = &match->answers[function];
    if (*answer == ASK) {
        const struct pp_profile *p = match->profile;
        const struct pp_function *f = &p->functions[function];
        struct pp_arena_mark mark = pp_arena_save(&match->scratch);
        /* The parts alone too: "^" and "$" are to mean the ends of a name or a path. */
        bool found = pp_regex_search(match->regex, pp_profile_str(p, f->name)) ||
                     (f->file.i && pp_regex_search(match->regex, pp_profile_str(p, f->file))) ||
                     (f->module.i && pp_regex_search(match->regex, pp_profile_str(p, f->module))) ||
                     pp_regex_search(match->regex, pp_label_standard(&match->scratch, p, (pp_function_id){function}));
        *answer = found ? YES : NO;
        match->found |= found;
        pp_arena_restore(&match->scratch, mark);
    }
    return *answer == YES;
}

void filter_note_unmatched(const struct filter_match *match, struct pp_report *report, const char *what)
{
    if (match->regex && !match->found) {
        pp_report_note(report, what, pp_nowhere());
    }
}

void filter_match_free(struct filter_match *match)
{
    pp_free(match->answers);
    pp_arena_free(&match->scratch);
}

bool filter_is_coarse(const struct pp_filter *filter)
{
    return filter->granularity == PP_GRANULARITY_FILE || filter->granularity == PP_GRANULARITY_MODULE ||
           filter->granularity == PP_GRANULARITY_PACKAGE;
}

pp_function_id filter_function(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                               struct pp_arena *scratch, pp_function_id function)
{
    const struct pp_function *from = pp_profile_function(p, function);
    struct pp_str name = pp_profile_str(p, from->name);
    struct pp_str file = pp_profile_str(p, from->file);
    struct pp_str module = pp_profile_str(p, from->module);
    int64_t line = from->line;
    if (filter->strip_dirs) {
        file = pp_str_basename(file);
    }
    if (filter->granularity == PP_GRANULARITY_FILE && file.len && !pp_str_eq(file, PP_STR("~"))) {
        name = file;
    } else if (filter_is_coarse(filter)) {
        bool package = filter->granularity == PP_GRANULARITY_PACKAGE;
        struct pp_str label = package ? pp_label_package(scratch, p, function) : pp_label_module(scratch, p, function);
        name = label.len ? label : name;
    }
    if (filter_is_coarse(filter)) {
        /* "~" shows a row by its name alone in a profile of calls. */
        file = p->shapes & PP_SHAPE_CALLS ? PP_STR("~") : (struct pp_str){0};
        module = (struct pp_str){0};
        line = 0;
    }
    return pp_builder_function(b, &(struct pp_function){pp_builder_string(b, name), pp_builder_string(b, file),
                                                        pp_builder_string(b, module), line});
}

uint32_t *filter_copy_tables(const struct pp_profile *p, struct pp_builder *b)
{
    for (size_t i = 0; i < p->meta_count; i++) {
        pp_builder_meta(b, pp_profile_str(p, p->metas[i].key), pp_profile_str(p, p->metas[i].value));
    }
    for (size_t m = 0; p->shapes & PP_SHAPE_STACKS && m < p->metric_count; m++) {
        size_t column = pp_builder_metric(b, pp_profile_str(p, p->metrics[m].name), p->metrics[m].unit);
        pp_builder_decimals(b, column, p->metrics[m].decimals);
    }
    uint32_t *threads = pp_calloc(p->thread_count, sizeof *threads);
    for (size_t i = 0; i < p->thread_count; i++) {
        struct pp_thread thread = p->threads[i];
        thread.name = pp_builder_string(b, pp_profile_str(p, thread.name));
        threads[i] = pp_builder_thread(b, &thread).i;
    }
    pp_builder_start_utc(b, p->start_utc_ns);
    return threads;
}

struct pp_profile *pp_filter_apply(const struct pp_profile *p, const struct pp_filter *filter,
                                   struct pp_filter_books *books, struct pp_report *report, struct pp_error *err)
{
    struct pp_filter_books unwanted;
    books = books ? books : &unwanted;
    *books = (struct pp_filter_books){0};
    struct pp_builder *b = pp_builder_new();
    bool ok = true;
    if (p->shapes & PP_SHAPE_STACKS) {
        ok = filter_stacks(p, filter, b, books, report, err);
    }
    if (ok && p->shapes & PP_SHAPE_CALLS) {
        ok = filter_calls(p, filter, b, books, report, err);
    }
    if (!ok) {
        pp_builder_free(b);
        return NULL;
    }
    return pp_builder_finish(b, err);
}
