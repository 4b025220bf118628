/*
 * needs: reads program headers and the dynamic section through libelf, never the section headers, which a
 * stripped file need not have and the loader does not read. Every offset is checked by libelf against the
 * file's size (elf_getdata_rawchunk), every string here against the string table's.
 */
#include "needs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

#define NEEDED_MAX 4096 /* bounds the memory that a hostile file can ask for; real ones need dozens */

/* The file while it is read. */
struct reader {
    struct needs *out;
    Elf *elf;
    size_t phnum;
    const char *strings; /* DT_STRTAB */
    size_t strings_size;
};

bool abi_equal(const struct abi *a, const struct abi *b)
{
    return a->class == b->class && a->data == b->data && a->machine == b->machine;
}

static int broken(struct reader *reader, const char *why)
{
    reader->out->kind = FILE_BROKEN;
    reader->out->broken = why;
    return -1;
}

/* The first program header of TYPE. */
static bool find_header(const struct reader *reader, GElf_Word type, GElf_Phdr *header)
{
    for (size_t i = 0; i < reader->phnum && i <= INT_MAX; i++) {
        if (gelf_getphdr(reader->elf, (int)i, header) && header->p_type == type)
            return true;
    }
    return false;
}

/* SIZE bytes of the file at OFFSET, or NULL. */
static Elf_Data *chunk(const struct reader *reader, GElf_Off offset, GElf_Xword size, Elf_Type type)
{
    if (offset > INT64_MAX || size > SIZE_MAX)
        return NULL;
    Elf_Data *data = elf_getdata_rawchunk(reader->elf, (int64_t)offset, (size_t)size, type);
    return data && data->d_buf && data->d_size == size ? data : NULL;
}

static int read_loader(struct reader *reader)
{
    GElf_Phdr header;

    if (!find_header(reader, PT_INTERP, &header))
        return 0;
    Elf_Data *data = chunk(reader, header.p_offset, header.p_filesz, ELF_T_BYTE);
    if (!data || header.p_filesz < 2 || header.p_filesz > PATH_MAX)
        return broken(reader, "the name of its loader lies outside the file");
    const char *name = data->d_buf;
    if (name[0] != '/' || strnlen(name, data->d_size) == data->d_size)
        return broken(reader, "the name of its loader is no absolute path");
    reader->out->kind = FILE_PROGRAM;
    reader->out->loader = mem_string(name, strlen(name));
    return 0;
}

/* Where in the file the byte is that is at ADDRESS once it is loaded, with SIZE more; false if nowhere. */
static bool file_offset(const struct reader *reader, GElf_Addr address, GElf_Xword size, GElf_Off *offset)
{
    for (size_t i = 0; i < reader->phnum && i <= INT_MAX; i++) {
        GElf_Phdr header;

        if (!gelf_getphdr(reader->elf, (int)i, &header) || header.p_type != PT_LOAD ||
            address < header.p_vaddr)
            continue;
        GElf_Xword skip = address - header.p_vaddr;
        if (skip < header.p_filesz && size <= header.p_filesz - skip) {
            *offset = header.p_offset + skip;
            return true;
        }
    }
    return false;
}

static GElf_Xword dynamic_value(Elf_Data *dynamic, size_t count, GElf_Sxword tag)
{
    GElf_Dyn entry;

    for (size_t i = 0; i < count && i <= INT_MAX && gelf_getdyn(dynamic, (int)i, &entry); i++) {
        if (entry.d_tag == tag)
            return entry.d_un.d_val;
        if (entry.d_tag == DT_NULL)
            break;
    }
    return 0;
}

static int read_strings(struct reader *reader, Elf_Data *dynamic, size_t count)
{
    GElf_Xword size = dynamic_value(dynamic, count, DT_STRSZ);
    GElf_Off offset;

    if (size == 0)
        return 0; /* then every string is outside */
    if (!file_offset(reader, dynamic_value(dynamic, count, DT_STRTAB), size, &offset))
        return broken(reader, "its table of strings lies outside the file");
    Elf_Data *data = chunk(reader, offset, size, ELF_T_BYTE);
    if (!data)
        return broken(reader, "its table of strings lies outside the file");
    reader->strings = data->d_buf;
    reader->strings_size = data->d_size;
    return 0;
}

/* The string at OFFSET of the table, or NULL, when it does not begin or not end in it. */
static const char *string_at(const struct reader *reader, GElf_Xword offset)
{
    if (offset >= reader->strings_size)
        return NULL;
    const char *string = reader->strings + offset;
    size_t room = reader->strings_size - (size_t)offset;
    size_t length = strnlen(string, room);
    return length < room && length < PATH_MAX * 16 ? mem_string(string, length) : NULL;
}

