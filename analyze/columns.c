/* The table of pstat-print: columns as data, printed as aligned text, TSV, CSV or Markdown. */
#include <math.h>
#include <string.h>

#include "analyze/field_text.h"
#include "analyze/request.h"
#include "analyze/terminal_cells.h"
#include "base/number.h"
#include "base/text.h"

enum column_kind { COLUMN_COUNT, COLUMN_CALLS, COLUMN_TIME, COLUMN_PERCENT, COLUMN_TEXT };

struct column {
    const char *name, *heading;
    enum column_kind kind;
};

static const struct column all_columns[] = {
    {"calls", "ncalls", COLUMN_CALLS},      {"ncalls", "ncalls", COLUMN_COUNT},
    {"pcalls", "pcalls", COLUMN_COUNT},     {"tottime", "tottime", COLUMN_TIME},
    {"tot%", "tot%", COLUMN_PERCENT},       {"percall", "percall", COLUMN_TIME},
    {"cumtime", "cumtime", COLUMN_TIME},    {"cum%", "cum%", COLUMN_PERCENT},
    {"cumpercall", "percall", COLUMN_TIME}, {"self", "self", COLUMN_TIME},
    {"self%", "self%", COLUMN_PERCENT},     {"total", "total", COLUMN_TIME},
    {"total%", "total%", COLUMN_PERCENT},   {"samples", "samples", COLUMN_COUNT},
    {"name", "name", COLUMN_TEXT},          {"file", "file", COLUMN_TEXT},
    {"line", "line", COLUMN_COUNT},         {"function", "filename:lineno(function)", COLUMN_TEXT},
};

enum { COLUMN_KINDS = sizeof all_columns / sizeof *all_columns, MOST_COLUMNS = 32 };

static const char calls_columns[] = "calls,tottime,tot%,percall,cumtime,cum%,cumpercall,function";
static const char stacks_columns[] = "self,self%,total,total%,function";
static const char data_columns[] = "ncalls,pcalls,tottime,tot%,percall,cumtime,cum%,cumpercall,name,file,line";
static const char stacks_data_columns[] = "self,self%,total,total%,name,file,line";

struct layout {
    const struct column *at[MOST_COLUMNS];
    size_t count;
    double scale; /* displayed = value * scale */
    const char *unit;
    unsigned decimals; /* for people */
};

static bool add_column(const struct request *r, struct layout *l, struct pp_str name)
{
    const char *words[COLUMN_KINDS + 1] = {0};
    char wanted[32];
    for (size_t i = 0; i < COLUMN_KINDS; i++) {
        words[i] = all_columns[i].name;
        if (pp_str_eq(name, pp_str_of(all_columns[i].name))) {
            if (l->count == MOST_COLUMNS) {
                cli_usage(r->common, "--columns: more than %d columns", MOST_COLUMNS);
                return false;
            }
            l->at[l->count++] = &all_columns[i];
            return true;
        }
    }
    pp_text_show_buffer(wanted, sizeof wanted, name);
    const char *near = cli_did_you_mean(wanted, words);
    if (near) {
        cli_usage(r->common, "--columns: unknown column \"%s\"; did you mean \"%s\"?", wanted, near);
    } else {
        cli_usage(r->common, "--columns: unknown column \"%s\"", wanted);
    }
    return false;
}

static bool choose_columns(const struct request *r, struct layout *l)
{
    bool data = r->format == PRINT_TSV || r->format == PRINT_CSV;
    const char *names = r->columns  ? r->columns
                        : r->stacks ? (data ? stacks_data_columns : stacks_columns)
                                    : (data ? data_columns : calls_columns);
    struct pp_cut cut = {.tail = pp_str_of(names), .found = true};
    while (cut.found) {
        cut = pp_str_cut(cut.tail, ',');
        if (!add_column(r, l, pp_str_trim(cut.head))) {
            return false;
        }
    }
    return true;
}

