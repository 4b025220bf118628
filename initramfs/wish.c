/*
 * wish: grants wishes in an order that does not depend on theirs. Relies on image to settle two for one
 * name and on closure for what programs need.
 */
#include "wish.h"

#include <stdlib.h>
#include <string.h>

#include "closure.h"
#include "mem.h"

void wish_add(struct wishes *wishes, const struct wish *wish)
{
    wishes->list = mem_room(wishes->list, wishes->count, &wishes->room, sizeof(*wishes->list));
    wishes->list[wishes->count++] = *wish;
}

/* A link's own name may lead through another link, whose name then is the beginning of it. */
static int compare_paths(const void *a, const void *b)
{
    return strcmp((*(const struct wish *const *)a)->path, (*(const struct wish *const *)b)->path);
}

static void grant_links(const struct wishes *wishes, struct image *image)
{
    const struct wish **links = mem_new((wishes->count + 1) * sizeof(struct wish *));
    size_t count = 0;

    for (size_t i = 0; i < wishes->count; i++) {
        if (S_ISLNK(wishes->list[i].what.mode))
            links[count++] = &wishes->list[i];
    }
    qsort(links, count, sizeof(struct wish *), compare_paths);
    for (size_t i = 0; i < count; i++)
        image_put(image, links[i]->path, &links[i]->what, links[i]->rank, links[i]->place);
}

void wish_grant(const struct wishes *wishes, struct image *image, const struct roots *roots)
{
    struct node **nodes = mem_new((wishes->count + 1) * sizeof(struct node *));

    grant_links(wishes, image);
    for (size_t i = 0; i < wishes->count; i++) {
        const struct wish *wish = &wishes->list[i];

        if (!S_ISLNK(wish->what.mode) && !wish->root)
            nodes[i] = image_put(image, wish->path, &wish->what, wish->rank, wish->place);
    }
    for (size_t i = 0; i < wishes->count; i++) {
        const struct wish *wish = &wishes->list[i];

        if (wish->root)
            nodes[i] = image_put_like(image, wish->root, wish->path, &wish->what, wish->rank, wish->place);
    }
    for (size_t i = 0; i < wishes->count; i++) {
        if (nodes[i] && wishes->list[i].kind == WISH_ELF)
            closure_add(image, roots, nodes[i], CLOSURE_STRICT, wishes->list[i].place);
    }
    for (size_t i = 0; i < wishes->count; i++) {
        if (nodes[i] && wishes->list[i].kind == WISH_TREE && S_ISREG(wishes->list[i].what.mode))
            closure_add(image, roots, nodes[i], CLOSURE_TREE, wishes->list[i].place);
    }
}