static int take_entry(struct reader *reader, const GElf_Dyn *entry)
{
    struct needs *out = reader->out;
    const char *string = NULL;

    switch (entry->d_tag) {
    case DT_NEEDED:
    case DT_SONAME:
    case DT_RPATH:
    case DT_RUNPATH:
        string = string_at(reader, entry->d_un.d_val);
        if (!string)
            return broken(reader, "a name in its dynamic section lies outside its table of strings");
        break;
    case DT_FLAGS_1: out->no_default = (entry->d_un.d_val & DF_1_NODEFLIB) != 0; return 0;
    default: return 0;
    }
    if (entry->d_tag == DT_SONAME) {
        out->soname = string;
    } else if (entry->d_tag == DT_RPATH) {
        out->rpath = string;
    } else if (entry->d_tag == DT_RUNPATH) {
        out->runpath = string;
    } else if (out->needed_count == NEEDED_MAX) {
        return broken(reader, "it needs more libraries than any program does");
    } else {
        out->needed = mem_room(out->needed, out->needed_count, &out->needed_room, sizeof(*out->needed));
        out->needed[out->needed_count++] = string;
    }
    return 0;
}

static int read_dynamic(struct reader *reader)
{
    GElf_Phdr header;
    GElf_Dyn entry;

    if (!find_header(reader, PT_DYNAMIC, &header))
        return 0; /* static */
    size_t size = reader->out->abi.class == ELFCLASS64 ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
    size_t count = (size_t)header.p_filesz / size;
    Elf_Data *dynamic = chunk(reader, header.p_offset, count * size, ELF_T_DYN);
    if (!dynamic)
        return broken(reader, "its dynamic section lies outside the file");
    if (read_strings(reader, dynamic, count) < 0)
        return -1;
    for (size_t i = 0; i < count && i <= INT_MAX && gelf_getdyn(dynamic, (int)i, &entry); i++) {
        if (entry.d_tag == DT_NULL)
            break;
        if (take_entry(reader, &entry) < 0)
            return -1;
    }
    return 0;
}

static int read_elf(struct reader *reader)
{
    struct needs *out = reader->out;
    GElf_Ehdr header;

    if (!reader->elf || elf_kind(reader->elf) != ELF_K_ELF || !gelf_getehdr(reader->elf, &header))
        return broken(reader, "its header is damaged");
    out->abi.class = header.e_ident[EI_CLASS];
    out->abi.data = header.e_ident[EI_DATA];
    out->abi.machine = header.e_machine;
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
        out->kind = FILE_OBJECT;
        return 0;
    }
    out->kind = FILE_LIBRARY;
    GElf_Phdr first;
    if (elf_getphdrnum(reader->elf, &reader->phnum) < 0 || reader->phnum == 0 ||
        !gelf_getphdr(reader->elf, 0, &first))
        return broken(reader, "it has no program headers inside the file");
    if (read_loader(reader) < 0)
        return -1;
    return read_dynamic(reader);
}

/* "#! /bin/sh -e": one interpreter, one word, as execve(2) takes it. */
static void read_script(struct needs *out, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    line += 2;
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t");
    if (length == 0)
        return;
    out->kind = FILE_SCRIPT;
    out->loader = mem_string(line, length);
    line += length;
    line += strspn(line, " \t");
    length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        length--;
    if (length > 0)
        out->word = mem_string(line, length);
}

static int read_file(const char *path, struct needs *out)
{
    char head[257] = { 0 }; /* execve(2) looks at 256 bytes */
    struct stat st;
    int result = 0;

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    ssize_t size = fstat(fd, &st) < 0 ? -1 : pread(fd, head, sizeof(head) - 1, 0);
    if (size < 0) {
        result = -errno;
    } else if (size >= SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0) {
        struct reader reader = { .out = out, .elf = elf_begin(fd, ELF_C_READ, NULL) };
        read_elf(&reader);
        elf_end(reader.elf);
    } else if (size > 2 && head[0] == '#' && head[1] == '!') {
        read_script(out, head);
    }
    close(fd);
    return result;
}

/* What was read, by path. */
struct known {
    const char *path;
    int result;
    struct needs needs;
};

static int compare_known(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->path, ((const struct known *)b)->path);
}

int needs_read(const char *path, const struct needs **needs)
{
    static void *tree;
    struct known *known = mem_new(sizeof(*known));

    known->path = mem_string(path, strlen(path));
    struct known **place = tsearch(known, &tree, compare_known);
    if (!place)
        return -ENOMEM;
    if (*place == known) {
        elf_version(EV_CURRENT);
        known->result = read_file(path, &known->needs);
    }
    *needs = &(*place)->needs;
    return (*place)->result;
}
