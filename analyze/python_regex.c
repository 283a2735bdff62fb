/* Facts: CPython 3.13 Lib/re/_parser.py (_parse_sub, _parse, _parse_flags) and Lib/re/_compiler.py. The pattern is read as Python reads it and written
 * out for PCRE2 with every flag and class spelled out, so that no default of PCRE2 matters. */
#include "analyze/python_regex.h"

#include <stdio.h>
#include <string.h>

#include "analyze/python_regex_parts.h"
#include "analyze/python_text.h"
#include "base/regex.h"
#include "base/text.h"

enum { LARGEST_REPEAT = 65535 }; /* PCRE2's; a name is never that long */
static const uint64_t endless = UINT64_C(1) << 62;

bool regex_refuse(struct translator *t, const char *format, ...)
{
    char message[160];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    size_t next = t->next.none ? 0 : 1 + t->next.escape;
    t->failed = true;
    return pp_fail(t->err, PP_USAGE, pp_nowhere(), "%s at position %zu", message, t->index - next);
}

/* --- tokens --- */

static void advance(struct translator *t)
{
    t->next = (struct token){.none = t->index >= t->count};
    if (t->next.none) {
        return;
    }
    t->next.code = t->codes[t->index++];
    if (t->next.code != '\\') {
        return;
    }
    if (t->index >= t->count) {
        regex_refuse(t, "bad escape (end of pattern)");
        t->next = (struct token){.none = true};
        return;
    }
    t->next = (struct token){.code = t->codes[t->index++], .escape = true};
}

struct token regex_take(struct translator *t)
{
    struct token token = t->next;
    advance(t);
    return token;
}

static bool next_is(const struct translator *t, uint32_t code)
{
    return !t->next.none && !t->next.escape && t->next.code == code;
}

bool regex_match(struct translator *t, uint32_t code)
{
    bool found = next_is(t, code);
    if (found) {
        advance(t);
    }
    return found;
}

static uint32_t digit_value(uint32_t code)
{
    return code >= '0' && code <= '9'   ? code - '0'
           : code >= 'a' && code <= 'f' ? code - 'a' + 10
           : code >= 'A' && code <= 'F' ? code - 'A' + 10
                                        : 99;
}

unsigned regex_digits(struct translator *t, unsigned most, unsigned base, uint32_t *value)
{
    unsigned count = 0;
    *value = 0;
    while (count < most && !t->next.none && !t->next.escape && digit_value(t->next.code) < base) {
        /* Saturates: what is read here is compared with smaller limits. */
        uint64_t wide = (uint64_t)*value * base + digit_value(t->next.code);
        *value = wide > UINT32_MAX ? UINT32_MAX : (uint32_t)wide;
        advance(t);
        count++;
    }
    return count;
}

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

/* --- levels and widths --- */

struct level *regex_level(struct translator *t)
{
    return &t->levels.at[t->levels.count - 1];
}

static uint64_t capped_sum(uint64_t a, uint64_t b)
{
    return a > endless - b ? endless : a + b;
}

static uint64_t capped_product(uint64_t a, uint64_t b)
{
    return b && a > endless / b ? endless : a * b;
}

static void settle_item(struct level *level)
{
    level->branch.least = capped_sum(level->branch.least, level->item.least);
    level->branch.most = capped_sum(level->branch.most, level->item.most);
    level->item = (struct width){0, 0};
}

void regex_item(struct translator *t, enum item_kind kind, struct width width)
{
    struct level *level = regex_level(t);
    settle_item(level);
    level->last = kind;
    level->item = width;
}

static void end_branch(struct level *level)
{
    settle_item(level);
    struct width *all = &level->ended, *now = &level->branch;
    all->least = level->branches && all->least < now->least ? all->least : now->least;
    all->most = level->branches && all->most > now->most ? all->most : now->most;
    level->branches++;
    level->branch = (struct width){0, 0};
    level->last = ITEM_NONE;
}

static void open_level(struct translator *t, enum level_kind kind, uint32_t group, unsigned flags, const char *text)
{
    *PP_PUSH(&t->levels) = (struct level){.kind = kind, .group = group, .flags = flags};
    pp_sink_text(t->out, text);
}

