/*
 * control: the socket on which people and programs ask what runs, and change it; primer-protocol(7), unix(7).
 *
 * A connection is one request, a line, and its answer, records of a line each. Who asks is what the kernel says
 * (SO_PEERCRED). A fixed table of clients; what a client does not take waits in its own line of 640 bytes. Whoever says
 * nothing, too much, or reads nothing is the first to lose the place to somebody else, and loses it in any case in time.
 */
#ifndef PRIMER_MANAGE_CONTROL_H
#define PRIMER_MANAGE_CONTROL_H

#include "manage/outlet.h"
#include "manage/request.h"

#include <stdbool.h>
#include <stdint.h>

struct manager;
struct note;
struct snapshot;

/* Places in all, and how many of them those can have who may only look. */
enum { CONTROL_CLIENTS = 32, CONTROL_LOOKERS = 24 };

enum client_stage {
    CLIENT_FREE,
    CLIENT_ASKS, /* its request is not there yet */
    CLIENT_IS_TOLD,
    CLIENT_ENDS, /* the answer's last record is on its way */
};

struct client {
    uint8_t stage; /* enum client_stage */
    bool may_change;
    bool follows;   /* it wants events for as long as it is there */
    bool of_unit;   /* it asks about one */
    uint8_t part;   /* of the answer: how far it has come */
    uint8_t job;    /* that it waits for the end of; enum job_kind */
    uint8_t result; /* and how that ended: 1 more than enum job_result; 0: it has not */
    uint32_t unit;  /* whom it asks about; UNIT_NONE: nobody in particular, or (of_unit) one that has gone */
    uint32_t next;  /* the unit or finding that it is told of next */
    uint64_t since_ns; /* it came, or took something, last */
    uint64_t until;    /* events before this number */
    bool (*tell)(struct manager *m,
                 struct client *c); /* fills its line. False: there is nothing to tell yet */
    struct outlet out;
};

struct control {
    int fd;
    unsigned used;          /* places */
    uint64_t retry_ns;      /* there was no descriptor for a client: the socket is looked at again then */
    struct client *clients; /* a mapping that takes no memory before it is used */
};

/* Makes the socket below FOLDER. 0 or -errno. */
int control_open(struct manager *m, const char *folder);

void control_accept(struct manager *m);
/* Client NUMBER has sent something, takes more, or has hung up. */
void control_client(struct manager *m, uint32_t number);

/* All clients are told what there is to tell. When to come again: NEVER_NS, or 0 for at once. */
uint64_t control_turn(struct manager *m, uint64_t now_ns);

/* A job has ended. */
void control_note(struct manager *m, const struct note *note);
/* The units have new numbers: those that they have in NEW. */
void control_renumber(struct manager *m, const struct snapshot *new);

/* --- answer.c: what the requests are, and what is said to them */
/* Takes the request in the LEN bytes of C's line. */
void answer_begin(struct manager *m, struct client *c, size_t len);
/* C's answer ends: ERROR is 0, or -errno and WHY. */
void answer_end(struct client *c, int error, const char *why);

#endif
