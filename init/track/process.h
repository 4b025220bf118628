/*
 * process: what /proc says of processes, proc(5), and how one of them is signalled without mistaking it.
 *
 * Reads into the caller's memory; needs no heap.
 */
#ifndef PRIMER_TRACK_PROCESS_H
#define PRIMER_TRACK_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    pid_t parent;
    pid_t group;
    pid_t session;
    uint64_t start; /* in clock ticks since boot: with the pid, it names a process for ever */
    char state;     /* 'Z': a zombie, 'T': stopped … */
    char name[16];
};

/* An open /proc that shows the PID namespace in which this process is SELF; else -errno. */
int process_open(pid_t self);

/* 0, or -ESRCH when there is no such process. */
int process_read(int proc, pid_t pid, struct process *process);

/*
 * Calls VISIT for every process of PROC, in the order of pids, until it returns other than 0; returns that, 0,
 * or -errno. VISIT may signal them.
 */
int process_each(int proc, int (*visit)(const struct process *process, void *context), void *context);

/* Sends SIGNO to the very process that was read, not to one that has its pid now. 0 or -errno. */
int process_signal(int proc, const struct process *process, int signo);

#endif
