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

void regex_advance(struct translator *t)
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
    regex_advance(t);
    return token;
}

bool regex_next_is(const struct translator *t, uint32_t code)
{
    return !t->next.none && !t->next.escape && t->next.code == code;
}

bool regex_match(struct translator *t, uint32_t code)
{
    bool found = regex_next_is(t, code);
    if (found) {
        regex_advance(t);
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
        regex_advance(t);
        count++;
    }
    return count;
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

/* --- repeats --- */

/* The numbers of {m,n}; false when the brace stands for itself, and then nothing was taken. */
static bool read_braces(struct translator *t, uint64_t *least, uint64_t *most)
{
    struct translator before = *t;
    uint32_t low, high;
    *least = 0;
    *most = endless;
    bool empty = regex_next_is(t, '}');
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
            return regex_extension(t);
        }
        regex_open_capturing(t, (struct pp_str){0});
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
    regex_advance(t);
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
