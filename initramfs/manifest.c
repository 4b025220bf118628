/*
 * manifest: one table of directives, which gives each its fields and the function that turns them into
 * wishes. Relies on line for words; looks at the files that are named, but reads only manifests.
 */
#include "manifest.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "line.h"
#include "mem.h"
#include "needs.h"
#include "tree.h"

#define INCLUDES_MAX 16
#define NAME_LIMIT   4096 /* the kernel passes over longer names: N_ALIGN(namelen) > PATH_MAX, initramfs.c */

/* The fields of a directive, in the order of its row. */
enum field {
    FIELD_END,
    FIELD_NAME,   /* a name in the archive */
    FIELD_SOURCE, /* a file of this host */
    FIELD_TARGET, /* of a link: any text */
    FIELD_MODE,
    FIELD_UID,
    FIELD_GID,
    FIELD_TYPE, /* b or c */
    FIELD_MAJOR,
    FIELD_MINOR,
    FIELD_LINKS, /* more names, any number */
};

/* Where a line comes from. */
struct origin {
    const struct manifest *manifest;
    const char *file; /* the manifest that it is in */
    unsigned depth;   /* of includes */
    enum rank rank;   /* of what it says */
};

/* One line, taken apart. */
struct order {
    const struct origin *origin;
    const struct manifest *manifest;
    struct place place;
    const char *name, *source, *target;
    unsigned mode, uid, gid, major, minor;
    char type;
    const char **links;
    size_t link_count, link_room;
};

typedef void act(const struct order *order);

static act act_file, act_dir, act_nod, act_slink, act_pipe, act_sock, act_elf, act_tree, act_include,
    act_defaults;

static const struct directive {
    const char *word;
    enum field fields[9];
    unsigned required; /* the fields without which it says nothing */
    act *act;
    const char *form;
} directives[] = {
    { "file",
      { FIELD_NAME, FIELD_SOURCE, FIELD_MODE, FIELD_UID, FIELD_GID, FIELD_LINKS },
      5,
      act_file,
      "file NAME SRC MODE UID GID [LINK]..." },
    { "dir", { FIELD_NAME, FIELD_MODE, FIELD_UID, FIELD_GID }, 4, act_dir, "dir NAME MODE UID GID" },
    { "nod",
      { FIELD_NAME, FIELD_MODE, FIELD_UID, FIELD_GID, FIELD_TYPE, FIELD_MAJOR, FIELD_MINOR },
      7,
      act_nod,
      "nod NAME MODE UID GID b|c MAJOR MINOR" },
    { "slink",
      { FIELD_NAME, FIELD_TARGET, FIELD_MODE, FIELD_UID, FIELD_GID },
      5,
      act_slink,
      "slink NAME TARGET MODE UID GID" },
    { "pipe", { FIELD_NAME, FIELD_MODE, FIELD_UID, FIELD_GID }, 4, act_pipe, "pipe NAME MODE UID GID" },
    { "sock", { FIELD_NAME, FIELD_MODE, FIELD_UID, FIELD_GID }, 4, act_sock, "sock NAME MODE UID GID" },
    { "elf", { FIELD_SOURCE, FIELD_NAME }, 1, act_elf, "elf SRC [DST]" },
    { "tree", { FIELD_SOURCE, FIELD_NAME }, 2, act_tree, "tree SRC DST" },
    { "include", { FIELD_SOURCE }, 1, act_include, "include FILE" },
    { "defaults", { FIELD_SOURCE }, 1, act_defaults, "defaults FILE" },
};

#define DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

void manifest_help(FILE *out)
{
    for (size_t i = 0; i < DIRECTIVES; i++)
        fprintf(out, "  %s\n", directives[i].form);
}

/* --- fields --- */

/* WORD as an absolute path without "." and double slashes; NULL after an error. */
static const char *archive_name(struct place place, const char *word)
{
    char *name = mem_new(strlen(word) + 2);
    size_t length = 0;

    for (const char *part = word; *part;) {
        size_t size = strcspn(part, "/");

        if (size == 2 && part[0] == '.' && part[1] == '.') {
            say_error(place, "\"%s\" leads upwards; write the name out", word);
            return NULL;
        }
        if (size > 0 && !(size == 1 && part[0] == '.')) {
            name[length++] = '/';
            memcpy(name + length, part, size);
            length += size;
        }
        part += size + (part[size] == '/');
    }
    if (length >= NAME_LIMIT) {
        say_error(place, "\"%.40s...\" is a name of %zu bytes; the kernel takes at most %d", word, length,
                  NAME_LIMIT - 1);
        return NULL;
    }
    return length ? name : mem_string("/", 1);
}

static const char *source_path(const struct order *order, const char *word)
{
    return word[0] == '/' ? word : mem_text("%s/%s", order->manifest->base, word);
}

