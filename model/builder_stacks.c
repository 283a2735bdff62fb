/* The builder's STACKS half: metrics, the calling-context tree, samples, bounds. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/number.h"
#include "model/builder.h"
#include "model/builder_parts.h"

enum { MAX_DECIMALS = 9, LONGEST_LIST = 2 };

static const uint32_t IN_SET = UINT32_MAX;

static size_t stack_count(const struct pp_builder *b)
{
    return b->linked ? b->stacks.count : b->appended.count;
}

void pp_builder_stacks(struct pp_builder *b)
{
    if (b->shapes & PP_SHAPE_STACKS) {
        return;
    }
    b->shapes |= PP_SHAPE_STACKS;
    *PP_PUSH(&b->appended) = (struct pp_stack){0};
    PP_RESERVE(&b->values, b->metrics.count);
    for (size_t m = 0; m < b->metrics.count; m++) {
        *PP_PUSH(&b->values) = 0;
    }
}

/* Appended stacks come in order; what is looked for does not. */
static void expect_order(struct pp_builder *b, bool in_order)
{
    pp_memory_in_order(b->appended.at, b->appended.capacity * sizeof *b->appended.at, in_order);
    pp_memory_in_order(b->values.at, b->values.capacity * sizeof *b->values.at, in_order);
}

void pp_builder_expect_stacks(struct pp_builder *b, size_t stacks)
{
    PP_RESERVE(&b->appended, stacks);
    PP_RESERVE(&b->values, stacks * (b->metrics.count ? b->metrics.count : 1));
    expect_order(b, true);
}

/* Widens a matrix of `rows` rows from `columns` to `columns` + 1 columns, the new one 0. */
static int64_t *widen(int64_t *old, size_t rows, size_t columns)
{
    int64_t *wide = pp_calloc(rows ? rows : 1, (columns + 1) * sizeof *wide);
    for (size_t r = 0; r < rows && columns; r++) {
        memcpy(wide + r * (columns + 1), old + r * columns, columns * sizeof *wide);
    }
    pp_free(old);
    return wide;
}

size_t pp_builder_metric(struct pp_builder *b, struct pp_str name, enum pp_unit unit)
{
    pp_string_id id = pp_builder_string(b, name);
    for (size_t m = 0; m < b->metrics.count; m++) {
        if (b->metrics.at[m].name.i == id.i) {
            return m;
        }
    }
    if (!pp_builder_ok(b)) {
        return 0;
    }
    size_t columns = b->metrics.count;
    size_t stacks = stack_count(b);
    if (stacks) {
        b->values.at = widen(b->values.at, stacks, columns);
        b->values.count = b->values.capacity = stacks * (columns + 1);
    }
    if (b->samples.count) {
        b->sample_values.at = widen(b->sample_values.at, b->samples.count, columns);
        b->sample_values.count = b->sample_values.capacity = b->samples.count * (columns + 1);
    }
    *PP_PUSH(&b->metrics) = (struct pp_metric){id, unit, 0};
    return columns;
}

size_t pp_builder_metric_count(const struct pp_builder *b)
{
    return b->metrics.count;
}

unsigned pp_builder_decimals_of(const struct pp_builder *b, size_t metric)
{
    return metric < b->metrics.count ? b->metrics.at[metric].decimals : 0;
}

static bool rescale(int64_t *values, size_t count, size_t stride, int64_t factor)
{
    for (size_t i = 0; i < count; i++) {
        if (!pp_mul_i64(values[i * stride], factor, &values[i * stride])) {
            return false;
        }
    }
    return true;
}

static int64_t power_of_ten(unsigned exponent)
{
    int64_t power = 1;
    while (exponent--) {
        power *= 10;
    }
    return power;
}

void pp_builder_decimals(struct pp_builder *b, size_t metric, unsigned decimals)
{
    if (!pp_builder_ok(b) || metric >= b->metrics.count || b->metrics.at[metric].decimals >= decimals) {
        return;
    }
    if (decimals > MAX_DECIMALS) {
        pp_builder_fail(b, PP_LIMIT, "more than %d decimals", MAX_DECIMALS);
        return;
    }
    int64_t factor = power_of_ten(decimals - b->metrics.at[metric].decimals);
    size_t columns = b->metrics.count;
    size_t stacks = stack_count(b);
    if ((stacks && !rescale(b->values.at + metric, stacks, columns, factor)) ||
        (b->samples.count && !rescale(b->sample_values.at + metric, b->samples.count, columns, factor))) {
        pp_builder_fail(b, PP_LIMIT, "counts with this many decimals add up past 64 bits");
        return;
    }
    b->metrics.at[metric].decimals = decimals;
}

