/* What may follow an opening parenthesis. Facts: CPython 3.13 Lib/re/_parser.py (_parse, _parse_flags). */
#include <string.h>

#include "analyze/python_regex_parts.h"
#include "base/regex.h"
#include "base/text.h"

/* A name up to `end`, which is taken too. */
static bool take_name(struct translator *t, uint32_t end, struct pp_str *name)
{
    struct pp_sink *text = pp_sink_memory();
    bool found = false;
    while (!found && !t->next.none) {
        struct token token = regex_take(t);
        found = !token.escape && token.code == end;
        char bytes[4];
        pp_sink_write(text, "\\", token.escape);
        pp_sink_write(text, bytes, found ? 0 : pp_utf8_put(bytes, token.code));
    }
    *name = pp_arena_str(&t->arena, pp_sink_contents(text));
    pp_sink_abandon(text);
    if (!found || name->len == 0) {
        return regex_refuse(t, name->len ? "missing %c, unterminated name" : "missing group name", (int)end);
    }
    return true;
}

/* str.isidentifier(). */
static bool is_identifier(struct pp_str name)
{
    struct pp_regex *re = pp_regex_new(
        PP_STR("\\A[\\p{L}\\p{Nl}_\\x{1885}\\x{1886}\\x{2118}\\x{212e}\\x{309b}\\x{309c}]"
               "[\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}\\x{b7}\\x{387}\\x{1369}-\\x{1371}\\x{19da}]*\\z"),
        NULL);
    bool good = re && pp_regex_search(re, name);
    pp_regex_free(re);
    return good;
}

static void open_level(struct translator *t, enum level_kind kind, uint32_t group, unsigned flags, const char *text)
{
    *PP_PUSH(&t->levels) = (struct level){.kind = kind, .group = group, .flags = flags};
    pp_sink_text(t->out, text);
}

/* --- groups --- */

bool regex_check_lookbehind(struct translator *t, uint32_t group)
{
    if (t->lookbehind_groups == 0) {
        return true;
    }
    if (group >= t->groups.count || !t->groups.at[group].closed) {
        return regex_refuse(t, "cannot refer to an open group");
    }
    return group < t->lookbehind_groups ||
           regex_refuse(t, "cannot refer to group defined in the same lookbehind subpattern");
}

/* The number of the group of that name, or 0. */
static uint32_t group_named(const struct translator *t, struct pp_str name)
{
    for (size_t i = 1; i < t->groups.count; i++) {
        if (name.len && pp_str_eq(t->groups.at[i].name, name)) {
            return (uint32_t)i;
        }
    }
    return 0;
}

static bool known_name(struct translator *t, struct pp_str name, uint32_t *group)
{
    if (!is_identifier(name)) {
        return regex_refuse(t, "bad character in group name '%.*s'", PP_STR_ARG(name));
    }
    *group = group_named(t, name);
    return *group || regex_refuse(t, "unknown group name '%.*s'", PP_STR_ARG(name));
}

void regex_open_capturing(struct translator *t, struct pp_str name)
{
    uint32_t number = (uint32_t)t->groups.count;
    *PP_PUSH(&t->groups) = (struct group){.name = name};
    open_level(t, LEVEL_GROUP, number, regex_level(t)->flags, "(");
}

/* (?P<name>…) and (?P=name) */
static bool python_extension(struct translator *t)
{
    struct pp_str name;
    uint32_t group = 0;
    if (regex_match(t, '<')) {
        if (!take_name(t, '>', &name)) {
            return false;
        }
        if (!is_identifier(name)) {
            return regex_refuse(t, "bad character in group name '%.*s'", PP_STR_ARG(name));
        }
        if (group_named(t, name)) {
            return regex_refuse(t, "redefinition of group name '%.*s'", PP_STR_ARG(name));
        }
        regex_open_capturing(t, name);
        return true;
    }
    if (!regex_match(t, '=')) {
        return regex_refuse(t, t->next.none ? "unexpected end of pattern" : "unknown extension ?P");
    }
    if (!take_name(t, ')', &name) || !known_name(t, name, &group)) {
        return false;
    }
    if (!t->groups.at[group].closed) {
        return regex_refuse(t, "cannot refer to an open group");
    }
    return regex_reference(t, group);
}

static bool skip_comment(struct translator *t)
{
    for (;;) {
        struct token token = regex_take(t);
        if (token.none) {
            return regex_refuse(t, "missing ), unterminated comment");
        }
        if (!token.escape && token.code == ')') {
            return true;
        }
    }
}

static bool lookbehind(struct translator *t)
{
    bool wanted = regex_next_is(t, '=');
    if (!wanted && !regex_next_is(t, '!')) {
        return regex_refuse(t, t->next.none ? "unexpected end of pattern" : "unknown extension ?<");
    }
    regex_advance(t);
    open_level(t, LEVEL_LOOKBEHIND, 0, regex_level(t)->flags, wanted ? "(?<=" : "(?<!");
    if (t->lookbehind_groups == 0) {
        t->lookbehind_groups = (uint32_t)t->groups.count;
        regex_level(t)->outermost_lookbehind = true;
    }
    return true;
}

