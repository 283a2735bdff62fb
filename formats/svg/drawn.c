/* Stacks from boxes: a frame's parent is the frame one row nearer the root whose span holds the middle of its own. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "formats/folded/line.h"
#include "formats/svg/svg.h"

pp_frame_id svg_text_frame(struct pp_builder *b, struct pp_str text)
{
    struct pp_function function = {0};
    struct pp_frame frame = {0};
    struct pp_str name = text, file = {0};
    (void)folded_place(text, &name, &file, &frame.line);
    function.name = pp_builder_string(b, name);
    function.file = pp_builder_string(b, file);
    frame.function = pp_builder_function(b, &function);
    return pp_builder_frame(b, &frame);
}

static bool is_number_byte(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == '+';
}

static bool all_number_bytes(struct pp_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_number_byte(s.data[i])) {
            return false;
        }
    }
    return s.len > 0;
}

/* Differential pictures of 2011 give the change first:  (-36 sample weight, 37 samples, 12.09%). */
static void skip_weight(struct pp_str *number, struct pp_str *count_name)
{
    size_t comma = pp_str_rfind(*count_name, ',');
    struct pp_cut second = pp_str_cut(pp_str_trim(pp_str_sub(*count_name, comma + 1, count_name->len)), ' ');
    if (comma < count_name->len && second.found && all_number_bytes(second.head)) {
        *number = second.head;
        *count_name = second.tail;
    }
}

bool svg_parse_title(struct pp_str title, struct pp_str *name, struct pp_str *number, struct pp_str *count_name)
{
    title = pp_str_trim(title);
    if (title.len < 8 || title.data[title.len - 1] != ')') {
        return false;
    }
    size_t open = pp_str_rfind(title, '(');
    if (open == title.len || open == 0 || title.data[open - 1] != ' ') {
        return false;
    }
    struct pp_str inside = pp_str_sub(title, open + 1, title.len - open - 2);
    struct pp_cut value = pp_str_cut(inside, ' ');
    size_t comma = pp_str_rfind(value.tail, ',');
    if (!value.found || comma == value.tail.len || pp_str_find(value.tail, '%') == value.tail.len) {
        return false;
    }
    if (!all_number_bytes(value.head)) {
        return false;
    }
    *name = pp_str_sub(title, 0, open - 1);
    *number = value.head;
    *count_name = pp_str_sub(value.tail, 0, comma);
    skip_weight(number, count_name);
    return true;
}

/* --- rows --- */

struct placed {
    const struct svg_frame *frame;
    uint32_t depth;
    pp_stack_id stack;
    int64_t left; /* count minus the children's */
};

static int compare_doubles(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_heights(const void *a, const void *b)
{
    return compare_doubles(*(const double *)a, *(const double *)b);
}

/* The smallest distance of two rows, which is the height of one. 1 when there is only one row. */
static double row_step(const struct svg_frames *frames)
{
    double *heights = pp_calloc(frames->at.count, sizeof *heights);
    double step = 0;
    for (size_t i = 0; i < frames->at.count; i++) {
        heights[i] = frames->at.at[i].y;
    }
    qsort(heights, frames->at.count, sizeof *heights, compare_heights);
    for (size_t i = 1; i < frames->at.count; i++) {
        double distance = heights[i] - heights[i - 1];
        step = distance > 0.5 && (step == 0 || distance < step) ? distance : step;
    }
    pp_free(heights);
    return step > 0 ? step : 1;
}

/* The root is the widest frame at the lower edge (flame) or the upper one (icicle). */
static double root_height(const struct svg_frames *frames)
{
    double widest = 0, low = -INFINITY, high = INFINITY;
    for (size_t i = 0; i < frames->at.count; i++) {
        const struct svg_frame *f = &frames->at.at[i];
        widest = f->width > widest ? f->width : widest;
        low = f->y > low ? f->y : low;
        high = f->y < high ? f->y : high;
    }
    double height = low;
    bool at_low = false;
    for (size_t i = 0; i < frames->at.count; i++) {
        const struct svg_frame *f = &frames->at.at[i];
        at_low = at_low || (f->y == low && f->width >= widest * 0.999);
    }
    for (size_t i = 0; i < frames->at.count; i++) {
        const struct svg_frame *f = &frames->at.at[i];
        bool named = pp_str_eq(f->name, PP_STR("all"));
        if (f->y == high && f->width >= widest * 0.999 && (named || !at_low)) {
            height = high;
        }
    }
    return height;
}

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a;
    const struct placed *y = b;
    if (x->depth != y->depth) {
        return x->depth < y->depth ? -1 : 1;
    }
    int order = compare_doubles(x->frame->x, y->frame->x);
    return order ? order : (x->frame > y->frame) - (x->frame < y->frame);
}

