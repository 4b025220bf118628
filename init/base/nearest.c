#include "base/nearest.h"

#include <string.h>
#include <strings.h>

enum { LONGEST = 64 }; /* no word that primer knows is longer */

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance, without regard to case; one row at a time. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            size_t above = row[j + 1];
            size_t swap = diagonal + (lower(a[i]) != lower(b[j]));
            row[j + 1] = min3(above + 1, row[j] + 1, swap);
            diagonal = above;
        }
    }
    return row[b_len];
}

void nearest_offer(struct nearest *n, const char *candidate)
{
    size_t len = strlen(n->word);
    if (len > LONGEST || strlen(candidate) > LONGEST) {
        return;
    }
    size_t limit = len / 3 > 2 ? len / 3 : 2;
    size_t d = distance(n->word, candidate);
    if (d <= limit && d < len && (n->best == NULL || d < n->distance)) {
        n->best = candidate;
        n->distance = d;
    }
}