/* Puts WORD into its field. Returns -EINVAL after an error, which is told. */
static int take_field(struct order *order, const struct line *line, enum field field, const char *word)
{
    switch (field) {
    case FIELD_NAME: order->name = archive_name(line->place, word); return order->name ? 0 : -EINVAL;
    case FIELD_SOURCE: order->source = word; return 0;
    case FIELD_TARGET: order->target = word; return 0;
    case FIELD_MODE: return line_number(line, word, "mode", 8, 07777, &order->mode);
    case FIELD_UID: return line_number(line, word, "user id", 10, UINT_MAX - 1, &order->uid);
    case FIELD_GID: return line_number(line, word, "group id", 10, UINT_MAX - 1, &order->gid);
    case FIELD_MAJOR: return line_number(line, word, "major device number", 10, 0xfff, &order->major);
    case FIELD_MINOR: return line_number(line, word, "minor device number", 10, 0xfffff, &order->minor);
    case FIELD_TYPE:
        if (strcmp(word, "b") == 0 || strcmp(word, "c") == 0) {
            order->type = word[0];
            return 0;
        }
        say_error(line->place, "\"%s\" is no type of device: say b or c", word);
        return -EINVAL;
    case FIELD_LINKS:
        order->links = mem_room(order->links, order->link_count, &order->link_room, sizeof(*order->links));
        order->links[order->link_count] = archive_name(line->place, word);
        return order->links[order->link_count++] ? 0 : -EINVAL;
    case FIELD_END: break;
    }
    return -EINVAL;
}

static void take_line(struct line *line, const struct directive *directive, struct order *order)
{
    const enum field *field = directive->fields;
    unsigned count = 0;

    for (;;) {
        const char *word;

        if (line_word(line, *field == FIELD_SOURCE, &word) < 0)
            return;
        if (!word)
            break;
        if (*field == FIELD_END) {
            say_error(line->place, "\"%s\" is one word too many; the form is: %s", word, directive->form);
            return;
        }
        if (take_field(order, line, *field, word) < 0)
            return;
        count++;
        if (*field != FIELD_LINKS)
            field++;
    }
    if (count < directive->required)
        say_error(line->place, "something is missing; the form is: %s", directive->form);
    else
        directive->act(order);
}

/* --- what the directives mean --- */

static struct wish wish_of(const struct order *order, mode_t type)
{
    return (struct wish){
        .rank = order->origin->rank,
        .path = order->name,
        .what = { .mode = type | order->mode, .uid = order->uid, .gid = order->gid },
        .place = order->place,
    };
}

/* Only a folder can be the root itself. */
static void add_named(const struct order *order, const struct wish *wish)
{
    if (strcmp(wish->path, "/") == 0 && !S_ISDIR(wish->what.mode))
        say_error(order->place, "\"/\" can only be a folder");
    else
        wish_add(order->manifest->wishes, wish);
}

/* Looks at the file that a line names; -errno after an error, which is told. */
static int look_at_source(const struct order *order, const char *source,
                          int look(const char *, struct what *), struct what *what)
{
    int result = look(source, what);

    if (result == -EISDIR)
        say_error(order->place, "%s is a folder; pack it with \"tree\"", source);
    else if (result == -EINVAL)
        say_error(order->place,
                  "%s is no regular file; \"tree\" packs others, \"nod\" and \"pipe\" make them", source);
    else if (result < 0)
        say_error(order->place, "%s: %s; relative paths start at %s (option -C)", source, strerror(-result),
                  order->manifest->base);
    return result;
}

static void act_file(const struct order *order)
{
    struct wish wish = wish_of(order, S_IFREG);
    struct what seen;

    wish.what.source = source_path(order, order->source);
    if (look_at_source(order, wish.what.source, what_of_file, &seen) < 0)
        return;
    wish.what.size = seen.size;
    wish.what.twins = order->link_count > 0 ? what_twins() : 0;
    add_named(order, &wish);
    for (size_t i = 0; i < order->link_count; i++) {
        wish.path = order->links[i];
        add_named(order, &wish);
    }
}

static void act_dir(const struct order *order)
{
    struct wish wish = wish_of(order, S_IFDIR);

    add_named(order, &wish);
}

static void act_nod(const struct order *order)
{
    struct wish wish = wish_of(order, order->type == 'b' ? S_IFBLK : S_IFCHR);

    wish.what.major = order->major;
    wish.what.minor = order->minor;
    add_named(order, &wish);
}

static void act_slink(const struct order *order)
{
    struct wish wish = wish_of(order, S_IFLNK);

    if (!order->target[0] || strlen(order->target) >= NAME_LIMIT) {
        say_error(order->place, "the target of a symbolic link has between 1 and %d bytes", NAME_LIMIT - 1);
        return;
    }
    wish.what.target = order->target;
    add_named(order, &wish);
}

