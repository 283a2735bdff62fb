/* Filters of CALLS, with the meaning that keeps the books: kept + dropped = read in seconds of tottime. A profile of calls knows functions
 * and edges, not stacks; what a filter can do exactly it does, what it can only share out by time it says in the report.
 *
 *   --focus      keeps the matching functions, all that call them and all they call (whole rows, as measured)
 *   --ignore     drops the matching functions and what is called only through them
 *   --show-from  keeps the matching functions and what they call
 *   --hide       takes functions out: their per-edge self time (exact in pstats files) goes to the callers, their callees too
 *   --show, --min-percent  the same, said the other way round
 *   --granularity file|module, --strip-dirs  merge rows that become equal
 *   --collapse-recursion  drops direct self-calls
 */
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/calls_graph.h"
#include "model/calls_sum.h"
#include "model/filter_parts.h"

static const char focus_note[] = "function rows are whole: times of functions that are also called from elsewhere "
                                 "include that (a profile of calls has no stacks)";
static const char ignore_note[] = "function callers keep cumulative times that include what was dropped";

/* Marks `mark` on all functions reachable from the marked ones, along callees or along callers; functions in `stop` are not entered. */
static void spread(const struct pp_profile *p, const struct calls_links *links, unsigned char *marks,
                   const unsigned char *stop)
{
    PP_VEC(uint32_t) todo = {0};
    for (uint32_t f = 0; f < p->function_count; f++) {
        if (marks[f]) {
            *PP_PUSH(&todo) = f;
        }
    }
    while (todo.count) {
        uint32_t f = todo.at[--todo.count];
        for (uint32_t i = links->first[f]; i < links->first[f + 1]; i++) {
            uint32_t next = links->to[i];
            if (!marks[next] && !(stop && stop[next])) {
                marks[next] = 1;
                *PP_PUSH(&todo) = next;
            }
        }
    }
    pp_free(todo.at);
}

static unsigned char *matching(const struct pp_profile *p, const struct pp_filter *filter, struct pp_regex *regex,
                               struct pp_report *report, const char *unmatched)
{
    unsigned char *marks = pp_calloc(p->function_count, 1);
    struct filter_match match;
    filter_match_init(&match, p, regex);
    for (size_t r = 0; r < p->row_count; r++) {
        uint32_t f = p->rows[r].function.i;
        marks[f] = filter_matches(&match, f);
    }
    for (size_t e = 0; e < p->edge_count; e++) {
        uint32_t f = p->edges[e].caller.i;
        marks[f] = filter_matches(&match, f);
    }
    filter_note_unmatched(&match, filter->note_unmatched ? report : NULL, unmatched);
    filter_match_free(&match);
    return marks;
}

static void keep_focus(const struct pp_profile *p, const struct pp_filter *filter, unsigned char *keep,
                       struct pp_report *report)
{
    struct calls_links callees, callers;
    calls_links_init(&callees, p, true);
    calls_links_init(&callers, p, false);
    unsigned char *below = matching(p, filter, filter->focus, report, "--focus matches no function");
    unsigned char *above = pp_calloc(p->function_count, 1);
    memcpy(above, below, p->function_count);
    spread(p, &callees, below, NULL);
    spread(p, &callers, above, NULL);
    for (size_t f = 0; f < p->function_count; f++) {
        keep[f] = keep[f] && (below[f] || above[f]);
    }
    pp_free(below);
    pp_free(above);
    calls_links_free(&callees);
    calls_links_free(&callers);
    pp_report_note(report, focus_note, pp_nowhere());
}

static void keep_from(const struct pp_profile *p, const struct pp_filter *filter, unsigned char *keep,
                      struct pp_report *report)
{
    struct calls_links callees;
    calls_links_init(&callees, p, true);
    unsigned char *below = matching(p, filter, filter->show_from, report, "--show-from matches no function");
    spread(p, &callees, below, NULL);
    for (size_t f = 0; f < p->function_count; f++) {
        keep[f] = keep[f] && below[f];
    }
    pp_free(below);
    calls_links_free(&callees);
    pp_report_note(report, focus_note, pp_nowhere());
}

