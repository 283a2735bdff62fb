/* The builder: the only way to make a profile. It interns as it goes, adds with overflow checks, keeps the first error and
 * turns later calls into no-ops, so readers need no check per call: pp_builder_finish reports it. */
#ifndef PP_MODEL_BUILDER_H
#define PP_MODEL_BUILDER_H

#include "base/error.h"
#include "model/profile.h"

struct pp_builder;

/* A new builder; the caller finishes it or frees it. */
struct pp_builder *pp_builder_new(void);
/* Frees a builder that will not be finished; NULL is allowed. */
void pp_builder_free(struct pp_builder *b);
/* Ends the work: takes b, gives the profile (owned by the caller) or NULL and *err. */
struct pp_profile *pp_builder_finish(struct pp_builder *b, struct pp_error *err);

/* Tells the builder where the reader is, for errors found in later calls (overflow, too many rows). Cheap. */
void pp_builder_at(struct pp_builder *b, struct pp_where where);
/* True while no error is recorded; readers of long inputs may ask now and then to stop early. */
bool pp_builder_ok(const struct pp_builder *b);
/* Records an error (first wins). Always false. */
bool pp_builder_fail(struct pp_builder *b, enum pp_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The report in which the reader notes what it skipped; owned by b, copied out with pp_builder_report before finish. */
struct pp_report *pp_builder_report(struct pp_builder *b);

/* What there is so far, for readers whose input goes on: the profile's tables but stacks, values and calls (of those pp_builder_stack_at tells).
 * Borrowed, until the next call on b. */
void pp_builder_view(const struct pp_builder *b, struct pp_profile *view);

/* Interning: equal arguments give equal ids; 0 after an error. */
pp_string_id pp_builder_string(struct pp_builder *b, struct pp_str s);
pp_string_id pp_builder_text(struct pp_builder *b, const char *text);
pp_function_id pp_builder_function(struct pp_builder *b, const struct pp_function *function);
/* Has what is known of a function fetched from memory. For readers that have other work before they look at it. */
void pp_builder_foresee_function(const struct pp_builder *b, pp_function_id function);
pp_frame_id pp_builder_frame(struct pp_builder *b, const struct pp_frame *frame);
pp_thread_id pp_builder_thread(struct pp_builder *b, const struct pp_thread *thread);
/* A thread for itself, whatever others are equal to it: one that may be named later. */
pp_thread_id pp_builder_new_thread(struct pp_builder *b, const struct pp_thread *thread);
/* Gives a thread that pp_builder_new_thread made another name, for all its samples. */
void pp_builder_name_thread(struct pp_builder *b, pp_thread_id thread, pp_string_id name);
/* Threads that are equal by now become one; their ids are others after it. */
void pp_builder_join_threads(struct pp_builder *b);
/* The bytes of an interned string (valid as long as the builder), and a function back from its id. */
struct pp_str pp_builder_str(const struct pp_builder *b, pp_string_id id);
const struct pp_function *pp_builder_function_at(const struct pp_builder *b, pp_function_id id);

/* Adds metadata; order is kept. Known keys: "producer", "default-metric", "command", "rate-hz", "duration-ns", "pid", "python", … (docs/model.md). */
void pp_builder_meta(struct pp_builder *b, struct pp_str key, struct pp_str value);
void pp_builder_start_utc(struct pp_builder *b, int64_t utc_ns);

/* --- STACKS --- call pp_builder_stacks once to declare the shape even if nothing is added. */
void pp_builder_stacks(struct pp_builder *b);
/* A hint, as pp_builder_expect_calls: about how many stacks there will be, in the columns there are. */
void pp_builder_expect_stacks(struct pp_builder *b, size_t stacks);
/* Adds a metric column (the same name twice gives the same column); returns its number. Best before the first push (later costs a copy). */
size_t pp_builder_metric(struct pp_builder *b, struct pp_str name, enum pp_unit unit);
/* Columns so far. */
size_t pp_builder_metric_count(const struct pp_builder *b);
/* Raises a column's decimals to at least `decimals` (0-9), rescaling what is there (overflow is an error); never lowers. */
void pp_builder_decimals(struct pp_builder *b, size_t metric, unsigned decimals);
/* The decimals of a column now. */
unsigned pp_builder_decimals_of(const struct pp_builder *b, size_t metric);
/* The child of `parent` with `frame`, made if new. Root is (pp_stack_id){0}. */
pp_stack_id pp_builder_push(struct pp_builder *b, pp_stack_id parent, pp_frame_id frame);
/* The same for `count` frames, each the child of the one before: returns the last one's stack (`parent` for none), and in made[0 .. count - 1] each one's. */
pp_stack_id pp_builder_push_path(struct pp_builder *b, pp_stack_id parent, const pp_frame_id *frames, size_t count,
                                 pp_stack_id *made);
/* The same, where the caller knows that the parent has no child with the first frame: nothing is looked for. Readers whose stacks all come so need half the memory. */
pp_stack_id pp_builder_append_path(struct pp_builder *b, pp_stack_id parent, const pp_frame_id *frames, size_t count,
                                   pp_stack_id *made);
/* Adds `count` stacks with their values, a row of all columns for each, of which the caller knows that they are new. Parents stand before children, here too: the first one's id
 * is pp_builder_stack_count(). Not after a push, which makes that an error. */
void pp_builder_append_stacks(struct pp_builder *b, const struct pp_stack *stacks, const int64_t *values, size_t count);
/* Adds `value` to the self value of `stack`, column `metric`. Overflow is an error. */
void pp_builder_add(struct pp_builder *b, pp_stack_id stack, size_t metric, int64_t value);
/* Adds a number value / 10^decimals; raises the column's decimals and rescales what is there when needed. */
void pp_builder_add_decimal(struct pp_builder *b, pp_stack_id stack, size_t metric, int64_t value, unsigned decimals);
/* Appends a sample with one value per column (in the columns' present decimals) and adds the values to its stack's self values too. Samples may come
 * out of time order; finish sorts them stably by time. */
void pp_builder_sample(struct pp_builder *b, const struct pp_sample *sample, const int64_t *values);
/* Sets the bounds of a stack's total (all stacks without are exact). */
void pp_builder_bounds(struct pp_builder *b, pp_stack_id stack, struct pp_stack_bounds bounds);
/* Opens all bounds to "not negative"; the marks stay. For sums, of which the parts' bounds say nothing. */
void pp_builder_open_bounds(struct pp_builder *b);
/* Divides a column's self values, raising its decimals as needed (to 9 at most); only before samples are added. False when it does not come out even: values are
 * then rounded, counts to 6 decimals and others to one unit, in such a way that their sum is right to half of that. */
bool pp_builder_divide(struct pp_builder *b, size_t metric, uint64_t divisor);
/* Moves the samples first .. first + count - 1, in order of addition, by `ns`; pieces are to be moved in this order. */
void pp_builder_shift_samples(struct pp_builder *b, size_t first, size_t count, int64_t ns);
/* Number of stacks so far (at least 1 for the root), and a stack back from its id. */
size_t pp_builder_stack_count(const struct pp_builder *b);
struct pp_stack pp_builder_stack_at(const struct pp_builder *b, pp_stack_id id);

/* --- CALLS --- call pp_builder_calls once to declare the shape even if no row is added. */
void pp_builder_calls(struct pp_builder *b);
/* A hint, before anything is added: about how many functions and callers of functions there will be. Tables are made for that many at once, which spares
 * growing them; fewer or more is fine. */
void pp_builder_expect_calls(struct pp_builder *b, size_t functions, size_t edges);
/* Begins a function's row; first_edge and edge_count of `row` are ignored. A second row for the same function replaces
 * the first one's numbers and callers, in the first one's place (a Python dictionary does the same). */
void pp_builder_row(struct pp_builder *b, const struct pp_call_row *row);
/* Adds an edge to the row begun last; `callee` is ignored. The same caller twice: the second replaces the first in its place. */
void pp_builder_edge(struct pp_builder *b, const struct pp_call_edge *edge);
/* Adds copies of the edges of `from`'s row to the row begun last (files that share one callers dictionary between functions). */
void pp_builder_copy_edges(struct pp_builder *b, pp_function_id from);
/* The row of a function added before, or NULL; valid until the next builder call. */
const struct pp_call_row *pp_builder_row_of(const struct pp_builder *b, pp_function_id function);
/* Overrides the totals (merging adds the files' totals); otherwise finish adds the rows up in order. */
void pp_builder_totals(struct pp_builder *b, int64_t calls, int64_t primitive_calls, double tottime);
/* Swaps calls and primitive calls of all rows so far (not of edges) and sets counts_swapped. */
void pp_builder_swap_counts(struct pp_builder *b);
void pp_builder_counts_swapped(struct pp_builder *b);
void pp_builder_sampled_calls(struct pp_builder *b);

#endif
