/* Totals, ordered children and a walk. Everything is a loop over tables: a million-frame stack is just a long table. */
#include "model/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int pp_frame_compare(const struct pp_profile *p, pp_frame_id a, pp_frame_id b)
{
    const struct pp_frame *x = &p->frames[a.i];
    const struct pp_frame *y = &p->frames[b.i];
    const struct pp_function *f = &p->functions[x->function.i];
    const struct pp_function *g = &p->functions[y->function.i];
    int order = pp_str_cmp(pp_profile_str(p, f->name), pp_profile_str(p, g->name));
    order = order ? order : pp_str_cmp(pp_profile_str(p, f->file), pp_profile_str(p, g->file));
    order = order ? order : compare_numbers(x->line, y->line);
    order = order ? order : compare_numbers(x->column, y->column);
    order = order ? order : compare_numbers(x->flags, y->flags);
    order = order ? order : compare_numbers(f->line, g->line);
    order = order ? order : pp_str_cmp(pp_profile_str(p, f->module), pp_profile_str(p, g->module));
    order = order ? order : compare_numbers(x->end_line, y->end_line);
    order = order ? order : compare_numbers(x->end_column, y->end_column);
    return order ? order : (x->address > y->address) - (x->address < y->address);
}

struct frame_key {
    const struct pp_profile *profile;
    pp_frame_id frame;
};

static int compare_frame_keys(const void *a, const void *b)
{
    const struct frame_key *x = a;
    const struct frame_key *y = b;
    return pp_frame_compare(x->profile, x->frame, y->frame);
}

/* Frames in name order: the array of frame ids, owned by the caller. */
static uint32_t *frames_by_name(const struct pp_profile *p)
{
    struct frame_key *keys = pp_calloc(p->frame_count, sizeof *keys);
    for (size_t i = 0; i < p->frame_count; i++) {
        keys[i] = (struct frame_key){p, {(uint32_t)i}};
    }
    qsort(keys, p->frame_count, sizeof *keys, compare_frame_keys);
    uint32_t *order = pp_calloc(p->frame_count, sizeof *order);
    for (size_t i = 0; i < p->frame_count; i++) {
        order[i] = keys[i].frame.i;
    }
    pp_free(keys);
    return order;
}

/* Stack ids ordered by their frame's rank, by id within a frame: a counting sort. Owned by the caller. */
static uint32_t *stacks_by_name(const struct pp_profile *p)
{
    uint32_t *order = frames_by_name(p);
    uint32_t *start = pp_calloc(p->frame_count + 1, sizeof *start);
    for (size_t i = 0; i < p->stack_count; i++) {
        start[p->stacks[i].frame.i]++;
    }
    uint32_t sum = 0;
    for (size_t r = 0; r < p->frame_count; r++) {
        uint32_t count = start[order[r]];
        start[order[r]] = sum;
        sum += count;
    }
    uint32_t *sorted = pp_calloc(p->stack_count, sizeof *sorted);
    for (size_t i = 0; i < p->stack_count; i++) {
        sorted[start[p->stacks[i].frame.i]++] = (uint32_t)i;
    }
    pp_free(order);
    pp_free(start);
    return sorted;
}

static void group_children(struct pp_tree *tree, enum pp_tree_order order)
{
    const struct pp_profile *p = tree->profile;
    uint32_t *first = pp_calloc(p->stack_count + 2, sizeof *first);
    for (size_t i = 1; i < p->stack_count; i++) {
        first[p->stacks[i].parent.i + 2]++;
    }
    for (size_t i = 2; i < p->stack_count + 2; i++) {
        first[i] += first[i - 1];
    }
    uint32_t *sorted = order == PP_TREE_BY_ID ? NULL : stacks_by_name(p);
    tree->children = pp_calloc(p->stack_count, sizeof *tree->children);
    for (size_t i = 0; i < p->stack_count; i++) {
        uint32_t id = sorted ? sorted[i] : (uint32_t)i;
        if (id != 0) {
            tree->children[first[p->stacks[id].parent.i + 1]++] = id;
        }
    }
    pp_free(sorted);
    tree->first_child = first;
}

struct child_key {
    int64_t total;
    uint32_t position, id;
};

static int compare_child_keys(const void *a, const void *b)
{
    const struct child_key *x = a;
    const struct child_key *y = b;
    int order = compare_numbers(y->total, x->total);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

/* Sorts every list of children by total; the position keeps the order by name among equals. */
static void order_by_total(struct pp_tree *tree)
{
    struct child_key *keys = pp_calloc(tree->profile->stack_count, sizeof *keys);
    for (size_t i = 0; i < tree->profile->stack_count; i++) {
        uint32_t from = tree->first_child[i];
        uint32_t count = tree->first_child[i + 1] - from;
        for (uint32_t c = 0; c < count; c++) {
            uint32_t id = tree->children[from + c];
            keys[c] = (struct child_key){tree->total[id], c, id};
        }
        if (count > 1) {
            qsort(keys, count, sizeof *keys, compare_child_keys);
        }
        for (uint32_t c = 0; c < count; c++) {
            tree->children[from + c] = keys[c].id;
        }
    }
    pp_free(keys);
}

/* Self and below of every stack. */
static void sum_below(struct pp_tree *tree)
{
    const struct pp_profile *p = tree->profile;
    tree->total = pp_calloc(p->stack_count, sizeof *tree->total);
    for (size_t i = 0; i < p->stack_count; i++) {
        tree->total[i] = p->stack_values[i * p->metric_count + tree->metric];
    }
    for (size_t i = p->stack_count; i-- > 1;) {
        int64_t *parent = &tree->total[p->stacks[i].parent.i];
        *parent = pp_add_saturating(*parent, tree->total[i]);
    }
}

void pp_tree_init(struct pp_tree *tree, const struct pp_profile *p, size_t metric, enum pp_tree_order order)
{
    *tree = (struct pp_tree){.profile = p, .metric = metric};
    sum_below(tree);
    group_children(tree, order);
    if (order == PP_TREE_BY_TOTAL) {
        order_by_total(tree);
    }
}

void pp_tree_free(struct pp_tree *tree)
{
    pp_free(tree->total);
    pp_free(tree->first_child);
    pp_free(tree->children);
    *tree = (struct pp_tree){0};
}

void pp_walk_init(struct pp_walk *walk, const struct pp_tree *tree)
{
    size_t count = tree->profile->stack_count;
    *walk = (struct pp_walk){.tree = tree};
    walk->next_child = pp_calloc(count + 1, sizeof *walk->next_child);
    memcpy(walk->next_child, tree->first_child, count * sizeof *walk->next_child);
}

bool pp_walk_next(struct pp_walk *walk)
{
    const struct pp_tree *tree = walk->tree;
    if (!walk->started) {
        walk->started = true;
        walk->entering = true;
        return tree->profile->stack_count > 0;
    }
    if (!walk->entering) {
        if (walk->stack == 0) {
            return false;
        }
        walk->stack = tree->profile->stacks[walk->stack].parent.i;
        walk->depth--;
    }
    uint32_t next = walk->next_child[walk->stack];
    walk->entering = next < tree->first_child[walk->stack + 1];
    if (walk->entering) {
        walk->next_child[walk->stack]++;
        walk->stack = tree->children[next];
        walk->depth++;
    }
    return true;
}

void pp_walk_prune(struct pp_walk *walk)
{
    walk->next_child[walk->stack] = walk->tree->first_child[walk->stack + 1];
}

void pp_walk_free(struct pp_walk *walk)
{
    pp_free(walk->next_child);
    *walk = (struct pp_walk){0};
}