/* The frame of rows[from … to) (sorted by x) whose span holds `middle`, or to. */
static size_t holder(const struct placed *rows, size_t from, size_t to, double middle)
{
    size_t end = to;
    while (from < to) {
        size_t half = from + (to - from) / 2;
        const struct svg_frame *f = rows[half].frame;
        if (middle < f->x) {
            to = half;
        } else if (middle > f->x + f->width) {
            from = half + 1;
        } else {
            return half;
        }
    }
    return end;
}

static void place_row(struct placed *rows, size_t above_from, size_t above_to, size_t from, size_t to,
                      struct pp_builder *b)
{
    for (size_t i = from; i < to; i++) {
        const struct svg_frame *f = rows[i].frame;
        size_t parent = holder(rows, above_from, above_to, f->x + f->width / 2);
        pp_stack_id under = {0};
        if (parent < above_to) {
            under = rows[parent].stack;
            rows[parent].left -= f->count;
        } else if (from != above_from) {
            pp_report_note(pp_builder_report(b), "frames without a frame below them were put at the root",
                           pp_nowhere());
        }
        rows[i].stack = pp_builder_push(b, under, svg_text_frame(b, f->name));
        rows[i].left += f->count;
    }
}

/* Makes the metric that the word after the numbers names; what one is worth in the metric's unit. */
static int64_t make_metric(struct pp_str count_name, struct pp_builder *b)
{
    static const struct {
        const char *name;
        int64_t ns;
    } times[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (pp_str_eq(count_name, pp_str_of(times[i].name))) {
            pp_builder_metric(b, PP_STR("wall"), PP_UNIT_NS);
            return times[i].ns;
        }
    }
    bool bytes = pp_str_eq(count_name, PP_STR("bytes"));
    pp_builder_metric(b, count_name.len ? count_name : PP_STR("samples"), bytes ? PP_UNIT_BYTES : PP_UNIT_COUNT);
    return 1;
}

static void add_value(const struct placed *row, unsigned decimals, int64_t factor, struct pp_builder *b)
{
    int64_t value = row->left;
    if (!pp_mul_i64(value, factor, &value)) {
        pp_builder_fail(b, PP_LIMIT, "a value is past 64 bits");
    }
    for (; decimals && value % 10 == 0; decimals--) {
        value /= 10;
    }
    pp_builder_add_decimal(b, row->stack, 0, value, decimals);
}

static void add_values(const struct placed *rows, size_t count, const struct svg_frames *frames, int64_t factor,
                       struct pp_builder *b)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].left > 0) {
            add_value(&rows[i], frames->decimals, factor, b);
        } else if (rows[i].left < 0) {
            pp_report_note(pp_builder_report(b), "frames are narrower than what stands on them (rounded numbers)",
                           pp_nowhere());
        }
    }
}

/* The first row is the root when it is one frame called "all" (or with a wider name): it stands for no function. */
static bool first_row_is_root(const struct placed *rows, size_t first_row)
{
    struct pp_str name = rows[0].frame->name;
    return first_row == 1 && (pp_str_eq(name, PP_STR("all")) || pp_str_eq(name, PP_STR("all samples")) ||
                              pp_str_eq(name, PP_STR("root")));
}

bool svg_add_drawn(const struct svg_frames *frames, struct pp_builder *b, struct pp_error *err)
{
    size_t count = frames->at.count;
    if (count == 0) {
        return pp_fail(err, PP_SYNTAX, pp_nowhere(), "expected a flame graph, found an SVG without frames");
    }
    struct placed *rows = pp_calloc(count, sizeof *rows);
    double step = row_step(frames), root = root_height(frames);
    for (size_t i = 0; i < count; i++) {
        double depth = fabs(frames->at.at[i].y - root) / step + 0.5;
        rows[i] = (struct placed){.frame = &frames->at.at[i], .depth = depth < 1e6 ? (uint32_t)depth : 1000000};
    }
    qsort(rows, count, sizeof *rows, compare_placed);
    int64_t factor = make_metric(frames->count_name, b);
    pp_builder_stacks(b);
    size_t above_from = 0, above_to = 0;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && rows[to].depth == rows[from].depth; to++) {
        }
        if (from == 0 && first_row_is_root(rows, to)) {
            rows[0].left = rows[0].frame->count;
        } else {
            place_row(rows, above_from, above_to, from, to, b);
        }
        above_from = from;
        above_to = to;
    }
    add_values(rows, count, frames, factor, b);
    pp_free(rows);
    return true;
}
