/* Layout facts: CPython 3.13 Lib/pstats.py (print_stats, print_callers, print_callees and what they call). */
#include "analyze/classic.h"

#include <math.h>
#include <string.h>

#include "analyze/list_sort.h"
#include "analyze/python_text.h"
#include "analyze/terminal_cells.h"
#include "base/number.h"
#include "base/text.h"

void classic_time(struct pp_sink *out, double seconds)
{
    char text[400];
    if (isnan(seconds)) {
        pp_sink_text(out, "     nan");
        return;
    }
    size_t len = pp_format_double_fixed(text, seconds, 3);
    pp_sink_repeat(out, ' ', len < 8 ? 8 - len : 0);
    pp_sink_write(out, text, len);
}

static void write_name(const struct classic *c, struct pp_sink *out, struct pp_str name)
{
    if (c->escape) {
        pp_text_show(out, name);
    } else {
        python_write(out, name);
    }
}

/* "nc" or "nc/cc", right-justified. */
static void write_calls(struct pp_sink *out, int64_t calls, int64_t primitive, size_t width)
{
    char text[64];
    size_t len = pp_format_decimal(text, calls, 0);
    if (calls != primitive) {
        text[len++] = '/';
        len += pp_format_decimal(text + len, primitive, 0);
    }
    pp_sink_repeat(out, ' ', len < width ? width - len : 0);
    pp_sink_write(out, text, len);
}

/* The order after restrictions, and the words about it. */
struct selection {
    struct pp_sink *message;
    uint32_t *whole; /* the order before the restrictions, to restore; NULL: they only cut it short */
    size_t whole_count;
};

static bool restrictions_reorder(const struct classic *c)
{
    bool match = false;
    for (size_t i = 0; i < c->restriction_count; i++) {
        match = match || c->restrictions[i].kind == RESTRICT_MATCH;
    }
    return match;
}

static void select_rows(const struct classic *c, struct selection *s)
{
    struct stat_table *t = c->table;
    s->message = pp_sink_memory();
    s->whole_count = t->count;
    s->whole = NULL;
    if (restrictions_reorder(c)) {
        s->whole = pp_calloc(t->count, sizeof *s->whole);
        memcpy(s->whole, t->order, t->count * sizeof *s->whole);
    }
    if (t->sorted && t->count) {
        pp_sink_text(s->message, "   Ordered by: ");
        sort_keys_describe(c->keys, s->message);
        pp_sink_byte(s->message, '\n');
    } else {
        pp_sink_text(s->message, "   Random listing order was used\n");
    }
    restrict_table(t, c->restrictions, c->restriction_count, s->message);
}

static void end_selection(const struct classic *c, struct selection *s)
{
    if (s->whole) {
        memcpy(c->table->order, s->whole, s->whole_count * sizeof *s->whole);
    }
    c->table->count = s->whole_count;
    pp_free(s->whole);
    pp_sink_abandon(s->message);
}

static void write_message(const struct selection *s, struct pp_sink *out)
{
    pp_sink_str(out, pp_sink_contents(s->message));
    pp_sink_byte(out, '\n');
}

/* Old profilers mark what was on top of the stack as called by this function. */
static void write_top_level(const struct classic *c, struct pp_sink *out)
{
    const struct pp_profile *p = c->table->profile;
    for (size_t r = 0; r < p->row_count; r++) {
        const struct pp_call_row *row = &p->rows[r];
        for (uint32_t e = 0; e < row->edge_count; e++) {
            const struct pp_function *f = pp_profile_function(p, p->edges[row->first_edge + e].caller);
            if (f->line == 0 && pp_str_eq(pp_profile_str(p, f->file), PP_STR("jprofile")) &&
                pp_str_eq(pp_profile_str(p, f->name), PP_STR("profiler"))) {
                pp_sink_text(out, "         ");
                write_name(c, out, pp_profile_str(p, pp_profile_function(p, row->function)->name));
                pp_sink_byte(out, '\n');
            }
        }
    }
}

