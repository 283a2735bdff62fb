/* What the parts of the translation share: python_regex.c (tokens, branches, repeats), python_regex_groups.c (what opens with a parenthesis) and
 * python_regex_atoms.c (characters, sets, escapes). */
#ifndef PP_ANALYZE_PYTHON_REGEX_PARTS_H
#define PP_ANALYZE_PYTHON_REGEX_PARTS_H

#include "analyze/python_regex.h"
#include "base/arena.h"
#include "base/memory.h"

enum regex_flag {
    FLAG_ASCII = 1,
    FLAG_IGNORECASE = 2,
    FLAG_MULTILINE = 4,
    FLAG_DOTALL = 8,
    FLAG_VERBOSE = 16,
    FLAG_UNICODE = 32
};

/* What Python's tokenizer cuts: a character, or a backslash with the character after it. */
struct token {
    uint32_t code; /* of an escape: the character after the backslash */
    bool escape, none;
};

/* Characters a part can match, at least and at most. */
struct width {
    uint64_t least, most;
};

/* What stands before a repeat sign. */
enum item_kind { ITEM_NONE, ITEM_AT, ITEM_REPEAT, ITEM_OTHER };

struct group {
    struct width width;
    bool closed;
    struct pp_str name; /* as UTF-8 in the pattern; empty: none */
};

enum level_kind {
    LEVEL_TOP,
    LEVEL_GROUP, /* capturing or not */
    LEVEL_LOOKAHEAD,
    LEVEL_LOOKBEHIND,
    LEVEL_CONDITION
};

/* An open parenthesis (or the whole pattern), of which the present branch is being read. */
struct level {
    enum level_kind kind;
    uint32_t group; /* number of a capturing one, else 0 */
    unsigned flags; /* enum regex_flag */
    bool outermost_lookbehind;
    unsigned branches;   /* that have ended */
    struct width ended;  /* over those */
    struct width branch; /* of the present one, without its last item */
    enum item_kind last; /* kind of that item */
    struct width item;   /* and its width */
};

struct translator {
    const uint32_t *codes; /* the pattern */
    size_t count, index;   /* index: behind `next` */
    struct token next;
    struct pp_sink *out;
    struct pp_error *err;
    bool failed;
    PP_VEC(struct group) groups; /* [0] is the whole pattern */
    PP_VEC(struct level) levels;
    PP_VEC(uint32_t) conditions; /* groups that conditions asked for */
    uint32_t lookbehind_groups;  /* groups known where the outermost look-behind began; 0: in none */
    struct pp_arena arena;       /* names */
};

/* Notes that Python refuses the pattern, with its words and the position. Always false. */
bool regex_refuse(struct translator *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Moves to the next token. */
void regex_advance(struct translator *t);
/* True if the next token is the plain character `code`. */
bool regex_next_is(const struct translator *t, uint32_t code);
/* Takes the next token away and returns it. */
struct token regex_take(struct translator *t);
/* Takes it if it is the plain character `code`. */
bool regex_match(struct translator *t, uint32_t code);
/* Takes up to `most` digits of `base` into *value; returns how many. */
unsigned regex_digits(struct translator *t, unsigned most, unsigned base, uint32_t *value);
/* The level that is being read. */
struct level *regex_level(struct translator *t);
/* Counts an item of the present branch. */
void regex_item(struct translator *t, enum item_kind kind, struct width width);
/* True if a reference to the group may stand here. */
bool regex_check_lookbehind(struct translator *t, uint32_t group);

/* A character that stands for itself, the dot, ^ and $, an escape (of which `escape` has been taken), a set (of which the bracket has been taken). */
void regex_literal(struct translator *t, uint32_t code);
void regex_dot(struct translator *t);
void regex_anchor(struct translator *t, uint32_t code);
bool regex_escape(struct translator *t, uint32_t escape);
bool regex_set(struct translator *t);
/* A reference to a closed group. */
bool regex_reference(struct translator *t, uint32_t group);

/* What follows "(?". */
bool regex_extension(struct translator *t);
/* Opens a capturing group; name: empty for none, else in the translator's arena. */
void regex_open_capturing(struct translator *t, struct pp_str name);

/* A surrogate's place among the private characters of plane 16, where PCRE2 can see it; other code points as they are. */
static inline uint32_t regex_visible(uint32_t code)
{
    return code >= 0xd800 && code < 0xe000 ? code + 0x100000 : code;
}

#endif
