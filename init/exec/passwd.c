#include "exec/passwd.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* A file, character by character. */
struct reader {
    int fd;
    int error; /* a negative errno, once a read has failed */
    size_t at;
    size_t len;
    char buf[1024];
};

static int reader_open(struct reader *r, const char *file)
{
    r->fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    r->error = r->fd < 0 ? -errno : 0;
    r->at = 0;
    r->len = 0;
    return r->error;
}

/* The next character, or -1 at the end of the file or of reading it. */
static int reader_next(struct reader *r)
{
    if (r->at == r->len) {
        ssize_t n;
        do {
            n = read(r->fd, r->buf, sizeof r->buf);
        } while (n < 0 && errno == EINTR);
        if (n <= 0) {
            r->error = n < 0 ? -errno : 0;
            return -1;
        }
        r->at = 0;
        r->len = (size_t)n;
    }
    return (unsigned char)r->buf[r->at++];
}

bool passwd_number(const char *who, unsigned *out)
{
    uint64_t number;
    /* The last one means "leave as it is" to setresuid(2). */
    if (number_parse(who, 10, UINT32_MAX - 1, &number) < 0) {
        return false;
    }
    *out = (unsigned)number;
    return true;
}

/* The next line without its newline; a line that is too long comes out empty. False at the end. */
static bool next_line(struct reader *r, char line[PASSWD_LINE])
{
    size_t len = 0;
    int c = reader_next(r);
    if (c < 0) {
        return false;
    }
    for (; c >= 0 && c != '\n'; c = reader_next(r)) {
        if (len < PASSWD_LINE) {
            line[len++] = (char)c;
        }
    }
    line[len == PASSWD_LINE ? 0 : len] = '\0';
    return true;
}

/* name:password:uid:gid:comment:home:shell; false when it is not such a line. */
static bool parse_user(struct passwd_user *u)
{
    char *fields[7];
    char *at = u->line;
    for (unsigned i = 0; i < 7; i++) {
        fields[i] = at;
        char *colon = strchr(at, ':');
        if (i == 6) {
            break;
        }
        if (colon == NULL) {
            return false;
        }
        *colon = '\0';
        at = colon + 1;
    }
    u->name = fields[0];
    u->home = fields[5];
    u->shell = fields[6];
    return fields[0][0] != '\0' && passwd_number(fields[2], &u->uid) && passwd_number(fields[3], &u->gid);
}

int passwd_user(const char *file, const char *who, struct passwd_user *out)
{
    struct reader r;
    unsigned number = 0;
    bool by_number = passwd_number(who, &number);
    int result = reader_open(&r, file);
    if (result < 0) {
        return result == -ENOENT ? -ESRCH : result;
    }
    result = -ESRCH;
    while (result == -ESRCH && next_line(&r, out->line)) {
        if (parse_user(out) && (by_number ? out->uid == number : strcmp(out->name, who) == 0)) {
            result = 0;
        }
    }
    close(r.fd);
    return r.error < 0 ? r.error : result;
}

enum { NAME_SIZE = 256 };

/* One line of group(5), name:password:gid:member,member…, whose members may be more than fit anywhere. */
struct group_line {
    bool sound; /* it has a name and a number */
    bool has_member;
    gid_t gid;
    char name[NAME_SIZE];
};

/* Reads one field up to any of the characters in ENDS, newline or the end; what ended it. Too long: empty. */
static int next_field(struct reader *r, const char *ends, char field[NAME_SIZE])
{
    size_t len = 0;
    int c;
    while ((c = reader_next(r)) >= 0 && c != '\n' && (c == '\0' || strchr(ends, c) == NULL)) {
        if (len < NAME_SIZE) {
            field[len++] = (char)c;
        }
    }
    field[len == NAME_SIZE ? 0 : len] = '\0';
    return c;
}

/* Reads the next line, and looks for MEMBER in it (NULL: for nobody). False at the end. */
static bool next_group(struct reader *r, const char *member, struct group_line *g)
{
    char field[NAME_SIZE];
    unsigned gid = 0;
    int end = next_field(r, ":", g->name);
    if (end < 0 && g->name[0] == '\0') {
        return false;
    }
    g->has_member = false;
    if (end == ':') {
        end = next_field(r, ":", field);
    }
    if (end == ':') {
        end = next_field(r, ":", field);
        g->sound = g->name[0] != '\0' && passwd_number(field, &gid);
    } else {
        g->sound = false;
    }
    g->gid = gid;
    while (end >= 0 && end != '\n') {
        end = next_field(r, ",", field);
        /* A user without a name is no member where the list is empty. */
        g->has_member = g->has_member || (member != NULL && field[0] != '\0' && strcmp(field, member) == 0);
    }
    return true;
}

int passwd_group(const char *file, const char *who, gid_t *out)
{
    struct reader r;
    struct group_line g;
    if (passwd_number(who, out)) {
        return 0;
    }
    int result = reader_open(&r, file);
    if (result < 0) {
        return result == -ENOENT ? -ESRCH : result;
    }
    result = -ESRCH;
    while (result == -ESRCH && next_group(&r, NULL, &g)) {
        if (g.sound && strcmp(g.name, who) == 0) {
            *out = g.gid;
            result = 0;
        }
    }
    close(r.fd);
    return r.error < 0 ? r.error : result;
}

static int add_once(gid_t gid, gid_t *list, unsigned max, int count)
{
    for (int i = 0; i < count; i++) {
        if (list[i] == gid) {
            return count;
        }
    }
    if ((unsigned)count == max) {
        return -EOVERFLOW;
    }
    list[count] = gid;
    return count + 1;
}

int passwd_groups(const char *file, const char *user, gid_t first, gid_t *list, unsigned max)
{
    struct reader r;
    struct group_line g;
    int count = add_once(first, list, max, 0);
    int result = reader_open(&r, file);
    if (result < 0) {
        return result == -ENOENT ? count : result;
    }
    while (count >= 0 && next_group(&r, user, &g)) {
        if (g.sound && g.has_member) {
            count = add_once(g.gid, list, max, count);
        }
    }
    close(r.fd);
    return r.error < 0 ? r.error : count;
}
