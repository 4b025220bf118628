/*
 * clone: a new process that runs one function on a stack of its own.
 *
 * clone3(2) where it can be had: it puts the child into its cgroup and clears its signal handlers without a
 * moment between. Containers' seccomp filters and old kernels refuse it; then clone(2) makes the child,
 * and the child is told that both are left to do.
 */
#ifndef PRIMER_EXEC_CLONE_H
#define PRIMER_EXEC_CLONE_H

#include <stdbool.h>
#include <sys/types.h>

struct clone_request {
    int (*run)(void *context); /* in the child, which exits with what it returns (0…255) */
    void *context;
    int cgroup_fd; /* or -1 */
    bool
        share_memory; /* CLONE_VM | CLONE_VFORK: the caller stands still until the child executes or is gone */
    /*
     * Set before the child begins, when clone3(2) was refused: the child is in its parent's cgroup and has its
     * parent's handlers.
     */
    bool plain;
};

/*
 * As fork(2), but the child has no signal handlers. 0 in the child, its pid in the parent, or -errno. PLAIN, set in the
 * child too: clone3(2) was refused, and the child has its parent's handlers.
 */
pid_t clone_fork(bool *plain);

/* The child's pid, or -errno. The caller's errno is as it was. */
pid_t clone_run(struct clone_request *request);

#endif
