/* Two sorts of row numbers. The first is a plain merge sort. The second makes the comparisons of CPython's list.sort in the same order - runs, binary
 * insertion, powersort's merge order, galloping - so that it ends in the same permutation whatever the comparison says. Written from the description in
 * Objects/listsort.txt; where the text leaves a choice, Objects/listobject.c of 3.13 decided. */
#include "analyze/list_sort.h"

#include <string.h>

#include "base/memory.h"

/* --- plain --- */

static void merge_plain(const uint32_t *from, uint32_t *to, size_t low, size_t middle, size_t high, list_before *before,
                        const void *context)
{
    size_t a = low, b = middle;
    for (size_t at = low; at < high; at++) {
        bool take_b = b < high && (a >= middle || before(context, from[b], from[a]));
        to[at] = take_b ? from[b++] : from[a++];
    }
}

void list_sort(uint32_t *items, size_t count, list_before *before, const void *context)
{
    uint32_t *other = pp_calloc(count, sizeof *other);
    uint32_t *from = items, *to = other;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t middle = low + width < count ? low + width : count;
            size_t high = middle + width < count ? middle + width : count;
            if (middle >= high || !before(context, from[middle], from[middle - 1])) {
                memcpy(to + low, from + low, (high - low) * sizeof *to);
            } else {
                merge_plain(from, to, low, middle, high, before, context);
            }
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
    pp_free(other);
}

/* --- as Python --- */

enum { MIN_GALLOP = 7, SHORTEST_LIST_WITH_RUNS = 64, MOST_RUNS = 85 };

struct run {
    size_t start, len;
    int power;
};

struct sorter {
    uint32_t *list;
    size_t count;
    list_before *before;
    const void *context;
    size_t min_gallop;
    struct run runs[MOST_RUNS];
    size_t run_count;
    uint32_t *spare; /* of `count` items */
};

static bool less(const struct sorter *s, uint32_t a, uint32_t b)
{
    return s->before(s->context, a, b);
}

static void reverse(uint32_t *items, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t item = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = item;
    }
}

/* Turns the `equal` + 1 items before `end` round, when there are such. */
static void reverse_equals(uint32_t *run, size_t end, size_t *equal)
{
    if (*equal) {
        reverse(run + end - (*equal + 1), *equal + 1);
        *equal = 0;
    }
}

/* The length of the run at `run`, turned round if it descends. */
static size_t find_run(const struct sorter *s, uint32_t *run, size_t most)
{
    size_t len = 1;
    while (len < most && !less(s, run[len], run[len - 1])) {
        len++;
    }
    if (len == most) {
        return len;
    }
    if (len > 1) {
        if (less(s, run[0], run[len - 1])) {
            return len;
        }
        reverse(run, len);
    }
    len++;
    size_t equal = 0;
    for (; len < most; len++) {
        if (less(s, run[len], run[len - 1])) {
            reverse_equals(run, len, &equal);
        } else if (less(s, run[len - 1], run[len])) {
            break;
        } else {
            equal++;
        }
    }
    reverse_equals(run, len, &equal);
    reverse(run, len);
    while (len < most && !less(s, run[len], run[len - 1])) {
        len++;
    }
    return len;
}

