#include "boot/conf.h"

#include "base/sort.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { FILE_MOST = 8 << 20 };

static const char space[] = " \t\r\v\f";

struct conf_file {
    const char *name;
    const char *path; /* NULL: masked */
    dev_t dev;
    ino_t ino;
};

/* --- which files ------------------------------------------------------------------------------------------- */

char *conf_join(struct arena *arena, const char *a, const char *b, const char *c)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    struct text t = { .at = arena_take(arena, size), .size = size };
    text_add(&t, a);
    text_add(&t, b);
    text_add(&t, c);
    return t.at;
}

static int by_string(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int conf_names(struct arena *arena, const char *path, struct vec *names)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return -errno;
    }
    for (const struct dirent *d; (d = readdir(folder)) != NULL;) {
        if (d->d_name[0] != '.') {
            *(const char **)vec_add(arena, names, sizeof(char *)) = arena_string(arena, d->d_name,
                                                                                 strlen(d->d_name));
        }
    }
    closedir(folder);
    if (names->count > 1) {
        sort(names->at, names->count, sizeof(char *), by_string);
    }
    return 0;
}

static bool is_conf(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

static bool is_null(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

static bool is_found(const struct conf *c, const char *name)
{
    const struct conf_file *files = c->files.at;
    for (uint32_t i = 0; i < c->files.count; i++) {
        if (strcmp(files[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_file(struct conf *c, const char *name, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0 || !(S_ISREG(st.st_mode) || is_null(&st))) {
        return; /* a link that leads nowhere, a folder: hides nothing */
    }
    struct conf_file *f = vec_add(c->arena, &c->files, sizeof *f);
    *f = (struct conf_file){
        .name = name, .path = is_null(&st) ? NULL : path, .dev = st.st_dev, .ino = st.st_ino
    };
}

static void add_folder(struct conf *c, const char *root, const char *folder)
{
    struct vec names = { 0 };
    const char *path = conf_join(c->arena, root, folder, "/");
    int result = conf_names(c->arena, path, &names);
    if (result < 0 && result != -ENOENT && result != -ENOTDIR) {
        failures_add(c->failures, folder, result, NULL);
    }
    for (uint32_t i = 0; i < names.count; i++) {
        const char *name = ((const char **)names.at)[i];
        if (is_conf(name) && !is_found(c, name)) {
            add_file(c, name, conf_join(c->arena, path, name, ""));
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct conf_file *)a)->name, ((const struct conf_file *)b)->name);
}

/* The last file is read once, at its own place: Debian links to it from its folder as well. */
/* The last file is read once, at its own place: Debian links to it from the folder as well. */
static void add_last(struct conf *c, const char *root)
{
    uint32_t count = c->files.count;
    add_file(c, c->place->last, conf_join(c->arena, root, c->place->last, ""));
    struct conf_file *files = c->files.at;
    for (uint32_t i = 0; i < count && count < c->files.count; i++) {
        if (files[i].dev == files[count].dev && files[i].ino == files[count].ino) {
            files[i].path = NULL;
        }
    }
}

void conf_open(struct conf *c, struct arena *arena, const char *root, const struct conf_place *place,
               struct failures *failures)
{
    *c = (struct conf){ .arena = arena, .failures = failures, .place = place };
    for (const char *const *folder = place->folders; *folder != NULL; folder++) {
        add_folder(c, root, *folder);
    }
    if (c->files.count > 1) {
        sort(c->files.at, c->files.count, sizeof(struct conf_file), by_name);
    }
    if (place->last != NULL) {
        add_last(c, root);
    }
}

/* --- their lines ------------------------------------------------------------------------------------------- */

ssize_t conf_read(struct arena *arena, const char *path, size_t most, char **text)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO shall not make us wait */
    if (fd < 0) {
        return -errno;
    }
    ssize_t result = fstat(fd, &st) < 0 ? -errno : !S_ISREG(st.st_mode) ? -EINVAL : 0;
    if (result == 0 && (uint64_t)st.st_size > most) {
        result = -EFBIG;
    }
    size_t size = result < 0 ? 0 : (size_t)st.st_size;
    size_t len = 0;
    *text = result < 0 ? NULL : arena_take(arena, size + 1); /* zeroed, so terminated */
    while (result == 0 && len < size) {
        ssize_t n = read(fd, *text + len, size - len);
        if (n == 0) {
            break;
        }
        result = n < 0 && errno != EINTR ? -errno : 0;
        len += n < 0 ? 0 : (size_t)n;
    }
    close(fd);
    return result < 0 ? result : (ssize_t)len;
}

/* The next file's text becomes the rest. False: there is no next file. */
static bool next_file(struct conf *c)
{
    while (c->next_file < c->files.count) {
        const struct conf_file *f = (const struct conf_file *)c->files.at + c->next_file++;
        if (f->path == NULL) {
            continue;
        }
        ssize_t n = conf_read(c->arena, f->path, FILE_MOST, &c->rest);
        if (n >= 0 && memchr(c->rest, '\0', (size_t)n) != NULL) {
            n = -EBADMSG;
        }
        if (n >= 0) {
            c->name = f->name;
            c->lines = 0;
            return true;
        }
        c->rest = NULL;
        failures_add(c->failures, f->name, (int)n,
                     n == -EBADMSG ? "a file of settings is text, and has no zero bytes" : NULL);
    }
    return false;
}

/* Cuts a line off the rest, with those that are joined to it. */
static char *cut_line(struct conf *c)
{
    char *line = c->rest;
    char *to = line;
    c->line = ++c->lines;
    for (char *at = line;; at++) {
        if (c->place->joins && at[0] == '\\' && at[1] == '\n') {
            c->lines++;
            at++;
        } else if (*at == '\n' || *at == '\0') {
            c->rest = *at == '\0' ? NULL : at + 1;
            *to = '\0';
            return line;
        } else {
            *to++ = *at;
        }
    }
}

char *conf_trim(char *s)
{
    s += strspn(s, space);
    size_t len = strlen(s);
    while (len > 0 && strchr(space, s[len - 1]) != NULL) {
        s[--len] = '\0';
    }
    return s;
}

char *conf_next(struct conf *c)
{
    while (c->rest != NULL || next_file(c)) {
        char *line = conf_trim(cut_line(c));
        if (*line != '\0' && *line != '#' && *line != ';') {
            return line;
        }
    }
    return NULL;
}

void conf_fail(struct conf *c, int error, const char *advice)
{
    char what[300];
    struct text t = TEXT_OVER(what);
    text_add(&t, c->name);
    text_char(&t, ':');
    text_u64(&t, c->line);
    failures_add(c->failures, what, error, advice);
}