static void write_header(const struct classic *c, struct pp_sink *out)
{
    const struct pp_profile *p = c->table->profile;
    for (size_t i = 0; c->header && i < c->file_count; i++) {
        write_name(c, out, c->files[i]);
        pp_sink_byte(out, '\n');
    }
    if (c->header && c->file_count) {
        pp_sink_byte(out, '\n');
    }
    write_top_level(c, out);
    int64_t calls = p->total_calls;
    int64_t primitive = p->total_primitive_calls;
    pp_sink_text(out, "         ");
    pp_sink_i64(out, calls);
    pp_sink_text(out, " function calls ");
    if (calls != primitive) {
        pp_sink_printf(out, "(%lld primitive calls) ", (long long)primitive);
    }
    char text[400];
    if (isnan(p->total_tottime)) {
        memcpy(text, "nan", 4);
    } else {
        pp_format_double_fixed(text, p->total_tottime, 3);
    }
    pp_sink_printf(out, "in %s seconds\n\n", text);
}

static void write_row(const struct classic *c, struct pp_sink *out, uint32_t number)
{
    const struct pp_call_row *row = &c->table->rows[number];
    uint64_t start = pp_sink_bytes(out);
    write_calls(out, row->calls, row->primitive_calls, 9);
    pp_sink_byte(out, ' ');
    classic_time(out, row->tottime);
    pp_sink_byte(out, ' ');
    if (row->calls == 0) {
        pp_sink_text(out, "        ");
    } else {
        classic_time(out, row->tottime / (double)row->calls);
    }
    pp_sink_byte(out, ' ');
    classic_time(out, row->cumtime);
    pp_sink_byte(out, ' ');
    if (row->primitive_calls == 0) {
        pp_sink_text(out, "        ");
    } else {
        classic_time(out, row->cumtime / (double)row->primitive_calls);
    }
    pp_sink_byte(out, ' ');
    if (c->width == 0) {
        write_name(c, out, stat_label(c->table, number));
    } else {
        double whole = c->table->profile->total_tottime;
        size_t used = (size_t)(pp_sink_bytes(out) - start) + (c->bar_cells ? c->bar_cells + 1u : 0);
        if (c->bar_cells) {
            write_bar(out, whole > 0 ? 100 * row->tottime / whole : 0, c->bar_cells);
        }
        write_shortened(out, stat_label(c->table, number), c->width > used ? c->width - used : 1);
    }
    pp_sink_byte(out, '\n');
}

static void write_heading(const struct classic *c, const struct selection *s, struct pp_sink *out)
{
    write_message(s, out);
    pp_sink_text(out, "   ncalls  tottime  percall  cumtime  percall ");
    pp_sink_repeat(out, ' ', c->bar_cells ? c->bar_cells + 1u : 0);
    pp_sink_text(out, "filename:lineno(function)\n");
}

void classic_print_stats(const struct classic *c, struct pp_sink *out)
{
    struct selection s;
    write_header(c, out);
    select_rows(c, &s);
    if (c->table->count) {
        write_heading(c, &s, out);
        for (size_t i = 0; i < c->table->count; i++) {
            write_row(c, out, c->table->order[i]);
        }
        pp_sink_text(out, "\n\n");
    }
    end_selection(c, &s);
}

/* --- callers and callees --- */

/* The other ends of a row's edges, in the order of their keys. */
struct ends {
    PP_VEC(uint32_t) edges;
    const struct pp_profile *profile;
    bool callers; /* the other end is the caller */
};

static pp_function_id other_end(const struct ends *ends, uint32_t edge)
{
    const struct pp_call_edge *e = &ends->profile->edges[edge];
    return ends->callers ? e->caller : e->callee;
}

/* Python compares the tuples (file, line, name). */
static bool key_before(const void *context, uint32_t a, uint32_t b)
{
    const struct ends *ends = context;
    const struct pp_profile *p = ends->profile;
    const struct pp_function *f = pp_profile_function(p, other_end(ends, a));
    const struct pp_function *g = pp_profile_function(p, other_end(ends, b));
    int order = f->file.i == g->file.i ? 0 : pp_str_cmp(pp_profile_str(p, f->file), pp_profile_str(p, g->file));
    order = order ? order : (f->line > g->line) - (f->line < g->line);
    order = order ? order : pp_str_cmp(pp_profile_str(p, f->name), pp_profile_str(p, g->name));
    return order < 0;
}

