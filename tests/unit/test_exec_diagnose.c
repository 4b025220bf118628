/*
 * Why execve(2) said no: each reason is brought about for real, the kernel refuses, and the look at the file says why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exec/diagnose.h"
#include "exec/elf.h"
#include "exec/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/primer-diagnose-XXXXXX";
static char path[256];

static void write_program(const void *bytes, size_t size, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void write_script(const char *text)
{
    write_program(text, strlen(text), 0755);
}

/* A dynamic program of this machine. */
static size_t read_true(unsigned char *buf, size_t size)
{
    int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, buf, size);
    assert_true(n > 1024);
    close(fd);
    return (size_t)n;
}

/* Executes what must fail; the notes are what came of it. */
static struct child_notes refused(const char *program, int error)
{
    const char *argv_room[] = { "program", NULL };
    const char *environment_room[] = { NULL };
    struct vector argv = { .at = argv_room, .count = 1, .room = 2, .fixed = true };
    struct vector environment = { .at = environment_room, .count = 0, .room = 1, .fixed = true };
    struct child_notes notes = { 0 };
    int result = program_execute(program, NULL, &argv, &environment, &notes);
    if (result != -error) {
        fail_msg("%s: errno %d, not %d", program, -result, error);
    }
    return notes;
}

#define assert_notes(notes, hint_, detail_)          \
    do {                                             \
        struct child_notes notes_ = (notes);         \
        assert_int_equal(notes_.hint, hint_);        \
        assert_string_equal(notes_.detail, detail_); \
    } while (0)

static void test_no_file(void **state)
{
    (void)state;
    assert_notes(refused("/nowhere/program", ENOENT), HINT_NO_FILE, "/nowhere/program");
    assert_notes(refused("/bin/true/program", ENOTDIR), HINT_NONE, "/bin/true/program");
}

static void test_scripts(void **state)
{
    (void)state;
    write_script("#!/nowhere/sh -e\necho\n");
    assert_notes(refused(path, ENOENT), HINT_NO_SCRIPT_INTERPRETER, "/nowhere/sh");
    write_script("#! \t/nowhere/sh");
    assert_notes(refused(path, ENOENT), HINT_NO_SCRIPT_INTERPRETER, "/nowhere/sh");
    write_script("#!/bin/sh\r\necho\r\n");
    assert_notes(refused(path, ENOENT), HINT_CARRIAGE_RETURN, "/bin/sh\r");
    write_script("#!\n");
    assert_notes(refused(path, ENOEXEC), HINT_NO_SCRIPT_INTERPRETER, path);
    write_script("echo no interpreter\n");
    assert_notes(refused(path, ENOEXEC), HINT_NO_SHEBANG, path);
    write_script("#!/etc\n");
    assert_notes(refused(path, EACCES), HINT_DIRECTORY, "/etc");
    write_script("#!/etc/passwd\n");
    assert_notes(refused(path, EACCES), HINT_NOT_EXECUTABLE, "/etc/passwd");
}

/* A script whose interpreter is a script whose interpreter is not there. */
static void test_script_of_script(void **state)
{
    char outer[256];
    char line[300];
    (void)state;
    write_script("#!/nowhere/inner\n");
    snprintf(outer, sizeof outer, "%s", path);
    snprintf(line, sizeof line, "#!%s\n", path);
    snprintf(path, sizeof path, "%s/outer", folder);
    write_script(line);
    assert_notes(refused(path, ENOENT), HINT_NO_SCRIPT_INTERPRETER, "/nowhere/inner");
    unlink(path);
    memcpy(path, outer, sizeof path);
}

static void test_script_of_itself(void **state)
{
    char line[300];
    (void)state;
    snprintf(line, sizeof line, "#!%s\n", path);
    write_script(line);
    assert_int_equal(refused(path, ELOOP).hint, HINT_NONE);
}

static void test_modes(void **state)
{
    struct child_notes notes;
    (void)state;
    write_program("#!/bin/sh\n", 10, 0644);
    assert_notes(refused(path, EACCES), HINT_NOT_EXECUTABLE, path);
    assert_notes(refused("/etc", EACCES), HINT_DIRECTORY, "/etc");
    notes = refused("/dev/null", EACCES);
    assert_int_equal(notes.hint, HINT_NOT_EXECUTABLE);
    write_program("", 0, 0755);
    assert_notes(refused(path, ENOEXEC), HINT_DAMAGED, path);
    write_program("\x01\x02\x03\x00\x04", 5, 0755);
    assert_notes(refused(path, ENOEXEC), HINT_DAMAGED, path);
}

static void test_elf_interpreter(void **state)
{
    static unsigned char program[65536];
    (void)state;
    size_t size = read_true(program, sizeof program);
    Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)program;
    Elf64_Phdr *segments = (Elf64_Phdr *)(void *)(program + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_INTERP) {
            strcpy((char *)program + segments[i].p_offset, "/lib/ld-nowhere.so");
            segments[i].p_filesz = sizeof "/lib/ld-nowhere.so";
        }
    }
    write_program(program, size, 0755);
    assert_notes(refused(path, ENOENT), HINT_NO_ELF_INTERPRETER, "/lib/ld-nowhere.so");
}

