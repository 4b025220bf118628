/*
 * nearest: "did you mean …?" for every word that a person can mistype.
 */
#ifndef PRIMER_BASE_NEAREST_H
#define PRIMER_BASE_NEAREST_H

#include <stddef.h>

/*
 * Keeps the best of the candidates offered so far. Start with {.word = …}. After all have been offered,
 * `best` is the nearest one, or NULL when none is near enough to be meant (edit distance at most a third
 * of the word's length, two at least).
 */
struct nearest {
    const char *word;
    const char *best;
    size_t distance;
};

void nearest_offer(struct nearest *n, const char *candidate);

#endif
