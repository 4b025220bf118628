/*
 * needs: what a file needs to run, as it says itself: an ELF file's loader and libraries, a script's
 * interpreter. The file is only read, never run, and nothing in it is trusted.
 */
#ifndef PRIMER_PACK_NEEDS_H
#define PRIMER_PACK_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

enum file_kind {
    FILE_DATA,    /* neither of the others: nothing to do */
    FILE_OBJECT,  /* ELF, but neither program nor library: a module, a core */
    FILE_LIBRARY, /* ELF without a loader: a shared library, or a static program */
    FILE_PROGRAM, /* ELF with a loader */
    FILE_SCRIPT,  /* begins with #! */
    FILE_BROKEN,  /* begins like an ELF file, but cannot be one */
};

/* An ABI: what a program and its libraries must have in common. */
struct abi {
    unsigned char class, data; /* ELFCLASS64, ELFDATA2LSB, … of elf(5) */
    unsigned short machine;    /* EM_X86_64, … */
};

struct needs {
    enum file_kind kind;
    const char *broken; /* FILE_BROKEN: why */
    struct abi abi;
    const char *loader;  /* PT_INTERP, or a script's interpreter */
    const char *word;    /* a script: what follows the interpreter, or NULL */
    const char **needed; /* DT_NEEDED, in order */
    size_t needed_count, needed_room;
    const char *soname, *rpath, *runpath; /* DT_…, or NULL */
    bool no_default;                      /* DF_1_NODEFLIB: not from the loader's own folders */
};

/* Reads the file at PATH into *NEEDS, at its first mention only: later calls give the same. Returns 0, or
 * -errno when it cannot be read; what is no valid ELF file is no error but a kind. */
int needs_read(const char *path, const struct needs **needs);

bool abi_equal(const struct abi *a, const struct abi *b);

#endif
