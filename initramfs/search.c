/*
 * search: the folders of a loader's search, from tables of ABIs and loaders and from the files' own paths.
 * Relies on the roots for their /etc/ld.so.conf; looks into no folder itself.
 */
#include "search.h"

#include <elf.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

/* What an ABI's folders are called. The first row that fits counts; the last fits all. */
static const struct abi_row {
    unsigned char class;
    unsigned short machine;
    const char *triplet;  /* Debian's name for it, in /usr/lib */
    const char *lib;      /* where others keep it, and what $LIB is for them */
    const char *platform; /* $PLATFORM, and its name in messages */
} abis[] = {
    { ELFCLASS64, EM_X86_64, "x86_64-linux-gnu", "lib64", "x86_64" },
    { ELFCLASS32, EM_X86_64, "x86_64-linux-gnux32", "libx32", "x32" },
    { ELFCLASS32, EM_386, "i386-linux-gnu", "lib", "i686" },
    { ELFCLASS64, EM_AARCH64, "aarch64-linux-gnu", "lib64", "aarch64" },
    { ELFCLASS32, EM_ARM, "arm-linux-gnueabihf", "lib", "v7l" },
    { ELFCLASS64, EM_RISCV, "riscv64-linux-gnu", "lib64", "riscv64" },
    { ELFCLASS64, EM_PPC64, "powerpc64le-linux-gnu", "lib64", "ppc64le" },
    { ELFCLASS64, EM_S390, "s390x-linux-gnu", "lib64", "s390x" },
    { ELFCLASSNONE, EM_NONE, NULL, "lib", NULL },
};

static const struct abi_row *abi_row(const struct abi *abi)
{
    const struct abi_row *row = abis;

    while (row->class != ELFCLASSNONE && (row->class != abi->class || row->machine != abi->machine))
        row++;
    return row;
}

const char *search_machine(const struct abi *abi)
{
    const char *name = abi_row(abi)->platform;

    return name ? name : mem_text("machine %u", abi->machine);
}

static void add(struct folders *folders, const char *path, const char *host, enum folder_why why)
{
    for (size_t i = 0; i < folders->count; i++) {
        if (strcmp(folders->list[i].path, path) == 0 && (folders->list[i].host || !host))
            return;
    }
    folders->list = mem_room(folders->list, folders->count, &folders->room, sizeof(*folders->list));
    folders->list[folders->count++] = (struct folder){ .path = path, .host = host, .why = why };
}

/* --- RPATH and RUNPATH --- */

/* The variable at TEXT, "$NAME" or "${NAME}": its size, or 0 when there is another one or none. */
static size_t variable(const char *text, const char *name)
{
    size_t length = strlen(name);

    if (text[0] != '$')
        return 0;
    if (text[1] == '{')
        return strncmp(text + 2, name, length) == 0 && text[length + 2] == '}' ? length + 3 : 0;
    return strncmp(text + 1, name, length) == 0 ? length + 1 : 0;
}

/* TEXT with $ORIGIN, $LIB and $PLATFORM replaced. */
static const char *expand(const char *text, const char *origin, const char *lib, const char *platform)
{
    const struct {
        const char *name, *value;
    } variables[] = { { "ORIGIN", origin }, { "LIB", lib }, { "PLATFORM", platform } };
    const char *result = "";

    while (*text) {
        size_t size = 1, i = 0;
        const char *value = mem_string(text, 1);

        for (; i < sizeof(variables) / sizeof(variables[0]); i++) {
            if (variables[i].value && variable(text, variables[i].name) > 0) {
                size = variable(text, variables[i].name);
                value = variables[i].value;
            }
        }
        result = mem_text("%s%s", result, value);
        text += size;
    }
    return result;
}

static const char *folder_of(const char *path)
{
    return dirname(mem_string(path, strlen(path)));
}

