/*
 * closure: walks from a program to all it needs, as its loader will: breadth first, each library once, the
 * image before the roots, because what a manifest says goes before what is found. Relies on needs for what
 * files say and on search for where loaders look. Never runs a file.
 */
#include "closure.h"

#include <errno.h>
#include <libgen.h>
#include <string.h>

#include "mem.h"
#include "search.h"

/* One program, while what it needs is found. */
struct job {
    struct image *image;
    const struct roots *roots;
    enum closure_how how;
    struct place place;
    const char *loader; /* the program's, or NULL */

    struct object **objects; /* found so far, in the order of loading */
    size_t count, room;
};

struct node *closure_fetch(struct image *image, const struct roots *roots, const char *path, enum rank rank,
                           struct place place)
{
    const char *root;
    struct what what;
    char *real;

    if (roots_find_file(roots, path, &root, &real) < 0 || what_of_program(real, &what) < 0)
        return NULL;
    return image_put_like(image, root, path, &what, rank, place);
}

/* The file PATH in the image, put there if need be, with all that it needs; NULL when it is nowhere. */
static struct node *bring(const struct job *job, const char *path)
{
    struct node *node = path[0] == '/' ? image_find(job->image, path) : NULL;

    if (!node && path[0] == '/')
        node = closure_fetch(job->image, job->roots, path, RANK_FOUND, job->place);
    if (!node || !S_ISREG(node->what.mode))
        return NULL;
    closure_add(job->image, job->roots, node, job->how, job->place);
    return node;
}

static const char *roots_text(const struct roots *roots)
{
    const char *text = "";

    for (size_t i = 0; i < roots->count; i++)
        text = mem_text("%s%s%s", text, i ? ", " : "", roots->paths[i][0] ? roots->paths[i] : "/");
    return text;
}

/* --- scripts --- */

/* Where "env NAME" looks, as primer's services and most shells have it. */
static const char *const commands[] = {
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
};

static bool bring_command(const struct job *job, const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (bring(job, mem_text("%s/%s", commands[i], name)))
            return true;
    }
    return false;
}

