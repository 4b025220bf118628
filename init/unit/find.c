#include "unit/find.h"

#include "unit/finding.h"
#include "unit/names.h"
#include "unit/targets.h"

#include "base/errname.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LISTING_SIZE = 32 << 10, TARGET_SIZE = 4096, LINKS_MAX = 16 };

const char *const load_folders[] = {
    "/etc/primer",
    "/run/primer/units",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/primer",
    NULL,
};

/* What getdents64(2) fills in. */
struct listed {
    uint64_t ino;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

static int open_folder(int dir, const char *path)
{
    return openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
}

/* Calls TAKE for every name in the folder DIR that is not hidden. */
static void list(struct loader *l, int dir, void (*take)(struct loader *l, const struct listed *d, void *to),
                 void *to)
{
    _Alignas(struct listed) char buf[LISTING_SIZE];
    long n;
    while ((n = syscall(SYS_getdents64, dir, buf, sizeof buf)) > 0) {
        for (long at = 0; at < n;) {
            const struct listed *d = (const struct listed *)(buf + at);
            at += d->size;
            if (d->name[0] != '.') {
                take(l, d, to);
            }
        }
    }
}

static bool ends_with(const char *s, size_t n, const char *end)
{
    size_t len = strlen(end);
    return n > len && memcmp(s + n - len, end, len) == 0;
}

static const char *const folder_suffixes[] = { ".d", ".wants", ".requires" };

/* How long the name of the unit is that the folder NAME belongs to; 0: it is no such folder. */
static size_t unit_of_folder(const char *name, size_t n)
{
    for (unsigned i = 0; i < sizeof folder_suffixes / sizeof folder_suffixes[0]; i++) {
        if (ends_with(name, n, folder_suffixes[i])) {
            return n - strlen(folder_suffixes[i]);
        }
    }
    return 0;
}

static void take_file(struct loader *l, const struct listed *d, void *to)
{
    const struct folder *folder = to;
    struct node *node = names_node(l, d->name);
    struct entry **last = &node->entries;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    struct entry *e = arena_take(&l->arena, sizeof *e);
    *e = (struct entry){
        .name = node->name,
        .base = node->name,
        .dir = folder->fd,
        .parent = folder->path,
        .type = d->type,
        .folder = (uint8_t)(folder - l->folders),
    };
    *last = e;
    if (d->type != DT_REG && unit_of_folder(node->name, node->len) > 0) {
        *(struct node **)vec_add(&l->arena, &l->folder_nodes, sizeof node) = node;
    }
}

/* PATH without "." and "..", as text, in place: "/a/./b/../c" is "/a/c". It never grows. */
static void normalise(char *path)
{
    bool absolute = *path == '/';
    char *out = path;
    for (char *in = path; *in != '\0';) {
        in += strspn(in, "/");
        size_t n = strcspn(in, "/");
        if (n == 2 && in[0] == '.' && in[1] == '.') {
            while (out > path && *--out != '/') {
            }
        } else if (n > 0 && !(n == 1 && in[0] == '.')) {
            if (absolute || out > path) {
                *out++ = '/';
            }
            memmove(out, in, n);
            out += n;
        }
        in += n;
    }
    *out = '\0';
}

/* The folder that is the same as F (a link, /lib and /usr/lib), before it. */
static bool is_listed(const struct loader *l, const struct folder *f)
{
    for (const struct folder *other = l->folders; other < f; other++) {
        if (other->fd >= 0 && other->dev == f->dev && other->ino == f->ino) {
            return true;
        }
    }
    return false;
}

int find_folders(struct loader *l, const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        if (l->folder_count == FOLDERS_MAX) {
            return -E2BIG;
        }
        struct folder *f = &l->folders[l->folder_count++];
        struct stat st;
        char *path = arena_string(&l->arena, *paths, strlen(*paths));
        normalise(path);
        *f = (struct folder){ .path = path, .fd = open_folder(AT_FDCWD, path) };
        if (f->fd < 0 || fstat(f->fd, &st) < 0) {
            continue;
        }
        f->dev = st.st_dev;
        f->ino = st.st_ino;
        if (!is_listed(l, f)) {
            list(l, f->fd, take_file, f);
        }
    }
    return 0;
}

void find_close(struct loader *l)
{
    for (uint32_t i = 0; i < l->folder_count; i++) {
        if (l->folders[i].fd >= 0) {
            close(l->folders[i].fd);
        }
    }
}

static ssize_t read_link(const struct entry *e, char target[TARGET_SIZE])
{
    if (e->type != DT_LNK && e->type != DT_UNKNOWN) {
        return -1;
    }
    ssize_t n = readlinkat(e->dir, e->name, target, TARGET_SIZE - 1);
    if (n >= 0) {
        target[n] = '\0';
    }
    return n;
}

