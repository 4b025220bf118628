#include "track/process.h"

#include "base/fd.h"
#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* The next space-separated number at *AT, or 0; *AT goes behind it. */
static pid_t next_number(const char **at)
{
    pid_t value = 0;
    while (**at == ' ') {
        ++*at;
    }
    for (; **at >= '0' && **at <= '9'; ++*at) {
        value = value * 10 + (**at - '0');
    }
    return value;
}

int process_read(pid_t pid, struct process *p)
{
    char path[32];
    char stat[512];
    struct text t = TEXT_OVER(path);
    text_add(&t, "/proc/");
    text_i64(&t, pid);
    text_add(&t, "/stat");
    ssize_t n = fd_read_file(AT_FDCWD, path, stat, sizeof stat);
    if (n < 0 && n != -EFBIG) {
        return (int)n;
    }
    /* The name stands in parentheses and may hold parentheses itself: the last one closes it. */
    char *open = strchr(stat, '(');
    char *close = strrchr(stat, ')');
    if (open == NULL || close == NULL || close[1] != ' ') {
        return -EBADMSG;
    }
    *close = '\0';
    text_copy(p->name, sizeof p->name, open + 1);
    p->state = close[2];
    const char *at = close + 3;
    p->parent = next_number(&at);
    p->group = next_number(&at);
    p->session = next_number(&at);
    return 0;
}
