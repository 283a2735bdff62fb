/* Command lines into args structs, from the options table. Options stand before or after operands. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/cli_parts.h"

static const char *const color_words[] = {"auto", "always", "never", NULL};

/* Offsets are of struct cli_common, the first member of every args struct. NULL kinds of tools are left out by flags. */
/* clang-format off */
const struct cli_option cli_common_options[] = {
    {.letter = 'f', .name = "from", .argument = "FORMAT", .help = "read as this format (default: by content)", .kind = CLI_STRING,
     .offset = offsetof(struct cli_common, from), .group = "Common options"},
    {.letter = 't', .name = "to", .argument = "FORMAT", .help = "write this format (default: what was read)", .kind = CLI_STRING,
     .offset = offsetof(struct cli_common, to), .group = "Common options"},
    {.letter = 'o', .name = "output", .argument = "FILE", .help = "write to FILE, atomically (default: standard output)",
     .kind = CLI_STRING, .offset = offsetof(struct cli_common, output), .group = "Common options"},
    {.name = "option", .argument = "KEY=VALUE", .help = "set an option of a format (see --list-formats)", .kind = CLI_EVENTS,
     .offset = offsetof(struct cli_common, option), .group = "Common options"},
    {.name = "max-input", .argument = "SIZE", .help = "give up after SIZE decompressed bytes (K, M, G;\ndefault 64G)",
     .kind = CLI_UINT, .offset = offsetof(struct cli_common, max_input), .group = "Common options"},
    {.name = "strict", .help = "treat what would be skipped or lost as an error", .kind = CLI_FLAG,
     .offset = offsetof(struct cli_common, strict), .group = "Common options"},
    {.name = "force", .help = "write binary formats to a terminal too", .kind = CLI_FLAG,
     .offset = offsetof(struct cli_common, force), .group = "Common options"},
    {.name = "color", .argument = "WHEN", .help = "auto, always or never (NO_COLOR is honoured)", .kind = CLI_CHOICE,
     .offset = offsetof(struct cli_common, color), .choices = color_words, .group = "Common options"},
    {.letter = 'q', .name = "quiet", .help = "no warnings", .kind = CLI_FLAG, .offset = offsetof(struct cli_common, quiet),
     .group = "Common options"},
    {.letter = 'v', .name = "verbose", .help = "say more on standard error", .kind = CLI_FLAG,
     .offset = offsetof(struct cli_common, verbose), .group = "Common options"},
    {.name = "list-formats", .help = "list the formats and exit", .kind = CLI_FLAG, .group = "Common options"},
    {.letter = 'h', .name = "help", .help = "show this help and exit", .kind = CLI_FLAG, .group = "Common options"},
    {.letter = 'V', .name = "version", .help = "show the version and exit", .kind = CLI_FLAG, .group = "Common options"},
    {0},
};
/* clang-format on */

static bool left_out(const struct cli_tool *tool, const char *name)
{
    static const char *const of_input[] = {"from", "max-input", "option", "list-formats", "strict"};
    for (size_t i = 0; tool->flags & CLI_NO_INPUT && i < sizeof of_input / sizeof *of_input; i++) {
        if (strcmp(name, of_input[i]) == 0) {
            return true;
        }
    }
    return (strcmp(name, "to") == 0 && !(tool->flags & CLI_HAS_TO)) ||
           (tool->flags & CLI_NO_OUTPUT && (strcmp(name, "output") == 0 || strcmp(name, "force") == 0));
}