/* Adds one part of a path. What $LIB is depends on how the loader was built: look in all that it can be. */
static void add_part(struct folders *folders, const struct object *object, const char *part)
{
    const struct abi_row *row = abi_row(&object->needs->abi);
    const char *libs[] = { row->triplet ? mem_text("lib/%s", row->triplet) : "lib", row->lib, "lib" };
    size_t count = strstr(part, "$LIB") || strstr(part, "${LIB}") ? sizeof(libs) / sizeof(libs[0]) : 1;

    for (size_t i = 0; i < count; i++) {
        const char *path = expand(part, folder_of(object->path), libs[i], row->platform);
        const char *host = NULL;

        if (object->moved && (strstr(part, "$ORIGIN") || strstr(part, "${ORIGIN}")))
            host = expand(part, folder_of(object->host), libs[i], row->platform);
        /* A path that is not absolute starts where the program happens to be started: nothing to pack. */
        if (path[0] == '/')
            add(folders, path, host, FOLDER_FILE);
    }
}

static void add_path(struct folders *folders, const struct object *object, const char *path)
{
    while (path && *path) {
        size_t length = strcspn(path, ":");

        add_part(folders, object, mem_string(path, length));
        path += length;
        path += *path == ':';
    }
}

/* --- /etc/ld.so.conf --- */

#define INCLUDES_MAX 8

static void read_config(const char *root, const char *file, struct folders *folders, unsigned depth);

