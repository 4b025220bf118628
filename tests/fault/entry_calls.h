/*
 * entry_calls: the system calls of the entrypoint life, with the errors that their manual pages (section 2) name.
 *
 * ENOSYS and EPERM stand with the younger calls too: that is how a runtime's seccomp filter says that it does not know
 * them. What a page names for another operation of the same call (prctl, ioctl, fcntl) is tried as well: who
 * can be told EINVAL can be told anything.
 */
#ifndef ENTRY_CALLS_H
#define ENTRY_CALLS_H

#include <errno.h>
#include <sys/syscall.h>

enum { ERRORS = 28 };

struct call {
    const char *name;
    int nr;
    int errors[ERRORS]; /* up to the first 0; none: the page names none */
};

#define ERRORS_OF_A_PATH EACCES, EBADF, EFAULT, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR
#define ERRORS_OF_OPEN                                                                                    \
    ERRORS_OF_A_PATH, EBUSY, EDQUOT, EEXIST, EFBIG, EINTR, EISDIR, EMFILE, ENFILE, ENODEV, ENOSPC, ENXIO, \
        EOPNOTSUPP, EOVERFLOW, EPERM, EROFS, ETXTBSY, EAGAIN

static const struct call calls[] = {
    { "access", SYS_access, { ERRORS_OF_A_PATH, EIO, EPERM, EROFS, ETXTBSY } },
    { "arch_prctl", SYS_arch_prctl, { EFAULT, EINVAL, ENODEV, EPERM } },
    { "brk", SYS_brk, { ENOMEM } },
    { "capget", SYS_capget, { EFAULT, EINVAL, EPERM, ESRCH } },
    { "capset", SYS_capset, { EFAULT, EINVAL, EPERM, ESRCH } },
    { "chdir", SYS_chdir, { ERRORS_OF_A_PATH, EIO } },
    { "clock_gettime", SYS_clock_gettime, { EACCES, EFAULT, EINVAL, ENODEV, EOPNOTSUPP, EPERM } },
    { "clone",
      SYS_clone,
      { EACCES, EAGAIN, EBUSY, EEXIST, EINVAL, ENOMEM, ENOSPC, EOPNOTSUPP, EPERM, EUSERS } },
    { "clone3",
      SYS_clone3,
      { EACCES, EAGAIN, EBUSY, EEXIST, EINVAL, ENOMEM, ENOSPC, EOPNOTSUPP, EPERM, EUSERS, ENOSYS } },
    { "close", SYS_close, { EBADF, EDQUOT, EINTR, EIO, ENOSPC } },
    { "close_range", SYS_close_range, { EINVAL, EMFILE, ENOMEM, ENOSYS, EPERM } },
    { "execve",
      SYS_execve,
      { E2BIG, EACCES, EAGAIN, EFAULT, EINVAL, EIO, EISDIR, ELIBBAD, ELOOP, EMFILE, ENAMETOOLONG, ENFILE,
        ENOENT, ENOEXEC, ENOMEM, ENOTDIR, EPERM, ETXTBSY } },
    { "exit_group", SYS_exit_group, { 0 } },
    { "fcntl",
      SYS_fcntl,
      { EACCES, EAGAIN, EBADF, EBUSY, EDEADLK, EFAULT, EINTR, EINVAL, EMFILE, ENOLCK, ENOTDIR, EPERM } },
    { "fork", SYS_fork, { EAGAIN, ENOMEM, ENOSYS } },
    { "getdents64", SYS_getdents64, { EBADF, EFAULT, EINVAL, ENOENT, ENOTDIR } },
    { "getegid", SYS_getegid, { 0 } },
    { "geteuid", SYS_geteuid, { 0 } },
    { "getgid", SYS_getgid, { 0 } },
    { "getpgid", SYS_getpgid, { EACCES, EINVAL, EPERM, ESRCH } },
    { "getpgrp", SYS_getpgrp, { 0 } },
    { "getpid", SYS_getpid, { 0 } },
    { "getppid", SYS_getppid, { 0 } },
    { "getsid", SYS_getsid, { EPERM, ESRCH } },
    { "gettid", SYS_gettid, { 0 } },
    { "getuid", SYS_getuid, { 0 } },
    { "ioctl", SYS_ioctl, { EBADF, EFAULT, EINVAL, ENOTTY, EIO, ENXIO, EPERM } },
    { "kill", SYS_kill, { EINVAL, EPERM, ESRCH } },
    { "lseek", SYS_lseek, { EBADF, EINVAL, ENXIO, EOVERFLOW, ESPIPE } },
    { "madvise",
      SYS_madvise,
      { EACCES, EAGAIN, EBADF, EBUSY, EFAULT, EHWPOISON, EINVAL, EIO, ENOMEM, EPERM } },
    { "mmap",
      SYS_mmap,
      { EACCES, EAGAIN, EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM, ETXTBSY } },
    { "mprotect", SYS_mprotect, { EACCES, EFAULT, EINVAL, ENOMEM } },
    { "munmap",
      SYS_munmap,
      { EACCES, EAGAIN, EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM, ETXTBSY } },
    { "open", SYS_open, { ERRORS_OF_OPEN } },
    { "openat", SYS_openat, { ERRORS_OF_OPEN } },
    { "pidfd_open", SYS_pidfd_open, { EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ESRCH, ENOSYS, EPERM } },
    { "pidfd_send_signal", SYS_pidfd_send_signal, { EBADF, EINVAL, EPERM, ESRCH, ENOSYS } },
    { "pipe2", SYS_pipe2, { EFAULT, EINVAL, EMFILE, ENFILE, ENOPKG } },
    { "poll", SYS_poll, { EFAULT, EINTR, EINVAL, ENOMEM } },
    { "prctl",
      SYS_prctl,
      { EACCES, EBADF, EBUSY, EFAULT, EINVAL, ENODEV, ENXIO, EOPNOTSUPP, EPERM, ERANGE, ENOSYS } },
    { "read", SYS_read, { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR } },
    { "readlink", SYS_readlink, { ERRORS_OF_A_PATH, EIO } },
    { "readlinkat", SYS_readlinkat, { ERRORS_OF_A_PATH, EIO } },
    { "readv", SYS_readv, { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, EOPNOTSUPP } },
    { "rt_sigaction", SYS_rt_sigaction, { EFAULT, EINVAL } },
    { "rt_sigprocmask", SYS_rt_sigprocmask, { EFAULT, EINVAL } },
    { "rt_sigqueueinfo", SYS_rt_sigqueueinfo, { EAGAIN, EINVAL, EPERM, ESRCH } },
    { "rt_sigtimedwait", SYS_rt_sigtimedwait, { EAGAIN, EINTR, EINVAL, EFAULT } },
    { "set_tid_address", SYS_set_tid_address, { 0 } },
    { "setgid", SYS_setgid, { EINVAL, EPERM } },
    { "setgroups", SYS_setgroups, { EFAULT, EINVAL, ENOMEM, EPERM } },
    { "setpgid", SYS_setpgid, { EACCES, EINVAL, EPERM, ESRCH } },
    { "setresgid", SYS_setresgid, { EAGAIN, EINVAL, EPERM } },
    { "setresuid", SYS_setresuid, { EAGAIN, EINVAL, EPERM } },
    { "setsid", SYS_setsid, { EPERM } },
    { "setuid", SYS_setuid, { EAGAIN, EINVAL, EPERM } },
    { "stat", SYS_stat, { ERRORS_OF_A_PATH, EOVERFLOW } },
    { "statfs", SYS_statfs, { ERRORS_OF_A_PATH, EINTR, EIO, ENOSYS, EOVERFLOW } },
    { "wait4", SYS_wait4, { ECHILD, EINTR, EINVAL } },
    { "waitid", SYS_waitid, { EAGAIN, ECHILD, EINTR, EINVAL, ESRCH } },
    { "write",
      SYS_write,
      { EAGAIN, EBADF, EDESTADDRREQ, EDQUOT, EFAULT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM, EPIPE } },
};

enum { CALLS = sizeof calls / sizeof calls[0] };

#endif
