#include "formats/foreign.h"

/* Bytes that a file begins with, or has in its first bytes, and what it then is. The first line that fits counts. */
struct mark {
    struct pp_str bytes;
    const char *name;
};

#define MARK(bytes, name)                                                                                              \
    {                                                                                                                  \
        {(bytes), sizeof(bytes) - 1}, (name)                                                                           \
    }

static const struct mark beginnings[] = {
    MARK("PERFILE2", "perf's data; perf script | stackcollapse-perf.pl makes folded stacks of it"),
    MARK("MOJ", "Austin's MOJO; mojo2austin makes text of it, which can be read"),
    MARK("# austin: ",
         "samples of Austin with several numbers each, which profpipe does not read; record without --full"),
    MARK("# callgrind format", "a file of callgrind, which profpipe does not read"),
    MARK("\n\004\010", "a protobuf of pprof, which profpipe does not read"),
    MARK("\n\002\010", "a protobuf of pprof, which profpipe does not read"),
    MARK("\n\000\022", "a protobuf of pprof, which profpipe does not read"),
    MARK("memray\0", "a file of memray, which profpipe does not read"),
    MARK("\200\003", "a Python pickle, which is not read: it could run anything"),
    MARK("\200\004\225", "a Python pickle, which is not read: it could run anything"),
    MARK("\200\005\225", "a Python pickle, which is not read: it could run anything"),
    MARK("(\265/\375", "data compressed by zstd; only gzip is unpacked here (zstd -dc FILE | …)"),
    MARK("\3757zXZ", "data compressed by xz; only gzip is unpacked here (xz -dc FILE | …)"),
    MARK("BZh", "data compressed by bzip2; only gzip is unpacked here (bzip2 -dc FILE | …)"),
    MARK("PK\003\004", "a zip archive"),
    MARK("\177ELF", "a program"),
    MARK("\211PNG", "a PNG image; of pictures only flame graphs in SVG are read"),
    MARK("SQLite format 3", "an SQLite database"),
    MARK("<!DOCTYPE html", "an HTML page"),
    MARK("<!doctype html", "an HTML page"),
    MARK("<html", "an HTML page"),
};

static const struct mark json_parts[] = {
    MARK("speedscope.app/file-format-schema",
         "a JSON file of speedscope, which profpipe does not read (py-spy record -f raw writes folded stacks)"),
    MARK("\"traceEvents\"",
         "a JSON file of trace events, which profpipe does not read (py-spy record -f raw writes folded stacks)"),
    MARK("\"ph\"",
         "a JSON file of trace events, which profpipe does not read (py-spy record -f raw writes folded stacks)"),
};

static const struct mark text_parts[] = {
    MARK("\nevents: ", "a file of callgrind, which profpipe does not read"),
    MARK("Current thread 0x", "a traceback, not a profile"),
    MARK("Traceback (most recent call last)", "a traceback, not a profile"),
};

static const char *find_part(struct pp_str head, const struct mark *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pp_str_search(head, marks[i].bytes) < head.len) {
            return marks[i].name;
        }
    }
    return NULL;
}

/* A line of text with a colon at its end, and below it a tab, blanks and an address: perf script's samples. */
static bool is_perf_script(struct pp_str head)
{
    struct pp_str call = PP_STR(":\n\t");
    size_t at = pp_str_search(head, call);
    if (at == head.len) {
        at = pp_str_search(head, PP_STR(": \n\t"));
        at += at < head.len;
    }
    if (at == head.len) {
        return false;
    }
    size_t digits = 0;
    struct pp_str frame = pp_str_trim(pp_str_sub(head, at + call.len, 64));
    while (digits < frame.len && ((frame.data[digits] >= '0' && frame.data[digits] <= '9') ||
                                  (frame.data[digits] >= 'a' && frame.data[digits] <= 'f'))) {
        digits++;
    }
    return digits > 0 && digits < frame.len && frame.data[digits] == ' ';
}

const char *pp_foreign_name(struct pp_str head)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (pp_str_starts(head, beginnings[i].bytes)) {
            return beginnings[i].name;
        }
    }
    struct pp_str text = pp_str_trim(head);
    if (text.len && (text.data[0] == '{' || text.data[0] == '[')) {
        const char *kind = find_part(text, json_parts, sizeof json_parts / sizeof *json_parts);
        return kind                  ? kind
               : text.data[0] == '{' ? "a JSON file, which profpipe does not read"
                                     : "data of no known format";
    }
    const char *name = find_part(head, text_parts, sizeof text_parts / sizeof *text_parts);
    if (!name && is_perf_script(head)) {
        name = "text of perf script; stackcollapse-perf.pl makes folded stacks of it";
    }
    return name ? name : "data of no known format";
}
