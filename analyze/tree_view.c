/* pstat-print --tree: a function with its callers above and its callees below, as pprof's peek shows it. */
#include <math.h>
#include <stdio.h>

#include "analyze/list_sort.h"
#include "analyze/request.h"
#include "base/number.h"
#include "base/text.h"

struct view {
    const struct request *r;
    struct pp_sink *out;
    double scale;
    const char *unit;
    unsigned decimals;
};

/* Largest time first, then file order. */
static bool larger_edge(const void *context, uint32_t a, uint32_t b)
{
    const struct pp_profile *p = context;
    double x = p->edges[a].cumtime, y = p->edges[b].cumtime;
    return x > y || (!(x < y) && p->edges[a].calls > p->edges[b].calls);
}

static void write_numbers(const struct view *v, double self, double total, double whole, int64_t calls)
{
    char text[2][400];
    pp_format_double_fixed(text[0], self * v->scale, v->decimals);
    pp_format_double_fixed(text[1], total * v->scale, v->decimals);
    double share = whole > 0 && !isnan(total) ? 100 * total / whole : 0;
    pp_sink_printf(v->out, "%10s %10s %6.2f%% %10lld", text[0], text[1], share, (long long)calls);
}

static void write_edges(const struct view *v, uint32_t *edges, size_t count, bool callers, double whole)
{
    const struct pp_profile *p = v->r->table->profile;
    list_sort(edges, count, larger_edge, p);
    for (size_t i = 0; i < count; i++) {
        const struct pp_call_edge *e = &p->edges[edges[i]];
        write_numbers(v, e->tottime, e->cumtime, whole, e->calls);
        pp_sink_text(v->out, "    | ");
        pp_text_show(v->out, stat_function_label(v->r->table, callers ? e->caller : e->callee));
        pp_sink_byte(v->out, '\n');
    }
}

static void write_function(const struct view *v, const struct stat_callees *callees, uint32_t number)
{
    const struct pp_profile *p = v->r->table->profile;
    const struct pp_call_row *row = &p->rows[number];
    PP_VEC(uint32_t) edges = {0};
    for (uint32_t e = 0; e < row->edge_count; e++) {
        *PP_PUSH(&edges) = row->first_edge + e;
    }
    write_edges(v, edges.at, edges.count, true, row->cumtime);
    write_numbers(v, row->tottime, row->cumtime, v->r->total, row->calls);
    pp_sink_text(v->out, "  ");
    pp_text_show(v->out, stat_label(v->r->table, number));
    pp_sink_byte(v->out, '\n');
    edges.count = 0;
    for (uint32_t i = callees->first[row->function.i]; i < callees->first[row->function.i + 1]; i++) {
        *PP_PUSH(&edges) = callees->edges[i];
    }
    write_edges(v, edges.at, edges.count, false, row->cumtime);
    pp_sink_text(v->out, "----------------------------------------------------------------------\n");
    pp_free(edges.at);
}

bool print_tree(const struct request *r, struct python_regex *function, struct pp_sink *out)
{
    struct view v = {.r = r, .out = out};
    struct stat_callees callees;
    bool any = false;
    v.scale = request_unit(r, r->total, &v.unit);
    v.decimals = request_decimals(r, r->total);
    stat_callees_init(&callees, r->table);
    if (r->header) {
        char self[32], total[32];
        pp_sink_text(out, "----------------------------------------------------------------------\n");
        bool named = v.unit[0] != '\0';
        snprintf(self, sizeof self, "self%s%s%s", named ? "(" : "", v.unit, named ? ")" : "");
        snprintf(total, sizeof total, "total%s%s%s", named ? "(" : "", v.unit, named ? ")" : "");
        pp_sink_printf(out, "%10s %10s %7s %10s  callers | function | callees\n", self, total, "share", "calls");
        pp_sink_text(out, "----------------------------------------------------------------------\n");
    }
    for (size_t i = 0; i < r->table->count; i++) {
        uint32_t number = r->table->order[i];
        if (python_regex_search(function, stat_label(r->table, number))) {
            any = true;
            write_function(&v, &callees, number);
        }
    }
    stat_callees_free(&callees);
    return any;
}
