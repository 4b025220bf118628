#include "base/libcap.h"

/* libcap exports it and declares it nowhere; it does nothing the second time. */
extern void _libcap_initialize(void);

void libcap_begin(void)
{
    _libcap_initialize();
}