/* The slot of the child of stack.parent with stack.frame, empty if there is none; its hash is set. */
static struct pp_row_slot *find_in_set(struct pp_builder *b, struct pp_stack stack)
{
    struct pp_row_set *set = &b->stack_set;
    uint32_t hash = (uint32_t)pp_hash_u64(((uint64_t)stack.parent.i << 32) | stack.frame.i);
    size_t at = pp_row_set_slot(set, hash);
    for (; set->slots[at].row; at = (at + 1) & set->mask) {
        const struct pp_stack *known = &b->stacks.at[set->slots[at].row - 1].stack;
        if (set->slots[at].hash == hash && known->parent.i == stack.parent.i && known->frame.i == stack.frame.i) {
            break;
        }
    }
    set->slots[at].hash = hash;
    return &set->slots[at];
}

static void add_to_set(struct pp_builder *b, uint32_t id)
{
    find_in_set(b, b->stacks.at[id].stack)->row = id + 1;
    b->stack_set.count++;
}

/* The child of stack.parent with stack.frame, or 0. A list that has become long goes over into the set. */
static uint32_t find_child(struct pp_builder *b, struct pp_stack stack)
{
    uint32_t first = b->stacks.at[stack.parent.i].first_child;
    if (first == IN_SET) {
        uint32_t row = find_in_set(b, stack)->row;
        return row ? row - 1 : 0;
    }
    unsigned seen = 0;
    for (uint32_t child = first; child; child = b->stacks.at[child].next, seen++) {
        if (b->stacks.at[child].stack.frame.i == stack.frame.i) {
            return child;
        }
    }
    if (seen >= LONGEST_LIST) {
        for (uint32_t child = first; child; child = b->stacks.at[child].next) {
            add_to_set(b, child);
        }
        b->stacks.at[stack.parent.i].first_child = IN_SET;
    }
    return 0;
}

static uint32_t add_node(struct pp_builder *b, struct pp_stack stack)
{
    uint32_t id = (uint32_t)b->stacks.count;
    uint32_t *list = &b->stacks.at[stack.parent.i].first_child;
    bool in_set = *list == IN_SET;
    struct pp_stack_node node = {stack, 0, in_set ? 0 : *list};
    *list = in_set ? IN_SET : id;
    *PP_PUSH(&b->stacks) = node;
    if (in_set) {
        add_to_set(b, id);
    }
    return id;
}

/* From now on children can be looked for. */
static void link_stacks(struct pp_builder *b)
{
    PP_RESERVE(&b->stacks, b->appended.capacity);
    expect_order(b, false);
    *PP_PUSH(&b->stacks) = (struct pp_stack_node){0};
    for (size_t i = 1; i < b->appended.count; i++) {
        (void)find_child(b, b->appended.at[i]); /* there is none; a list that has become long goes over */
        (void)add_node(b, b->appended.at[i]);
    }
    pp_free(b->appended.at);
    b->appended.at = NULL;
    b->appended.count = b->appended.capacity = 0;
    b->linked = true;
}

static uint32_t add_child(struct pp_builder *b, struct pp_stack stack)
{
    uint32_t id = add_node(b, stack);
    PP_RESERVE(&b->values, b->values.count + b->metrics.count);
    for (size_t m = 0; m < b->metrics.count; m++) {
        b->values.at[b->values.count++] = 0;
    }
    return id;
}

pp_stack_id pp_builder_push(struct pp_builder *b, pp_stack_id parent, pp_frame_id frame)
{
    struct pp_stack stack = {parent, frame};
    if (!b->linked && b->appended.count) {
        link_stacks(b);
    }
    if (parent.i >= b->stacks.count || frame.i >= b->frames.count) {
        pp_builder_fail(b, PP_SYNTAX, "a stack refers to a parent or frame that does not exist");
        return (pp_stack_id){0};
    }
    uint32_t known = find_child(b, stack);
    if (known) {
        return (pp_stack_id){known};
    }
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->stacks.count, "stacks")) {
        return (pp_stack_id){0};
    }
    return (pp_stack_id){add_child(b, stack)};
}

/* Room for the values of `count` more stacks, all 0. */
static void add_values(struct pp_builder *b, size_t count)
{
    size_t cells = count * b->metrics.count;
    PP_RESERVE(&b->values, b->values.count + cells);
    if (cells) {
        memset(b->values.at + b->values.count, 0, cells * sizeof *b->values.at);
        b->values.count += cells;
    }
}

