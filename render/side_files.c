#include "render/side_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/source.h"

/* --- --nameattr --- */

/* Only what cannot run script: http, https, or no scheme at all. */
static bool safe_link(struct pp_str href)
{
    size_t colon = pp_str_find(href, ':');
    size_t stop = pp_str_find(href, '/');
    size_t mark = pp_str_find(href, '#');
    size_t query = pp_str_find(href, '?');
    stop = mark < stop ? mark : stop;
    stop = query < stop ? query : stop;
    for (size_t i = 0; i < href.len; i++) {
        if ((unsigned char)href.data[i] <= ' ' || href.data[i] == '\\') {
            return false;
        }
    }
    return colon >= stop || pp_str_starts(href, PP_STR("http://")) || pp_str_starts(href, PP_STR("https://"));
}

/* An id or class of letters, digits, '-', '_' and '.' that is none of the page's own (docs/svg-structure.md). */
static bool free_name(struct pp_str name)
{
    static const char *const ours[] = {"flamegraph", "notes",   "background", "background-gradient",
                                       "hatch",      "title",   "subtitle",   "legend",
                                       "details",    "matched", "controls",   "frames",
                                       "f",          "root",    "more",       "estimated",
                                       "h",          "hit",     "sel",        "up"};
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_' || c == '.';
        if (!plain) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (pp_str_eq(name, pp_str_of(ours[i]))) {
            return false;
        }
    }
    return name.len && !pp_str_starts(name, PP_STR("profpipe")) && !pp_str_starts(name, PP_STR("pp-")) &&
           !pp_str_starts(name, PP_STR("frames"));
}

static void set_attribute(struct name_attribute *a, struct pp_str key, struct pp_str value, struct pp_report *report,
                          struct pp_where where)
{
    if (pp_str_eq(key, PP_STR("title"))) {
        a->title = value;
    } else if (pp_str_eq(key, PP_STR("id")) && free_name(value)) {
        a->id = value;
    } else if (pp_str_eq(key, PP_STR("class")) && free_name(value)) {
        a->class_name = value;
    } else if (pp_str_eq(key, PP_STR("id")) || pp_str_eq(key, PP_STR("class"))) {
        pp_report_note(report, "ids and classes that are not plain words or are the page's own were left out", where);
    } else if (pp_str_eq(key, PP_STR("target"))) {
        a->target = value;
    } else if (pp_str_eq(key, PP_STR("href")) && safe_link(value)) {
        a->href = value;
    } else if (pp_str_eq(key, PP_STR("href"))) {
        pp_report_note(report, "links that are neither http(s) nor relative were left out", where);
    } else {
        pp_report_note(report, "attributes other than id, class, title, href and target were left out", where);
    }
}

static int compare_names(const void *a, const void *b)
{
    return pp_str_cmp(((const struct name_attribute *)a)->name, ((const struct name_attribute *)b)->name);
}

bool read_name_attributes(const char *path, struct pp_arena *arena, struct name_attributes *attributes,
                          struct pp_report *report, struct pp_error *err)
{
    struct pp_source *source = pp_source_open(path, 0, err);
    struct pp_str line;
    PP_VEC(struct name_attribute) all = {0};
    if (!source) {
        return false;
    }
    while (pp_source_line(source, &line)) {
        struct pp_cut cut = pp_str_cut(line, '\t');
        if (pp_str_trim(line).len == 0) {
            continue;
        }
        struct name_attribute *a = PP_PUSH(&all);
        *a = (struct name_attribute){.name = pp_arena_str(arena, cut.head)};
        while (cut.found) {
            cut = pp_str_cut(cut.tail, '\t');
            struct pp_cut pair = pp_str_cut(cut.head, '=');
            set_attribute(a, pair.head, pp_arena_str(arena, pair.tail), report, pp_source_where(source));
        }
    }
    bool ok = !pp_source_error(source, err);
    pp_source_close(source);
    struct name_attribute *sorted = PP_NEW_ARRAY(arena, struct name_attribute, all.count);
    if (all.count) {
        memcpy(sorted, all.at, all.count * sizeof *sorted);
        qsort(sorted, all.count, sizeof *sorted, compare_names);
    }
    *attributes = (struct name_attributes){sorted, all.count};
    pp_free(all.at);
    return ok;
}