bool find_is_link(const struct entry *e)
{
    char target[TARGET_SIZE];
    return read_link(e, target) >= 0;
}

bool find_is_mask(const struct entry *e)
{
    char target[TARGET_SIZE];
    return read_link(e, target) > 0 && strcmp(target, "/dev/null") == 0;
}

static void take_inside(struct loader *l, const struct listed *d, void *to)
{
    struct entry *folder = to;
    size_t n = strlen(folder->name);
    size_t len = strlen(d->name);
    char *name = arena_take(&l->arena, n + 1 + len + 1);
    memcpy(name, folder->name, n);
    name[n] = '/';
    memcpy(name + n + 1, d->name, len);
    struct entry *e = arena_take(&l->arena, sizeof *e);
    *e = (struct entry){
        .next = folder->inside,
        .name = name,
        .base = name + n + 1,
        .dir = folder->dir,
        .parent = folder->parent,
        .type = d->type,
        .folder = folder->folder,
    };
    folder->inside = e;
}

struct entry *find_inside(const struct assignment *a, struct entry *e)
{
    if (!e->was_read && e->type != DT_REG) {
        e->was_read = true;
        int fd = open_folder(e->dir, e->name);
        if (fd >= 0) {
            list(a->loader, fd, take_inside, e);
            close(fd);
        } else if (!find_is_mask(e)) {
            struct assignment at = { .loader = a->loader, .draft = a->draft, .file = e };
            finding_add(&at, FINDING_WARNING, "what is in this folder is left out: ", errname_words(errno),
                        NULL);
        }
    }
    return e->inside;
}

/* Where the link E leads, if that is a name in one of the folders: the name, in TARGET; else NULL. */
static const char *name_behind(const struct loader *l, const struct entry *e, char target[TARGET_SIZE])
{
    if (target[0] != '/') {
        char whole[TARGET_SIZE] = "";
        struct text t = TEXT_OVER(whole);
        text_add(&t, e->parent);
        text_char(&t, '/');
        text_add(&t, target);
        if (t.cut) {
            return NULL;
        }
        memcpy(target, whole, t.len + 1);
    }
    normalise(target);
    char *slash = strrchr(target, '/');
    if (slash == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < l->folder_count; i++) {
        if ((size_t)(slash - target) == strlen(l->folders[i].path) &&
            strncmp(target, l->folders[i].path, (size_t)(slash - target)) == 0) {
            return slash + 1;
        }
    }
    return NULL;
}

/*
 * The node that NODE is another name of, when a link says so: systemd.unit(5), "Aliases obey the following restrictions".
 * NODE itself: the link leads to its own name or template in another folder. NULL: it may not be (NODE->problem).
 */
static struct node *other_name(struct loader *l, struct node *node, const char *name)
{
    struct node *other = names_node(l, name);
    if (other->kind == NAME_TEMPLATE && node->kind == NAME_INSTANCE) {
        size_t n;
        const char *instance = name_instance_of(node->name, &n);
        const char *full = name_instance(l, other->name, instance, n);
        other = full == NULL ? other : names_node(l, full);
    }
    size_t node_n;
    size_t other_n;
    const char *node_instance = name_instance_of(node->name, &node_n);
    const char *other_instance = name_instance_of(other->name, &other_n);
    if (other->kind != node->kind || other->suffix != node->suffix || node_n != other_n ||
        memcmp(node_instance, other_instance, node_n) != 0) {
        node->problem = "it is a link to a unit that it cannot be another name of";
        return NULL;
    }
    return other;
}

static void add_name(struct loader *l, struct node *unit, struct node *name)
{
    *(struct node **)vec_add(&l->arena, &unit->names, sizeof name) = name;
}

/* Follows NODE's own entries. True: NODE->unit is settled. */
static bool look_up(struct loader *l, struct node *node)
{
    char target[TARGET_SIZE];
    struct entry *same = NULL; /* a link to the same name, which is in one of the next folders */
    for (struct entry *e = node->entries; e != NULL; e = e->next) {
        ssize_t n = read_link(e, target);
        const char *name = NULL;
        if (targets_hides(node->name, e->parent)) {
            continue;
        }
        node->file = e;
        if (n > 0 && strcmp(target, "/dev/null") == 0) {
            node->masked = true;
            return true;
        }
        if (n > 0) {
            name = name_behind(l, e, target);
        }
        if (name == NULL) {
            return true; /* a file, or a link to one elsewhere */
        }
        struct node *other = other_name(l, node, name);
        if (other == NULL) {
            return true;
        }
        if (other != node) {
            node->unit = find_unit(l, other);
            if (node->unit == node) {
                node->problem = "it is a link that leads back to itself";
            } else {
                add_name(l, node->unit, node);
            }
            return true;
        }
        same = e;
    }
    /* It is in none of them: whoever opens the link is told why. An instance's may lead to its template. */
    node->file = node->kind == NAME_INSTANCE ? NULL : same;
    return node->file != NULL;
}

