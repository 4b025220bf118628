/*
 * list: one line for every name, in the order of the archive. What it writes is packed to the same bytes.
 */
#include "list.h"

#include "mem.h"

/* Lines with several names wait here for all of them. */
struct lister {
    FILE *out;
    struct image *image;
};

/* The other names of the file at FIRST, all of which come later. */
struct twin_search {
    FILE *out;
    const struct node *first;
};

static int list_twin(struct node *node, void *context)
{
    const struct twin_search *search = context;

    if (node != search->first && node->what.twins == search->first->what.twins) {
        fputc(' ', search->out);
        say_word(search->out, image_path(node));
    }
    return 0;
}

static int find_first(struct node *node, void *context)
{
    struct twin_search *search = context;

    if (node->what.twins != search->first->what.twins)
        return 0;
    search->first = node;
    return 1;
}

static void list_owner(FILE *out, const struct what *what)
{
    fprintf(out, " %03o %u %u", what->mode & 07777, what->uid, what->gid);
}

static void list_file(const struct lister *lister, const struct node *node)
{
    struct twin_search first = { .first = node }, others = { .out = lister->out, .first = node };

    if (node->what.twins) {
        image_each(lister->image, find_first, &first);
        if (first.first != node)
            return; /* that line has this name, too */
    }
    fputs("file ", lister->out);
    say_word(lister->out, image_path(node));
    fputc(' ', lister->out);
    say_word(lister->out, node->what.source);
    list_owner(lister->out, &node->what);
    if (node->what.twins)
        image_each(lister->image, list_twin, &others);
    fputc('\n', lister->out);
}

static const char *directive(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return "dir";
    case S_IFLNK: return "slink";
    case S_IFIFO: return "pipe";
    case S_IFSOCK: return "sock";
    default: return "nod";
    }
}

static int list_node(struct node *node, void *context)
{
    const struct lister *lister = context;
    const struct what *what = &node->what;

    if (S_ISREG(what->mode)) {
        list_file(lister, node);
        return 0;
    }
    fprintf(lister->out, "%s ", directive(what->mode));
    say_word(lister->out, image_path(node));
    if (S_ISLNK(what->mode)) {
        fputc(' ', lister->out);
        say_word(lister->out, what->target);
    }
    list_owner(lister->out, what);
    if (S_ISCHR(what->mode) || S_ISBLK(what->mode))
        fprintf(lister->out, " %c %u %u", S_ISBLK(what->mode) ? 'b' : 'c', what->major, what->minor);
    fputc('\n', lister->out);
    return 0;
}

void list_write(struct image *image, FILE *out)
{
    struct lister lister = { .out = out, .image = image };

    if (image->top.rank == RANK_SAID)
        list_node(&image->top, &lister);
    image_each(image, list_node, &lister);
}
