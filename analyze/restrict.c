#include "analyze/restrict.h"

#include "analyze/python_regex.h"
#include "analyze/python_text.h"
#include "base/number.h"

bool restriction_parse(struct restriction *r, struct pp_str text)
{
    *r = (struct restriction){.kind = RESTRICT_COUNT};
    if (pp_parse_i64(text, &r->count)) {
        return true;
    }
    bool percent = text.len && text.data[text.len - 1] == '%';
    r->kind = RESTRICT_FRACTION;
    if (!pp_parse_double(pp_str_sub(text, 0, text.len - percent), &r->fraction)) {
        return false;
    }
    r->fraction = percent ? r->fraction / 100 : r->fraction;
    return true;
}

static void keep_matching(struct stat_table *t, struct python_regex *regex)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (python_regex_search(regex, stat_label(t, t->order[i]))) {
            t->order[kept++] = t->order[i];
        }
    }
    t->count = kept;
}

static void write_restriction(struct pp_sink *out, const struct restriction *r)
{
    char number[400];
    switch (r->kind) {
    case RESTRICT_COUNT:
        pp_sink_i64(out, r->count);
        break;
    case RESTRICT_FRACTION:
        pp_format_double_repr(number, r->fraction);
        pp_sink_text(out, number);
        break;
    case RESTRICT_MATCH:
        python_write_repr(out, r->pattern);
        break;
    }
}

/* What a count or fraction leaves of `count` rows. */
static size_t cut(const struct restriction *r, size_t count)
{
    if (r->kind == RESTRICT_FRACTION && r->fraction >= 0 && r->fraction < 1) {
        return (size_t)((double)count * r->fraction + .5);
    }
    return r->kind == RESTRICT_COUNT && r->count >= 0 && (uint64_t)r->count < count ? (size_t)r->count : count;
}

size_t restrictions_reach(const struct restriction *list, size_t count, size_t rows)
{
    for (size_t i = 0; i < count && list[i].kind != RESTRICT_MATCH; i++) {
        rows = cut(&list[i], rows);
    }
    return rows;
}

static void restrict_once(struct stat_table *t, const struct restriction *r, struct pp_sink *message)
{
    size_t before = t->count;
    if (r->kind == RESTRICT_MATCH) {
        struct python_regex *regex = python_regex_new(r->pattern, NULL);
        if (!regex) {
            pp_sink_text(message, "   <Invalid regular expression ");
            python_write_repr(message, r->pattern);
            pp_sink_text(message, ">\n");
            return;
        }
        keep_matching(t, regex);
        python_regex_free(regex);
    }
    t->count = cut(r, t->count);
    if (t->count != before) {
        pp_sink_printf(message, "   List reduced from %zu to %zu due to restriction <", before, t->count);
        write_restriction(message, r);
        pp_sink_text(message, ">\n");
    }
}

void restrict_table(struct stat_table *t, const struct restriction *list, size_t count, struct pp_sink *message)
{
    for (size_t i = 0; i < count; i++) {
        restrict_once(t, &list[i], message);
    }
}
