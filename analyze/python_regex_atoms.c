/* Facts: CPython 3.13 Lib/re/_parser.py (_escape, _class_escape, sets), Lib/re/_compiler.py and _casefix.py (what ignoring case means). Classes are spelled
 * out, because PCRE2's \w, \s and \b are not Python's and differ between its releases. */
#include "analyze/python_regex_parts.h"

static const struct width one = {1, 1}, none = {0, 0};

/* The contents of a PCRE2 set for a class letter. */
static const char *class_contents(uint32_t letter, bool ascii)
{
    switch (letter) {
    case 'd':
        return ascii ? "0-9" : "\\p{Nd}";
    case 'D':
        return ascii ? "\\x{0}-\\x{2f}\\x{3a}-\\x{10ffff}" : "\\P{Nd}";
    case 's':
        return ascii ? "\\x{9}-\\x{d}\\x{20}"
                     : "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}"
                       "\\x{202f}\\x{205f}\\x{3000}";
    case 'S':
        return ascii ? "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}"
                     : "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
                       "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{"
                       "10ffff}";
    case 'w':
        return ascii ? "0-9A-Za-z_" : "\\p{L}\\p{N}_";
    default:
        /* \W: every other category, and its own without the underscore. */
        return ascii ? "\\x{0}-\\x{2f}\\x{3a}-\\x{40}\\x{5b}-\\x{5e}\\x{60}\\x{7b}-\\x{10ffff}"
                     : "\\p{C}\\p{M}\\p{Z}\\p{S}\\p{Pd}\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}\\x{203f}\\x{2040}\\x{2054}"
                       "\\x{fe33}\\x{fe34}\\x{fe4d}-\\x{fe4f}\\x{ff3f}";
    }
}

static bool is_class(uint32_t letter)
{
    return letter == 'd' || letter == 'D' || letter == 's' || letter == 'S' || letter == 'w' || letter == 'W';
}

