/* Folded stacks: one line per stack, frames from the root joined by ';', then the count. The specification is docs/formats/folded.md. */
#include "formats/format.h"
#include "formats/folded/folded.h"
#include "formats/folded/line.h"

enum { DECODED = 2048 };

/* Enough of a UTF-16 head as one byte per unit to see lines and counts; false if it has no BOM. */
static bool narrow_utf16(struct pp_str head, char *buffer, struct pp_str *out)
{
    bool little = pp_str_starts(head, PP_STR("\xff\xfe"));
    if (!little && !pp_str_starts(head, PP_STR("\xfe\xff"))) {
        return false;
    }
    size_t len = 0;
    for (size_t at = 2; at + 2 <= head.len && len < DECODED; at += 2) {
        char low = head.data[at + !little];
        char high = head.data[at + little];
        buffer[len++] = high ? 'x' : low;
    }
    *out = (struct pp_str){buffer, len};
    return true;
}

struct line_counts {
    unsigned chains;  /* lines of two frames and more, with a count: what only this format has */
    unsigned singles; /* a name and a number: callgrind, reports and prose have such lines too */
    unsigned bad;
};

static bool all_digits(struct pp_str s)
{
    size_t at = 0;
    while (at < s.len && s.data[at] >= '0' && s.data[at] <= '9') {
        at++;
    }
    return at && at == s.len;
}

/* `cut_off`: the window ends within the line, which may still have its count. */
static void count_line(struct pp_str text, bool cut_off, struct line_counts *counts)
{
    struct folded_line line = folded_split(text, 1);
    bool chain = pp_str_find(text, ';') < text.len;
    if (line.kind == FOLDED_DATA) {
        counts->chains += chain;
        counts->singles += !chain && !all_digits(line.stack);
        counts->bad += !chain && all_digits(line.stack);
    } else if (line.kind == FOLDED_BAD) {
        counts->chains += cut_off && chain;
        counts->bad += !cut_off;
    }
}

/* Where some lines have no count, the others must be chains and at least as many, twice as many when the first line is a bad one. Bits grow with
 * the good lines. */
static unsigned probe(struct pp_str head)
{
    char buffer[DECODED];
    struct line_counts seen = {0};
    bool whole = head.len < PP_PROBE_SIZE;
    if (narrow_utf16(head, buffer, &head)) {
        whole = head.len < DECODED;
    } else if (pp_str_starts(head, PP_STR("\xef\xbb\xbf"))) {
        head = pp_str_sub(head, 3, head.len);
    }
    bool header = pp_str_starts(head, PP_STR(FOLDED_HEADER)), bad_first = false;
    while (head.len) {
        struct pp_cut cut = pp_str_cut(head, '\n');
        if (!cut.found && !whole && seen.chains + seen.singles + seen.bad > 0) {
            break;
        }
        count_line(cut.head, !cut.found && !whole, &seen);
        bad_first = bad_first || (seen.bad && !seen.chains);
        head = cut.tail;
    }
    if (header) {
        return 96;
    }
    unsigned good = seen.bad ? seen.chains : seen.chains + seen.singles;
    return good && good >= seen.bad * (1 + bad_first) ? 8 + (good > 8 ? 8 : good) : 0;
}

static const char *const extensions[] = {"folded", "collapsed", "txt", "stacks", NULL};

static const struct pp_option_spec options[] = {
    {"unit", "s|ms|us|ns", "unit of the integers written for a time metric (default us)"},
    {"metric", "NAME", "the metric to write (default: the main one)"},
    {"threads", "yes|no", "on writing: a frame with the thread's name at the root of each stack"},
    {"counts", "s|ms|us|ns|bytes", "on reading: what the counts are"},
    {"columns", "1|2", "on reading: counts per line (default: two when the first lines all have two)"},
    {"order", "time", "on reading: lines follow each other in time, each is a sample (folded2svg --chart)"},
    {"lines", "definition|current", "on reading: whether lines in frames are where the function begins"},
    {0},
};

const struct pp_format pp_format_folded = {
    .name = "folded",
    .summary = "folded (collapsed) stacks: frame;frame COUNT",
    .extensions = extensions,
    .options = options,
    .holds = PP_HOLDS_STACKS | PP_HOLDS_LINES |
             PP_HOLDS_METRICS, /* before and after; the writer notes what else there was */
    .probe = probe,
    .read = folded_read,
    .write = folded_write,
};
