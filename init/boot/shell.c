#include "boot/shell.h"

#include "base/errname.h"
#include "base/fd.h"
#include "base/signals.h"
#include "base/text.h"
#include "exec/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const shells[] = { "/bin/sh", "/bin/bash", "/bin/busybox", "/usr/bin/busybox" };

static void take_terminal(const char *path)
{
    int fd = terminal_open(path, O_RDWR);
    if (fd < 0) {
        return; /* then on what there is */
    }
    terminal_control(fd, TERMINAL_TAKE);
    for (int to = STDIN_FILENO; to <= STDERR_FILENO; to++) {
        dup2(fd, to);
    }
    if (fd > STDERR_FILENO) {
        close(fd);
    }
}

int shell_run(void *unused)
{
    (void)unused;
    char room[TERMINAL_PATH];
    char term[32];
    const char *path = terminal_path(NULL, room);
    struct text t = TEXT_OVER(term);
    text_add(&t, "TERM=");
    text_add(&t, terminal_type(path));
    const char *const environment[] = { term,
                                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                        "HOME=/root", "PS1=primer# ", NULL };
    const char *const argv[] = { "sh", NULL };
    take_terminal(path);
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        execve(shells[i], (char *const *)argv, (char *const *)environment);
    }
    static const char none[] = "primer: there is no shell: neither /bin/sh nor busybox is in this image\n";
    fd_write_all(STDERR_FILENO, none, sizeof none - 1);
    return 127;
}

void shell_run_and_wait(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        signals_mask(SIGNALS_NONE, NULL);
        _exit(shell_run(NULL));
    }
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}
