/*
 * entry_orphans: leaves orphans for its parent to adopt, and measures how long signals take meanwhile.
 *
 * usage: entry_orphans COUNT once|trickle
 *
 * once: all of them live, and end in one moment; trickle: they end as they are made. All the while it sends RTMIN+5
 * (39) to its parent, which forwards it, one at a time. Ends when the parent has no other child left, and prints
 * "orphans=N signals=N lost=N median_us=N worst_us=N cpu_median_us=N cpu_worst_us=N": from sending a signal to its
 * arrival, and how much of that the parent has been running, which other work on the machine does not make longer.
 * Needs /proc.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PING = 39, PINGS_MOST = 100000, EVERY = 20 };

static struct {
    unsigned sent;
    unsigned lost;
    uint32_t us[PINGS_MOST], cpu_us[PINGS_MOST];
} pings;

static clockid_t parent_clock;

static uint64_t now_ns(clockid_t clock)
{
    struct timespec t = { 0 };
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void ping(void)
{
    const uint64_t set = UINT64_C(1) << (PING - 1);
    const struct timespec patience = { .tv_sec = 5 };
    siginfo_t info;
    if (pings.sent == PINGS_MOST) {
        return;
    }
    const uint64_t before = now_ns(CLOCK_MONOTONIC);
    const uint64_t cpu_before = now_ns(parent_clock);
    kill(getppid(), PING);
    if (syscall(SYS_rt_sigtimedwait, &set, &info, &patience, sizeof set) != PING) {
        pings.lost++;
    }
    pings.cpu_us[pings.sent] = (uint32_t)((now_ns(parent_clock) - cpu_before) / 1000);
    pings.us[pings.sent++] = (uint32_t)((now_ns(CLOCK_MONOTONIC) - before) / 1000);
}

/* A child that forks an orphan; with GATE the orphan waits until nobody can write to it any more. */
static int make_orphan(const int gate[2])
{
    pid_t middle = fork();
    if (middle == 0) {
        pid_t orphan = fork();
        if (orphan == 0 && gate[0] >= 0) {
            char byte;
            close(gate[1]);
            _exit(read(gate[0], &byte, 1) < 0);
        }
        _exit(orphan < 0);
    }
    int status = 1;
    while (middle > 0 && waitpid(middle, &status, 0) < 0 && errno == EINTR) {
    }
    return middle > 0 && status == 0;
}

/* Whether the parent has no child but this process. */
static int is_only_child(void)
{
    char path[64];
    char line[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", getppid(), getppid());
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 1;
    }
    size_t n = fread(line, 1, sizeof line - 1, file);
    line[n] = '\0';
    fclose(file);
    return strchr(line, ' ') == strrchr(line, ' ');
}

static int by_time(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int gate[2] = { -1, -1 };
    const uint64_t set = UINT64_C(1) << (PING - 1);
    if (argc != 3 || clock_getcpuclockid(getppid(), &parent_clock) != 0 ||
        (strcmp(argv[2], "once") == 0 && pipe(gate) < 0)) {
        fprintf(stderr, "usage: entry_orphans COUNT once|trickle\n");
        return 2;
    }
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof set);
    int made = 0;
    for (int i = 0; i < atoi(argv[1]); i++) {
        made += make_orphan(gate);
        if (gate[0] < 0 && i % EVERY == 0) {
            ping();
        }
    }
    close(gate[1]);
    while (!is_only_child()) {
        ping();
    }
    ping();
    qsort(pings.us, pings.sent, sizeof pings.us[0], by_time);
    qsort(pings.cpu_us, pings.sent, sizeof pings.cpu_us[0], by_time);
    printf("orphans=%d signals=%u lost=%u median_us=%u worst_us=%u cpu_median_us=%u cpu_worst_us=%u\n", made,
           pings.sent, pings.lost, pings.us[pings.sent / 2], pings.us[pings.sent - 1],
           pings.cpu_us[pings.sent / 2], pings.cpu_us[pings.sent - 1]);
    return pings.lost == 0 ? 0 : 1;
}
