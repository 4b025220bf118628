/*
 * draft: what the loader knows while it reads, before there is a snapshot.
 *
 * A node is a name: of a file or folder that was listed, of a unit, or both. A draft is a unit in the making. Strings
 * go into the snapshot's pool at once and are refs from then on; edges are pairs of drafts until all are there.
 */
#ifndef PRIMER_UNIT_DRAFT_H
#define PRIMER_UNIT_DRAFT_H

#include "unit/arena.h"
#include "unit/load.h"
#include "unit/snapshot.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
    FOLDERS_MAX = 32,
    FILE_MAX = 1 << 20, /* a longer file is refused unread */
};

struct folder {
    const char *path;
    int fd; /* -1: it is not there, or it is one of those before under another name */
    dev_t dev;
    ino_t ino;
};

/* A file or folder of that name in one of the folders. */
struct entry {
    struct entry *next; /* the same name in a later folder */
    const char *name;   /* below `parent` */
    const char *base;   /* the last part of its name */
    int dir;            /* the folder's descriptor */
    const char *parent; /* the folder's path */
    uint8_t type;       /* DT_… of readdir(3) */
    uint8_t folder;     /* which one; 0 is the first: what is wrong there is an error */
    bool was_read;
    const char *text; /* its bytes, once read; NULL: masked, or not to be had */
    size_t size;
    ref path;             /* in the pool, once somebody wants it */
    struct entry *inside; /* of a folder, once listed: what is in it */
};

enum name_kind {
    NAME_INVALID,
    NAME_PLAIN,    /* foo.service */
    NAME_TEMPLATE, /* foo@.service */
    NAME_INSTANCE, /* foo@bar.service */
};

/* systemd.unit(5): the types that there are; primer has the first two so far. */
enum unit_suffix {
    SUFFIX_SERVICE,
    SUFFIX_TARGET,
    SUFFIX_SOCKET,
    SUFFIX_TIMER,
    SUFFIX_PATH,
    SUFFIX_MOUNT,
    SUFFIX_AUTOMOUNT,
    SUFFIX_SWAP,
    SUFFIX_SLICE,
    SUFFIX_SCOPE,
    SUFFIX_DEVICE,
    SUFFIXES
};

struct draft;

struct node {
    const char *name;
    uint64_t hash;
    uint16_t len;
    uint8_t kind;   /* enum name_kind */
    uint8_t suffix; /* enum unit_suffix */
    bool resolving;
    bool masked;
    bool built_in;
    struct entry *entries; /* files of that name, first folder first */
    struct node *unit;     /* itself, or what it is another name of; NULL: not looked at yet */
    struct entry *file;    /* what to read for it: its own, or its template's */
    const char *problem;   /* why there is nothing to read although there is a file */
    struct draft *draft;
    struct vec names; /* struct node *: other names of it, which have folders of their own */
};

enum draft_state {
    DRAFT_NAMED,  /* only mentioned */
    DRAFT_WANTED, /* in the queue */
    DRAFT_LOADED, /* it will be in the snapshot, sound or not */
};

struct draft {
    struct node *node;
    uint32_t index;  /* among drafts, in order of mention */
    uint32_t number; /* among units, once they are sorted */
    uint8_t state;
    uint8_t type;
    uint8_t flags; /* enum unit_flags */
    bool no_default_dependencies;
    ref description;
    ref path;
    uint32_t service; /* index of the finished struct unit_service */
    uint32_t exec;
    uint32_t first_command; /* in loader.commands */
    uint32_t command_count;
};

struct draft_edge {
    uint32_t from; /* index of a draft */
    uint32_t to;
    uint32_t kind;
};

struct draft_command {
    const char *path;
    const char *argv;
    uint32_t argv_size;
    uint32_t argc;
    uint8_t phase;
    uint8_t flags;
};

/* The lists of struct unit_exec; shape.h says where they are. */
enum exec_list {
    LIST_GROUPS,
    LIST_ENVIRONMENT,
    LIST_ENVIRONMENT_FILES,
    LIST_PASS_ENVIRONMENT,
    LIST_UNSET_ENVIRONMENT,
    LIST_RUNTIME,
    LIST_LIMITS,
    EXEC_LISTS
};

/* A protective directive that is on. */
struct protection {
    const struct directive *row;
    struct entry *file;
    uint32_t line;
};

/* The service that is being read: one at a time, then it is finished and shared where it can be. */
struct draft_service {
    struct unit_service service;
    struct unit_exec exec;
    bool has_type;
    bool has_timeout_start;
    bool has_service_section;
    struct vec exits;             /* struct exit_value */
    struct vec lists[EXEC_LISTS]; /* as their elements */
    struct vec commands;          /* struct draft_command */
    struct vec protections;       /* struct protection */
};

/* A finished struct that units may share, followed by what is in its lists. */
struct blob {
    uint64_t hash;
    char *at;
    size_t size;
    uint32_t next; /* index + 1 of the next one in the same slot */
};

enum { BLOB_SLOTS = 1024 };

struct blobs {
    struct vec blobs;
    uint32_t slots[BLOB_SLOTS]; /* index + 1 of the last blob with such a hash */
};

#endif
