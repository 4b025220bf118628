/*
 * loader: the one struct that everything in this room works on while it makes a snapshot.
 */
#ifndef PRIMER_UNIT_LOADER_H
#define PRIMER_UNIT_LOADER_H

#include "unit/draft.h"
#include "unit/lexer.h"
#include "unit/pool.h"

struct names {
    struct node **table; /* hashed, open */
    uint32_t count;
    uint32_t room; /* a power of two */
};

/* Findings of one file beyond this are left out, but for unconfined ones. */
enum { FINDINGS_PER_UNIT = 64, DIRECTIVE_SLOTS = 2048 };

struct loader {
    struct arena arena;
    struct pool pool;
    struct names names;
    const struct load_request *request;
    struct folder folders[FOLDERS_MAX];
    uint32_t folder_count;
    struct vec drafts;       /* struct draft *, also the queue of what is to be read */
    struct vec folder_nodes; /* struct node *: drop-in folders and the like */
    struct vec queue;        /* struct draft * */
    struct vec edges;        /* struct draft_edge */
    struct vec findings;     /* struct finding; unit is the index of a draft until the end */
    struct vec commands;     /* struct draft_command */
    struct blobs services;
    struct blobs execs;
    struct draft_service service;
    struct lexer lexer;
    uint32_t findings_of_unit;
    uint32_t link_depth;
    uint16_t directives[DIRECTIVE_SLOTS]; /* rows by hash, 1 the first */
};

/* Where an assignment stands, and what it may change. */
struct assignment {
    struct loader *loader;
    struct draft *draft;
    struct draft_service *service; /* NULL: the unit is not a service */
    const struct directive *row;   /* NULL: of no directive */
    struct entry *file;
    uint32_t line;
    bool strict; /* the first folder: what is wrong is an error */
    bool vital;  /* a value without which the unit cannot run: what is wrong with it is an error anywhere */
};

static inline struct draft *draft_at(const struct loader *l, uint32_t index)
{
    return ((struct draft **)l->drafts.at)[index];
}

#endif