/* Adds frames below a stack without children, so that there is nothing to look for. */
static void add_chain(struct pp_builder *b, pp_stack_id parent, const pp_frame_id *frames, size_t count,
                      pp_stack_id *made)
{
    PP_RESERVE(&b->stacks, b->stacks.count + count);
    for (size_t i = 0; i < count; i++) {
        uint32_t id = (uint32_t)b->stacks.count++;
        b->stacks.at[parent.i].first_child = id;
        b->stacks.at[id] = (struct pp_stack_node){{parent, frames[i]}, 0, 0};
        made[i] = parent = (pp_stack_id){id};
    }
    add_values(b, count);
}

/* True if the frames can be added without a look at each. */
static bool all_fine(const struct pp_builder *b, const pp_frame_id *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (frames[i].i >= b->frames.count) {
            return false;
        }
    }
    return pp_builder_ok(b) && count < PP_LIMIT_ROWS - stack_count(b);
}

pp_stack_id pp_builder_push_path(struct pp_builder *b, pp_stack_id parent, const pp_frame_id *frames, size_t count,
                                 pp_stack_id *made)
{
    for (size_t i = 0; i < count; i++) {
        size_t before = stack_count(b);
        made[i] = parent = pp_builder_push(b, parent, frames[i]);
        size_t left = count - i - 1;
        if (left && stack_count(b) > before && all_fine(b, frames + i + 1, left)) {
            add_chain(b, parent, frames + i + 1, left, made + i + 1);
            return made[count - 1];
        }
    }
    return parent;
}

pp_stack_id pp_builder_append_path(struct pp_builder *b, pp_stack_id parent, const pp_frame_id *frames, size_t count,
                                   pp_stack_id *made)
{
    if (b->linked || parent.i >= b->appended.count || !all_fine(b, frames, count)) {
        return pp_builder_push_path(b, parent, frames, count, made);
    }
    PP_RESERVE(&b->appended, b->appended.count + count);
    for (size_t i = 0; i < count; i++) {
        uint32_t id = (uint32_t)b->appended.count++;
        b->appended.at[id] = (struct pp_stack){parent, frames[i]};
        made[i] = parent = (pp_stack_id){id};
    }
    add_values(b, count);
    return parent;
}

void pp_builder_append_stacks(struct pp_builder *b, const struct pp_stack *stacks, const int64_t *values, size_t count)
{
    size_t cells = count * b->metrics.count, before = b->appended.count;
    bool fine = !b->linked;
    for (size_t i = 0; fine && i < count; i++) {
        fine = stacks[i].parent.i < before + i && stacks[i].frame.i < b->frames.count;
    }
    if (!fine) {
        pp_builder_fail(b, PP_SYNTAX, "a stack refers to a parent or frame that does not exist");
    }
    if (!pp_builder_ok(b) || (count && !pp_builder_room(b, before + count - 1, "stacks"))) {
        return;
    }
    PP_RESERVE(&b->appended, before + count);
    PP_RESERVE(&b->values, b->values.count + cells);
    memcpy(b->appended.at + before, stacks, count * sizeof *stacks);
    memcpy(b->values.at + b->values.count, values, cells * sizeof *values);
    b->appended.count += count;
    b->values.count += cells;
}

void pp_builder_add(struct pp_builder *b, pp_stack_id stack, size_t metric, int64_t value)
{
    if (!pp_builder_ok(b)) {
        return;
    }
    int64_t *cell = &b->values.at[stack.i * b->metrics.count + metric];
    if (!pp_add_i64(*cell, value, cell)) {
        pp_builder_fail(b, PP_LIMIT, "counts add up past 64 bits");
    }
}

void pp_builder_add_decimal(struct pp_builder *b, pp_stack_id stack, size_t metric, int64_t value, unsigned decimals)
{
    pp_builder_decimals(b, metric, decimals);
    unsigned have = pp_builder_decimals_of(b, metric);
    if (have > decimals && !pp_mul_i64(value, power_of_ten(have - decimals), &value)) {
        pp_builder_fail(b, PP_LIMIT, "a count with %u decimals is past 64 bits", have);
        return;
    }
    pp_builder_add(b, stack, metric, value);
}

void pp_builder_sample(struct pp_builder *b, const struct pp_sample *sample, const int64_t *values)
{
    if (!pp_builder_ok(b) || !pp_builder_room(b, b->samples.count, "samples")) {
        return;
    }
    if (sample->stack.i >= stack_count(b) || sample->thread.i >= b->threads.count) {
        pp_builder_fail(b, PP_SYNTAX, "a sample refers to a stack or thread that does not exist");
        return;
    }
    if (b->samples.count && sample->time_ns < b->samples.at[b->samples.count - 1].time_ns) {
        b->samples_unsorted = true;
    }
    *PP_PUSH(&b->samples) = *sample;
    for (size_t m = 0; m < b->metrics.count; m++) {
        *PP_PUSH(&b->sample_values) = values[m];
        pp_builder_add(b, sample->stack, m, values[m]);
    }
}