static void act_pipe(const struct order *order)
{
    struct wish wish = wish_of(order, S_IFIFO);

    add_named(order, &wish);
}

static void act_sock(const struct order *order)
{
    struct wish wish = wish_of(order, S_IFSOCK);

    add_named(order, &wish);
}

/* Sets WISH to the ELF file or script SOURCE of this host. Returns -errno after an error, which is told. */
static int look_at_elf(const struct order *order, const char *source, struct wish *wish)
{
    const struct needs *needs;
    char *real = NULL;

    /* The links on the way are those of the root that it lies in. */
    wish->path = roots_name(order->manifest->roots, source, &wish->root);
    if (!wish->path || root_find(wish->root, wish->path, true, &real) < 0)
        real = mem_string(source, strlen(source));
    int result = look_at_source(order, real, what_of_program, &wish->what);
    if (result < 0)
        return result;
    result = needs_read(real, &needs);
    if (result < 0)
        say_error(order->place, "%s cannot be read: %s", source, strerror(-result));
    else if (needs->kind == FILE_DATA)
        say_error(order->place, "%s is neither an ELF file nor a script; pack it with \"file\"", source);
    return needs->kind == FILE_DATA ? -ENOEXEC : result;
}

/* "elf SRC" without DST keeps the name that it has in its root, and the links that lead to it. */
static void act_elf(const struct order *order)
{
    const char *source = source_path(order, order->source);
    struct wish wish = wish_of(order, 0);

    wish.kind = WISH_ELF;
    if (look_at_elf(order, source, &wish) < 0)
        return;
    if (order->name) {
        wish.path = order->name;
        wish.root = NULL;
    } else if (wish.path) {
        wish.path = archive_name(order->place, wish.path);
    } else {
        say_error(order->place, "%s lies in no root; say where it is to be: elf SRC DST", source);
    }
    if (wish.path)
        add_named(order, &wish);
}

static void act_tree(const struct order *order)
{
    tree_add(order->manifest->wishes, source_path(order, order->source), order->name, order->origin->rank,
             order->place);
}

static void read_lines(const struct origin *origin, struct place from);

/* The lines of the manifest that ORDER names, which is beside the one that names it. */
static void read_other(const struct order *order, enum rank rank)
{
    char *copy = mem_string(order->origin->file, strlen(order->origin->file));
    const char *file = order->source;

    if (file[0] != '/')
        file = mem_text("%s/%s", dirname(copy), file);
    const struct origin origin = {
        .manifest = order->manifest, .file = file, .depth = order->origin->depth + 1, .rank = rank
    };
    read_lines(&origin, order->place);
}

static void act_include(const struct order *order)
{
    read_other(order, order->origin->rank);
}

static void act_defaults(const struct order *order)
{
    read_other(order, RANK_DEFAULT);
}

/* --- reading --- */

static void read_line(const struct origin *origin, struct line line)
{
    struct order order = { .origin = origin, .manifest = origin->manifest, .place = line.place };
    const char *word;

    line.at += strspn(line.at, " \t\r\n");
    if (line.at[0] == '#' || line_word(&line, false, &word) < 0 || !word)
        return;
    for (size_t i = 0; i < DIRECTIVES; i++) {
        if (strcmp(directives[i].word, word) == 0) {
            take_line(&line, &directives[i], &order);
            return;
        }
    }
    say_error(line.place, "\"%s\" is no directive; see primer-pack --help for those there are", word);
}

static void read_lines(const struct origin *origin, struct place from)
{
    bool standard = strcmp(origin->file, "-") == 0;
    struct place place = { .file = standard ? "standard input" : origin->file };
    size_t room = 0;
    ssize_t size;
    char *text = NULL;

    if (origin->depth > INCLUDES_MAX) {
        say_error(from, "more than %d manifests include one another; is it a circle?", INCLUDES_MAX);
        return;
    }
    FILE *stream = standard ? stdin : fopen(origin->file, "re");
    if (!stream) {
        say_error(from, "the manifest %s: %s", origin->file, strerror(errno));
        return;
    }
    while (place.line++, (size = getline(&text, &room, stream)) >= 0) {
        if (strlen(text) != (size_t)size) {
            say_error(place, "a NUL byte; this is no manifest");
            break;
        }
        read_line(origin, (struct line){ .place = place, .at = text });
    }
    if (ferror(stream))
        say_error(from, "the manifest %s cannot be read: %s", origin->file, strerror(errno));
    free(text);
    if (!standard)
        fclose(stream);
}

void manifest_read(const struct manifest *manifest, const char *file)
{
    const struct origin origin = { .manifest = manifest, .file = file, .rank = RANK_SAID };

    read_lines(&origin, (struct place){ 0 });
}
