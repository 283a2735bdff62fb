#include "analyze/file_list.h"

#include "base/limits.h"
#include "base/source.h"

static void append(struct file_list *list, struct pp_arena *arena, struct pp_str name)
{
    if (name.len) {
        *PP_PUSH(&list->names) = pp_arena_str(arena, name).data;
    }
}

/* The next name that ends with NUL, or what stands before the end; false at the end. */
static bool next_name(struct pp_source *source, struct pp_str *name)
{
    for (size_t want = 4096;; want *= 2) {
        struct pp_str head = pp_source_peek(source, want);
        size_t len = pp_str_find(head, '\0');
        if (len < head.len || head.len < want || want > PP_LIMIT_STRING) {
            *name = pp_str_sub(head, 0, len);
            return head.len > 0;
        }
    }
}

bool file_list_read(struct file_list *list, struct pp_arena *arena, const char *path, bool nul, struct pp_error *err)
{
    struct pp_source *source = pp_source_open(path, 0, err);
    if (!source) {
        return false;
    }
    struct pp_str name;
    while (nul && next_name(source, &name)) {
        append(list, arena, name);
        pp_source_skip(source, name.len + (name.len < pp_source_peek(source, name.len + 1).len));
    }
    while (!nul && pp_source_line(source, &name)) {
        append(list, arena, name);
    }
    bool ok = !pp_source_error(source, err);
    pp_source_close(source);
    return ok;
}
