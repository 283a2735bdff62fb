#include "render/frame_text.h"

#include <string.h>

#include "base/text.h"
#include "model/label.h"

enum { SHORTEST = 3 };

struct pp_str frame_name_unmarked(struct pp_str name, char *mark)
{
    *mark = 0;
    if (name.len > 4 && pp_str_ends(name, PP_STR("]")) && pp_str_eq(pp_str_sub(name, name.len - 4, 2), PP_STR("_["))) {
        char letter = name.data[name.len - 2];
        if (strchr("kijw", letter)) {
            *mark = letter;
            name.len -= 4;
        }
    }
    return name;
}

/* The folded text with the file's directories left out; what was a path before a space stays, as it may be no path. */
static struct pp_str medium_text(struct pp_arena *arena, struct pp_str full, struct pp_str name, struct pp_str file)
{
    struct pp_str base = pp_str_basename(file);
    if (base.len == file.len || base.len == 0 || full.len < name.len + file.len) {
        return full;
    }
    size_t cut = file.len - base.len;
    size_t at = name.len + (sizeof " (" - 1);
    char *text = pp_arena_alloc(arena, full.len - cut + 1, 1);
    memcpy(text, full.data, at);
    memcpy(text + at, full.data + at + cut, full.len - at - cut);
    return (struct pp_str){text, full.len - cut};
}

struct frame_text frame_text_of(struct pp_arena *arena, const struct pp_profile *p, pp_frame_id frame)
{
    const struct pp_function *f = pp_frame_function(p, frame);
    struct pp_str name = pp_profile_str(p, f->name);
    char mark;
    struct frame_text text = {.full = pp_label_folded(arena, p, &p->frames[frame.i]),
                              .name = frame_name_unmarked(name, &mark)};
    text.medium =
        text.full.len == name.len ? text.name : medium_text(arena, text.full, name, pp_profile_str(p, f->file));
    return text;
}

/* The longest beginning of s of at most `columns`. */
static struct pp_str head_columns(struct pp_str s, size_t columns)
{
    size_t end = 0, used = 0;
    while (end < s.len) {
        size_t next = end;
        pp_utf8_next(s, &next, NULL);
        used += pp_text_columns(pp_str_sub(s, end, next - end));
        if (used > columns) {
            break;
        }
        end = next;
    }
    return pp_str_sub(s, 0, end);
}

/* The longest end of s of at most `columns`. */
static struct pp_str tail_columns(struct pp_str s, size_t columns)
{
    size_t all = pp_text_columns(s);
    size_t from = 0;
    while (from < s.len && all > columns) {
        size_t next = from;
        pp_utf8_next(s, &next, NULL);
        size_t width = pp_text_columns(pp_str_sub(s, from, next - from));
        all -= width < all ? width : all;
        from = next;
    }
    return pp_str_sub(s, from, s.len);
}

struct pp_str frame_text_fit(struct pp_arena *arena, const struct frame_text *text, size_t columns, bool cut_left)
{
    const struct pp_str choices[] = {text->full, text->medium, text->name};
    if (columns < SHORTEST) {
        return (struct pp_str){0};
    }
    /* Without a place to show, the full text has nothing but a collector's mark ("_[k]") that the name has not. */
    char mark;
    bool marked = frame_name_unmarked(text->full, &mark).len == text->name.len && mark;
    size_t first = marked ? 2 : 0;
    for (size_t i = first; i < sizeof choices / sizeof *choices; i++) {
        /* No text has fewer columns than a quarter of its bytes, but for combining marks: huge names are not counted through. */
        if (choices[i].len <= columns * 8 && pp_text_columns(choices[i]) <= columns) {
            return choices[i];
        }
    }
    struct pp_str part = cut_left ? tail_columns(text->name, columns - 2) : head_columns(text->name, columns - 2);
    char *cut = pp_arena_alloc(arena, part.len + 3, 1);
    memcpy(cut + (cut_left ? 2 : 0), part.data, part.len);
    memcpy(cut + (cut_left ? 0 : part.len), "..", 2);
    return (struct pp_str){cut, part.len + 2};
}
