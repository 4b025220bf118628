#include "base/sort.h"

static void swap(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

/* Lets member I sink until no member below it, among the first COUNT, is greater. */
static void sink(char *base, size_t i, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0) {
            child++;
        }
        if (compare(base + i * size, base + child * size) >= 0) {
            return;
        }
        swap(base + i * size, base + child * size, size);
    }
}

void sort(void *base, size_t count, size_t size, int (*compare)(const void *a, const void *b))
{
    for (size_t i = count / 2; i-- > 0;) {
        sink(base, i, count, size, compare);
    }
    while (count-- > 1) {
        swap(base, (char *)base + count * size, size);
        sink(base, 0, count, size, compare);
    }
}
