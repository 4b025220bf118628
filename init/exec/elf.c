#include "exec/elf.h"

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { OWN_MACHINE = EM_X86_64, OWN_DATA = ELFDATA2LSB };
#elif defined(__aarch64__)
enum { OWN_MACHINE = EM_AARCH64, OWN_DATA = ELFDATA2LSB };
#elif defined(__riscv)
enum { OWN_MACHINE = EM_RISCV, OWN_DATA = ELFDATA2LSB };
#else
#error "which ELF machine and byte order are this processor's?"
#endif

enum { SEGMENTS_MAX = 128 }; /* program headers that are looked at */

/* Where the program headers are: what the two layouts, of 32 and of 64 bits, have in common. */
struct headers {
    bool is_64;
    uint64_t at;
    uint16_t size; /* of one */
    uint16_t count;
};

static bool read_at(int fd, void *out, size_t size, uint64_t at)
{
    return at <= INT64_MAX && pread(fd, out, size, (off_t)at) == (ssize_t)size;
}

/* False when the file is too short to have them. */
static bool read_headers(int fd, const unsigned char ident[EI_NIDENT], struct headers *out, uint16_t *machine)
{
    union {
        Elf32_Ehdr h32;
        Elf64_Ehdr h64;
    } raw;
    out->is_64 = ident[EI_CLASS] == ELFCLASS64;
    if (!read_at(fd, &raw, out->is_64 ? sizeof raw.h64 : sizeof raw.h32, 0)) {
        return false;
    }
    out->at = out->is_64 ? raw.h64.e_phoff : raw.h32.e_phoff;
    out->size = out->is_64 ? raw.h64.e_phentsize : raw.h32.e_phentsize;
    out->count = out->is_64 ? raw.h64.e_phnum : raw.h32.e_phnum;
    *machine = out->is_64 ? raw.h64.e_machine : raw.h32.e_machine;
    return true;
}

/* Where in the file segment number I is; *SIZE is 0 when it is no PT_INTERP. False when it cannot be read. */
static bool read_segment(int fd, const struct headers *headers, unsigned i, uint64_t *at, uint64_t *size)
{
    union {
        Elf32_Phdr h32;
        Elf64_Phdr h64;
    } raw;
    size_t one = headers->is_64 ? sizeof raw.h64 : sizeof raw.h32;
    if (headers->size != one || headers->at > INT64_MAX || !read_at(fd, &raw, one, headers->at + i * one)) {
        return false;
    }
    *at = headers->is_64 ? raw.h64.p_offset : raw.h32.p_offset;
    *size = headers->is_64 ? raw.h64.p_filesz : raw.h32.p_filesz;
    if ((headers->is_64 ? raw.h64.p_type : raw.h32.p_type) != PT_INTERP) {
        *size = 0;
    }
    return true;
}

/* The kernel's own conditions: not empty, not longer than a path, ended by NUL. */
static bool read_interpreter(int fd, uint64_t at, uint64_t size, char out[PATH_MAX])
{
    if (size < 2 || size > PATH_MAX || !read_at(fd, out, (size_t)size, at) || out[size - 1] != '\0') {
        out[0] = '\0';
        return false;
    }
    return true;
}

void elf_look(int fd, struct elf_facts *out)
{
    unsigned char ident[EI_NIDENT];
    struct headers headers;
    uint16_t machine;
    *out = (struct elf_facts){ 0 };
    if (!read_at(fd, ident, SELFMAG, 0) || memcmp(ident, ELFMAG, SELFMAG) != 0) {
        return;
    }
    out->is_elf = true;
    if (!read_at(fd, ident, sizeof ident, 0) ||
        (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) ||
        (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) ||
        !read_headers(fd, ident, &headers, &machine)) {
        out->damaged = true;
        return;
    }
    /* In the other byte order all numbers are swapped, and there is no need to read them. */
    out->foreign = ident[EI_DATA] != OWN_DATA || machine != OWN_MACHINE;
    for (unsigned i = 0; ident[EI_DATA] == OWN_DATA && i < headers.count && i < SEGMENTS_MAX; i++) {
        uint64_t at;
        uint64_t size;
        if (!read_segment(fd, &headers, i, &at, &size)) {
            out->damaged = true;
            return;
        }
        if (size > 0) {
            out->damaged = !read_interpreter(fd, at, size, out->interpreter);
            return;
        }
    }
}
