/*
 * primer-pack: manifests to an archive for the kernel's initramfs.
 *
 * Reads all manifests, collects what they ask for, grants it, and writes: only when nothing was wrong, and
 * to the output's own name only when all is written. Runs no file that it packs.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "list.h"
#include "manifest.h"
#include "mem.h"
#include "newc.h"
#include "wish.h"

/* Any time that is older than the clock of a machine that boots this. 1980 is the oldest that the formats
 * hold that files may be copied to. */
#define DEFAULT_TIME 315532800

struct options {
    const char *output; /* NULL: standard output */
    bool list;
    time_t time;
    struct roots roots;
    struct manifest manifest;
};

static const struct place command_line;

static void usage(FILE *out)
{
    fputs(
        "usage: primer-pack [-o OUT] [-C DIR] [--root SYSROOT]... [--list] MANIFEST...\n"
        "\n"
        "Packs what the manifests (- is standard input) say into an archive for the kernel's initramfs.\n"
        "\n"
        "  -o, --output OUT     write the archive to OUT, not to standard output\n"
        "  -C, --directory DIR  relative paths of files start at DIR, not here\n"
        "      --root SYSROOT   look for loaders and libraries in SYSROOT, not in /; more than one: in turn\n"
        "      --list           print what would be packed, as a manifest, and pack nothing\n"
        "      --help, --version\n"
        "\n"
        "A manifest's lines, as for the kernel's gen_init_cpio, and four more:\n"
        "\n",
        out);
    manifest_help(out);
    fputs("\n"
          "The time of all files is $SOURCE_DATE_EPOCH, or 1980. Ends with 0, 1 after an error, 2 after "
          "wrong usage.\n"
          "primer-pack(1) has the rest.\n",
          out);
}

static void set_time(struct options *options)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    char *end;

    options->time = DEFAULT_TIME;
    if (!text)
        return;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value > UINT32_MAX)
        say_error(command_line, "SOURCE_DATE_EPOCH=\"%s\" is no time: that is a number of seconds below 2^32",
                  text);
    options->time = (time_t)value;
}

static void add_root(struct options *options, const char *path)
{
    int result = roots_add(&options->roots, path);

    if (result < 0)
        say_error(command_line, "--root %s: %s", path, strerror(-result));
}

static void set_base(struct options *options, const char *path)
{
    char real[PATH_MAX];
    struct stat st;

    if (realpath(path, real) && stat(real, &st) == 0 && S_ISDIR(st.st_mode))
        options->manifest.base = strcmp(real, "/") == 0 ? "" : mem_string(real, strlen(real));
    else
        say_error(command_line, "the folder %s: %s", path, strerror(errno ? errno : ENOTDIR));
}

/* Returns the status to end with, or -1 to go on. */
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        { "output", required_argument, NULL, 'o' },
        { "directory", required_argument, NULL, 'C' },
        { "root", required_argument, NULL, 'r' },
        { "list", no_argument, NULL, 'l' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'v' },
        { 0 },
    };
    const char *base = ".";
    int option;

    while ((option = getopt_long(argc, argv, "o:C:", names, NULL)) >= 0) {
        switch (option) {
        case 'o': options->output = optarg; break;
        case 'C': base = optarg; break;
        case 'r': add_root(options, optarg); break;
        case 'l': options->list = true; break;
        case 'h': usage(stdout); return 0;
        case 'v': puts("primer-pack " PRIMER_VERSION); return 0;
        default: fputs("Try primer-pack --help.\n", stderr); return 2;
        }
    }
    if (optind == argc) {
        usage(stderr);
        return 2;
    }
    set_base(options, base);
    set_time(options);
    if (options->roots.count == 0)
        add_root(options, "/");
    return -1;
}

/* --- writing --- */

static int tell(const char *path)
{
    say_error(command_line, "%s: %s", path, strerror(errno));
    return -1;
}

/* To a new file beside the output, which then takes its place. */
static int write_file(struct image *image, const struct options *options)
{
    char *beside = mem_text("%s.XXXXXX", options->output);
    mode_t mask = umask(0);
    int fd = mkstemp(beside);

    umask(mask);
    if (fd < 0)
        return tell(options->output);
    int result = newc_write(image, fd, options->time);
    if (result == 0 && fchmod(fd, 0666 & ~mask) < 0)
        result = tell(beside);
    if (close(fd) < 0 && result == 0)
        result = tell(beside);
    if (result == 0 && rename(beside, options->output) < 0)
        result = tell(options->output);
    if (result < 0)
        unlink(beside);
    return result;
}

/* To a file without a name first, so that a reader never gets half an archive. */
static int write_stdout(struct image *image, const struct options *options)
{
    static char buffer[65536];
    size_t size = 0;

    if (isatty(STDOUT_FILENO)) {
        say_error(command_line, "the archive is nothing for a terminal; name a file with -o");
        return -1;
    }
    FILE *whole = tmpfile();
    if (!whole)
        return tell("a temporary file");
    int result = newc_write(image, fileno(whole), options->time);
    rewind(whole);
    while (result == 0 && (size = fread(buffer, 1, sizeof(buffer), whole)) > 0) {
        if (fwrite(buffer, 1, size, stdout) != size)
            result = tell("standard output");
    }
    if (result == 0 && (ferror(whole) || fflush(stdout) != 0))
        result = tell("standard output");
    fclose(whole);
    return result;
}

int main(int argc, char **argv)
{
    struct options options = { 0 };
    struct wishes wishes = { 0 };
    static struct image image;

    int status = read_options(argc, argv, &options);
    if (status >= 0)
        return status;
    options.manifest.roots = &options.roots;
    options.manifest.wishes = &wishes;
    for (int i = optind; i < argc && say_errors() == 0; i++)
        manifest_read(&options.manifest, argv[i]);
    if (say_errors() == 0) {
        image_init(&image);
        wish_grant(&wishes, &image, &options.roots);
    }
    if (say_errors() > 0)
        return 1;
    if (options.list) {
        list_write(&image, stdout);
        return fflush(stdout) == 0 && !ferror(stdout) ? 0 : (tell("standard output"), 1);
    }
    return (options.output ? write_file(&image, &options) : write_stdout(&image, &options)) == 0 ? 0 : 1;
}
