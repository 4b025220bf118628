/*
 * elf: the little of an ELF file that says why the kernel refuses it, elf(5).
 *
 * The file may be anything: every number in it is checked before it is used, and reads are few and small.
 */
#ifndef PRIMER_EXEC_ELF_H
#define PRIMER_EXEC_ELF_H

#include <limits.h>
#include <stdbool.h>

struct elf_facts {
    bool is_elf;                /* it begins with ELF's magic number */
    bool foreign;               /* for another processor, word size or byte order */
    bool damaged;               /* its headers lead nowhere */
    char interpreter[PATH_MAX]; /* PT_INTERP; "" when there is none */
};

void elf_look(int fd, struct elf_facts *out);

#endif
