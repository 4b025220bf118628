/*
 * entrypoint: the life that starts one program, forwards signals to it, reaps what is orphaned, stops what is
 * left over and ends with the program's status. primer(1).
 *
 * It is led under several names: each is a persona, which has its own options, environment variables and
 * words. main.c's table of names points at them.
 */
#ifndef PRIMER_ENTRYPOINT_ENTRYPOINT_H
#define PRIMER_ENTRYPOINT_ENTRYPOINT_H

struct persona;

extern const struct persona persona_primer;
extern const struct persona persona_tini;      /* tini, docker-init */
extern const struct persona persona_dumb_init; /* dumb-init */
extern const struct persona persona_catatonit; /* catatonit, podman-init */

/*
 * The whole life; returns primer's exit status. The program gets the mask, dispositions, descriptors, directory
 * and environment that primer was given: the caller has changed none of them.
 */
int entrypoint_main(const struct persona *persona, int argc, char **argv);

#endif
