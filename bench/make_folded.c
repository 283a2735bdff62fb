/* Folded stacks for the bench: `make_folded STACKS BYTES ORDER NAMES SEED > file`. The same arguments give the same bytes.
 *
 * ORDER: sorted (as collapsers write), shuffled (every line at a random place), stream (random draws without end but BYTES).
 * NAMES: long ("handle_request_17 (app/views.py:204)", about 25 bytes) or short (2 bytes).
 *
 * The stacks come from a walk over a tree: each keeps most of the stack before it and goes on from there with new frames, so that prefixes are shared as in real
 * profiles. Depths are spread evenly over 10..50, mean 30. When STACKS lines do not fill BYTES, every stack occurs several times with other counts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 50, MIN_DEPTH = 10, FUNCTIONS = 1296, NAME = 48 };

static uint64_t state;

/* xorshift64*: small, seedable, the same everywhere. */
static uint32_t draw(uint32_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717)) >> 32) % below;
}

static char names[FUNCTIONS][NAME];

static void make_names(int is_long)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    static const char *const verbs[] = {"handle", "parse",      "load",     "run",     "get",
                                        "_call",  "<listcomp>", "send_all", "__init__"};
    static const char *const files[] = {"app/views.py", "json/decoder.py", "core.py", "db/query.py", "re/_parser.py"};
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        if (is_long) {
            snprintf(names[i], NAME, "%s_%u (%s:%u)", verbs[i % 9], i, files[i % 5], 10 + draw(900));
        } else {
            snprintf(names[i], NAME, "%c%c", digits[i / 36], digits[i % 36]);
        }
    }
}

struct stacks {
    char *text;
    size_t used, room, count;
    uint32_t *lens;
    char **at;
};

/* One stack as text behind the others. */
static void append(struct stacks *s, const uint16_t *frames, unsigned depth)
{
    size_t start = s->used;
    for (unsigned i = 0; i < depth; i++) {
        size_t len = strlen(names[frames[i]]);
        memcpy(s->text + s->used, names[frames[i]], len);
        s->used += len;
        s->text[s->used++] = ';';
    }
    s->used--;
    s->at[s->count] = s->text + start;
    s->lens[s->count++] = (uint32_t)(s->used - start);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void *need(size_t size)
{
    void *memory = malloc(size);
    if (!memory) {
        fputs("make_folded: out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

/* `count` stacks; a few may be equal by chance, so some more are made and equal ones dropped after sorting. */
static void make_stacks(struct stacks *s, size_t count, int is_long)
{
    size_t made = count + count / 16 + 16;
    uint16_t frames[MAX_DEPTH];
    unsigned depth = 0;
    s->room = made * (MAX_DEPTH * (is_long ? 40 : 3));
    s->text = need(s->room); /* mostly never touched */
    s->at = need(made * sizeof *s->at);
    s->lens = need(made * sizeof *s->lens);
    for (size_t i = 0; i < made; i++) {
        unsigned next = MIN_DEPTH + draw(MAX_DEPTH - MIN_DEPTH + 1);
        unsigned keep = next - 1 - draw(4);
        keep = keep < depth ? keep : depth;
        for (unsigned d = keep; d < next; d++) {
            frames[d] = (uint16_t)(d == 0 ? draw(4) : (frames[d - 1] * 7u + 1 + draw(24)) % FUNCTIONS);
        }
        depth = next;
        append(s, frames, depth);
        s->text[s->used++] = '\0';
    }
    qsort(s->at, made, sizeof *s->at, compare);
    size_t kept = 0;
    for (size_t i = 0; i < made; i++) {
        if (kept == 0 || strcmp(s->at[kept - 1], s->at[i]) != 0) {
            s->at[kept++] = s->at[i];
        }
    }
    if (kept < count) {
        fputs("make_folded: too many equal stacks\n", stderr);
        exit(2);
    }
    /* Which ones go is drawn too: cutting the end off would cut the last branch off. */
    for (size_t extra = kept - count; extra > 0;) {
        char **out = &s->at[draw((uint32_t)kept)];
        extra -= *out != NULL;
        *out = NULL;
    }
    for (size_t i = 0, to = 0; i < kept; i++) {
        if (s->at[i]) {
            s->at[to++] = s->at[i];
        }
    }
    s->count = count;
}

static size_t write_line(const char *stack)
{
    char count[16];
    size_t len = strlen(stack);
    int digits = snprintf(count, sizeof count, " %u\n", 1 + draw(999));
    fwrite(stack, 1, len, stdout);
    fwrite(count, 1, (size_t)digits, stdout);
    return len + (size_t)digits;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fputs("usage: make_folded STACKS BYTES sorted|shuffled|stream long|short SEED\n", stderr);
        return 2;
    }
    struct stacks s = {0};
    size_t count = strtoull(argv[1], NULL, 10);
    uint64_t bytes = strtoull(argv[2], NULL, 10);
    state = strtoull(argv[5], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    int is_long = strcmp(argv[4], "long") == 0;
    make_names(is_long);
    make_stacks(&s, count, is_long);
    uint64_t once = 0;
    for (size_t i = 0; i < count; i++) {
        once += strlen(s.at[i]) + 4;
    }
    size_t lines = (size_t)((double)bytes / (double)once * (double)count);
    lines = lines > count ? lines : count;
    if (strcmp(argv[3], "sorted") == 0) {
        for (size_t i = 0; i < lines; i++) {
            write_line(s.at[i * count / lines]);
        }
    } else if (strcmp(argv[3], "shuffled") == 0) {
        uint32_t *order = need(lines * sizeof *order);
        for (size_t i = 0; i < lines; i++) {
            size_t other = draw((uint32_t)(i + 1));
            order[i] = order[other];
            order[other] = (uint32_t)(i * count / lines);
        }
        for (size_t i = 0; i < lines; i++) {
            write_line(s.at[order[i]]);
        }
    } else {
        uint64_t written = 0;
        for (size_t i = 0; written < bytes; i++) {
            written += write_line(s.at[i < count ? i : draw((uint32_t)count)]);
        }
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 2;
}
