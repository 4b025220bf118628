/*
 * search: in which folders a loader looks for a library, in its order: ld.so(8), and musl's.
 */
#ifndef PRIMER_PACK_SEARCH_H
#define PRIMER_PACK_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "needs.h"
#include "root.h"

/* Why a loader looks in a folder. */
enum folder_why {
    FOLDER_FILE,   /* the file says so: RPATH, RUNPATH */
    FOLDER_CONFIG, /* /etc/ld.so.conf says so, which works through a cache that the archive will not have */
    FOLDER_LOADER, /* it is built into the loader */
};

struct folder {
    const char *path; /* as the loader will see it */
    const char *host; /* the folder here that will be there, when no root shows it; or NULL */
    enum folder_why why;
};

struct folders {
    struct folder *list;
    size_t count, room;
};

/* A file as the loader has it when it looks for what the file needs. */
struct object {
    const struct needs *needs;
    const char *path;            /* as the loader sees it */
    const char *host;            /* here, */
    bool moved;                  /* and that is not where a root has it under this path */
    const char *name;            /* the name by which it was needed */
    const struct object *loader; /* the object that needed it, or NULL: the program itself */
    enum folder_why why;         /* where it was found */
};

/* Appends the folders for what OBJECT needs, of the program that is loaded by the loader PROGRAM_LOADER
 * (NULL when there is none, then it is taken for glibc's). */
void search_folders(const struct roots *roots, const struct object *object, const char *program_loader,
                    struct folders *folders);

/* Whether the loader is itself the library NAME: musl's is its libc. */
bool search_loader_is(const char *program_loader, const char *name);

/* The file that the loader reads to know its folders, when a root has it and it must come along; or NULL. */
const char *search_loader_config(const struct roots *roots, const char *program_loader);

/* "x86_64", or "machine 4711". */
const char *search_machine(const struct abi *abi);

#endif
