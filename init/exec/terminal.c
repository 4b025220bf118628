#include "exec/terminal.h"

#include "base/fd.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define CONSOLE "/dev/console"

/* In a container /dev/console is a pseudo-terminal under that name, and the kernel's list is the host's. */
static bool is_kernel_console(void)
{
    struct stat status;
    return stat(CONSOLE, &status) < 0 || (S_ISCHR(status.st_mode) && status.st_rdev == makedev(5, 1));
}

/* The last word of /sys/class/tty/NAME/active; false when there is none. */
static bool last_active(const char *name, char word[TERMINAL_PATH])
{
    char list[256];
    char file[TERMINAL_PATH + 32];
    struct text t = TEXT_OVER(file);
    text_add(&t, "/sys/class/tty/");
    text_add(&t, name);
    text_add(&t, "/active");
    ssize_t len = fd_read_file(AT_FDCWD, file, list, sizeof list);
    if (len <= 0) {
        return false;
    }
    while (len > 0 && isspace((unsigned char)list[len - 1])) {
        list[--len] = '\0';
    }
    const char *space = strrchr(list, ' ');
    text_copy(word, TERMINAL_PATH, space == NULL ? list : space + 1);
    return word[0] != '\0';
}

const char *terminal_path(const char *path, char room[TERMINAL_PATH])
{
    char name[TERMINAL_PATH];
    if ((path != NULL && strcmp(path, CONSOLE) != 0) || !is_kernel_console() ||
        !last_active("console", name)) {
        return path == NULL ? CONSOLE : path;
    }
    if (strcmp(name, "tty0") == 0) {
        last_active("tty0", name); /* the virtual console in front */
    }
    struct text t = { .at = room, .size = TERMINAL_PATH };
    text_add(&t, "/dev/");
    text_add(&t, name);
    return access(room, F_OK) == 0 ? room : CONSOLE;
}

int terminal_open(const char *path, int mode)
{
    int fd = open(path, mode | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    if (!isatty(fd)) {
        close(fd);
        return -ENOTTY;
    }
    return fd;
}

/* As "stty sane": what the line is (speed, bits, UTF-8) stays, how it is read and echoed is put right. */
static void make_sane(int fd)
{
    static const struct {
        unsigned index;
        cc_t value;
    } characters[] = {
        { VINTR, 3 },     { VQUIT, 28 }, { VERASE, 127 }, { VKILL, 21 },  { VEOF, 4 },
        { VSTART, 17 },   { VSTOP, 19 }, { VSUSP, 26 },   { VLNEXT, 22 }, { VWERASE, 23 },
        { VREPRINT, 18 }, { VEOL, 0 },   { VEOL2, 0 },    { VTIME, 0 },   { VMIN, 1 },
    };
    struct termios t;
    if (tcgetattr(fd, &t) < 0) {
        return;
    }
    t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | ISTRIP | INLCR | IGNCR);
    t.c_iflag |= ICRNL | IXON | IMAXBEL | IUTF8;
    t.c_oflag |= OPOST | ONLCR;
    t.c_cflag |= CREAD;
    t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
    for (unsigned i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        t.c_cc[characters[i].index] = characters[i].value;
    }
    tcsetattr(fd, TCSANOW, &t); /* a line that will not be put right is still a line */
}

static void give_size(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row == 0 && size.ws_col == 0) {
        size.ws_row = 24;
        size.ws_col = 80;
        ioctl(fd, TIOCSWINSZ, &size);
    }
}

int terminal_control(int fd, enum terminal_claim claim)
{
    int result = ioctl(fd, TIOCSCTTY, 0);
    if (result < 0 && errno == EPERM && claim == TERMINAL_TAKE) {
        result = ioctl(fd, TIOCSCTTY, 1);
    }
    if (result < 0) {
        return -errno;
    }
    make_sane(fd);
    give_size(fd);
    return 0;
}

const char *terminal_type(const char *path)
{
    bool is_virtual = strncmp(path, "/dev/tty", 8) == 0 && isdigit((unsigned char)path[8]);
    return is_virtual ? "linux" : "vt220";
}