static void write_edge(const struct classic *c, struct pp_sink *out, const struct ends *ends, uint32_t number,
                       bool first, size_t width)
{
    const struct pp_call_edge *edge = &ends->profile->edges[number];
    pp_function_id other = other_end(ends, number);
    struct pp_str name = stat_function_label(c->table, other);
    if (edge->flags & PP_EDGE_COUNT_ONLY) {
        uint32_t row = ends->profile->row_of[other.i];
        pp_sink_repeat(out, ' ', first ? 0 : width + 3);
        write_name(c, out, name);
        pp_sink_printf(out, "(%lld) ", (long long)edge->calls);
        classic_time(out, row == UINT32_MAX ? 0 : c->table->rows[row].cumtime);
        pp_sink_byte(out, '\n');
        return;
    }
    pp_sink_repeat(out, ' ', first ? 0 : width + 1);
    write_calls(out, edge->calls, edge->primitive_calls, first ? 7 : 9);
    pp_sink_byte(out, ' ');
    classic_time(out, edge->tottime);
    pp_sink_byte(out, ' ');
    classic_time(out, edge->cumtime);
    pp_sink_text(out, "  ");
    write_name(c, out, name);
    pp_sink_byte(out, '\n');
}

static void write_edges(const struct classic *c, struct pp_sink *out, struct ends *ends, uint32_t row, size_t width)
{
    struct pp_str name = stat_label(c->table, row);
    size_t len = pp_utf8_count(name);
    write_name(c, out, name);
    pp_sink_repeat(out, ' ', len < width ? width - len : 0);
    pp_sink_text(out, ends->callers ? "<- " : "-> ");
    if (ends->edges.count == 0) {
        pp_sink_byte(out, '\n');
    }
    list_sort(ends->edges.at, ends->edges.count, key_before, ends);
    for (size_t i = 0; i < ends->edges.count; i++) {
        write_edge(c, out, ends, ends->edges.at[i], i == 0, width);
    }
}

/* The sub-heading stands when the first row with callers has tuples there. */
static bool has_subheading(const struct pp_profile *p)
{
    for (size_t r = 0; r < p->row_count; r++) {
        if (p->rows[r].edge_count) {
            return !(p->edges[p->rows[r].first_edge].flags & PP_EDGE_COUNT_ONLY);
        }
    }
    return false;
}

/* The width of the name column: of the names shown when the list was cut, of all names otherwise. */
static size_t name_width(struct stat_table *t)
{
    if (t->count >= t->row_count) {
        return stat_longest_label(t) + 2;
    }
    size_t longest = 0;
    for (size_t i = 0; i < t->count; i++) {
        size_t len = pp_utf8_count(stat_label(t, t->order[i]));
        longest = len > longest ? len : longest;
    }
    return longest + 2;
}

static void collect(struct ends *ends, const struct stat_callees *callees, const struct stat_table *t, uint32_t row)
{
    ends->edges.count = 0;
    if (ends->callers) {
        const struct pp_call_row *r = &t->profile->rows[row];
        for (uint32_t e = 0; e < r->edge_count; e++) {
            *PP_PUSH(&ends->edges) = r->first_edge + e;
        }
        return;
    }
    uint32_t function = t->rows[row].function.i;
    for (uint32_t i = callees->first[function]; i < callees->first[function + 1]; i++) {
        *PP_PUSH(&ends->edges) = callees->edges[i];
    }
}

static void write_ends_heading(const struct classic *c, struct pp_sink *out, size_t width, bool callers)
{
    pp_sink_text(out, "Function ");
    pp_sink_repeat(out, ' ', width > 9 ? width - 9 : 0);
    pp_sink_text(out, callers ? "was called by...\n" : "called...\n");
    if (has_subheading(c->table->profile)) {
        pp_sink_repeat(out, ' ', width);
        pp_sink_text(out, "    ncalls  tottime  cumtime\n");
    }
}

static void print_ends(const struct classic *c, struct pp_sink *out, bool callers)
{
    struct selection s;
    select_rows(c, &s);
    if (c->table->count) {
        struct ends ends = {.profile = c->table->profile, .callers = callers};
        struct stat_callees callees = {0};
        size_t width = name_width(c->table);
        if (!callers) {
            stat_callees_init(&callees, c->table);
        }
        write_message(&s, out);
        write_ends_heading(c, out, width, callers);
        for (size_t i = 0; i < c->table->count; i++) {
            collect(&ends, &callees, c->table, c->table->order[i]);
            write_edges(c, out, &ends, c->table->order[i], width);
        }
        pp_sink_text(out, "\n\n");
        pp_free(ends.edges.at);
        stat_callees_free(&callees);
    }
    end_selection(c, &s);
}

void classic_print_callers(const struct classic *c, struct pp_sink *out)
{
    print_ends(c, out, true);
}

void classic_print_callees(const struct classic *c, struct pp_sink *out)
{
    print_ends(c, out, false);
}