/* (?(1)yes|no), (?(name)yes|no) */
static bool condition(struct translator *t)
{
    struct pp_str name;
    uint32_t group = 0;
    if (!take_name(t, ')', &name)) {
        return false;
    }
    bool number = true;
    for (size_t i = 0; i < name.len; i++) {
        number = number && name.data[i] >= '0' && name.data[i] <= '9';
        group = group > 1000000 ? group : group * 10 + (uint32_t)(name.data[i] - '0');
    }
    if (number && group == 0) {
        return regex_refuse(t, "bad group number");
    }
    if (!number && !known_name(t, name, &group)) {
        return false;
    }
    if (!regex_check_lookbehind(t, group)) {
        return false;
    }
    *PP_PUSH(&t->conditions) = group;
    open_level(t, LEVEL_CONDITION, 0, regex_level(t)->flags, "");
    pp_sink_printf(t->out, "(?(%lu)", (unsigned long)group);
    return true;
}

/* --- flags --- */

static unsigned flag_of(struct token token)
{
    static const char letters[] = "aimsxu";
    static const unsigned flags[] = {FLAG_ASCII,  FLAG_IGNORECASE, FLAG_MULTILINE,
                                     FLAG_DOTALL, FLAG_VERBOSE,    FLAG_UNICODE};
    for (size_t i = 0; !token.none && !token.escape && letters[i]; i++) {
        if (token.code == (uint32_t)letters[i]) {
            return flags[i];
        }
    }
    return 0;
}

/* The letters from `token` on; *token becomes what ends them. */
static bool read_flags(struct translator *t, struct token *token, const char *ends, bool off, unsigned *flags)
{
    enum { TYPES = FLAG_ASCII | FLAG_UNICODE };
    do {
        unsigned flag = flag_of(*token);
        if (!token->escape && token->code == 'L' && !token->none) {
            return regex_refuse(t, "bad inline flags: cannot use 'L' flag with a str pattern");
        }
        if (flag == 0) {
            return regex_refuse(t, "unknown flag");
        }
        *flags |= flag;
        if (off && flag & TYPES) {
            return regex_refuse(t, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
        }
        if ((*flags & TYPES) == TYPES) {
            return regex_refuse(t, "bad inline flags: flags 'a', 'u' and 'L' are incompatible");
        }
        *token = regex_take(t);
    } while (token->none || token->escape || token->code > 0x7f || !strchr(ends, (int)token->code));
    return true;
}

/* (?i) for everything, (?i-s:…) for a part. */
static bool flags_group(struct translator *t, struct token token)
{
    struct level *level = regex_level(t);
    unsigned add = 0, off = 0;
    if (token.code != '-' && !read_flags(t, &token, ")-:", false, &add)) {
        return false;
    }
    if (token.code == ')') {
        if (level->kind != LEVEL_TOP || level->branches || level->last != ITEM_NONE) {
            return regex_refuse(t, "global flags not at the start of the expression");
        }
        level->flags |= add;
        return (level->flags & FLAG_ASCII && level->flags & FLAG_UNICODE)
                   ? regex_refuse(t, "ASCII and UNICODE flags are incompatible")
                   : true;
    }
    if (token.code == '-') {
        token = regex_take(t);
        if (!read_flags(t, &token, ":", true, &off)) {
            return false;
        }
    }
    if (add & off) {
        return regex_refuse(t, "bad inline flags: flag turned on and off");
    }
    unsigned flags = level->flags;
    if (add & (FLAG_ASCII | FLAG_UNICODE)) {
        flags &= ~(unsigned)(FLAG_ASCII | FLAG_UNICODE);
    }
    open_level(t, LEVEL_GROUP, 0, (flags | add) & ~off, "(?:");
    return true;
}

/* What follows "(?". */
bool regex_extension(struct translator *t)
{
    struct token token = regex_take(t);
    unsigned flags = regex_level(t)->flags;
    if (token.none) {
        return regex_refuse(t, "unexpected end of pattern");
    }
    switch (token.escape ? 0 : token.code) {
    case 'P':
        return python_extension(t);
    case ':':
        open_level(t, LEVEL_GROUP, 0, flags, "(?:");
        return true;
    case '>':
        open_level(t, LEVEL_GROUP, 0, flags, "(?>");
        return true;
    case '=':
        open_level(t, LEVEL_LOOKAHEAD, 0, flags, "(?=");
        return true;
    case '!':
        open_level(t, LEVEL_LOOKAHEAD, 0, flags, "(?!");
        return true;
    case '<':
        return lookbehind(t);
    case '#':
        return skip_comment(t);
    case '(':
        return condition(t);
    case '-':
    case 'L':
        return flags_group(t, token);
    default:
        return flag_of(token) ? flags_group(t, token) : regex_refuse(t, "unknown extension");
    }
}
