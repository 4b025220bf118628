/*
 * Shows what a process got from whoever started it, one line a thing.
 *
 *   show WHAT… [-- ARGUMENTS…]
 *
 * WHAT: argv, env, ids, status (capabilities, signals and more of /proc/self/status), limits, process (umask, folder,
 * niceness, OOM score, session), fds. ARGUMENTS are only there to be shown. Ends with 0, or 2 for an unknown WHAT.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int argument_count;
static char **arguments;

static void show_argv(void)
{
    for (int i = 0; i < argument_count; i++) {
        printf("argv %s\n", arguments[i]);
    }
}

static void show_env(void)
{
    for (char **e = environ; *e != NULL; e++) {
        printf("env %s\n", *e);
    }
}

static void show_ids(void)
{
    uid_t u[3];
    gid_t g[3];
    gid_t groups[256];
    getresuid(&u[0], &u[1], &u[2]);
    getresgid(&g[0], &g[1], &g[2]);
    printf("uid %u %u %u\ngid %u %u %u\ngroups", u[0], u[1], u[2], g[0], g[1], g[2]);
    int n = getgroups(256, groups);
    for (int i = 0; i < n; i++) {
        printf(" %u", groups[i]);
    }
    printf("\n");
}

static void show_status(void)
{
    static const char *const wanted[] = { "Cap", "NoNewPrivs", "SigBlk", "SigIgn", "SigCgt" };
    char line[256];
    FILE *f = fopen("/proc/self/status", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
            char *colon = strchr(line, ':');
            if (colon != NULL && strncmp(line, wanted[i], strlen(wanted[i])) == 0) {
                *colon = '\0';
                printf("%s %s", line, colon + 1 + strspn(colon + 1, " \t"));
            }
        }
    }
    if (f != NULL) {
        fclose(f);
    }
}

static void show_limits(void)
{
    for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
        struct rlimit limit;
        if (getrlimit(resource, &limit) == 0) {
            printf("limit %d %lld %lld\n", resource, (long long)limit.rlim_cur, (long long)limit.rlim_max);
        }
    }
}

static void show_process(void)
{
    char folder[4096] = "?";
    char score[16] = "?\n";
    mode_t mask = umask(0);
    FILE *f = fopen("/proc/self/oom_score_adj", "re");
    if (f != NULL) {
        if (fgets(score, sizeof score, f) == NULL) {
            score[0] = '\n';
        }
        fclose(f);
    }
    printf("umask %04o\nfolder %s\nnice %d\noom %s", (unsigned)mask, getcwd(folder, sizeof folder),
           getpriority(PRIO_PROCESS, 0), score);
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    printf("session %s\ntty %s\nforeground %s\n", getsid(0) == getpid() ? "own" : "other",
           tty < 0 ? "no" : "yes", tty >= 0 && tcgetpgrp(tty) == getpgrp() ? "yes" : "no");
}

static void show_fds(void)
{
    for (int fd = 0; fd < 256; fd++) {
        char link[64];
        char target[4096];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, target, sizeof target - 1);
        if (n >= 0) {
            target[n] = '\0';
            int flags = fcntl(fd, F_GETFL);
            printf("fd %d %s %s%s\n", fd, target,
                   (flags & O_ACCMODE) == O_RDONLY   ? "r"
                   : (flags & O_ACCMODE) == O_WRONLY ? "w"
                                                     : "rw",
                   (flags & O_APPEND) != 0 ? "a" : "");
        }
    }
}

static const struct {
    const char *name;
    void (*show)(void);
} things[] = {
    { "argv", show_argv },     { "env", show_env },         { "ids", show_ids }, { "status", show_status },
    { "limits", show_limits }, { "process", show_process }, { "fds", show_fds },
};

int main(int argc, char **argv)
{
    argument_count = argc;
    arguments = argv;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        size_t thing = 0;
        while (thing < sizeof things / sizeof things[0] && strcmp(things[thing].name, argv[i]) != 0) {
            thing++;
        }
        if (thing == sizeof things / sizeof things[0]) {
            fprintf(stderr, "show: what is \"%s\"?\n", argv[i]);
            return 2;
        }
        things[thing].show();
    }
    return 0;
}
