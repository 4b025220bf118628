#include "exec/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define CLONE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CLONE_ASAN 1
#endif
#endif

#ifdef CLONE_ASAN
#include <sanitizer/asan_interface.h>
#define CLONE_STACK (512 * 1024) /* sanitized frames are large, and a finding needs room to be printed */
#else
#define CLONE_STACK (48 * 1024)
#endif

/*
 * clone3(2) on a new stack. No C library has a call for it. It cannot be written in C: in the child the call
 * would return into a frame that is on the other stack, or, with shared memory, is the parent's own. So the
 * child calls RUN right behind the system call, and exits with what it returns. 0 is never returned.
 */
static long clone3_run(struct clone_args *args, int (*run)(void *), void *context)
{
#if defined(__x86_64__)
    long result;
    __asm__ volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "mov %[context], %%rdi\n\t"
        "call *%[run]\n\t"
        "mov %%eax, %%edi\n\t"
        "mov %[exit_group], %%eax\n\t"
        "syscall\n"
        "1:"
        : "=a"(result)
        : "a"(SYS_clone3), "D"(args),
          "S"(sizeof *args), [run] "r"(run), [context] "r"(context), [exit_group] "i"(SYS_exit_group)
        : "rcx", "r11", "memory", "cc");
    return result;
#elif defined(__aarch64__)
    register long x0 __asm__("x0") = (long)args;
    register long x1 __asm__("x1") = sizeof *args;
    register long x8 __asm__("x8") = SYS_clone3;
    register void *x9 __asm__("x9") = context;
    register int (*x10)(void *) __asm__("x10") = run;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x0, x9\n\t"
                     "blr x10\n\t"
                     "mov x8, %[exit_group]\n\t"
                     "svc #0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x1), "r"(x8), "r"(x9), "r"(x10), [exit_group] "i"(SYS_exit_group)
                     : "memory", "cc");
    return x0;
#else
    return -ENOSYS; /* clone(2) does it */
#endif
}

static bool is_refused(long result)
{
    return result == -ENOSYS || result == -EPERM || result == -EINVAL;
}

pid_t clone_fork(bool *plain)
{
    struct clone_args args = { .flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD };
    long pid = syscall(SYS_clone3, &args, sizeof args);
    pid = pid < 0 ? -errno : pid;
    *plain = is_refused(pid);
    if (*plain) {
        pid = fork();
        pid = pid < 0 ? -errno : pid;
    }
    return (pid_t)pid;
}

/* Frames that a child with shared memory left on the stack mean nothing to its parent. */
static void forget_frames(const unsigned char *stack)
{
#ifdef CLONE_ASAN
    __asan_unpoison_memory_region(stack, CLONE_STACK);
    __asan_handle_no_return();
#else
    (void)stack;
#endif
}

static pid_t clone_plainly(struct clone_request *request, unsigned char *stack_end, int flags)
{
    request->plain = true;
    pid_t pid = clone(request->run, stack_end, flags | SIGCHLD, request->context);
    return pid < 0 ? -errno : pid;
}

/*
 * The child's stack is a piece of this frame: no call to get it, and in the pages that the parent uses anyway.
 * Without a sanitizer's red zones, which the child would run into.
 */
__attribute__((noinline, no_sanitize("address"))) pid_t clone_run(struct clone_request *request)
{
    _Alignas(16) unsigned char stack[CLONE_STACK];
    int saved = errno;
    int flags = request->share_memory ? CLONE_VM | CLONE_VFORK : 0;
    struct clone_args args = {
        .flags = (__u64)flags | CLONE_CLEAR_SIGHAND,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)stack,
        .stack_size = sizeof stack,
    };
    if (request->cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (__u64)request->cgroup_fd;
    }
    request->plain = false;
    long pid = clone3_run(&args, request->run, request->context);
    if (is_refused(pid)) {
        pid = clone_plainly(request, stack + sizeof stack, flags);
    }
    forget_frames(stack);
    errno = saved; /* a child with shared memory has written into this thread's errno */
    return (pid_t)pid;
}
