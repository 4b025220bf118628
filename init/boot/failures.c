#include "boot/failures.h"

void failures_add(struct failures *f, const char *what, int error, const char *advice)
{
    if (f->first == 0) {
        f->first = error;
    }
    f->tell(f->who, what, error, advice);
}