/* An instance is read from its template's file, and is another name where its template is one. */
static void look_up_template(struct loader *l, struct node *node)
{
    size_t n;
    const char *instance = name_instance_of(node->name, &n);
    const char *name = name_instance(l, node->name, "", 0);
    if (name == NULL) {
        return;
    }
    struct node *template = find_unit(l, names_node(l, name));
    node->problem = template->problem;
    node->masked = template->masked;
    node->file = template->file;
    if (strcmp(template->name, name) != 0 && template->problem == NULL) {
        const char *full = name_instance(l, template->name, instance, n);
        if (full != NULL) {
            node->unit = find_unit(l, names_node(l, full));
            add_name(l, node->unit, node);
        }
    }
}

struct node *find_unit(struct loader *l, struct node *node)
{
    if (node->unit != NULL) {
        return node->unit;
    }
    if (node->resolving) {
        node->problem = "it is a link that leads back to itself";
        return node;
    }
    if (l->link_depth == LINKS_MAX) {
        node->problem = "it is one of too many links, each leading to the next";
        return node->unit = node;
    }
    l->link_depth++;
    node->resolving = true;
    if (!look_up(l, node)) {
        if (node->kind == NAME_INSTANCE) {
            look_up_template(l, node);
        } else {
            node->built_in = targets_has(node->name);
        }
    }
    if (node->unit == NULL || node->problem != NULL) {
        node->unit = node;
    }
    node->resolving = false;
    l->link_depth--;
    return node->unit;
}

bool find_exists(const struct node *unit)
{
    return unit->file != NULL || unit->built_in || unit->masked || unit->problem != NULL;
}

void find_named_folders(struct loader *l)
{
    for (uint32_t i = 0; i < l->folder_nodes.count; i++) {
        const struct node *folder = ((struct node **)l->folder_nodes.at)[i];
        struct node *name = names_find_n(l, folder->name, unit_of_folder(folder->name, folder->len));
        if (name != NULL && name->kind != NAME_INVALID && name->entries != NULL &&
            find_is_link(name->entries)) {
            (void)find_unit(l, name);
        }
    }
}

/* What stands in the place of a file is not one. */
static const char *why_no_file(mode_t mode)
{
    return S_ISDIR(mode)    ? "this is a folder, not a file"
           : S_ISFIFO(mode) ? "this is a FIFO, not a file"
           : S_ISSOCK(mode) ? "this is a socket, not a file"
                            : "this is a device, not a file";
}

static bool is_null_device(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == ((dev_t)1 << 8 | 3);
}

static size_t read_all(int fd, char *text, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, text + len, size - len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
    }
    return len;
}

/* Reads the open file. NULL, or what is wrong with it. */
static const char *read_file(struct loader *l, struct entry *e, int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        return "this cannot be read";
    }
    if (is_null_device(&st)) {
        e->text = "";
        return NULL;
    }
    if (!S_ISREG(st.st_mode)) {
        return why_no_file(st.st_mode);
    }
    if (st.st_size > FILE_MAX) {
        return "this is longer than 1 MiB, which no unit file is";
    }
    char *text = arena_take(&l->arena, (size_t)st.st_size + 1);
    e->size = read_all(fd, text, (size_t)st.st_size);
    e->text = text;
    return NULL;
}

bool find_read(const struct assignment *a, struct entry *e, enum severity severity)
{
    if (e->was_read) {
        return e->text != NULL;
    }
    e->was_read = true;
    mode_t type = e->type == DT_LNK || e->type == DT_UNKNOWN || e->type == DT_REG ? 0 : (mode_t)e->type << 12;
    int fd = type != 0 ? -1 : openat(e->dir, e->name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    const char *problem = type != 0 ? why_no_file(type) : NULL;
    if (fd >= 0) {
        problem = read_file(a->loader, e, fd);
        close(fd);
    } else if (type == 0) {
        problem = errno == ELOOP    ? "this is a link that leads back to itself"
                  : errno == ENOENT ? "this is a link to a file that is not there"
                                    : errname_words(errno);
    }
    if (problem != NULL) {
        finding_add(a, severity, problem, NULL);
    }
    return problem == NULL;
}