static double largest_time(const struct request *r)
{
    double largest = 0;
    for (size_t i = 0; i < r->table->count; i++) {
        const struct pp_call_row *row = &r->table->rows[r->table->order[i]];
        largest = row->cumtime > largest ? row->cumtime : largest;
        largest = row->tottime > largest ? row->tottime : largest;
    }
    return largest;
}

/* --- cells --- */

static double percent(double value, double total)
{
    return total > 0 ? 100 * value / total : 0;
}

static double number_of(const struct request *r, const struct column *c, const struct pp_call_row *row)
{
    switch (c->name[0]) {
    case 't':
        if (strcmp(c->name, "total") == 0) {
            return row->cumtime;
        }
        return strcmp(c->name, "tot%") == 0     ? percent(row->tottime, r->total)
               : strcmp(c->name, "total%") == 0 ? percent(row->cumtime, r->total)
                                                : row->tottime;
    case 's':
        return strcmp(c->name, "self%") == 0 ? percent(row->tottime, r->total) : row->tottime;
    case 'p':
        return row->tottime / (double)row->calls;
    default:
        break;
    }
    if (strcmp(c->name, "cum%") == 0) {
        return percent(row->cumtime, r->total);
    }
    if (strcmp(c->name, "cumpercall") == 0) {
        return row->cumtime / (double)row->primitive_calls;
    }
    return row->cumtime;
}

static int64_t count_of(const struct request *r, const struct column *c, const struct pp_call_row *row)
{
    if (strcmp(c->name, "line") == 0) {
        return pp_profile_function(r->table->profile, row->function)->line;
    }
    if (strcmp(c->name, "samples") == 0) {
        return row->calls;
    }
    return strcmp(c->name, "pcalls") == 0 ? row->primitive_calls : row->calls;
}

static struct pp_str text_of(const struct request *r, const struct column *c, uint32_t number)
{
    const struct pp_call_row *row = &r->table->rows[number];
    const struct pp_profile *p = r->table->profile;
    const struct pp_function *f = pp_profile_function(p, row->function);
    if (strcmp(c->name, "name") == 0) {
        return pp_profile_str(p, f->name);
    }
    if (strcmp(c->name, "file") == 0) {
        return pp_profile_str(p, f->file);
    }
    return stat_label(r->table, number);
}

/* A number with few digits for people, exact for data. */
static size_t format_time(const struct request *r, const struct layout *l, double value, char *text)
{
    if (isnan(value)) {
        memcpy(text, "nan", 4);
        return 3;
    }
    if (r->format == PRINT_TSV || r->format == PRINT_CSV) {
        if (r->counts && value == floor(value) && fabs(value) < 9e15) {
            return pp_format_double_fixed(text, value, 0);
        }
        return pp_format_double_repr(text, l->scale == 1 ? value : value * l->scale);
    }
    return pp_format_double_fixed(text, value * l->scale, l->decimals == 0 && !request_whole(value) ? 3 : l->decimals);
}

static bool is_data(const struct request *r)
{
    return r->format == PRINT_TSV || r->format == PRINT_CSV;
}

/* A time per call where there was none. */
static bool is_blank(const struct column *c, const struct pp_call_row *row)
{
    return (strcmp(c->name, "percall") == 0 && row->calls == 0) ||
           (strcmp(c->name, "cumpercall") == 0 && row->primitive_calls == 0);
}

/* The cell as text without padding; `text` has 400 bytes. Names are returned as they are. */
static struct pp_str cell(const struct request *r, const struct layout *l, const struct column *c, uint32_t number,
                          char *text)
{
    const struct pp_call_row *row = &r->table->rows[number];
    size_t len = 0;
    switch (c->kind) {
    case COLUMN_COUNT:
        len = pp_format_decimal(text, count_of(r, c, row), 0);
        break;
    case COLUMN_CALLS:
        len = pp_format_decimal(text, row->calls, 0);
        if (row->calls != row->primitive_calls) {
            text[len++] = '/';
            len += pp_format_decimal(text + len, row->primitive_calls, 0);
        }
        break;
    case COLUMN_TIME:
        len = is_blank(c, row) ? 0 : format_time(r, l, number_of(r, c, row), text);
        break;
    case COLUMN_PERCENT:
        len = is_data(r) ? pp_format_double_repr(text, number_of(r, c, row))
                         : pp_format_double_fixed(text, number_of(r, c, row), 2);
        break;
    case COLUMN_TEXT:
        return text_of(r, c, number);
    }
    return (struct pp_str){text, len};
}