static bool known(const struct cli_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->at[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

void cli_table_init(struct cli_table *table, const struct cli_tool *tool)
{
    table->count = 0;
    size_t most = sizeof table->at / sizeof *table->at;
    for (const struct cli_option *o = tool->options; o && o->name && table->count < most; o++) {
        table->at[table->count++] = o;
    }
    for (const struct cli_option *o = cli_common_options; o->name && table->count < most; o++) {
        /* A tool may say more about a common option by having one of that name. */
        if (!left_out(tool, o->name) && !known(table, o->name)) {
            table->at[table->count++] = o;
        }
    }
}

struct parser {
    const struct cli_table *table;
    struct cli_common *common;
    char *args;
    int argc;
    char **argv;
    int next;        /* index of the word to look at */
    size_t operands; /* so far */
    enum cli_parsed outcome;
};

static bool parse_size(const char *text, uint64_t *out)
{
    struct pp_str s = pp_str_of(text);
    unsigned shift = 0;
    if (s.len) {
        char last = s.data[s.len - 1];
        shift = last == 'K' || last == 'k' ? 10 : last == 'M' || last == 'm' ? 20 : last == 'G' || last == 'g' ? 30 : 0;
        s.len -= shift != 0;
    }
    uint64_t value;
    if (!pp_parse_u64(s, &value) || value > UINT64_MAX >> shift) {
        return false;
    }
    *out = value << shift;
    return true;
}

static bool parse_double_option(const char *text, double *out)
{
    struct pp_str s = pp_str_of(text);
    if (s.len && s.data[s.len - 1] == '%') {
        s.len--;
    }
    return pp_parse_double(s, out);
}

static bool bad_value(struct parser *p, const struct cli_option *o, const char *value, const char *expected)
{
    cli_usage(p->common, "--%s: expected %s, found \"%s\"", o->name, expected, value);
    return false;
}

static bool set_choice(struct parser *p, const struct cli_option *o, const char *value, unsigned *field)
{
    unsigned found = 0, count = 0;
    size_t len = strlen(value);
    for (unsigned i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], value) == 0) {
            *field = i;
            return true;
        }
        if (len && strncmp(o->choices[i], value, len) == 0) {
            found = i;
            count++;
        }
    }
    if (count == 1) {
        *field = found;
        return true;
    }
    const char *near = cli_did_you_mean(value, o->choices);
    if (near) {
        cli_usage(p->common, "--%s: unknown value \"%s\"; did you mean \"%s\"?", o->name, value, near);
    } else {
        cli_usage(p->common, "--%s: unknown value \"%s\" (%s)", o->name, value,
                  o->argument ? o->argument : "see --help");
    }
    return false;
}

static void add_event(const struct parser *p, struct cli_events *events, const struct cli_option *o, const char *value)
{
    events->at = events->count == events->capacity
                     ? pp_grow(events->at, events->count + 1, &events->capacity, sizeof *events->at)
                     : events->at;
    events->at[events->count++] = (struct cli_event){o, value, p->operands};
}

/* Stores a value where the table says. */
static bool store(struct parser *p, const struct cli_option *o, const char *value)
{
    char *field = p->args + o->offset;
    if (o->given_offset) {
        *(bool *)(void *)(p->args + o->given_offset) = true;
    }
    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)(void *)field = true;
        return true;
    case CLI_STRING:
        *(const char **)(void *)field = value;
        return true;
    case CLI_UINT:
        return parse_size(value, (uint64_t *)(void *)field) || bad_value(p, o, value, "a number");
    case CLI_DOUBLE:
        return parse_double_option(value, (double *)(void *)field) || bad_value(p, o, value, "a number");
    case CLI_CHOICE:
        return set_choice(p, o, value, (unsigned *)(void *)field);
    case CLI_EVENTS:
    case CLI_EVENT_FLAG:
    case CLI_EVENT_OPTIONAL:
        add_event(p, (struct cli_events *)(void *)field, o, value);
        return true;
    }
    return false;
}

/* The frame's own options; true if `o` is one of them. */
static bool is_own(struct parser *p, const struct cli_option *o, const char *value)
{
    static const struct {
        const char *name;
        enum cli_parsed outcome;
    } own[] = {{"help", CLI_PARSE_HELP}, {"version", CLI_PARSE_VERSION}, {"list-formats", CLI_PARSE_FORMATS}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(o->name, own[i].name) == 0 && o->offset == 0) {
            bool names = value && strcmp(value, "options") == 0;
            p->outcome = names ? CLI_PARSE_OPTIONS : own[i].outcome;
            return true;
        }
    }
    return false;
}

static bool takes_argument(const struct cli_option *o)
{
    return o->kind != CLI_FLAG && o->kind != CLI_EVENT_FLAG && o->kind != CLI_EVENT_OPTIONAL;
}