/* The NAME in "#!/usr/bin/env [-S] [VARIABLE=…] NAME", or NULL. */
static const char *env_command(const struct needs *needs)
{
    const char *base = strrchr(needs->loader, '/');
    char *rest = NULL;

    if (!needs->word || !base || strcmp(base, "/env") != 0)
        return NULL;
    char *words = mem_string(needs->word, strlen(needs->word));
    for (char *word = strtok_r(words, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        if (word[0] != '-' && !strchr(word, '='))
            return word;
    }
    return NULL;
}

static void close_script(const struct job *job, const struct node *node, const struct needs *needs)
{
    const char *missing = NULL, *command = env_command(needs);

    if (!bring(job, needs->loader))
        missing = needs->loader;
    else if (command && command[0] == '/' ? !bring(job, command) : command && !bring_command(job, command))
        missing = command;
    if (!missing)
        return;
    if (job->how == CLOSURE_STRICT)
        say_error(job->place,
                  "the script %s is run by %s, which is not in the image and not in %s; install it, or name "
                  "another system's folder with --root",
                  node->what.source, missing, roots_text(job->roots));
    else
        say_warning(job->place, "the script %s is run by %s, which is not in the image and not in %s",
                    node->what.source, missing, roots_text(job->roots));
}

/* --- libraries --- */

static struct object *push(struct job *job, struct object object)
{
    struct object *copy = mem_new(sizeof(*copy));

    *copy = object;
    job->objects = mem_room(job->objects, job->count, &job->room, sizeof(struct object *));
    job->objects[job->count++] = copy;
    return copy;
}

/* Why the file at HOST is not the library that OBJECT needs, or NULL when it can be. */
static const char *misfit(const struct object *object, const char *host, const struct needs **needs)
{
    int result = needs_read(host, needs);

    if (result < 0)
        return strerror(-result);
    if ((*needs)->kind == FILE_BROKEN)
        return (*needs)->broken;
    if ((*needs)->kind != FILE_LIBRARY && (*needs)->kind != FILE_PROGRAM)
        return "it is no shared library";
    if (!abi_equal(&(*needs)->abi, &object->needs->abi))
        return mem_text("it is for %s", search_machine(&(*needs)->abi));
    return NULL;
}

/* What a search came to. */
struct finding {
    const char *looked; /* where, for a message */
    const char *misfit; /* what was there and of no use, or "" */
};

static bool found(struct job *job, const struct object *by, struct object object, struct finding *finding)
{
    const char *why = misfit(by, object.host, &object.needs);

    if (why) {
        finding->misfit = mem_text("%s (%s: %s)", finding->misfit, object.host, why);
        return false;
    }
    object.loader = by;
    push(job, object);
    return true;
}

/* Looks for the file PATH in the image, and sees whether it fits. */
static bool find_in_image(struct job *job, const struct object *by, struct object object,
                          struct finding *finding)
{
    struct node *node = image_find(job->image, object.path);

    if (!node || !S_ISREG(node->what.mode))
        return false;
    const char *root, *name = roots_name(job->roots, node->what.source, &root);
    object.host = node->what.source;
    object.moved = !name || strcmp(name, image_path(node)) != 0;
    return found(job, by, object, finding);
}

/* Looks for it on this host: beside the file that needs it, when HOST is given, then in the roots. */
static bool find_on_host(struct job *job, const struct object *by, struct object object, const char *host,
                         struct finding *finding)
{
    struct what what;

    if (image_find(job->image, object.path))
        return false; /* it was seen already, and does not fit */
    if (host && what_of_program(host, &what) == 0) {
        object.host = host;
        object.moved = true;
        if (found(job, by, object, finding))
            return image_put_like(job->image, NULL, object.path, &what, RANK_FOUND, job->place) != NULL;
    }
    for (size_t i = 0; i < job->roots->count; i++) {
        const char *root = job->roots->paths[i];
        char *real;

        if (root_find(root, object.path, true, &real) < 0 || what_of_program(real, &what) < 0)
            continue;
        object.host = real;
        object.moved = false;
        if (found(job, by, object, finding))
            return image_put_like(job->image, root, object.path, &what, RANK_FOUND, job->place) != NULL;
    }
    return false;
}

/* Finds the library NAME for the object BY and makes it the job's next object. */
static bool find_library(struct job *job, const struct object *by, const char *name, struct finding *finding)
{
    struct folders folders = { 0 };

    if (strchr(name, '/')) {
        struct object object = { .name = name, .path = name, .why = FOLDER_FILE };

        finding->looked = "that place";
        return name[0] == '/' &&
               (find_in_image(job, by, object, finding) || find_on_host(job, by, object, NULL, finding));
    }
    search_folders(job->roots, by, job->loader, &folders);
    for (size_t i = 0; i < folders.count; i++) {
        const struct folder *folder = &folders.list[i];
        struct object object = { .name = name,
                                 .path = mem_text("%s/%s", folder->path, name),
                                 .why = folder->why };

        finding->looked = mem_text("%s%s%s", finding->looked, i ? ", " : "", folder->path);
        if (find_in_image(job, by, object, finding))
            return true;
    }
    for (size_t i = 0; i < folders.count; i++) {
        const struct folder *folder = &folders.list[i];
        const char *host = folder->host ? mem_text("%s/%s", folder->host, name) : NULL;
        struct object object = { .name = name,
                                 .path = mem_text("%s/%s", folder->path, name),
                                 .why = folder->why };

        if (find_on_host(job, by, object, host, finding))
            return true;
    }
    return false;
}

/* A loader takes a library once, under whatever name it was needed first. */
static bool loaded(const struct job *job, const char *name)
{
    for (size_t i = 1; i < job->count; i++) {
        const struct object *object = job->objects[i];

        if (strcmp(object->name, name) == 0 ||
            (object->needs->soname && strcmp(object->needs->soname, name) == 0))
            return true;
    }
    return search_loader_is(job->loader, name);
}

static void tell_missing(const struct job *job, const struct object *by, const char *name,
                         const struct finding *finding)
{
    const struct object *program = job->objects[0];
    const char *via = by == program ? "" : mem_text(" (for %s)", program->host);

    if (job->how == CLOSURE_TREE && program->needs->kind == FILE_LIBRARY)
        say_warning(job->place, "%s%s needs %s, which is not in %s, neither in the image nor in %s%s",
                    by->host, via, name, finding->looked, roots_text(job->roots), finding->misfit);
    else
        say_error(job->place,
                  "%s%s needs %s, which is not in %s, neither in the image nor in %s%s; install it, or name "
                  "another system's folder with --root",
                  by->host, via, name, finding->looked, roots_text(job->roots), finding->misfit);
}

/* What was found through /etc/ld.so.conf is known to this host's loader by a cache. In the image there is
 * none, so a link makes it known in a folder that the loader looks in by itself: where it found another. */
static void link_configured(const struct job *job)
{
    const char *known = NULL;

    for (size_t i = 1; i < job->count && !known; i++) {
        if (job->objects[i]->why == FOLDER_LOADER)
            known = dirname(mem_string(job->objects[i]->path, strlen(job->objects[i]->path)));
    }
    for (size_t i = 1; i < job->count; i++) {
        const struct object *object = job->objects[i];
        const struct what link = { .mode = S_IFLNK | 0777, .target = object->path };
        const char *path = mem_text("%s/%s", known ? known : "/usr/lib", object->name);

        if (object->why == FOLDER_CONFIG && !image_find(job->image, path))
            image_put(job->image, path, &link, RANK_FOUND, job->place);
    }
}

static void close_libraries(struct job *job, struct node *node, const struct needs *needs)
{
    const char *root, *name = roots_name(job->roots, node->what.source, &root);
    const char *path = image_path(node);

    push(job, (struct object){ .needs = needs,
                               .path = path,
                               .host = node->what.source,
                               .moved = !name || strcmp(name, path) != 0 });
    for (size_t i = 0; i < job->count; i++) {
        const struct object *by = job->objects[i];

        for (size_t j = 0; j < by->needs->needed_count; j++) {
            struct finding finding = { .looked = "", .misfit = "" };

            if (!loaded(job, by->needs->needed[j]) && !find_library(job, by, by->needs->needed[j], &finding))
                tell_missing(job, by, by->needs->needed[j], &finding);
        }
    }
    link_configured(job);
}

static void close_program(struct job *job, struct node *node, const struct needs *needs)
{
    const char *config = search_loader_config(job->roots, needs->loader);

    job->loader = needs->loader;
    if (!bring(job, needs->loader)) {
        say_error(
            job->place,
            "%s is started by the loader %s, which is not in the image and not in %s; install it, or name "
            "another system's folder with --root",
            node->what.source, needs->loader, roots_text(job->roots));
        return;
    }
    if (config && !image_find(job->image, config))
        closure_fetch(job->image, job->roots, config, RANK_FOUND, job->place);
    close_libraries(job, node, needs);
}

void closure_add(struct image *image, const struct roots *roots, struct node *node, enum closure_how how,
                 struct place place)
{
    struct job job = { .image = image, .roots = roots, .how = how, .place = place };
    const struct needs *needs;

    if (node->closed || needs_read(node->what.source, &needs) < 0)
        return; /* what cannot be read is told when it is packed */
    node->closed = true;
    switch (needs->kind) {
    case FILE_DATA:
    case FILE_OBJECT: break;
    case FILE_LIBRARY: close_libraries(&job, node, needs); break;
    case FILE_PROGRAM: close_program(&job, node, needs); break;
    case FILE_SCRIPT:
        if (node->what.mode & 0111)
            close_script(&job, node, needs);
        break;
    case FILE_BROKEN:
        if (how == CLOSURE_STRICT)
            say_error(place,
                      "%s is a damaged ELF file: %s; build it again, or pack it as it is with \"file\"",
                      node->what.source, needs->broken);
        else
            say_warning(place, "%s begins like an ELF file, but %s", node->what.source, needs->broken);
        break;
    }
}
