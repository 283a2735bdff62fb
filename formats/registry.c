#include <string.h>

#include "formats/foreign.h"
#include "formats/format.h"
#include "model/check.h"
#include "model/estimate.h"
#include "model/graph.h"

#define FORMAT(name) extern const struct pp_format pp_format_##name;
#include "formats/formats.def"
#undef FORMAT

#define FORMAT(name) &pp_format_##name,
const struct pp_format *const pp_formats[] = {
#include "formats/formats.def"
    NULL};
#undef FORMAT

const size_t pp_format_count = sizeof pp_formats / sizeof *pp_formats - 1;

struct pp_str pp_options_get(const struct pp_options *options, const char *key)
{
    for (size_t i = options ? options->count : 0; i-- > 0;) {
        if (pp_str_eq(options->at[i].key, pp_str_of(key))) {
            struct pp_str value = options->at[i].value;
            return value.data ? value : PP_STR("");
        }
    }
    return (struct pp_str){0};
}

const struct pp_format *pp_format_named(struct pp_str name)
{
    for (size_t i = 0; i < pp_format_count; i++) {
        if (pp_str_eq(pp_str_of(pp_formats[i]->name), name)) {
            return pp_formats[i];
        }
    }
    return NULL;
}

static bool has_extension(const struct pp_format *format, struct pp_str path)
{
    if (pp_str_ends(path, PP_STR(".gz"))) {
        path.len -= 3;
    }
    struct pp_cut cut = pp_str_rcut(pp_str_basename(path), '.');
    for (size_t i = 0; cut.found && format->extensions && format->extensions[i]; i++) {
        if (pp_str_eq(cut.tail, pp_str_of(format->extensions[i]))) {
            return true;
        }
    }
    return false;
}

const struct pp_format *pp_format_detect(struct pp_str head, struct pp_str path, struct pp_error *err)
{
    const struct pp_format *best = NULL, *rival = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < pp_format_count; i++) {
        const struct pp_format *f = pp_formats[i];
        unsigned bits = f->probe && f->read ? f->probe(head) : 0;
        if (bits == 0 || bits < most) {
            continue;
        }
        bool tie = bits == most;
        if (tie && has_extension(f, path) == has_extension(best, path)) {
            rival = f;
        } else if (!tie || has_extension(f, path)) {
            best = f;
            rival = NULL;
        }
        most = bits;
    }
    if (!best) {
        if (head.len) {
            pp_fail(err, PP_SYNTAX, pp_at_offset(0), "expected a profile, found %s", pp_foreign_name(head));
        } else {
            pp_fail(err, PP_SYNTAX, pp_at_offset(0), "the input is empty");
        }
        return NULL;
    }
    if (rival) {
        pp_fail(err, PP_USAGE, pp_nowhere(), "could be %s or %s; say --from", best->name, rival->name);
        return NULL;
    }
    return best;
}

static struct pp_profile *finish(struct pp_source *source, struct pp_builder *b, struct pp_error *err)
{
    if (pp_source_error(source, err)) {
        pp_builder_free(b);
        return NULL;
    }
    struct pp_profile *p = pp_builder_finish(b, err);
#ifndef NDEBUG
    struct pp_error broken = {0};
    if (p && !pp_profile_check(p, &broken)) {
        pp_fail(err, PP_SYNTAX, pp_nowhere(), "internal: invariant broken: %s", broken.message);
        pp_profile_free(p);
        return NULL;
    }
#endif
    return p;
}

struct pp_profile *pp_format_read(struct pp_source *source, struct pp_str path, const struct pp_format *from,
                                  const struct pp_options *options, const struct pp_format **used,
                                  struct pp_report *report, struct pp_error *err)
{
    static const struct pp_options none = {0};
    struct pp_str head = pp_source_peek(source, PP_PROBE_SIZE);
    head = pp_str_sub(head, 0, PP_PROBE_SIZE);
    if (head.len == 0 && pp_source_error(source, err)) {
        return NULL;
    }
    if (!from) {
        from = pp_format_detect(head, path, err);
    } else if (!from->read) {
        pp_fail(err, PP_USAGE, pp_nowhere(), "profpipe writes %s but cannot read it", from->name);
        return NULL;
    }
    if (!from) {
        return NULL;
    }
    struct pp_builder *b = pp_builder_new();
    if (!from->read(source, b, options ? options : &none, err)) {
        pp_source_error(source, err);
        pp_builder_free(b);
        return NULL;
    }
    if (report) {
        *report = *pp_builder_report(b);
    }
    if (used) {
        *used = from;
    }
    return finish(source, b, err);
}