static bool close_level(struct translator *t)
{
    struct level level = *regex_level(t);
    end_branch(&level);
    t->levels.count--;
    if (level.kind == LEVEL_LOOKBEHIND && level.ended.least != level.ended.most) {
        return regex_refuse(t, "look-behind requires fixed-width pattern");
    }
    if (level.outermost_lookbehind) {
        t->lookbehind_groups = 0;
    }
    if (level.kind == LEVEL_CONDITION && level.branches == 1) {
        level.ended.least = 0;
    }
    if (level.group) {
        t->groups.at[level.group].width = level.ended;
        t->groups.at[level.group].closed = true;
    }
    bool looks = level.kind == LEVEL_LOOKAHEAD || level.kind == LEVEL_LOOKBEHIND;
    pp_sink_byte(t->out, ')');
    regex_item(t, ITEM_OTHER, looks ? (struct width){0, 0} : level.ended);
    return true;
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

static void open_capturing(struct translator *t, struct pp_str name)
{
    uint32_t number = (uint32_t)t->groups.count;
    *PP_PUSH(&t->groups) = (struct group){.name = name};
    open_level(t, LEVEL_GROUP, number, regex_level(t)->flags, "(");
}

/* (?P<name>…) and (?P=name) */
static bool python_extension(struct translator *t)
{
    struct pp_str name;
    uint32_t group;
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
        open_capturing(t, name);
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
    bool wanted = next_is(t, '=');
    if (!wanted && !next_is(t, '!')) {
        return regex_refuse(t, t->next.none ? "unexpected end of pattern" : "unknown extension ?<");
    }
    advance(t);
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
static bool extension(struct translator *t)
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

/* --- repeats --- */

/* The numbers of {m,n}; false when the brace stands for itself, and then nothing was taken. */
static bool read_braces(struct translator *t, uint64_t *least, uint64_t *most)
{
    struct translator before = *t;
    uint32_t low, high;
    *least = 0;
    *most = endless;
    bool empty = next_is(t, '}');
    bool has_low = regex_digits(t, UINT32_MAX, 10, &low) > 0;
    bool comma = regex_match(t, ',');
    bool has_high = comma && regex_digits(t, UINT32_MAX, 10, &high) > 0;
    if (empty || !regex_match(t, '}')) {
        t->index = before.index;
        t->next = before.next;
        return false;
    }
    *least = has_low ? low : 0;
    *most = has_high ? high : comma ? endless : has_low ? low : endless;
    return true;
}

static void put_numbers(struct translator *t, uint64_t least, uint64_t most)
{
    pp_sink_byte(t->out, '{');
    pp_sink_u64(t->out, least > LARGEST_REPEAT ? LARGEST_REPEAT : least);
    if (most != least) {
        pp_sink_byte(t->out, ',');
    }
    if (most != least && most <= LARGEST_REPEAT) {
        pp_sink_u64(t->out, most);
    }
    pp_sink_byte(t->out, '}');
}

static bool put_repeat(struct translator *t, uint64_t least, uint64_t most)
{
    struct level *level = regex_level(t);
    if (most < least) {
        return regex_refuse(t, "min repeat greater than max repeat");
    }
    if (least >= UINT32_MAX || (most >= UINT32_MAX && most != endless)) {
        return regex_refuse(t, "the repetition number is too large");
    }
    if (level->last == ITEM_NONE || level->last == ITEM_AT) {
        return regex_refuse(t, "nothing to repeat");
    }
    if (level->last == ITEM_REPEAT) {
        return regex_refuse(t, "multiple repeat");
    }
    char greed = regex_match(t, '?') ? '?' : regex_match(t, '+') ? '+' : '\0';
    if (t->lookbehind_groups && level->item.most == 0) {
        /* PCRE2 does not see that this is of fixed width: what matches nothing is there once, or need not be. */
        pp_sink_text(t->out, least ? "" : "{0}");
    } else {
        put_numbers(t, least, most);
        pp_sink_write(t->out, &greed, greed != '\0');
    }
    level->last = ITEM_REPEAT;
    level->item.least = capped_product(level->item.least, least);
    level->item.most = level->item.most ? capped_product(level->item.most, most) : 0;
    return true;
}

static bool repeat(struct translator *t, uint32_t sign)
{
    uint64_t least = sign == '+', most = sign == '?' ? 1 : endless;
    if (sign == '{' && !read_braces(t, &least, &most)) {
        regex_literal(t, sign);
        return true;
    }
    return put_repeat(t, least, most);
}

/* --- the whole --- */

/* Blanks and comments of (?x). */
static bool skip_verbose(struct translator *t, struct token token)
{
    if (!(regex_level(t)->flags & FLAG_VERBOSE) || token.escape) {
        return false;
    }
    if (token.code == '#') {
        do {
            token = regex_take(t);
        } while (!token.none && (token.escape || token.code != '\n'));
        return true;
    }
    return token.code == ' ' || (token.code >= '\t' && token.code <= '\r');
}

static bool branch(struct translator *t)
{
    struct level *level = regex_level(t);
    if (level->kind == LEVEL_CONDITION && level->branches) {
        return regex_refuse(t, "conditional backref with more than two branches");
    }
    end_branch(level);
    pp_sink_byte(t->out, '|');
    return true;
}

static bool special(struct translator *t, uint32_t code)
{
    switch (code) {
    case '|':
        return branch(t);
    case ')':
        return t->levels.count > 1 ? close_level(t) : regex_refuse(t, "unbalanced parenthesis");
    case '(':
        if (regex_match(t, '?')) {
            return extension(t);
        }
        open_capturing(t, (struct pp_str){0});
        return true;
    case '[':
        return regex_set(t);
    case '.':
        regex_dot(t);
        return true;
    case '^':
    case '$':
        regex_anchor(t, code);
        return true;
    case '*':
    case '+':
    case '?':
    case '{':
        return repeat(t, code);
    default:
        regex_literal(t, code);
        return true;
    }
}

static bool translate(struct translator *t)
{
    *PP_PUSH(&t->groups) = (struct group){0};
    *PP_PUSH(&t->levels) = (struct level){.kind = LEVEL_TOP};
    advance(t);
    while (!t->failed && !t->next.none) {
        struct token token = regex_take(t);
        if (t->failed) {
            return false;
        }
        if (!skip_verbose(t, token) && !(token.escape ? regex_escape(t, token.code) : special(t, token.code))) {
            return false;
        }
    }
    if (t->failed) {
        return false;
    }
    if (t->levels.count > 1) {
        return regex_refuse(t, "missing ), unterminated subpattern");
    }
    for (size_t i = 0; i < t->conditions.count; i++) {
        if (t->conditions.at[i] >= t->groups.count) {
            return regex_refuse(t, "invalid group reference %lu", (unsigned long)t->conditions.at[i]);
        }
    }
    return true;
}

bool python_regex_translate(struct pp_str pattern, struct pp_sink *out, struct pp_error *err)
{
    struct translator t = {.out = out, .err = err};
    PP_VEC(uint32_t) codes = {0};
    for (size_t at = 0; at < pattern.len;) {
        uint32_t code = python_next(pattern, &at);
        *PP_PUSH(&codes) = code;
    }
    t.codes = codes.at;
    t.count = codes.count;
    bool good = translate(&t);
    pp_free(codes.at);
    pp_free(t.groups.at);
    pp_free(t.levels.at);
    pp_free(t.conditions.at);
    pp_arena_free(&t.arena);
    return good;
}

struct python_regex {
    struct pp_regex *regex;
};

struct python_regex *python_regex_new(struct pp_str pattern, struct pp_error *err)
{
    struct pp_sink *translated = pp_sink_memory();
    struct pp_regex *regex = NULL;
    if (python_regex_translate(pattern, translated, err)) {
        regex = pp_regex_new(pp_sink_contents(translated), err);
    }
    pp_sink_abandon(translated);
    if (!regex) {
        return NULL;
    }
    struct python_regex *re = pp_calloc(1, sizeof *re);
    re->regex = regex;
    return re;
}

static bool ascii(struct pp_str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++) {
        all |= (unsigned char)s.data[i];
    }
    return all < 0x80;
}

bool python_regex_search(struct python_regex *re, struct pp_str s)
{
    if (ascii(s) || pp_utf8_valid(s)) {
        return pp_regex_search(re->regex, s);
    }
    struct pp_sink *visible = pp_sink_memory();
    for (size_t at = 0; at < s.len;) {
        char bytes[4];
        size_t len = pp_utf8_put(bytes, regex_visible(python_next(s, &at)));
        pp_sink_write(visible, bytes, len);
    }
    bool found = pp_regex_search(re->regex, pp_sink_contents(visible));
    pp_sink_abandon(visible);
    return found;
}

void python_regex_free(struct python_regex *re)
{
    if (re) {
        pp_regex_free(re->regex);
        pp_free(re);
    }
}
