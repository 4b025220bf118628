#include "exec/vector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int grow(struct vector *v)
{
    if (v->fixed) {
        return -E2BIG;
    }
    size_t room = v->room * 2;
    const char **at = calloc(room, sizeof *at);
    if (at == NULL) {
        return -ENOMEM;
    }
    memcpy(at, v->at, v->count * sizeof *at);
    v->at = at; /* what it was before may be its owner's array: nothing to give back */
    v->room = room;
    return 0;
}

int vector_add(struct vector *v, const char *s)
{
    if (v->count + 1 >= v->room) {
        int result = grow(v);
        if (result < 0) {
            return result;
        }
    }
    v->at[v->count++] = s;
    v->at[v->count] = NULL;
    return 0;
}

/* Index of the variable, or v->count. */
static size_t find(const struct vector *v, const char *name, size_t len)
{
    size_t i = 0;
    while (i < v->count && (strncmp(v->at[i], name, len) != 0 || v->at[i][len] != '=')) {
        i++;
    }
    return i;
}

int vector_assign(struct vector *v, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        return -EINVAL;
    }
    size_t i = find(v, assignment, (size_t)(equals - assignment));
    if (i == v->count) {
        return vector_add(v, assignment);
    }
    v->at[i] = assignment;
    return 0;
}

const char *vector_value(const struct vector *v, const char *name, size_t len)
{
    size_t i = find(v, name, len);
    return i == v->count ? NULL : v->at[i] + len + 1;
}

void vector_unset(struct vector *v, const char *name_or_assignment)
{
    const char *equals = strchr(name_or_assignment, '=');
    size_t len = equals == NULL ? strlen(name_or_assignment) : (size_t)(equals - name_or_assignment);
    size_t i = find(v, name_or_assignment, len);
    if (i == v->count || (equals != NULL && strcmp(v->at[i], name_or_assignment) != 0)) {
        return;
    }
    memmove(&v->at[i], &v->at[i + 1], (v->count - i) * sizeof v->at[0]); /* with the NULL */
    v->count--;
}
