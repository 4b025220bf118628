/*
 * shell: a person is let in: at a break, in rescue and emergency, and when nothing is left to run.
 */
#ifndef PRIMER_BOOT_SHELL_H
#define PRIMER_BOOT_SHELL_H

/* For a forked child that leads its session: becomes a shell on the console. Returns 127 when there is none. */
int shell_run(void *unused);

/* For a child that goes on afterwards: forks such a child and waits for its end. */
void shell_run_and_wait(void);

#endif