static void include_config(const char *root, const char *pattern, struct folders *folders, unsigned depth)
{
    const char *below = pattern[0] == '/' ? "" : "/etc/";
    glob_t found;

    if (glob(mem_text("%s%s%s", root, below, pattern), 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_config(root, found.gl_pathv[i], folders, depth + 1);
        globfree(&found);
    }
}

/* FILE is on this host. ldconfig(8): folders, one or more a line; "include PATTERN"; "hwcap …" is old. */
static void read_config(const char *root, const char *file, struct folders *folders, unsigned depth)
{
    char line[4096];
    FILE *config = depth < INCLUDES_MAX ? fopen(file, "re") : NULL;

    while (config && fgets(line, sizeof(line), config)) {
        line[strcspn(line, "#\n")] = '\0';
        char *rest = NULL, *word = strtok_r(line, " \t:,", &rest);
        bool include = word && strcmp(word, "include") == 0;

        if (word && strcmp(word, "hwcap") == 0)
            continue;
        if (include)
            word = strtok_r(NULL, " \t", &rest);
        for (; word; word = strtok_r(NULL, include ? " \t" : " \t:,", &rest)) {
            size_t length = strcspn(word, "="); /* "DIR=TYPE" is old, too */
            if (include)
                include_config(root, word, folders, depth);
            else if (word[0] == '/')
                add(folders, mem_string(word, length), NULL, FOLDER_CONFIG);
        }
    }
    if (config)
        fclose(config);
}

/* --- loaders --- */

/* The names under which musl's loader offers itself: ldso/dynlink.c calls them reserved. */
static const char *const musl_names[] = { "c", "pthread", "rt", "m", "dl", "util", "xnet" };

static bool is_musl(const char *loader)
{
    const char *name = loader ? strrchr(loader, '/') : NULL;

    return name && strncmp(name, "/ld-musl-", strlen("/ld-musl-")) == 0;
}

bool search_loader_is(const char *program_loader, const char *name)
{
    const char *base = program_loader ? strrchr(program_loader, '/') : NULL;

    if (base && strcmp(base + 1, name) == 0)
        return true;
    for (size_t i = 0; is_musl(program_loader) && i < sizeof(musl_names) / sizeof(musl_names[0]); i++) {
        size_t length = strlen(musl_names[i]);

        if (strncmp(name, "lib", 3) == 0 && strncmp(name + 3, musl_names[i], length) == 0 &&
            name[length + 3] == '.')
            return true;
    }
    return strncmp(name, "libc.musl-", strlen("libc.musl-")) == 0 && is_musl(program_loader);
}

/* Read once: the roots are all known before the first search. */
static const struct folders *configured(const struct roots *roots)
{
    static struct folders config;
    static bool done;

    for (size_t i = 0; i < roots->count && !done; i++)
        read_config(roots->paths[i], mem_text("%s/etc/ld.so.conf", roots->paths[i]), &config, 0);
    done = true;
    return &config;
}

/* What is built into glibc's, Debian's way first, and others' after it. */
static void add_glibc(const struct roots *roots, const struct object *object, struct folders *folders)
{
    const struct abi_row *row = abi_row(&object->needs->abi);
    const struct folders *config = configured(roots);
    struct folders built_in = { 0 };

    if (row->triplet) {
        add(&built_in, mem_text("/lib/%s", row->triplet), NULL, FOLDER_LOADER);
        add(&built_in, mem_text("/usr/lib/%s", row->triplet), NULL, FOLDER_LOADER);
    }
    add(&built_in, mem_text("/%s", row->lib), NULL, FOLDER_LOADER);
    add(&built_in, mem_text("/usr/%s", row->lib), NULL, FOLDER_LOADER);
    add(&built_in, "/lib", NULL, FOLDER_LOADER);
    add(&built_in, "/usr/lib", NULL, FOLDER_LOADER);

    for (size_t i = 0; i < config->count; i++) {
        bool both = false;
        for (size_t j = 0; j < built_in.count; j++)
            both = both || strcmp(config->list[i].path, built_in.list[j].path) == 0;
        add(folders, config->list[i].path, NULL, both ? FOLDER_LOADER : FOLDER_CONFIG);
    }
    for (size_t i = 0; i < built_in.count; i++)
        add(folders, built_in.list[i].path, NULL, FOLDER_LOADER);
}

const char *search_loader_config(const struct roots *roots, const char *program_loader)
{
    const char *root;
    char *real;

    if (!is_musl(program_loader))
        return NULL;
    /* "/lib/ld-musl-x86_64.so.1" reads "/etc/ld-musl-x86_64.path". */
    const char *name = strrchr(program_loader, '/') + 1;
    const char *path = mem_text("/etc/%.*s.path", (int)strcspn(name, "."), name);
    return roots_find_file(roots, path, &root, &real) == 0 ? path : NULL;
}

static void add_musl(const struct roots *roots, const char *program_loader, struct folders *folders)
{
    const char *path = search_loader_config(roots, program_loader);
    char list[4096] = "/lib:/usr/local/lib:/usr/lib";
    const char *root;
    char *real;

    if (path && roots_find_file(roots, path, &root, &real) == 0) {
        FILE *config = fopen(real, "re");
        size_t size = config ? fread(list, 1, sizeof(list) - 1, config) : 0;

        list[size] = '\0';
        if (config)
            fclose(config);
    }
    char *rest = NULL;
    for (char *word = strtok_r(list, ":\n", &rest); word; word = strtok_r(NULL, ":\n", &rest))
        add(folders, mem_string(word, strlen(word)), NULL, FOLDER_LOADER);
}

void search_folders(const struct roots *roots, const struct object *object, const char *program_loader,
                    struct folders *folders)
{
    /* RUNPATH is for what the file itself needs, and switches RPATH off, which is also for what those
     * need in turn. musl treats both alike, as RPATH. */
    bool musl = is_musl(program_loader);
    bool inherits = !object->needs->runpath || musl;

    for (const struct object *up = object; inherits && up; up = up->loader) {
        if (musl || !up->needs->runpath)
            add_path(folders, up, up->needs->rpath);
        if (musl)
            add_path(folders, up, up->needs->runpath);
    }
    if (!musl)
        add_path(folders, object, object->needs->runpath);
    if (object->needs->no_default)
        return;
    if (musl)
        add_musl(roots, program_loader, folders);
    else
        add_glibc(roots, object, folders);
}
