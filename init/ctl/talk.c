#include "ctl/talk.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TRIES = 100 };

struct listener {
    void (*on_line)(void *context, const char *line);
    void *context;
};

/* A connected socket, or -1: said why. */
static int reach(const struct ctl *c)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct text path = TEXT_OVER(address.sun_path);
    text_add(&path, c->folder);
    text_add(&path, "/control");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || path.cut || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        ctl_say_errno(address.sun_path, path.cut ? ENAMETOOLONG : errno, 0);
        fd_close(&fd);
    }
    return fd;
}

static int ask(int fd, const char *request, const char *unit, const char *more)
{
    char line[512];
    struct text t = TEXT_OVER(line);
    text_add(&t, "1 ");
    text_add(&t, request);
    if (unit != NULL) {
        text_char(&t, ' ');
        text_add(&t, unit);
    }
    if (more != NULL) {
        text_char(&t, ' ');
        text_add(&t, more);
    }
    text_char(&t, '\n');
    if (t.cut) {
        return ctl_say(unit, "too long", CTL_USAGE);
    }
    return send(fd, line, t.len, MSG_NOSIGNAL) < 0 ? -ECONNRESET : 0;
}

/* True: there is something to read. */
static bool in_time(const struct ctl *c, int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    int ms = -1;
    do {
        if (c->deadline_ns != NEVER_NS) {
            uint64_t now_ns = clock_now_ns();
            uint64_t left_ms = now_ns >= c->deadline_ns ? 0 : (c->deadline_ns - now_ns) / NS_PER_MS + 1;
            ms = left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
        }
    } while (poll(&ready, 1, ms) < 0 && errno == EINTR);
    return ready.revents != 0;
}

/* Hands over the whole lines in BUF; what is left of the next one is moved to its beginning. Its length. */
static size_t take_lines(char *buf, size_t len, const struct listener *l, struct answer *answer)
{
    char *at = buf;
    char *end;
    while ((end = memchr(at, '\n', (size_t)(buf + len - at))) != NULL) {
        *end = '\0';
        if (strncmp(at, "end=", 4) == 0) {
            text_copy(answer->end, sizeof answer->end, at);
        } else if (l->on_line != NULL) {
            l->on_line(l->context, at);
        }
        at = end + 1;
    }
    len = (size_t)(buf + len - at);
    memmove(buf, at, len);
    return len;
}

static int verdict(const struct answer *answer, const char *unit)
{
    if (answer->end[0] == '\0') {
        return ctl_say(unit, "the manager has ended, or has no place for another client", CTL_FAILED);
    }
    if (!talk_is(answer->end, "end", "refused")) {
        return 0;
    }
    char why[256] = "";
    struct text t = TEXT_OVER(why);
    struct field name = talk_field(answer->end, "errno");
    struct field words = talk_field(answer->end, "why");
    text_add_n(&t, words.at, words.len);
    text_add(&t, " (");
    text_add_n(&t, name.at, name.len);
    text_char(&t, ')');
    return ctl_say(unit, why, talk_is(answer->end, "errno", "ENOENT") ? CTL_NO_UNIT : CTL_FAILED);
}

/*
 * One connection. -ECONNRESET: the manager closed it without having read the request, because many others wanted the place:
 * nothing was done, so it can be asked again.
 */
static int converse(const struct ctl *c, int fd, const char *unit, struct listener *l, struct answer *answer)
{
    char buf[4 * TALK_LINE];
    size_t len = 0;
    while (answer->end[0] == '\0') {
        if (!in_time(c, fd)) {
            return ctl_say(unit, "the time is over", CTL_TIMEOUT);
        }
        ssize_t n = read(fd, buf + len, sizeof buf - len);
        if (n < 0 && errno != EINTR) {
            return errno == ECONNRESET ? -ECONNRESET : 0;
        }
        if (n == 0) {
            break;
        }
        len = take_lines(buf, len + (n < 0 ? 0 : (size_t)n), l, answer);
    }
    return 0;
}

int talk(const struct ctl *c, const char *request, const char *unit, const char *more,
         void (*on_line)(void *context, const char *line), void *context, struct answer *answer)
{
    struct listener listener = { on_line, context };
    int status = -ECONNRESET;
    answer->end[0] = '\0';
    for (unsigned i = 0; i < TRIES && status == -ECONNRESET; i++) {
        int fd = reach(c);
        if (fd < 0) {
            return CTL_NO_MANAGER;
        }
        status = ask(fd, request, unit, more);
        status = status != 0 ? status : converse(c, fd, unit, &listener, answer);
        close(fd);
    }
    return status > 0 ? status : verdict(answer, unit);
}
