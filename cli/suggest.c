#include <string.h>

#include "cli/cli.h"

enum { LONGEST = 48 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t d = a < b ? a : b;
    return d < c ? d : c;
}

/* Edit distance with neighbouring letters swapped counting once; words are cut at LONGEST. */
static size_t distance(const char *a, const char *b)
{
    size_t la = strlen(a) < LONGEST ? strlen(a) : LONGEST;
    size_t lb = strlen(b) < LONGEST ? strlen(b) : LONGEST;
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= lb; j++) {
        rows[0][j] = j;
        rows[2][j] = 0;
    }
    for (size_t i = 1; i <= la; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && earlier[j - 2] + 1 < now[j]) {
                now[j] = earlier[j - 2] + 1;
            }
        }
    }
    return rows[la % 3][lb];
}

const char *cli_did_you_mean(const char *word, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2;
    for (; *words; words++) {
        size_t d = distance(word, *words);
        if (d < best_distance) {
            best = *words;
            best_distance = d;
        }
    }
    return best;
}
