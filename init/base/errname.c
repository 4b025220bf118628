#include "base/errname.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    int err;
    const char *name;
    const char *words;
} rows[] = {
    { EPERM, "EPERM", "operation not permitted" },
    { ENOENT, "ENOENT", "no such file or directory" },
    { ESRCH, "ESRCH", "no such process" },
    { EINTR, "EINTR", "interrupted" },
    { EIO, "EIO", "input/output error" },
    { ENXIO, "ENXIO", "no such device" },
    { E2BIG, "E2BIG", "arguments and environment are too long" },
    { ENOEXEC, "ENOEXEC", "not in a format this kernel can execute" },
    { EBADF, "EBADF", "bad file descriptor" },
    { ECHILD, "ECHILD", "no child processes" },
    { EAGAIN, "EAGAIN", "resource temporarily unavailable" },
    { ENOMEM, "ENOMEM", "out of memory" },
    { EACCES, "EACCES", "permission denied" },
    { EFAULT, "EFAULT", "bad address" },
    { ENOTBLK, "ENOTBLK", "not a block device" },
    { EBUSY, "EBUSY", "device or resource busy" },
    { EEXIST, "EEXIST", "file exists" },
    { EXDEV, "EXDEV", "on another filesystem" },
    { ENODEV, "ENODEV", "not known to this kernel" },
    { ENOTDIR, "ENOTDIR", "not a directory" },
    { EISDIR, "EISDIR", "is a directory" },
    { EINVAL, "EINVAL", "invalid argument" },
    { ENFILE, "ENFILE", "too many open files in the system" },
    { EMFILE, "EMFILE", "too many open files" },
    { ENOTTY, "ENOTTY", "not a terminal" },
    { ETXTBSY, "ETXTBSY", "the program file is being written" },
    { EFBIG, "EFBIG", "file too large" },
    { ENOSPC, "ENOSPC", "no space left" },
    { ESPIPE, "ESPIPE", "cannot seek" },
    { EROFS, "EROFS", "read-only filesystem" },
    { EMLINK, "EMLINK", "too many links" },
    { EPIPE, "EPIPE", "broken pipe" },
    { ERANGE, "ERANGE", "out of range" },
    { EDEADLK, "EDEADLK", "would deadlock" },
    { ENAMETOOLONG, "ENAMETOOLONG", "name too long" },
    { ENOSYS, "ENOSYS", "not implemented by this kernel" },
    { ENOTEMPTY, "ENOTEMPTY", "directory not empty" },
    { ELOOP, "ELOOP", "too many levels of links" },
    { ENODATA, "ENODATA", "no data" },
    { ETIME, "ETIME", "timer expired" },
    { EBADMSG, "EBADMSG", "malformed" },
    { EOVERFLOW, "EOVERFLOW", "value too large" },
    { ELIBBAD, "ELIBBAD", "the ELF interpreter is damaged" },
    { EILSEQ, "EILSEQ", "invalid bytes" },
    { EMSGSIZE, "EMSGSIZE", "message too long" },
    { EPROTO, "EPROTO", "protocol error" },
    { EOPNOTSUPP, "EOPNOTSUPP", "not supported" },
    { EADDRINUSE, "EADDRINUSE", "address in use" },
    { ECONNRESET, "ECONNRESET", "connection reset" },
    { ENOBUFS, "ENOBUFS", "no buffer space" },
    { ENOTCONN, "ENOTCONN", "not connected" },
    { ETIMEDOUT, "ETIMEDOUT", "timed out" },
    { ECONNREFUSED, "ECONNREFUSED", "connection refused" },
    { EALREADY, "EALREADY", "already under way" },
    { ESTALE, "ESTALE", "stale file handle" },
    { EUCLEAN, "EUCLEAN", "damaged structure" },
    { EDQUOT, "EDQUOT", "quota exceeded" },
    { ECANCELED, "ECANCELED", "cancelled" },
    { EKEYREJECTED, "EKEYREJECTED", "key rejected" },
    { ENOKEY, "ENOKEY", "required key not available" },
    { EUSERS, "EUSERS", "too many users" },
};

static int row_of(int err)
{
    if (err < 0) {
        err = -err;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].err == err) {
            return (int)i;
        }
    }
    return -1;
}

const char *errname(int err)
{
    int row = row_of(err);
    return row < 0 ? "errno" : rows[row].name;
}

const char *errname_words(int err)
{
    int row = row_of(err);
    return row < 0 ? "" : rows[row].words;
}