/* --- writing --- */

/* What one unit of the metric is in seconds: time is time; counts need the option "unit", the recorded rate, or are taken as seconds. */
static double seconds_per_unit(const struct pp_profile *p, size_t metric, const struct pp_options *options,
                               struct pp_report *report)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
    const struct pp_metric *m = &p->metrics[metric];
    double scale = 1;
    for (unsigned d = 0; d < m->decimals; d++) {
        scale /= 10;
    }
    if (m->unit == PP_UNIT_NS) {
        return scale * 1e-9;
    }
    struct pp_str unit = pp_options_get(options, "unit");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (pp_str_eq(unit, pp_str_of(units[i].name))) {
            return scale * units[i].seconds;
        }
    }
    pp_report_note(report, "the counts have no unit: one is written as one second (--unit s|ms|us|ns says otherwise)",
                   pp_nowhere());
    return scale;
}

struct loss {
    unsigned needs;
    const char *what;
};

/* Notes what the profile has and the format cannot hold; false with --strict. */
static bool declare_losses(const struct pp_profile *p, const struct pp_format *to, const struct pp_options *options,
                           struct pp_report *report, struct pp_error *err)
{
    bool estimated = p->shapes & PP_SHAPE_STACKS && pp_profile_estimated(p);
    const struct loss losses[] = {
        {p->shapes & PP_SHAPE_STACKS && p->sample_count ? PP_HOLDS_TIME : 0,
         "the format holds no times: samples are summed per stack"},
        {p->thread_count > 2 ? PP_HOLDS_THREADS : 0, "the format holds no threads: samples of all threads are summed"},
        {p->shapes & PP_SHAPE_STACKS && p->metric_count > 1 ? PP_HOLDS_METRICS : 0,
         "the format holds one metric: only the main one is written (--option metric=NAME chooses)"},
        {estimated ? PP_HOLDS_BOUNDS : 0, "the format holds no bounds: estimated stacks are marked as a whole only"},
    };
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        if (losses[i].needs && !(to->holds & losses[i].needs)) {
            pp_report_note(report, losses[i].what, pp_nowhere());
            if (options && options->strict) {
                return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(), "%s (--strict)", losses[i].what);
            }
        }
    }
    return true;
}

/* The metric that "metric=NAME" chooses, or the default one. */
static bool choose_metric(const struct pp_profile *p, const struct pp_options *options, size_t *metric,
                          struct pp_error *err)
{
    struct pp_str name = pp_options_get(options, "metric");
    *metric = name.data ? pp_profile_metric(p, name) : pp_profile_default_metric(p);
    return *metric < p->metric_count ||
           pp_fail(err, PP_USAGE, pp_nowhere(), "the profile has no metric \"%.*s\"", PP_STR_ARG(name));
}

/* The profile in the shape the format holds; *made is freed by the caller. */
static const struct pp_profile *reshape(const struct pp_profile *p, const struct pp_format *to,
                                        const struct pp_options *options, struct pp_profile **made,
                                        struct pp_report *report, struct pp_error *err)
{
    bool stacks = p->shapes & PP_SHAPE_STACKS && to->holds & PP_HOLDS_STACKS;
    bool calls = p->shapes & PP_SHAPE_CALLS && to->holds & PP_HOLDS_CALLS;
    *made = NULL;
    if (stacks || calls) {
        return p;
    }
    if (p->shapes & PP_SHAPE_CALLS) {
        struct pp_estimate_options defaults = {0};
        *made = pp_estimate_stacks(p, &defaults, err);
        if (*made && pp_profile_estimated(*made)) {
            pp_report_note(report, "a profile of calls has no stacks: those written are estimates", pp_nowhere());
        }
    } else {
        size_t metric;
        if (choose_metric(p, options, &metric, err)) {
            *made = pp_graph_calls(p, metric, seconds_per_unit(p, metric, options, report), err);
        }
    }
    return *made;
}

bool pp_format_write(const struct pp_profile *p, const struct pp_format *to, struct pp_sink *out,
                     const struct pp_options *options, struct pp_report *report, struct pp_error *err)
{
    static const struct pp_options none = {0};
    options = options ? options : &none;
    if (!to->write) {
        return pp_fail(err, PP_USAGE, pp_nowhere(), "profpipe reads %s but cannot write it", to->name);
    }
    struct pp_profile *made;
    const struct pp_profile *shaped = reshape(p, to, options, &made, report, err);
    bool ok =
        shaped && declare_losses(shaped, to, options, report, err) && to->write(shaped, out, options, report, err);
    pp_profile_free(made);
    return ok;
}