void pp_builder_bounds(struct pp_builder *b, pp_stack_id stack, struct pp_stack_bounds bounds)
{
    if (!pp_builder_ok(b) || stack.i >= stack_count(b)) {
        return;
    }
    while (b->bounds.count <= stack.i) {
        *PP_PUSH(&b->bounds) = (struct pp_stack_bounds){0};
    }
    b->bounds.at[stack.i] = bounds;
}

size_t pp_builder_stack_count(const struct pp_builder *b)
{
    return stack_count(b);
}

struct pp_stack pp_builder_stack_at(const struct pp_builder *b, pp_stack_id id)
{
    return b->linked ? b->stacks.at[id.i].stack : b->appended.at[id.i];
}

struct sample_key {
    int64_t time_ns;
    size_t index;
};

static int compare_sample_keys(const void *a, const void *b)
{
    const struct sample_key *x = a;
    const struct sample_key *y = b;
    if (x->time_ns != y->time_ns) {
        return x->time_ns < y->time_ns ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

/* Puts samples and their values in time order; the index in the key makes qsort stable. */
static void sort_samples(struct pp_builder *b)
{
    size_t count = b->samples.count;
    size_t columns = b->metrics.count;
    struct sample_key *keys = pp_calloc(count, sizeof *keys);
    for (size_t i = 0; i < count; i++) {
        keys[i] = (struct sample_key){b->samples.at[i].time_ns, i};
    }
    qsort(keys, count, sizeof *keys, compare_sample_keys);
    struct pp_sample *samples = pp_calloc(count, sizeof *samples);
    int64_t *values = pp_calloc(count, columns * sizeof *values);
    for (size_t i = 0; i < count; i++) {
        samples[i] = b->samples.at[keys[i].index];
        memcpy(values + i * columns, b->sample_values.at + keys[i].index * columns, columns * sizeof *values);
    }
    pp_free(keys);
    pp_free(b->samples.at);
    pp_free(b->sample_values.at);
    b->samples.at = samples;
    b->sample_values.at = values;
}

/* The nodes without what only building needs, packed in their own memory. */
static struct pp_stack *packed_stacks(struct pp_builder *b)
{
    if (!b->linked) {
        struct pp_stack *stacks = b->appended.at;
        b->appended.at = NULL;
        return stacks ? pp_realloc_array(stacks, b->appended.count, sizeof *stacks) : NULL;
    }
    char *bytes = (char *)b->stacks.at;
    for (size_t i = 0; i < b->stacks.count; i++) {
        memmove(bytes + i * sizeof(struct pp_stack), bytes + i * sizeof(struct pp_stack_node), sizeof(struct pp_stack));
    }
    b->stacks.at = NULL;
    return bytes ? pp_realloc_array(bytes, b->stacks.count, sizeof(struct pp_stack)) : NULL;
}

/* True if no value is negative, and not even as many of the largest add up past 64 bits: of all bits that any value has, no value is larger than these together. */
static bool sums_are_small(const struct pp_builder *b)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < b->values.count; i++) {
        bits |= (uint64_t)b->values.at[i];
    }
    return bits <= (uint64_t)INT64_MAX / (b->values.count + 1);
}

void pp_builder_check_sums(struct pp_builder *b)
{
    if (sums_are_small(b)) {
        return;
    }
    for (size_t metric = 0; metric < b->metrics.count; metric++) {
        int64_t sum = 0;
        for (size_t i = metric; i < b->values.count; i += b->metrics.count) {
            int64_t value = b->values.at[i];
            if (value == 0) {
                continue; /* as of most stacks that others go on below */
            }
            if (value == INT64_MIN || !pp_add_i64(sum, value < 0 ? -value : value, &sum)) {
                pp_builder_fail(b, PP_LIMIT, "counts add up past 64 bits");
                return;
            }
        }
    }
}

void pp_builder_finish_stacks(struct pp_builder *b, struct pp_profile *p)
{
    if (b->samples_unsorted) {
        sort_samples(b);
    }
    if (b->bounds.count) {
        while (b->bounds.count < stack_count(b)) {
            *PP_PUSH(&b->bounds) = (struct pp_stack_bounds){0};
        }
    }
    p->stacks = packed_stacks(b);
    p->stack_count = stack_count(b);
    p->stack_values = b->values.at;
    p->bounds = b->bounds.at;
    p->samples = b->samples.at;
    p->sample_count = b->samples.count;
    p->sample_values = b->sample_values.at;
    b->values.at = NULL;
    b->bounds.at = NULL;
    b->samples.at = NULL;
    b->sample_values.at = NULL;
}
