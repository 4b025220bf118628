/*
 * newc: writes archives through libarchive, such that the same image gives the same bytes: names in order,
 * inode numbers counted from 1, one time for all, and nothing of this host's.
 */
#include "newc.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

#define NEWC_MAX 0xffffffffLL /* its numbers have eight hexadecimal digits */

/* The names of one file with several: how many there are, and how many were written. */
struct twins {
    unsigned names, written;
    int64_t number;
};

struct writer {
    struct archive *archive;
    time_t time;
    int64_t number;      /* the last inode number */
    struct twins *twins; /* by struct what's number for them */
    size_t twins_room;
};

static int count_twins(struct node *node, void *context)
{
    struct writer *writer = context;
    unsigned id = node->what.twins;

    while (id >= writer->twins_room)
        writer->twins = mem_room(writer->twins, writer->twins_room, &writer->twins_room,
                                 sizeof(struct twins));
    if (id > 0)
        writer->twins[id].names++;
    return 0;
}

static int tell(const struct writer *writer, const struct node *node)
{
    say_error(node->place, "%s cannot be written: %s", image_path(node),
              archive_error_string(writer->archive));
    return -1;
}

static int copy_bytes(const struct writer *writer, const struct node *node)
{
    static char buffer[65536];
    off_t left = node->what.size;
    ssize_t size = 0;

    int fd = open(node->what.source, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        say_error(node->place, "%s cannot be read: %s", node->what.source, strerror(errno));
        return -1;
    }
    while ((size = read(fd, buffer, sizeof(buffer))) > 0 && size <= left) {
        if (archive_write_data(writer->archive, buffer, (size_t)size) != size) {
            close(fd);
            return tell(writer, node);
        }
        left -= size;
    }
    if (size < 0)
        say_error(node->place, "%s cannot be read: %s", node->what.source, strerror(errno));
    else if (left != 0 || size > 0)
        say_error(node->place, "%s changed while it was packed; try again", node->what.source);
    close(fd);
    return size == 0 && left == 0 ? 0 : -1;
}

static void describe(struct writer *writer, const struct node *node, struct archive_entry *entry, off_t size)
{
    const struct what *what = &node->what;
    struct twins *twins = what->twins ? &writer->twins[what->twins] : NULL;
    int64_t number = twins && twins->number ? twins->number : ++writer->number;

    archive_entry_set_pathname(entry, node->parent ? image_path(node) + 1 : ".");
    archive_entry_set_mode(entry, what->mode);
    archive_entry_set_uid(entry, what->uid);
    archive_entry_set_gid(entry, what->gid);
    archive_entry_set_mtime(entry, writer->time, 0);
    archive_entry_set_ino64(entry, number);
    archive_entry_set_nlink(entry, twins ? twins->names : S_ISDIR(what->mode) ? 2 : 1);
    archive_entry_set_size(entry, size);
    archive_entry_set_rdevmajor(entry, what->major);
    archive_entry_set_rdevminor(entry, what->minor);
    if (S_ISLNK(what->mode))
        archive_entry_set_symlink(entry, what->target);
    if (twins)
        twins->number = number;
}

static int write_node(struct node *node, void *context)
{
    struct writer *writer = context;
    struct twins *twins = node->what.twins ? &writer->twins[node->what.twins] : NULL;
    /* The bytes of hard links come with the last name: the earlier ones have none. */
    bool bytes = S_ISREG(node->what.mode) && (!twins || ++twins->written == twins->names);
    int result = 0;

    if (bytes && node->what.size > NEWC_MAX) {
        say_error(node->place, "%s has %jd bytes; an archive's files have at most %lld", node->what.source,
                  (intmax_t)node->what.size, NEWC_MAX);
        return -1;
    }
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return tell(writer, node);
    describe(writer, node, entry, bytes ? node->what.size : 0);
    if (archive_write_header(writer->archive, entry) != ARCHIVE_OK)
        result = tell(writer, node);
    else if (bytes)
        result = copy_bytes(writer, node);
    archive_entry_free(entry);
    return result;
}

/* A line "dir /" says what the root is like; without one the kernel's own stays. */
static int write_all(struct writer *writer, struct image *image)
{
    if (image->top.rank == RANK_SAID && write_node(&image->top, writer) < 0)
        return -1;
    return image_each(image, write_node, writer);
}

int newc_write(struct image *image, int fd, time_t time)
{
    struct writer writer = { .archive = archive_write_new(), .time = time };
    static const struct place nowhere;

    image_each(image, count_twins, &writer);
    if (!writer.archive || archive_write_set_format_cpio_newc(writer.archive) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(writer.archive, 65536) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(writer.archive, 512) != ARCHIVE_OK ||
        archive_write_open_fd(writer.archive, fd) != ARCHIVE_OK) {
        say_error(nowhere, "libarchive cannot begin an archive");
        archive_write_free(writer.archive);
        return -1;
    }
    int result = write_all(&writer, image);
    if (result == 0 && archive_write_close(writer.archive) != ARCHIVE_OK) {
        say_error(nowhere, "the archive cannot be written: %s", archive_error_string(writer.archive));
        result = -1;
    }
    archive_write_free(writer.archive);
    return result;
}