/* Keeps what is reachable from the roots without entering an ignored function; what no root reaches stays unless it matches. */
static void drop_ignored(const struct pp_profile *p, const struct pp_filter *filter, unsigned char *keep,
                         struct pp_report *report)
{
    struct calls_links callees;
    calls_links_init(&callees, p, true);
    unsigned char *ignored = matching(p, filter, filter->ignore, report, "--ignore matches no function");
    unsigned char *below = pp_calloc(p->function_count, 1);
    unsigned char *reached = pp_calloc(p->function_count, 1);
    memcpy(below, ignored, p->function_count);
    spread(p, &callees, below, NULL);
    /* Whatever lies outside the ignored part is a start: it is certainly reached otherwise. */
    for (size_t f = 0; f < p->function_count; f++) {
        reached[f] = !below[f];
    }
    spread(p, &callees, reached, ignored);
    for (size_t f = 0; f < p->function_count; f++) {
        keep[f] = keep[f] && reached[f];
    }
    pp_free(ignored);
    pp_free(below);
    pp_free(reached);
    calls_links_free(&callees);
    pp_report_note(report, ignore_note, pp_nowhere());
}

/* Which functions --hide, --show and --min-percent take out; NULL when none was asked for. */
static unsigned char *hidden_functions(const struct pp_profile *p, const struct pp_filter *filter,
                                       struct pp_report *report)
{
    if (!filter->hide && !filter->show && filter->min_percent <= 0) {
        return NULL;
    }
    unsigned char *hidden = matching(p, filter, filter->hide, report, "--hide matches no function");
    if (filter->show) {
        unsigned char *shown = matching(p, filter, filter->show, report, "--show matches no function");
        for (size_t f = 0; f < p->function_count; f++) {
            hidden[f] = hidden[f] || !shown[f];
        }
        pp_free(shown);
    }
    for (size_t r = 0; filter->min_percent > 0 && r < p->row_count; r++) {
        if (p->rows[r].cumtime < p->total_tottime * filter->min_percent / 100) {
            hidden[p->rows[r].function.i] = 1;
        }
    }
    return hidden;
}

/* Copies what is kept into the sum under its new names. Merged rows get the cumulative time that enters from outside. */
struct copy {
    const struct pp_profile *p;
    const struct pp_filter *filter;
    struct pp_builder *b;
    struct pp_arena scratch;
    uint32_t *ids; /* function -> builder function + 1 */
    struct calls_sum sum;
};

static pp_function_id new_id(struct copy *c, uint32_t function)
{
    if (!c->ids[function]) {
        c->ids[function] = filter_function(c->p, c->filter, c->b, &c->scratch, (pp_function_id){function}).i + 1;
    }
    return (pp_function_id){c->ids[function] - 1};
}

/* Under a coarser granularity a call inside the group is no call of the group: it is left out of calls and cumulative time. */
static void copy_row(struct copy *c, const struct graph_row *from)
{
    PP_VEC(struct pp_call_edge) edges = {0};
    struct pp_call_row row = from->row;
    row.function = new_id(c, from->row.function.i);
    for (const struct graph_edge *e = from->callers; e; e = e->next_caller) {
        struct pp_call_edge edge = e->edge;
        edge.caller = new_id(c, e->edge.caller.i);
        edge.callee = row.function;
        bool inside = edge.caller.i == row.function.i;
        bool recursion = e->edge.caller.i == from->row.function.i;
        if (inside && (filter_is_coarse(c->filter) || c->filter->collapse_recursion)) {
            row.calls = pp_subtract_saturating(row.calls, edge.calls);
            row.primitive_calls = pp_subtract_saturating(row.primitive_calls, recursion ? 0 : edge.primitive_calls);
            row.cumtime -= recursion ? 0 : edge.cumtime;
            continue;
        }
        *PP_PUSH(&edges) = edge;
    }
    row.calls = row.calls < row.primitive_calls ? row.primitive_calls : row.calls;
    calls_sum_add(&c->sum, &row, edges.at, edges.count, true);
    pp_free(edges.at);
}