/* Finishes an option whose attached value (after '=' or in a cluster) is `value`, NULL if none. */
static bool finish_option(struct parser *p, const struct cli_option *o, const char *value)
{
    if (is_own(p, o, value)) {
        return false;
    }
    if (o->kind == CLI_EVENT_OPTIONAL && !value && p->next < p->argc && p->argv[p->next][0] != '-' &&
        access(p->argv[p->next], F_OK) != 0) {
        /* The next word is the argument unless it is an option or the name of a file. */
        value = p->argv[p->next++];
    }
    if (!takes_argument(o)) {
        if (value && o->kind != CLI_EVENT_OPTIONAL) {
            cli_usage(p->common, "--%s takes no argument", o->name);
            return false;
        }
        return store(p, o, value);
    }
    if (!value) {
        if (p->next >= p->argc) {
            cli_usage(p->common, "--%s needs an argument (%s)", o->name, o->argument);
            return false;
        }
        value = p->argv[p->next++];
    }
    return store(p, o, value);
}

static const struct cli_option *find_long(struct parser *p, const char *name, size_t len)
{
    const struct cli_option *found = NULL, *rival = NULL;
    for (size_t i = 0; i < p->table->count; i++) {
        const struct cli_option *o = p->table->at[i];
        if (strncmp(o->name, name, len) != 0) {
            continue;
        }
        if (o->name[len] == '\0') {
            return o;
        }
        /* Two names of one thing are no question. */
        bool same = found && found->offset == o->offset && found->kind == o->kind && o->kind < CLI_EVENTS;
        if (!found) {
            found = o;
        } else if (!same && !rival) {
            rival = o;
        }
    }
    if (rival) {
        cli_usage(p->common, "--%.*s could be --%s or --%s", (int)len, name, found->name, rival->name);
        p->outcome = CLI_PARSE_BAD;
        return NULL;
    }
    return found;
}

static void unknown_option(struct parser *p, const char *name, size_t len)
{
    const char *words[257];
    size_t count = 0;
    char wanted[64];
    for (size_t i = 0; i < p->table->count; i++) {
        words[count++] = p->table->at[i]->name;
    }
    words[count] = NULL;
    size_t kept = len < sizeof wanted - 1 ? len : sizeof wanted - 1;
    memcpy(wanted, name, kept);
    wanted[kept] = '\0';
    const char *near = cli_did_you_mean(wanted, words);
    if (near) {
        cli_usage(p->common, "unknown option --%.*s; did you mean --%s?", (int)len, name, near);
    } else {
        cli_usage(p->common, "unknown option --%.*s", (int)len, name);
    }
}

static bool parse_long(struct parser *p, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct cli_option *o = find_long(p, word, len);
    if (!o) {
        if (p->outcome != CLI_PARSE_BAD) {
            unknown_option(p, word, len);
        }
        return false;
    }
    return finish_option(p, o, equals ? equals + 1 : NULL);
}

static bool parse_letters(struct parser *p, const char *letters)
{
    while (*letters) {
        const struct cli_option *o = NULL;
        for (size_t i = 0; i < p->table->count && !o; i++) {
            o = p->table->at[i]->letter == *letters ? p->table->at[i] : NULL;
        }
        if (!o) {
            cli_usage(p->common, "unknown option -%c", *letters);
            return false;
        }
        letters++;
        bool rest_is_value = takes_argument(o) && *letters;
        if (!finish_option(p, o, rest_is_value ? letters : NULL)) {
            return false;
        }
        if (rest_is_value) {
            return true;
        }
    }
    return true;
}

enum cli_parsed cli_parse(const struct cli_table *table, void *args, int argc, char **argv, int *operands)
{
    struct parser p = {
        .table = table, .common = args, .args = args, .argc = argc, .argv = argv, .next = 1, .outcome = CLI_PARSED};
    bool only_operands = false;
    while (p.next < argc) {
        char *word = argv[p.next++];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            argv[++p.operands] = word;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (!(word[1] == '-' ? parse_long(&p, word + 2) : parse_letters(&p, word + 1))) {
            return p.outcome == CLI_PARSED ? CLI_PARSE_BAD : p.outcome;
        }
    }
    /* Operands end as argv does: profrec runs them as a command. */
    if (p.operands + 1 < (size_t)argc) {
        argv[p.operands + 1] = NULL;
    }
    *operands = (int)p.operands;
    return CLI_PARSED;
}

void cli_free_events(const struct cli_table *table, void *args)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct cli_option *o = table->at[i];
        if (o->kind == CLI_EVENTS || o->kind == CLI_EVENT_FLAG || o->kind == CLI_EVENT_OPTIONAL) {
            struct cli_events *events = (struct cli_events *)(void *)((char *)args + o->offset);
            pp_free(events->at);
            *events = (struct cli_events){0};
        }
    }
}
