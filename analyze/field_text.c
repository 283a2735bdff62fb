#include "analyze/field_text.h"

#include <string.h>

#include "base/text.h"

void write_csv_text(struct pp_sink *out, struct pp_str s)
{
    bool quote = pp_str_find(s, ',') < s.len || pp_str_find(s, '"') < s.len || pp_str_find(s, '\n') < s.len ||
                 pp_str_find(s, '\r') < s.len;
    if (!quote) {
        pp_sink_str(out, s);
        return;
    }
    pp_sink_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        pp_sink_repeat(out, s.data[i], s.data[i] == '"' ? 2 : 1);
    }
    pp_sink_byte(out, '"');
}

void write_tsv_text(struct pp_sink *out, struct pp_str s)
{
    static const char special[] = "\t\n\r\\", letters[] = "tnr\\";
    size_t written = 0;
    for (size_t i = 0; i < s.len; i++) {
        const char *found = s.data[i] ? strchr(special, s.data[i]) : NULL;
        if (found) {
            pp_text_show(out, pp_str_sub(s, written, i - written));
            pp_sink_byte(out, '\\');
            pp_sink_byte(out, letters[found - special]);
            written = i + 1;
        }
    }
    pp_text_show(out, pp_str_sub(s, written, s.len - written));
}

void write_markdown_text(struct pp_sink *out, struct pp_str s)
{
    struct pp_sink *shown = pp_sink_memory();
    pp_text_show(shown, s);
    struct pp_str safe = pp_sink_contents(shown);
    for (size_t i = 0; i < safe.len; i++) {
        char c = safe.data[i];
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '[' || c == ']' || c == '#') {
            pp_sink_byte(out, '\\');
        }
        if (c == '<' || c == '>' || c == '&') {
            pp_sink_text(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
        } else {
            pp_sink_byte(out, c);
        }
    }
    pp_sink_abandon(shown);
}
