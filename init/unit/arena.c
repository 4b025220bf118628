#include "unit/arena.h"

#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ARENA_LEAST = 4 << 20, EXIT_REFUSED = 125 };

int arena_open(struct arena *a, size_t size)
{
    for (; size >= ARENA_LEAST; size /= 2) {
        void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                        0);
        if (at != MAP_FAILED) {
            *a = (struct arena){ .at = at, .size = size };
            return 0;
        }
    }
    return -ENOMEM;
}

void arena_close(struct arena *a)
{
    if (a->at != NULL) {
        munmap(a->at, a->size);
    }
    *a = (struct arena){ 0 };
}

void *arena_take(struct arena *a, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size > a->size - a->used) {
        static const char full[] = "unit files: they do not fit into memory\n";
        (void)fd_write_all(2, full, sizeof full - 1);
        _exit(EXIT_REFUSED);
    }
    char *at = a->at + a->used;
    a->used += size;
    return at;
}

char *arena_string(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_take(a, n + 1);
    memcpy(copy, s, n);
    return copy;
}

void *vec_add(struct arena *a, struct vec *v, size_t size)
{
    if (v->count == v->room) {
        uint32_t room = v->room == 0 ? 8 : v->room * 2;
        void *at = arena_take(a, room * size);
        if (v->count > 0) {
            memcpy(at, v->at, v->count * size);
        }
        v->at = at;
        v->room = room;
    }
    char *element = (char *)v->at + v->count * size;
    v->count++;
    memset(element, 0, size);
    return element;
}
