/*
 * corpus: runs a fuzz target without libFuzzer over files, and over each file with every byte left out, flipped, and as
 * its last.
 *
 * usage: corpus FILE…    status: 0; a target that finds something aborts
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 65536 };

/* The sanitizer sees what lies behind its end only if it is memory of its own. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + (size == 0));
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static unsigned long run_variants(uint8_t *data, size_t size)
{
    static uint8_t shorter[LARGEST];
    run(data, size);
    for (size_t i = 0; i < size; i++) {
        run(data, i);
        memcpy(shorter, data, i);
        memcpy(shorter + i, data + i + 1, size - i - 1);
        run(shorter, size - 1);
        for (unsigned bit = 0; bit < 8; bit++) {
            data[i] ^= (uint8_t)(1U << bit);
            run(data, size);
            data[i] ^= (uint8_t)(1U << bit);
        }
    }
    return 1 + 10 * size;
}

int main(int argc, char **argv)
{
    static uint8_t data[LARGEST];
    unsigned long inputs = 0;
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "re");
        if (file == NULL) {
            perror(argv[i]);
            return 2;
        }
        const size_t size = fread(data, 1, sizeof data, file);
        fclose(file);
        inputs += run_variants(data, size);
    }
    printf("%d files, %lu inputs\n", argc - 1, inputs);
    return argc > 1 ? 0 : 2;
}