/* Sorts items[0 … count), of which the first `sorted` are in order. */
static void insert_binary(const struct sorter *s, uint32_t *items, size_t count, size_t sorted)
{
    for (size_t next = sorted ? sorted : 1; next < count; next++) {
        uint32_t pivot = items[next];
        size_t low = 0, high = next;
        do {
            size_t middle = (low + high) / 2;
            if (less(s, pivot, items[middle])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        } while (low < high);
        memmove(items + low + 1, items + low, (next - low) * sizeof *items);
        items[low] = pivot;
    }
}

/* Whether the search moves past items[i]: for the left side items less than the key, for the right side items not greater. */
static bool passes(const struct sorter *s, uint32_t key, uint32_t item, bool right)
{
    return right ? !less(s, key, item) : less(s, item, key);
}

/* Where the key belongs in items[0 … count): before its equals, or after them when `right`; found by doubling steps from `hint`. */
static size_t gallop(const struct sorter *s, uint32_t key, const uint32_t *items, size_t count, size_t hint, bool right)
{
    size_t last = 0, step = 1, low, high;
    if (passes(s, key, items[hint], right)) {
        size_t most = count - hint;
        while (step < most && passes(s, key, items[hint + step], right)) {
            last = step;
            step = step * 2 + 1;
        }
        step = step > most ? most : step;
        low = hint + last + 1;
        high = hint + step;
    } else {
        size_t most = hint + 1;
        while (step < most && !passes(s, key, items[hint - step], right)) {
            last = step;
            step = step * 2 + 1;
        }
        step = step > most ? most : step;
        low = hint + 1 - step;
        high = hint - last;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (passes(s, key, items[middle], right)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return high;
}

/* The state of a merge: what is left of run a and run b, and where the next item goes. */
struct merge {
    struct sorter *s;
    uint32_t *a, *b, *to;
    size_t na, nb;
};

/* One item at a time until one side wins min_gallop times in a row; false when the merge is over. Upwards: a is in the spare memory. */
static bool trickle_up(struct merge *m, size_t gallop_at)
{
    size_t wins_a = 0, wins_b = 0;
    for (;;) {
        if (less(m->s, *m->b, *m->a)) {
            *m->to++ = *m->b++;
            wins_b++;
            wins_a = 0;
            if (--m->nb == 0) {
                return false;
            }
            if (wins_b >= gallop_at) {
                return true;
            }
        } else {
            *m->to++ = *m->a++;
            wins_a++;
            wins_b = 0;
            if (--m->na == 1) {
                return false;
            }
            if (wins_a >= gallop_at) {
                return true;
            }
        }
    }
}

/* One round of galloping upwards; false when the merge is over. *most: the longer of the two leaps. */
static bool leap_up(struct merge *m, size_t *most)
{
    size_t k = gallop(m->s, *m->b, m->a, m->na, 0, true);
    *most = k;
    memcpy(m->to, m->a, k * sizeof *m->to);
    m->to += k;
    m->a += k;
    m->na -= k;
    if (k && m->na <= 1) {
        return false;
    }
    *m->to++ = *m->b++;
    if (--m->nb == 0) {
        return false;
    }
    k = gallop(m->s, *m->a, m->b, m->nb, 0, false);
    *most = k > *most ? k : *most;
    memmove(m->to, m->b, k * sizeof *m->to);
    m->to += k;
    m->b += k;
    m->nb -= k;
    if (k && m->nb == 0) {
        return false;
    }
    *m->to++ = *m->a++;
    return --m->na != 1;
}

/* Merges a (the shorter, in front) with b. */
/* NOLINTNEXTLINE(readability-non-const-parameter): b becomes a pointer of the merge, which the other way of merging writes through */
static void merge_up(struct sorter *s, uint32_t *a, size_t na, uint32_t *b, size_t nb)
{
    memcpy(s->spare, a, na * sizeof *a);
    struct merge m = {s, s->spare, b, a, na, nb};
    *m.to++ = *m.b++;
    bool going = --m.nb != 0 && m.na != 1;
    size_t gallop_at = s->min_gallop;
    while (going) {
        going = trickle_up(&m, gallop_at);
        if (!going) {
            break;
        }
        gallop_at++;
        size_t most;
        do {
            gallop_at -= gallop_at > 1;
            s->min_gallop = gallop_at;
            going = leap_up(&m, &most);
        } while (going && most >= MIN_GALLOP);
        if (going) {
            gallop_at++;
            s->min_gallop = gallop_at;
        }
    }
    /* What is left: all of a, or b and then the last of a. */
    if (m.na == 1 && m.nb) {
        memmove(m.to, m.b, m.nb * sizeof *m.to);
        m.to[m.nb] = *m.a;
    } else {
        memcpy(m.to, m.a, m.na * sizeof *m.to);
    }
}

/* The same downwards: b is in the spare memory, all pointers stand on the last item left (to: on the place to fill). */
static bool trickle_down(struct merge *m, size_t gallop_at)
{
    size_t wins_a = 0, wins_b = 0;
    for (;;) {
        if (less(m->s, *m->b, *m->a)) {
            *m->to-- = *m->a--;
            wins_a++;
            wins_b = 0;
            if (--m->na == 0) {
                return false;
            }
            if (wins_a >= gallop_at) {
                return true;
            }
        } else {
            *m->to-- = *m->b--;
            wins_b++;
            wins_a = 0;
            if (--m->nb == 1) {
                return false;
            }
            if (wins_b >= gallop_at) {
                return true;
            }
        }
    }
}

static bool leap_down(struct merge *m, const uint32_t *base_a, const uint32_t *base_b, size_t *most)
{
    size_t k = m->na - gallop(m->s, *m->b, base_a, m->na, m->na - 1, true);
    *most = k;
    m->to -= k;
    m->a -= k;
    memmove(m->to + 1, m->a + 1, k * sizeof *m->to);
    m->na -= k;
    if (k && m->na == 0) {
        return false;
    }
    *m->to-- = *m->b--;
    if (--m->nb == 1) {
        return false;
    }
    k = m->nb - gallop(m->s, *m->a, base_b, m->nb, m->nb - 1, false);
    *most = k > *most ? k : *most;
    m->to -= k;
    m->b -= k;
    memcpy(m->to + 1, m->b + 1, k * sizeof *m->to);
    m->nb -= k;
    if (k && m->nb <= 1) {
        return false;
    }
    *m->to-- = *m->a--;
    return --m->na != 0;
}

static void merge_down(struct sorter *s, uint32_t *a, size_t na, uint32_t *b, size_t nb)
{
    memcpy(s->spare, b, nb * sizeof *b);
    struct merge m = {s, a + na - 1, s->spare + nb - 1, b + nb - 1, na, nb};
    *m.to-- = *m.a--;
    bool going = --m.na != 0 && m.nb != 1;
    size_t gallop_at = s->min_gallop;
    while (going) {
        going = trickle_down(&m, gallop_at);
        if (!going) {
            break;
        }
        gallop_at++;
        size_t most;
        do {
            gallop_at -= gallop_at > 1;
            s->min_gallop = gallop_at;
            going = leap_down(&m, a, s->spare, &most);
        } while (going && most >= MIN_GALLOP);
        if (going) {
            gallop_at++;
            s->min_gallop = gallop_at;
        }
    }
    /* What is left: all of b, or the first of b in front of a. */
    if (m.nb == 1 && m.na) {
        memmove(m.to - m.na + 1, m.a - m.na + 1, m.na * sizeof *m.to);
        *(m.to - m.na) = *m.b;
    } else if (m.nb) {
        memcpy(m.to - (m.nb - 1), s->spare, m.nb * sizeof *m.to);
    }
}

/* Merges the runs i and i + 1 of the pending ones. */
static void merge_at(struct sorter *s, size_t i)
{
    uint32_t *a = s->list + s->runs[i].start;
    uint32_t *b = s->list + s->runs[i + 1].start;
    size_t na = s->runs[i].len, nb = s->runs[i + 1].len;
    s->runs[i].len = na + nb;
    if (i + 3 == s->run_count) {
        s->runs[i + 1] = s->runs[i + 2];
    }
    s->run_count--;
    size_t in_place = gallop(s, *b, a, na, 0, true);
    a += in_place;
    na -= in_place;
    if (na == 0) {
        return;
    }
    nb = gallop(s, a[na - 1], b, nb, nb - 1, false);
    if (nb == 0) {
        return;
    }
    if (na <= nb) {
        merge_up(s, a, na, b, nb);
    } else {
        merge_down(s, a, na, b, nb);
    }
}

/* Powersort: the first bit in which the middles of two neighbouring runs differ, as fractions of the list. */
static int power_between(const struct run *run, size_t next_len, size_t count)
{
    size_t a = 2 * run->start + run->len;
    size_t b = a + run->len + next_len;
    for (int power = 1;; power++) {
        if (a >= count) {
            a -= count;
            b -= count;
        } else if (b >= count) {
            return power;
        }
        a *= 2;
        b *= 2;
    }
}

static void add_run(struct sorter *s, size_t start, size_t len)
{
    if (s->run_count) {
        int power = power_between(&s->runs[s->run_count - 1], len, s->count);
        while (s->run_count > 1 && s->runs[s->run_count - 2].power > power) {
            merge_at(s, s->run_count - 2);
        }
        s->runs[s->run_count - 1].power = power;
    }
    s->runs[s->run_count++] = (struct run){start, len, 0};
}

static size_t shortest_run(size_t count)
{
    size_t odd = 0;
    while (count >= SHORTEST_LIST_WITH_RUNS) {
        odd |= count & 1;
        count /= 2;
    }
    return count + odd;
}

void list_sort_as_python(uint32_t *items, size_t count, list_before *before, const void *context)
{
    if (count < 2) {
        return;
    }
    struct sorter s = {.list = items, .count = count, .before = before, .context = context, .min_gallop = MIN_GALLOP};
    s.spare = pp_calloc(count, sizeof *s.spare);
    size_t shortest = shortest_run(count);
    for (size_t at = 0; at < count;) {
        size_t left = count - at;
        size_t len = find_run(&s, items + at, left);
        if (len < shortest) {
            size_t forced = left < shortest ? left : shortest;
            insert_binary(&s, items + at, forced, len);
            len = forced;
        }
        add_run(&s, at, len);
        at += len;
    }
    while (s.run_count > 1) {
        size_t i = s.run_count - 2;
        if (i > 0 && s.runs[i - 1].len < s.runs[i + 1].len) {
            i--;
        }
        merge_at(&s, i);
    }
    pp_free(s.spare);
}