/* --- formats --- */

static void heading(const struct request *r, const struct layout *l, const struct column *c, char *text, size_t size)
{
    struct pp_str parts[] = {
        pp_str_of(r->stacks && c->kind == COLUMN_TEXT && strcmp(c->name, "function") == 0 ? "function" : c->heading),
        PP_STR("("), pp_str_of(l->unit), PP_STR(")")};
    bool unit = c->kind == COLUMN_TIME && l->unit[0] && strcmp(l->unit, "s") != 0;
    size_t at = 0;
    for (size_t i = 0; i < (unit ? 4u : 1u); i++) {
        for (size_t k = 0; k < parts[i].len && at + 1 < size; k++) {
            text[at++] = parts[i].data[k];
        }
    }
    text[at] = '\0';
}

static void write_field(const struct request *r, struct pp_sink *out, struct pp_str s)
{
    if (r->format == PRINT_CSV && r->width) {
        struct pp_sink *shown = pp_sink_memory();
        pp_text_show(shown, s); /* a terminal */
        write_csv_text(out, pp_sink_contents(shown));
        pp_sink_abandon(shown);
    } else if (r->format == PRINT_CSV) {
        write_csv_text(out, s);
    } else if (r->format == PRINT_MARKDOWN) {
        write_markdown_text(out, s);
    } else {
        write_tsv_text(out, s);
    }
}

static struct pp_str total_cell(const struct request *r, const struct layout *l, size_t number, char *text);

/* The row of --total in a table for programs or pages. */
static void write_total_fields(const struct request *r, const struct layout *l, struct pp_sink *out, const char *before,
                               const char *after)
{
    char text[400];
    for (size_t c = 0; c < l->count; c++) {
        struct pp_str s = total_cell(r, l, c, text);
        pp_sink_text(out, c || r->format == PRINT_MARKDOWN ? before : "");
        write_field(r, out, s);
        pp_sink_text(out, r->format == PRINT_MARKDOWN ? " " : "");
    }
    pp_sink_text(out, after);
}

static void write_separated(const struct request *r, const struct layout *l, struct pp_sink *out)
{
    char text[400];
    char separator = r->format == PRINT_CSV ? ',' : '\t';
    for (size_t c = 0; r->header && c < l->count; c++) {
        pp_sink_text(out, c ? (separator == ',' ? "," : "\t") : "");
        pp_sink_text(out, l->at[c]->name);
        if (l->at[c]->kind == COLUMN_TIME && l->unit[0] && strcmp(l->unit, "s") != 0) {
            pp_sink_printf(out, "(%s)", l->unit);
        }
    }
    if (r->header) {
        pp_sink_byte(out, '\n');
    }
    for (size_t i = 0; i < r->table->count; i++) {
        for (size_t c = 0; c < l->count; c++) {
            if (c) {
                pp_sink_byte(out, separator);
            }
            write_field(r, out, cell(r, l, l->at[c], r->table->order[i], text));
        }
        pp_sink_byte(out, '\n');
    }
    if (r->total_row) {
        write_total_fields(r, l, out, separator == ',' ? "," : "\t", "\n");
    }
}