static void test_architecture(void **state)
{
    static unsigned char program[65536];
    (void)state;
    size_t size = read_true(program, sizeof program);
    Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)program;
    Elf64_Half own = header->e_machine;
    header->e_machine = own == EM_S390 ? EM_PPC64 : EM_S390;
    write_program(program, size, 0755);
    assert_notes(refused(path, ENOEXEC), HINT_WRONG_ARCHITECTURE, path);

    header->e_machine = own;
    header->e_ident[EI_DATA] = (unsigned char)(3 - header->e_ident[EI_DATA]); /* the other byte order */
    struct child_notes notes = { 0 };
    write_program(program, size, 0755);
    diagnose(path, ENOEXEC, &notes);
    assert_int_equal(notes.hint, HINT_WRONG_ARCHITECTURE);
}

static void test_damaged(void **state)
{
    static unsigned char program[65536];
    (void)state;
    read_true(program, sizeof program);
    write_program(program, 30, 0755); /* not even a header */
    assert_notes(refused(path, ENOEXEC), HINT_DAMAGED, path);
    write_program(program, 63, 0755);
    assert_notes(refused(path, ENOEXEC), HINT_DAMAGED, path);
    ((Elf64_Ehdr *)(void *)program)->e_phentsize = 1;
    write_program(program, 4096, 0755);
    assert_notes(refused(path, ENOEXEC), HINT_DAMAGED, path);
}

static void test_pipe_does_not_block(void **state)
{
    struct child_notes notes = { 0 };
    (void)state;
    unlink(path);
    assert_int_equal(mkfifo(path, 0755), 0);
    diagnose(path, ENOEXEC, &notes);
    assert_int_equal(notes.hint, HINT_NONE);
    unlink(path);
}

/* ELF files with any number in any place: read within bounds, said to be something, and no more. */
static void test_hostile_elf(void **state)
{
    static unsigned char program[65536];
    static unsigned char mutant[4096];
    (void)state;
    read_true(program, sizeof program);
    srand(3);
    for (unsigned round = 0; round < 4000; round++) {
        struct elf_facts facts;
        memcpy(mutant, program, sizeof mutant);
        for (unsigned n = 1 + (unsigned)rand() % 8; n > 0; n--) {
            /* The header and the program headers, with bytes that make large numbers often. */
            mutant[4 + (unsigned)rand() % 900] = (unsigned char)(rand() % 3 == 0 ? 0xff : rand());
        }
        size_t size = rand() % 4 == 0 ? (size_t)rand() % sizeof mutant : sizeof mutant;
        write_program(mutant, size, 0600);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        elf_look(fd, &facts);
        close(fd);
        assert_true(memchr(facts.interpreter, '\0', sizeof facts.interpreter) != NULL);
        assert_true(facts.interpreter[0] == '\0' || !facts.damaged);
        static const int errors[] = { ENOENT, ENOEXEC, EACCES };
        for (unsigned e = 0; e < 3; e++) {
            struct child_notes notes = { 0 };
            diagnose(path, errors[e], &notes);
            assert_true(notes.hint < HINTS);
        }
    }
}

/* An ELF file of 32 bits in this byte order: its interpreter is found as well. */
static void test_elf32(void **state)
{
    struct {
        Elf32_Ehdr header;
        Elf32_Phdr segments[2];
        char interpreter[16];
    } file = {
        .header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
                    .e_type = ET_EXEC,
                    .e_machine = EM_386,
                    .e_phoff = sizeof(Elf32_Ehdr),
                    .e_phentsize = sizeof(Elf32_Phdr),
                    .e_phnum = 2 },
        .segments = { { .p_type = PT_LOAD, .p_filesz = 100 },
                      { .p_type = PT_INTERP,
                        .p_offset = sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr),
                        .p_filesz = 14 } },
        .interpreter = "/lib/ld-32.so",
    };
    struct child_notes notes = { 0 };
    (void)state;
    write_program(&file, sizeof file, 0755);
    diagnose(path, ENOENT, &notes);
    assert_notes(notes, HINT_NO_ELF_INTERPRETER, "/lib/ld-32.so");
    memset(&notes, 0, sizeof notes);
    diagnose(path, ENOEXEC, &notes);
    assert_int_equal(notes.hint, HINT_WRONG_ARCHITECTURE);
}

/* Words are short and differ, and so do sentences; no hint is without them. */
static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HINTS; i++) {
        const char *word = diagnose_word((enum exec_hint)i);
        assert_true(strlen(word) <= 15);
        assert_true((i == HINT_NONE) == (word[0] == '\0'));
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(word, diagnose_word((enum exec_hint)k));
            assert_string_not_equal(diagnose_sentence((enum exec_hint)i),
                                    diagnose_sentence((enum exec_hint)k));
        }
    }
    assert_string_equal(diagnose_word(HINTS), "");
    assert_string_equal(diagnose_sentence(HINTS), "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_script_of_script),
        cmocka_unit_test(test_script_of_itself),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_elf_interpreter),
        cmocka_unit_test(test_architecture),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_pipe_does_not_block),
        cmocka_unit_test(test_hostile_elf),
        cmocka_unit_test(test_elf32),
        cmocka_unit_test(test_words),
    };
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/program", folder);
    int failed = cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
