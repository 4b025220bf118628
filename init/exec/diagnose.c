#include "exec/diagnose.h"

#include "base/text.h"
#include "exec/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const struct {
    const char *word;
    const char *sentence;
} hints[HINTS] = {
    [HINT_NONE] = { "", "" },
    [HINT_NO_FILE] = { "no-file",
                       "there is no such file: look at its spelling, and whether its package is there" },
    [HINT_NO_ELF_INTERPRETER] = { "no-elf-interp", "the program is there, but not the dynamic linker it "
                                                   "names: install its C library, "
                                                   "or link it statically" },
    [HINT_NO_SCRIPT_INTERPRETER] = { "no-script-int", "the script is there, but not the interpreter behind "
                                                      "its #!: install it, or "
                                                      "correct that line" },
    [HINT_WRONG_ARCHITECTURE] = { "wrong-arch", "the program is for another kind of processor: take the one "
                                                "for this machine" },
    [HINT_NOT_EXECUTABLE] = { "no-x-bit",
                              "the file may not be executed by this user: set its x bit, chmod +x" },
    [HINT_NOEXEC_MOUNT] = { "noexec-mount",
                            "its filesystem is mounted noexec: move the file, or mount it with exec" },
    [HINT_NO_SHEBANG] = { "no-shebang",
                          "the file is text that names no interpreter: begin it with #!/bin/sh or the like" },
    [HINT_DIRECTORY] = { "directory", "this is a directory: name the program in it" },
    [HINT_DAMAGED] = { "damaged", "the file is cut, broken, or no program: build or copy it again" },
    [HINT_TOO_LONG] = { "too-long",
                        "arguments and environment are longer than the kernel takes: pass them in a file" },
    [HINT_CARRIAGE_RETURN] = { "cr-in-shebang", "the script's lines end as on Windows: convert it, with "
                                                "dos2unix for example" },
    [HINT_CLOSED_FOLDER] = { "closed-folder",
                             "a folder on the way to it is closed to this user: set its x bit, "
                             "chmod +x" },
    [HINT_NO_USER] = { "no-user", "the user is not in /etc/passwd: create it, or correct its name" },
    [HINT_NO_GROUP] = { "no-group", "the group is not in /etc/group: create it, or correct its name" },
    [HINT_GROUP_UNKNOWN] = { "group-unknown",
                             "a user's number that is not in /etc/passwd says no group: name the group too" },
};

const char *diagnose_word(enum exec_hint hint)
{
    return hint < HINTS ? hints[hint].word : "";
}

const char *diagnose_sentence(enum exec_hint hint)
{
    return hint < HINTS ? hints[hint].sentence : "";
}

enum {
    BEGINNING = 256, /* the kernel's BINPRM_BUF_SIZE: more of a #! line it does not read */
    SCRIPTS_MAX = 5, /* scripts whose interpreters are scripts: the kernel follows no more */
};

/* One look: what is wrong with this file, or which interpreter to look at next. */
struct look {
    enum exec_hint hint;
    bool is_script;
    char interpreter[PATH_MAX]; /* "": none */
};

static bool is_text(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x20 && strchr("\t\n\r\f\033", s[i]) == NULL) {
            return false;
        }
        if (c == '\0') {
            return false;
        }
    }
    return len > 0;
}

/* What stands behind "#!", up to a space. */
static void look_at_script(const char *line, struct look *look)
{
    line += 2;
    line += strspn(line, " \t");
    size_t len = strcspn(line, " \t\n");
    look->is_script = true;
    memcpy(look->interpreter, line, len);
    look->interpreter[len] = '\0';
    if (len == 0) {
        look->hint = HINT_NO_SCRIPT_INTERPRETER;
    }
}

/* What only the file's bytes tell. */
static void look_inside(const char *path, int error, struct look *look)
{
    char beginning[BEGINNING + 1];
    struct elf_facts elf;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return;
    }
    ssize_t len = pread(fd, beginning, BEGINNING, 0);
    elf_look(fd, &elf);
    close(fd);
    if (len < 0) {
        return;
    }
    beginning[len] = '\0';
    if (elf.is_elf) {
        text_copy(look->interpreter, sizeof look->interpreter, elf.interpreter);
        if (error == ENOEXEC) {
            look->hint = elf.foreign ? HINT_WRONG_ARCHITECTURE : HINT_DAMAGED;
        }
    } else if (strncmp(beginning, "#!", 2) == 0) {
        look_at_script(beginning, look);
    } else if (error == ENOEXEC) {
        look->hint = is_text(beginning, (size_t)len) ? HINT_NO_SHEBANG : HINT_DAMAGED;
    }
}

static enum exec_hint why_no_access(const char *path, mode_t mode)
{
    struct statvfs filesystem;
    if ((mode & 0111) == 0) {
        return HINT_NOT_EXECUTABLE;
    }
    if (statvfs(path, &filesystem) == 0 && (filesystem.f_flag & ST_NOEXEC) != 0) {
        return HINT_NOEXEC_MOUNT;
    }
    return access(path, X_OK) < 0 ? HINT_NOT_EXECUTABLE : HINT_NONE;
}

/* PARENT is the file that named PATH as its interpreter, or NULL. */
static void look_at(const char *path, int error, const struct look *parent, struct look *look)
{
    struct stat status;
    *look = (struct look){ .hint = HINT_NONE };
    if (stat(path, &status) < 0) {
        if (errno == EACCES && error == EACCES) {
            look->hint = HINT_CLOSED_FOLDER;
            return;
        }
        if (errno != ENOENT && errno != ENOTDIR) {
            return;
        }
        if (parent == NULL) {
            look->hint = HINT_NO_FILE;
        } else if (!parent->is_script) {
            look->hint = HINT_NO_ELF_INTERPRETER;
        } else {
            size_t len = strlen(path);
            look->hint = path[len - 1] == '\r' ? HINT_CARRIAGE_RETURN : HINT_NO_SCRIPT_INTERPRETER;
        }
    } else if (S_ISDIR(status.st_mode)) {
        look->hint = HINT_DIRECTORY;
    } else if (error == EACCES) {
        look->hint = why_no_access(path, status.st_mode);
    }
    if (look->hint == HINT_NONE && S_ISREG(status.st_mode)) {
        look_inside(path, error, look);
    }
}

void diagnose(const char *path, int error, struct child_notes *notes)
{
    struct look looks[2]; /* this one and the one before */
    if (error == E2BIG) {
        notes->hint = HINT_TOO_LONG;
    }
    if (error != ENOENT && error != ENOEXEC && error != EACCES) {
        return;
    }
    for (unsigned i = 0; i <= SCRIPTS_MAX; i++) {
        struct look *look = &looks[i % 2];
        look_at(path, error, i == 0 ? NULL : &looks[(i + 1) % 2], look);
        if (look->hint != HINT_NONE) {
            notes->hint = (uint16_t)look->hint;
            text_copy(notes->detail, sizeof notes->detail, path);
            return;
        }
        if (look->interpreter[0] == '\0') {
            return;
        }
        path = look->interpreter;
    }
}
