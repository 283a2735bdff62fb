/* Borrowed byte slices: the only string type of profpipe.
 *
 * A slice is a pointer and a length; it owns nothing, a NUL inside it is a byte like any other, and
 * its bytes need not be UTF-8. Each function below that returns a slice returns a part of its argument. */
#ifndef PP_BASE_STR_H
#define PP_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pp_str {
    const char *data; /* may be NULL only when len is 0 */
    size_t len;       /* bytes */
};

/* A slice of a string literal. */
#define PP_STR(literal) ((struct pp_str){"" literal, sizeof(literal) - 1})
/* Arguments for a "%.*s" of printf; use in messages only (cuts at INT_MAX). */
#define PP_STR_ARG(s) (int)((s).len), ((s).data ? (s).data : "")

/* The two halves of a slice around a separator. */
struct pp_cut {
    struct pp_str head, tail; /* before and after the separator; tail is empty when not found */
    bool found;
};

/* A slice of the NUL-terminated `text` (NULL gives the empty slice). */
struct pp_str pp_str_of(const char *text);
/* True if both hold the same bytes. */
bool pp_str_eq(struct pp_str a, struct pp_str b);
/* Orders by unsigned byte value, shorter first on a tie: <0, 0, >0 (for UTF-8 this is code point order). */
int pp_str_cmp(struct pp_str a, struct pp_str b);
bool pp_str_starts(struct pp_str s, struct pp_str prefix);
bool pp_str_ends(struct pp_str s, struct pp_str suffix);
/* Index of the first / last `byte`, or s.len when there is none. */
size_t pp_str_find(struct pp_str s, char byte);
size_t pp_str_rfind(struct pp_str s, char byte);
/* Index of the first occurrence of `needle`, or s.len. An empty needle is found at 0. */
size_t pp_str_search(struct pp_str s, struct pp_str needle);
/* The part from `from` (clamped) of at most `len` bytes. */
struct pp_str pp_str_sub(struct pp_str s, size_t from, size_t len);
/* Splits at the first / last `byte`. Not found: head is all of s. */
struct pp_cut pp_str_cut(struct pp_str s, char byte);
struct pp_cut pp_str_rcut(struct pp_str s, char byte);
/* Without ASCII white space (space, \t \n \v \f \r) at both ends / at the end. */
struct pp_str pp_str_trim(struct pp_str s);
struct pp_str pp_str_trim_end(struct pp_str s);
/* What follows the last '/' (all of s when there is none); "a/" gives "" as Python's os.path.basename. */
struct pp_str pp_str_basename(struct pp_str s);
/* A 64-bit hash of the bytes mixed with `seed`; not stable between versions, never to be written out. */
uint64_t pp_str_hash(struct pp_str s, uint64_t seed);

#endif