static void write_markdown(const struct request *r, const struct layout *l, struct pp_sink *out)
{
    char text[400];
    for (size_t c = 0; r->header && c < l->count; c++) {
        heading(r, l, l->at[c], text, sizeof text);
        pp_sink_printf(out, "| %s ", text);
    }
    pp_sink_text(out, r->header ? "|\n" : "");
    for (size_t c = 0; r->header && c < l->count; c++) {
        pp_sink_text(out, l->at[c]->kind == COLUMN_TEXT ? "|---" : "|---:");
    }
    pp_sink_text(out, r->header ? "|\n" : "");
    for (size_t i = 0; i < r->table->count; i++) {
        for (size_t c = 0; c < l->count; c++) {
            pp_sink_text(out, "| ");
            write_field(r, out, cell(r, l, l->at[c], r->table->order[i], text));
            pp_sink_byte(out, ' ');
        }
        pp_sink_text(out, "|\n");
    }
    if (r->total_row) {
        write_total_fields(r, l, out, "| ", "|\n");
    }
}

static void measure(const struct request *r, const struct layout *l, size_t *widths)
{
    char text[400];
    for (size_t c = 0; c < l->count; c++) {
        heading(r, l, l->at[c], text, sizeof text);
        widths[c] = strlen(text);
        bool last_text = l->at[c]->kind == COLUMN_TEXT && c + 1 == l->count;
        for (size_t i = 0; !last_text && i < r->table->count; i++) {
            struct pp_str s = cell(r, l, l->at[c], r->table->order[i], text);
            size_t width = l->at[c]->kind == COLUMN_TEXT ? pp_text_columns(s) : s.len;
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
}

static void write_text_row(const struct request *r, const struct layout *l, const size_t *widths, uint32_t number,
                           struct pp_sink *out)
{
    char text[400];
    size_t used = 0;
    for (size_t c = 0; c < l->count; c++) {
        struct pp_str s = cell(r, l, l->at[c], number, text);
        bool is_text = l->at[c]->kind == COLUMN_TEXT;
        bool last = c + 1 == l->count;
        size_t width = is_text ? pp_text_columns(s) : s.len;
        size_t pad = width < widths[c] ? widths[c] - width : 0;
        pp_sink_text(out, c ? "  " : "");
        used += widths[c] + (c ? 2 : 0);
        if (is_text && last && r->color) {
            write_bar(out, percent(r->table->rows[number].tottime, r->total), bar_cells(r->width));
        }
        if (is_text) {
            size_t before = used - widths[c] + (r->color && last ? bar_cells(r->width) + 1u : 0);
            write_shortened(out, s, last && r->width > before ? r->width - before : 0);
            pp_sink_repeat(out, ' ', last ? 0 : pad);
        } else {
            pp_sink_repeat(out, ' ', pad);
            pp_sink_str(out, s);
        }
    }
    pp_sink_byte(out, '\n');
}

static void write_title(const struct request *r, const struct layout *l, struct pp_sink *out)
{
    char total[400];
    const struct pp_profile *p = r->table->profile;
    for (size_t i = 0; i < r->file_count; i++) {
        pp_text_show(out, r->files[i]);
        pp_sink_byte(out, '\n');
    }
    if (r->stacks && r->counts) {
        pp_format_double_fixed(total, r->total, request_whole(r->total) ? 0 : l->decimals ? l->decimals : 3);
        pp_sink_printf(out, "%s %s in stacks, self and total per function\n\n", total, r->count_name);
        return;
    }
    pp_format_double_fixed(total, r->total * l->scale, 3);
    if (r->stacks) {
        pp_sink_printf(out, "%s %s in stacks, self and total per function\n\n", total, l->unit);
    } else {
        pp_sink_printf(out, "%lld function calls (%lld primitive) in %s %s\n\n", (long long)p->total_calls,
                       (long long)p->total_primitive_calls, total, l->unit);
    }
}

/* A cell of the row of sums; empty where a sum says nothing. */
static struct pp_str total_cell(const struct request *r, const struct layout *l, size_t number, char *text)
{
    const struct column *c = l->at[number];
    struct pp_call_row sum = {0};
    for (size_t i = 0; i < r->table->count; i++) {
        const struct pp_call_row *row = &r->table->rows[r->table->order[i]];
        sum.tottime += row->tottime;
        sum.calls = pp_add_saturating(sum.calls, row->calls);
        sum.primitive_calls = pp_add_saturating(sum.primitive_calls, row->primitive_calls);
    }
    size_t len = 0;
    bool self = strcmp(c->name, "tottime") == 0 || strcmp(c->name, "self") == 0;
    if (c->kind == COLUMN_CALLS || (c->kind == COLUMN_COUNT && strcmp(c->name, "line") != 0)) {
        len = pp_format_decimal(text, strcmp(c->name, "pcalls") == 0 ? sum.primitive_calls : sum.calls, 0);
    } else if (self) {
        len = format_time(r, l, sum.tottime, text);
    } else if (strcmp(c->name, "tot%") == 0 || strcmp(c->name, "self%") == 0) {
        double share = percent(sum.tottime, r->total);
        len = is_data(r) ? pp_format_double_repr(text, share) : pp_format_double_fixed(text, share, 2);
    } else if (c->kind == COLUMN_TEXT && strcmp(c->name, "file") != 0) {
        return is_data(r) ? PP_STR("total") : PP_STR("total of the rows shown");
    }
    return (struct pp_str){text, len};
}

static void write_total_row(const struct request *r, const struct layout *l, const size_t *widths, struct pp_sink *out)
{
    char text[400];
    for (size_t c = 0; c < l->count; c++) {
        struct pp_str s = total_cell(r, l, c, text);
        bool is_text = l->at[c]->kind == COLUMN_TEXT, last = c + 1 == l->count;
        size_t pad = s.len < widths[c] ? widths[c] - s.len : 0;
        pp_sink_text(out, c ? "  " : "");
        pp_sink_repeat(out, ' ', is_text ? (r->color && last ? bar_cells(r->width) + 1u : 0) : pad);
        pp_sink_str(out, s);
        pp_sink_repeat(out, ' ', is_text && !last ? pad : 0);
    }
    pp_sink_byte(out, '\n');
}

static void write_text(const struct request *r, const struct layout *l, struct pp_sink *out)
{
    size_t widths[MOST_COLUMNS];
    char text[400];
    measure(r, l, widths);
    if (r->header) {
        write_title(r, l, out);
        for (size_t c = 0; c < l->count; c++) {
            heading(r, l, l->at[c], text, sizeof text);
            size_t pad = widths[c] - strlen(text);
            bool is_text = l->at[c]->kind == COLUMN_TEXT;
            pp_sink_text(out, c ? "  " : "");
            pp_sink_repeat(out, ' ', is_text ? (r->color && c + 1 == l->count ? bar_cells(r->width) + 1u : 0) : pad);
            pp_sink_text(out, text);
            pp_sink_repeat(out, ' ', is_text && c + 1 < l->count ? pad : 0);
        }
        pp_sink_byte(out, '\n');
    }
    for (size_t i = 0; i < r->table->count; i++) {
        write_text_row(r, l, widths, r->table->order[i], out);
    }
    if (r->total_row) {
        write_total_row(r, l, widths, out);
    }
}

int print_table(const struct request *r, struct pp_sink *out)
{
    struct layout l = {0};
    if (!choose_columns(r, &l)) {
        return CLI_TROUBLE;
    }
    struct pp_sink *message = pp_sink_memory();
    restrict_table(r->table, r->restrictions, r->restriction_count, message);
    double largest = largest_time(r);
    l.scale = request_unit(r, largest, &l.unit);
    l.decimals = request_decimals(r, largest);
    switch (r->format) {
    case PRINT_JSON:
        print_json(r, l.scale, l.unit, out);
        break;
    case PRINT_MARKDOWN:
        write_markdown(r, &l, out);
        break;
    case PRINT_TSV:
    case PRINT_CSV:
        write_separated(r, &l, out);
        break;
    case PRINT_TEXT:
        write_text(r, &l, out);
        break;
    }
    pp_sink_abandon(message);
    return CLI_OK;
}