static bool letter(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

/* i, I, dotted I and dotless i are one letter to Python when case is ignored. */
static bool letter_i(uint32_t code)
{
    return code == 'i' || code == 'I' || code == 0x130 || code == 0x131;
}

static const char some_i[] = "iI\\x{130}\\x{131}";

static void put_code(struct translator *t, uint32_t code)
{
    bool plain = letter(code) || (code >= '0' && code <= '9') || code == '_';
    if (plain) {
        pp_sink_byte(t->out, (char)code);
    } else {
        pp_sink_printf(t->out, "\\x{%lx}", (unsigned long)regex_visible(code));
    }
}

void regex_literal(struct translator *t, uint32_t code)
{
    unsigned flags = regex_level(t)->flags;
    if (!(flags & FLAG_IGNORECASE) || (code < 0x80 && !letter(code))) {
        put_code(t, code);
    } else if (flags & FLAG_ASCII) {
        pp_sink_byte(t->out, '[');
        put_code(t, code);
        put_code(t, code < 0x80 ? code ^ 0x20 : code);
        pp_sink_byte(t->out, ']');
    } else if (letter_i(code)) {
        pp_sink_printf(t->out, "[%s]", some_i);
    } else {
        pp_sink_text(t->out, "(?i:");
        put_code(t, code);
        pp_sink_byte(t->out, ')');
    }
    regex_item(t, ITEM_OTHER, one);
}

void regex_dot(struct translator *t)
{
    pp_sink_text(t->out, regex_level(t)->flags & FLAG_DOTALL ? "(?s:.)" : "[^\\x{a}]");
    regex_item(t, ITEM_OTHER, one);
}

void regex_anchor(struct translator *t, uint32_t code)
{
    bool lines = regex_level(t)->flags & FLAG_MULTILINE;
    if (code == '^') {
        pp_sink_text(t->out, lines ? "(?:\\A|(?<=\\x{a}))" : "\\A");
    } else {
        pp_sink_text(t->out, lines ? "(?=\\x{a}|\\z)" : "(?=\\x{a}?\\z)");
    }
    regex_item(t, ITEM_AT, none);
}

bool regex_reference(struct translator *t, uint32_t group)
{
    if (!regex_check_lookbehind(t, group)) {
        return false;
    }
    bool any_case = regex_level(t)->flags & FLAG_IGNORECASE;
    pp_sink_printf(t->out, any_case ? "(?i:\\g{%lu})" : "(?:\\g{%lu})", (unsigned long)group);
    regex_item(t, ITEM_OTHER, t->groups.at[group].width);
    return true;
}

/* --- escapes --- */

/* \a \b \f \n \r \t \v, or 0. */
static uint32_t control(uint32_t escape)
{
    static const char letters[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
    for (size_t i = 0; letters[i]; i++) {
        if (escape == (uint32_t)letters[i]) {
            return (uint32_t)values[i];
        }
    }
    return 0;
}

/* \xhh, \uhhhh, \Uhhhhhhhh. */
static bool hexadecimal(struct translator *t, uint32_t escape, uint32_t *code)
{
    unsigned wanted = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
    if (regex_digits(t, wanted, 16, code) != wanted) {
        return regex_refuse(t, "incomplete escape \\%c", (int)escape);
    }
    return *code <= 0x10ffff || regex_refuse(t, "bad escape \\U%08lx", (unsigned long)*code);
}

/* What both kinds of escapes know: the code of the character meant. *known is false for what begins with a digit. */
static bool character_escape(struct translator *t, uint32_t escape, uint32_t *code, bool *known)
{
    *known = true;
    *code = control(escape);
    if (*code) {
        return true;
    }
    if (escape == 'x' || escape == 'u' || escape == 'U') {
        return hexadecimal(t, escape, code);
    }
    if (escape >= '0' && escape <= '9') {
        *known = false;
        return true;
    }
    if (escape == 'N') {
        return regex_refuse(t, "names of characters (\\N{...}) are not supported");
    }
    if (letter(escape)) {
        return regex_refuse(t, "bad escape \\%c", (int)escape);
    }
    *code = escape;
    return true;
}

/* \0oo, \ooo, or the number of a group. */
static bool digit_escape(struct translator *t, uint32_t escape)
{
    uint32_t value = escape - '0', digit;
    if (value == 0) {
        uint32_t rest;
        unsigned digits = regex_digits(t, 2, 8, &rest);
        regex_literal(t, digits ? rest : 0);
        return true;
    }
    bool octal = value < 8;
    if (regex_digits(t, 1, 10, &digit)) {
        uint32_t third;
        if (octal && digit < 8 && regex_digits(t, 1, 8, &third)) {
            value = value * 64 + digit * 8 + third;
            if (value > 0377) {
                return regex_refuse(t, "octal escape value outside of range 0-0o377");
            }
            regex_literal(t, value);
            return true;
        }
        value = value * 10 + digit;
    }
    if (value >= t->groups.count) {
        return regex_refuse(t, "invalid group reference %lu", (unsigned long)value);
    }
    if (!t->groups.at[value].closed) {
        return regex_refuse(t, "cannot refer to an open group");
    }
    return regex_reference(t, value);
}

static void boundary(struct translator *t, bool inside)
{
    const char *word = class_contents('w', regex_level(t)->flags & FLAG_ASCII);
    if (inside) {
        /* Nowhere in an empty text (until Python 3.14). */
        pp_sink_printf(t->out, "(?!\\A\\z)(?:(?<=[%s])(?=[%s])|(?<![%s])(?![%s]))", word, word, word, word);
    } else {
        pp_sink_printf(t->out, "(?:(?<=[%s])(?![%s])|(?<![%s])(?=[%s]))", word, word, word, word);
    }
    regex_item(t, ITEM_AT, none);
}

bool regex_escape(struct translator *t, uint32_t escape)
{
    uint32_t code;
    bool known;
    if (is_class(escape)) {
        pp_sink_printf(t->out, "[%s]", class_contents(escape, regex_level(t)->flags & FLAG_ASCII));
        regex_item(t, ITEM_OTHER, one);
        return true;
    }
    if (escape == 'A' || escape == 'Z') {
        pp_sink_text(t->out, escape == 'A' ? "\\A" : "\\z");
        regex_item(t, ITEM_AT, none);
        return true;
    }
    if (escape == 'b' || escape == 'B') {
        boundary(t, escape == 'B');
        return true;
    }
    if (!character_escape(t, escape, &code, &known)) {
        return false;
    }
    if (!known) {
        return digit_escape(t, escape);
    }
    regex_literal(t, code);
    return true;
}

/* --- sets --- */

struct set_item {
    uint32_t first, last; /* a range; of a class: its letter in both */
    bool is_class;
};

struct set {
    PP_VEC(struct set_item) items;
    bool negated;
};

static bool set_escape(struct translator *t, uint32_t escape, struct set_item *item)
{
    uint32_t code;
    bool known;
    *item = (struct set_item){escape, escape, true};
    if (is_class(escape)) {
        return true;
    }
    if (!character_escape(t, escape, &code, &known)) {
        return false;
    }
    if (!known) {
        uint32_t rest;
        if (escape > '7') {
            return regex_refuse(t, "bad escape \\%c", (int)escape);
        }
        unsigned digits = regex_digits(t, 2, 8, &rest);
        code = ((escape - '0') << (3 * digits)) + (digits ? rest : 0);
        if (code > 0377) {
            return regex_refuse(t, "octal escape value outside of range 0-0o377");
        }
    }
    *item = (struct set_item){code, code, false};
    return true;
}

static bool set_item(struct translator *t, struct token token, struct set_item *item)
{
    if (token.escape) {
        return set_escape(t, token.code, item);
    }
    *item = (struct set_item){token.code, token.code, false};
    return true;
}

/* What follows "x-": the end of a range, or the end of the set after a hyphen that stands for itself. */
static bool set_range(struct translator *t, struct set *set, struct set_item item, bool *closed)
{
    struct token token = regex_take(t);
    struct set_item last;
    *closed = !token.none && !token.escape && token.code == ']';
    if (*closed) {
        *PP_PUSH(&set->items) = item;
        *PP_PUSH(&set->items) = (struct set_item){'-', '-', false};
        return true;
    }
    if (token.none) {
        return regex_refuse(t, "unterminated character set");
    }
    if (!set_item(t, token, &last)) {
        return false;
    }
    if (item.is_class || last.is_class || last.first < item.first) {
        return regex_refuse(t, "bad character range");
    }
    item.last = last.first;
    *PP_PUSH(&set->items) = item;
    return true;
}

static bool read_set(struct translator *t, struct set *set)
{
    set->negated = regex_match(t, '^');
    for (;;) {
        struct token token = regex_take(t);
        struct set_item item;
        bool closed;
        if (token.none) {
            return regex_refuse(t, "unterminated character set");
        }
        if (!token.escape && token.code == ']' && set->items.count) {
            return true;
        }
        if (!set_item(t, token, &item)) {
            return false;
        }
        if (!regex_match(t, '-')) {
            *PP_PUSH(&set->items) = item;
        } else if (!set_range(t, set, item, &closed)) {
            return false;
        } else if (closed) {
            return true;
        }
    }
}

static void put_pair(struct translator *t, uint32_t first, uint32_t last)
{
    put_code(t, first);
    if (last != first) {
        pp_sink_byte(t->out, '-');
        put_code(t, last);
    }
}

/* A range in which surrogates are what stands for them, and nothing else is. */
static void put_range(struct translator *t, uint32_t first, uint32_t last)
{
    static const uint32_t parts[][2] = {{0, 0xd7ff}, {0xd800, 0xdfff}, {0xe000, 0x10d7ff}, {0x10e000, 0x10ffff}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint32_t from = first > parts[i][0] ? first : parts[i][0];
        uint32_t to = last < parts[i][1] ? last : parts[i][1];
        if (from <= to) {
            put_pair(t, from, to);
        }
    }
}

static bool set_holds(const struct set *set, uint32_t code)
{
    for (size_t i = 0; i < set->items.count; i++) {
        const struct set_item *item = &set->items.at[i];
        if (!item->is_class && code >= item->first && code <= item->last) {
            return true;
        }
    }
    return false;
}

/* The other cases that PCRE2 would not add by itself. */
static void put_other_cases(struct translator *t, const struct set *set, bool ascii)
{
    for (uint32_t c = 'A'; ascii && c <= 'Z'; c++) {
        if (set_holds(set, c) || set_holds(set, c + 32)) {
            put_code(t, c);
            put_code(t, c + 32);
        }
    }
    if (!ascii && (set_holds(set, 'i') || set_holds(set, 'I') || set_holds(set, 0x130) || set_holds(set, 0x131))) {
        pp_sink_text(t->out, some_i);
    }
}

static void put_set(struct translator *t, const struct set *set)
{
    unsigned flags = regex_level(t)->flags;
    bool ascii = flags & FLAG_ASCII, any_case = flags & FLAG_IGNORECASE;
    pp_sink_text(t->out, any_case && !ascii ? "(?i:[" : "[");
    pp_sink_text(t->out, set->negated ? "^" : "");
    for (size_t i = 0; i < set->items.count; i++) {
        const struct set_item *item = &set->items.at[i];
        if (item->is_class) {
            pp_sink_text(t->out, class_contents(item->first, ascii));
        } else {
            put_range(t, item->first, item->last);
        }
    }
    if (any_case) {
        put_other_cases(t, set, ascii);
    }
    pp_sink_text(t->out, any_case && !ascii ? "])" : "]");
    regex_item(t, ITEM_OTHER, one);
}

bool regex_set(struct translator *t)
{
    struct set set = {0};
    bool good = read_set(t, &set);
    if (good) {
        put_set(t, &set);
    }
    pp_free(set.items.at);
    return good;
}
