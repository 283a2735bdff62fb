/* --fail-above: what grew too much, and what of it is accepted. */
#include <math.h>
#include <string.h>

#include "analyze/diff_words.h"
#include "base/memory.h"
#include "base/source.h"

/* --- the list of accepted regressions --- */

struct allowed {
    PP_VEC(struct pp_str) names;
    PP_VEC(struct pp_regex *) expressions;
    struct pp_arena arena;
};

static bool add_allowed(struct allowed *list, struct pp_str line, struct pp_where where, struct pp_error *err)
{
    line = pp_str_trim(line);
    if (line.len == 0 || line.data[0] == '#') {
        return true;
    }
    if (line.len > 2 && line.data[0] == '/' && line.data[line.len - 1] == '/') {
        struct pp_error bad = {0};
        struct pp_regex *re = pp_regex_new(pp_str_sub(line, 1, line.len - 2), &bad);
        if (!re) {
            return pp_fail(err, PP_SYNTAX, where, "%s", bad.message);
        }
        *PP_PUSH(&list->expressions) = re;
        return true;
    }
    *PP_PUSH(&list->names) = pp_arena_str(&list->arena, line);
    return true;
}

static bool read_allowed(struct allowed *list, const char *path, struct pp_error *err)
{
    struct pp_source *source = pp_source_open(path, 0, err);
    struct pp_str line;
    bool ok = source != NULL;
    for (uint32_t number = 1; ok && pp_source_line(source, &line); number++) {
        ok = add_allowed(list, line, pp_at_line(0, number, 1), err);
    }
    ok = ok && !pp_source_error(source, err);
    pp_source_close(source);
    return ok;
}

static void free_allowed(struct allowed *list)
{
    for (size_t i = 0; i < list->expressions.count; i++) {
        pp_regex_free(list->expressions.at[i]);
    }
    pp_free(list->expressions.at);
    pp_free(list->names.at);
    pp_arena_free(&list->arena);
}

/* A line names a function as the table does, with or without its file, or its line. */
static bool is_allowed(const struct allowed *list, const struct pp_diff *d, const struct pp_diff_row *row)
{
    struct pp_sink *text = pp_sink_memory();
    if (row == &d->whole) {
        pp_sink_text(text, "total");
    } else {
        diff_write_label(text, d, row, PP_AFTER);
    }
    struct pp_str label = pp_sink_contents(text);
    struct pp_cut line = pp_str_rcut(label, ':');
    bool allowed = false;
    for (size_t i = 0; i < list->names.count; i++) {
        struct pp_str name = list->names.at[i];
        bool without_line = line.found && name.len == line.head.len + 1 && pp_str_starts(name, line.head) &&
                            pp_str_ends(name, PP_STR(")"));
        allowed = allowed || pp_str_eq(name, pp_diff_name(d, row, PP_AFTER)) || pp_str_eq(name, label) || without_line;
    }
    for (size_t i = 0; i < list->expressions.count; i++) {
        allowed = allowed || pp_regex_search(list->expressions.at[i], label);
    }
    pp_sink_abandon(text);
    return allowed;
}

static bool leave_out_allowed(struct diff_gate *gate, const struct diff_args *a, const struct pp_diff *diff)
{
    struct allowed list = {0};
    struct pp_error err = {0};
    bool ok = read_allowed(&list, a->allow, &err);
    if (!ok) {
        cli_fail(&a->common, a->allow, &err);
    }
    size_t kept = 0;
    for (size_t i = 0; ok && i < gate->failed_count; i++) {
        bool allowed = is_allowed(&list, diff, gate->failed[i].row);
        gate->allowed_count += allowed;
        if (!allowed) {
            gate->failed[kept++] = gate->failed[i];
        }
    }
    gate->failed_count = kept;
    free_allowed(&list);
    return ok;
}

/* --- the verdict --- */

bool diff_gate_find(struct diff_gate *gate, const struct diff_args *a, const struct pp_diff *diff)
{
    struct pp_error err = {0};
    struct pp_regex *functions = NULL;
    *gate = (struct diff_gate){.asked = a->has_fail_above, .percent = a->fail_above};
    if (!gate->asked) {
        return true;
    }
    gate->on = !a->on || strcmp(a->on, "total") == 0 ? PP_DIFF_ON_TOTAL
               : strcmp(a->on, "self") == 0          ? PP_DIFF_ON_SELF
                                                     : PP_DIFF_ON_FUNCTIONS;
    if (gate->on == PP_DIFF_ON_FUNCTIONS && !(functions = pp_regex_new(pp_str_of(a->on), &err))) {
        return cli_usage(&a->common, "--on: %s", err.message) == CLI_OK;
    }
    gate->failed = pp_diff_regressions(diff, gate->on, functions, gate->percent, &gate->failed_count, &gate->looked_at);
    pp_regex_free(functions);
    if (gate->on == PP_DIFF_ON_FUNCTIONS && gate->looked_at == 0) {
        return cli_usage(&a->common, "--on: no function matches \"%s\"; nothing would ever fail", a->on) == CLI_OK;
    }
    return !a->allow || leave_out_allowed(gate, a, diff);
}

void diff_gate_say(const struct diff_gate *gate, const struct diff_report *r)
{
    enum { TEXT = 420, MOST = 50 };
    for (size_t i = 0; i < gate->failed_count && i < MOST; i++) {
        const struct pp_regression *f = &gate->failed[i];
        char before[TEXT], after[TEXT], percent[TEXT], p[TEXT];
        before[diff_number(r, f->before, false, before)] = '\0';
        after[diff_number(r, f->after, false, after)] = '\0';
        percent[diff_percent(f->before, f->after, percent)] = '\0';
        p[diff_p_text(f->p, p)] = '\0';
        struct pp_sink *label = pp_sink_memory();
        if (f->row == &r->diff->whole) {
            pp_sink_text(label, "total");
        } else {
            diff_write_label(label, r->diff, f->row, PP_AFTER);
        }
        struct pp_str name = pp_sink_contents(label);
        cli_error(&r->args->common, "regression: %.*s: %s%s -> %s %s, %s, over the limit of %g %%%s%s",
                  PP_STR_ARG(name), gate->on == PP_DIFF_ON_SELF ? "self " : "", before, after, r->unit, percent,
                  gate->percent, p[0] ? ", p " : "; noise unknown", p);
        pp_sink_abandon(label);
    }
    if (gate->failed_count > MOST) {
        cli_error(&r->args->common, "regression: and %zu more", gate->failed_count - MOST);
    }
}