/* --- palette.map --- */

struct color_map {
    struct pp_intern names;
    struct pp_arena arena;
    PP_VEC(struct rgb) colors;
    bool changed;
};

static bool parse_color(struct pp_str text, struct rgb *color)
{
    unsigned char *parts[] = {&color->red, &color->green, &color->blue};
    text = pp_str_trim(text);
    if (!pp_str_starts(text, PP_STR("rgb(")) || text.data[text.len - 1] != ')') {
        return false;
    }
    struct pp_cut cut = {.tail = pp_str_sub(text, 4, text.len - 5), .found = true};
    for (size_t i = 0; i < 3; i++) {
        uint64_t value;
        cut = pp_str_cut(cut.tail, ',');
        if (!pp_parse_u64(pp_str_trim(cut.head), &value) || value > 255) {
            return false;
        }
        *parts[i] = (unsigned char)value;
    }
    return true;
}

static bool add_line(struct color_map *map, struct pp_str line, struct pp_where where, struct pp_error *err)
{
    struct rgb color;
    size_t arrow = line.len;
    for (size_t i = 0; i + 1 < line.len; i++) {
        arrow = line.data[i] == '-' && line.data[i + 1] == '>' ? i : arrow;
    }
    if (arrow == line.len || !parse_color(pp_str_sub(line, arrow + 2, line.len), &color)) {
        return pp_fail(err, PP_SYNTAX, where, "expected \"function->rgb(r,g,b)\"");
    }
    uint32_t number = pp_intern_add(&map->names, &map->arena, pp_str_sub(line, 0, arrow));
    if (number == map->colors.count) {
        *PP_PUSH(&map->colors) = color;
    }
    map->colors.at[number] = color;
    return true;
}

static void free_map(struct color_map *map)
{
    pp_intern_free(&map->names);
    pp_arena_free(&map->arena);
    pp_free(map->colors.at);
    pp_free(map);
}

struct color_map *color_map_open(const char *path, struct pp_error *err)
{
    struct color_map *map = pp_calloc(1, sizeof *map);
    struct pp_error missing = {0};
    struct pp_str line;
    bool ok = true;
    struct pp_source *source = pp_source_open(path, 0, &missing);
    if (!source && missing.sys_errno != ENOENT) {
        *err = missing;
        free_map(map);
        return NULL;
    }
    while (source && ok && pp_source_line(source, &line)) {
        ok = line.len == 0 || add_line(map, line, pp_source_where(source), err);
    }
    ok = ok && (!source || !pp_source_error(source, err));
    pp_source_close(source);
    if (!ok) {
        free_map(map);
    }
    return ok ? map : NULL;
}

bool color_map_color(void *context, struct pp_str label, struct rgb *color)
{
    struct color_map *map = context;
    if (pp_str_find(label, '\n') < label.len) {
        return false;
    }
    uint32_t number = pp_intern_add(&map->names, &map->arena, label);
    if (number == map->colors.count) {
        *PP_PUSH(&map->colors) = *color;
        map->changed = true;
    }
    *color = map->colors.at[number];
    return true;
}

struct map_entry {
    struct pp_str name;
    struct rgb color;
};

static int compare_entries(const void *a, const void *b)
{
    return pp_str_cmp(((const struct map_entry *)a)->name, ((const struct map_entry *)b)->name);
}

bool color_map_close(struct color_map *map, const char *path, struct pp_error *err)
{
    bool ok = true;
    struct pp_sink *out = map->changed ? pp_sink_open(path, err) : NULL;
    if (out) {
        struct map_entry *entries = pp_calloc(map->colors.count, sizeof *entries);
        for (size_t i = 0; i < map->colors.count; i++) {
            entries[i] = (struct map_entry){map->names.strings[i], map->colors.at[i]};
        }
        qsort(entries, map->colors.count, sizeof *entries, compare_entries);
        for (size_t i = 0; i < map->colors.count; i++) {
            pp_sink_str(out, entries[i].name);
            pp_sink_printf(out, "->rgb(%u,%u,%u)\n", entries[i].color.red, entries[i].color.green,
                           entries[i].color.blue);
        }
        pp_free(entries);
        ok = pp_sink_close(out, err);
    } else {
        ok = !map->changed;
    }
    free_map(map);
    return ok;
}
