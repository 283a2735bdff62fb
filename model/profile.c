#include "model/profile.h"

#include "base/memory.h"

/* The tables are const for their readers; their owner may free them. */
static void free_table(const void *table)
{
    pp_free((void *)(uintptr_t)table);
}

void pp_profile_free(struct pp_profile *p)
{
    if (!p) {
        return;
    }
    pp_arena_free(&p->arena);
    const void *tables[] = {p->strings,       p->functions, p->frames,       p->threads, p->metrics,
                            p->metas,         p->stacks,    p->stack_values, p->bounds,  p->samples,
                            p->sample_values, p->rows,      p->edges,        p->row_of};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        free_table(tables[i]);
    }
    pp_free(p);
}

struct pp_str pp_profile_meta(const struct pp_profile *p, const char *key)
{
    struct pp_str wanted = pp_str_of(key);
    for (size_t i = 0; i < p->meta_count; i++) {
        if (pp_str_eq(pp_profile_str(p, p->metas[i].key), wanted)) {
            return pp_profile_str(p, p->metas[i].value);
        }
    }
    return (struct pp_str){0};
}

size_t pp_profile_metric(const struct pp_profile *p, struct pp_str name)
{
    size_t m = 0;
    while (m < p->metric_count && !pp_str_eq(pp_profile_str(p, p->metrics[m].name), name)) {
        m++;
    }
    return m;
}

size_t pp_profile_default_metric(const struct pp_profile *p)
{
    static const char *const preferred[] = {"wall", "cpu", "after"};
    struct pp_str named = pp_profile_meta(p, "default-metric");
    size_t m = named.len ? pp_profile_metric(p, named) : p->metric_count;
    for (size_t i = 0; m == p->metric_count && i < sizeof preferred / sizeof *preferred; i++) {
        m = pp_profile_metric(p, pp_str_of(preferred[i]));
    }
    return m == p->metric_count ? 0 : m;
}

const char *pp_unit_name(enum pp_unit unit)
{
    switch (unit) {
    case PP_UNIT_NS:
        return "ns";
    case PP_UNIT_BYTES:
        return "bytes";
    case PP_UNIT_COUNT:
        break;
    }
    return "count";
}

bool pp_profile_estimated(const struct pp_profile *p)
{
    for (size_t i = 0; p->bounds && i < p->stack_count; i++) {
        if (p->bounds[i].flags & PP_STACK_ESTIMATED) {
            return true;
        }
    }
    return false;
}
