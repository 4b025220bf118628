/*
 * process: what /proc/PID/stat says of a process, alive or a zombie; proc(5).
 */
#ifndef PRIMER_TRACK_PROCESS_H
#define PRIMER_TRACK_PROCESS_H

#include <sys/types.h>

struct process {
    pid_t parent;
    pid_t group;
    pid_t session;
    char state;
    char name[16]; /* TASK_COMM_LEN */
};

/* 0, or -errno: -ESRCH when there is no such process, -ENOENT when /proc is not mounted. */
int process_read(pid_t pid, struct process *p);

#endif