static void add_totals(struct copy *c)
{
    for (size_t r = 0; r < c->sum.rows.count; r++) {
        struct pp_call_row *row = &c->sum.rows.at[r].row;
        calls_sum_count(&c->sum, &c->sum.calls, row->calls);
        calls_sum_count(&c->sum, &c->sum.primitive_calls, row->primitive_calls);
        c->sum.tottime += row->tottime;
    }
    /* Groups that call each other to and fro count such time more than once: no group has more than there is, or less than its own. */
    for (size_t r = 0; filter_is_coarse(c->filter) && r < c->sum.rows.count; r++) {
        struct pp_call_row *row = &c->sum.rows.at[r].row;
        row->cumtime = row->cumtime > c->sum.tottime ? c->sum.tottime : row->cumtime;
        row->cumtime = row->cumtime < row->tottime ? row->tottime : row->cumtime;
    }
}

static void copy_graph(struct copy *c, const struct calls_graph *graph)
{
    for (size_t r = 0; r < graph->row_count; r++) {
        if (!graph->rows[r].gone) {
            copy_row(c, &graph->rows[r]);
        }
    }
    add_totals(c);
}

static bool has_meaning(const struct pp_filter *filter, struct pp_error *err)
{
    if (filter->has_time || filter->states) {
        return pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                       "%s needs samples of a recorder, and this is a profile of calls",
                       filter->has_time ? "--time" : "--state");
    }
    const char *option = filter->thread       ? "--thread"
                         : filter->max_depth  ? "--max-depth"
                         : filter->prune_from ? "--prune-from"
                                              : NULL;
    return !option ||
           pp_fail(err, PP_UNSUPPORTED, pp_nowhere(),
                   "%s needs stacks, and this is a profile of calls; pstat2folded estimates stacks first", option);
}

static bool only_strip(const struct pp_filter *filter)
{
    struct pp_filter rest = *filter;
    rest.strip_dirs = false;
    return filter->strip_dirs && !rest.focus && !rest.ignore && !rest.hide && !rest.show && !rest.show_from &&
           !rest.collapse_recursion && !filter_is_coarse(&rest) && rest.min_percent <= 0;
}

static double sum_of_rows(const struct pp_profile *p)
{
    double sum = 0;
    for (size_t r = 0; r < p->row_count; r++) {
        sum += p->rows[r].tottime;
    }
    return sum;
}

static unsigned char *kept_functions(const struct pp_profile *p, const struct pp_filter *filter,
                                     struct pp_report *report)
{
    unsigned char *keep = pp_calloc(p->function_count, 1);
    memset(keep, 1, p->function_count);
    if (filter->focus) {
        keep_focus(p, filter, keep, report);
    }
    if (filter->ignore) {
        drop_ignored(p, filter, keep, report);
    }
    if (filter->show_from) {
        keep_from(p, filter, keep, report);
    }
    return keep;
}

static bool filter_graph(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                         struct pp_filter_books *books, struct pp_report *report, struct pp_error *err)
{
    unsigned char *keep = kept_functions(p, filter, report);
    unsigned char *hidden = hidden_functions(p, filter, report);
    struct calls_graph graph;
    calls_graph_init(&graph, p, keep);
    bool ok = !hidden || calls_graph_hide(&graph, hidden, report, err);
    if (ok) {
        struct copy c = {.p = p, .filter = filter, .b = b, .ids = pp_calloc(p->function_count, sizeof(uint32_t))};
        copy_graph(&c, &graph);
        books->kept_seconds = c.sum.tottime;
        calls_sum_finish(&c.sum, b);
        pp_arena_free(&c.scratch);
        pp_free(c.ids);
    }
    calls_graph_free(&graph);
    pp_free(keep);
    pp_free(hidden);
    return ok;
}

bool filter_calls(const struct pp_profile *p, const struct pp_filter *filter, struct pp_builder *b,
                  struct pp_filter_books *books, struct pp_report *report, struct pp_error *err)
{
    if (!has_meaning(filter, err)) {
        return false;
    }
    pp_free(filter_copy_tables(p, b));
    pp_builder_calls(b);
    if (p->sampled_calls) {
        pp_builder_sampled_calls(b);
    }
    if (p->counts_swapped) {
        pp_builder_counts_swapped(b);
    }
    books->read_seconds = sum_of_rows(p);
    if (only_strip(filter)) {
        filter_strip_calls(p, b);
        books->kept_seconds = books->read_seconds;
        return true;
    }
    if (!filter_graph(p, filter, b, books, report, err)) {
        return false;
    }
    books->dropped_seconds = books->read_seconds - books->kept_seconds;
    return true;
}
