#include "analyze/terminal_cells.h"

#include "base/text.h"

/* Keeps both ends of a name that is wider than the terminal leaves room for. */
void write_shortened(struct pp_sink *out, struct pp_str name, size_t room)
{
    struct pp_sink *shown = pp_sink_memory();
    pp_text_show(shown, name);
    struct pp_str text = pp_sink_contents(shown);
    if (room == 0 || pp_text_columns(text) <= room || room < 8) {
        pp_sink_str(out, text);
    } else {
        /* The end says more: file, line, function. */
        size_t front = (room - 1) / 3, back = room - 1 - front, at = 0;
        while (pp_text_columns(pp_str_sub(text, 0, at)) < front) {
            pp_utf8_next(text, &at, NULL);
        }
        pp_sink_write(out, text.data, at);
        pp_sink_text(out, "\xe2\x80\xa6");
        size_t from = text.len;
        while (from > at && pp_text_columns(pp_str_sub(text, from, text.len)) < back) {
            from--;
            while (from > at && ((unsigned char)text.data[from] & 0xc0) == 0x80) {
                from--;
            }
        }
        pp_sink_write(out, text.data + from, text.len - from);
    }
    pp_sink_abandon(shown);
}

unsigned bar_cells(unsigned width)
{
    return width && width < 100 ? 5 : 10;
}

/* A bar of eighths for the share. */
void write_bar(struct pp_sink *out, double share, unsigned cells)
{
    static const char *const eighths[] = {"",
                                          "\xe2\x96\x8f",
                                          "\xe2\x96\x8e",
                                          "\xe2\x96\x8d",
                                          "\xe2\x96\x8c",
                                          "\xe2\x96\x8b",
                                          "\xe2\x96\x8a",
                                          "\xe2\x96\x89"};
    double clamped = share < 0 ? 0 : share > 100 ? 100 : share;
    unsigned filled = (unsigned)(clamped / 100 * (double)cells * 8 + .5);
    pp_sink_text(out, share >= 20 ? "\033[31m" : share >= 5 ? "\033[33m" : "\033[32m");
    for (unsigned i = 0; i < filled / 8; i++) {
        pp_sink_text(out, "\xe2\x96\x88");
    }
    pp_sink_text(out, eighths[filled % 8]);
    pp_sink_text(out, "\033[0m");
    pp_sink_repeat(out, ' ', cells - filled / 8 - (filled % 8 != 0) + 1);
}
