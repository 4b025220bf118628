/*
 * modules: the modules that modules-load.d(5) asks for, loaded with all that they need.
 *
 * The order is modprobe(8)'s. modules.dep(5) lists for each module all that it needs, the innermost last. Each of those,
 * and the module itself, may in turn have soft dependencies, before or behind, which may fail. Whatever happens is
 * remembered by name, so nothing is tried twice and a circle comes to an end. Never: runs a command, unloads.
 */
#include "boot/modules.h"

#include "base/fd.h"
#include "base/text.h"
#include "boot/conf.h"
#include "boot/modindex.h"
#include "boot/modprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/module.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MEMORY = 256 << 20, CMDLINE_MOST = 4096, PARAMETERS_MOST = 4096 };

static const char *const folders[] = { "/etc/modules-load.d",           "/run/modules-load.d",
                                       "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
                                       "/lib/modules-load.d",           NULL };
static const struct conf_place place = { .folders = folders, .last = "/etc/modules" };

struct tried {
    const char *name;
    const char *advice;
    int result;
};

struct loading {
    struct arena arena;
    const char *root;
    char *cmdline;
    const struct modules_kernel *kernel;
    struct failures *failures;
    struct modindex index;
    struct modprobe probe;
    const char *aliases; /* modules.alias below the root */
    struct vec tried;    /* struct tried */
    unsigned asked;
    bool open;              /* the index could be read */
    const char *wanted;     /* the module that was asked for */
    const char *parameters; /* that were given with it */
    const char *culprit;    /* the module that failed last */
    const char *advice;     /* and what to do about it */
};

/* --- one file ---------------------------------------------------------------------------------------------- */

static bool is_packed(const char *path)
{
    const char *end = strrchr(path, '.');
    return end != NULL && (strcmp(end, ".gz") == 0 || strcmp(end, ".xz") == 0 || strcmp(end, ".zst") == 0);
}

int modules_insert(void *who, const char *path, const char *parameters)
{
    (void)who;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    int flags = is_packed(path) ? MODULE_INIT_COMPRESSED_FILE : 0;
    int result = syscall(SYS_finit_module, fd, parameters, flags) < 0 ? -errno : 0;
    close(fd);
    return result;
}

/* The kernel's errnos are few and mean much. */
static const char *advice(int error, const char *path)
{
    if (error == -ENOENT && access(path, F_OK) < 0) {
        return "modules.dep lists it, but its file is not there: was it packed?";
    }
    if ((error == -EOPNOTSUPP || error == -EINVAL) && is_packed(path)) {
        return "this kernel cannot unpack modules: unpack the file and run depmod(8)";
    }
    switch (error) {
    case -ENOENT:
        return "a symbol is missing: it was built beside another kernel, or depmod(8) has not run since";
    case -ENOEXEC: return "it was built for another kernel, or is damaged";
    case -EINVAL: return "the kernel does not take its parameters, or its file";
    case -ENODEV: return "the machine has not the device that it is for";
    case -EKEYREJECTED:
    case -ENOKEY: return "this kernel takes only modules that are signed with a key it knows";
    case -EPERM: return "loading modules is switched off, kernel.modules_disabled";
    default: return NULL;
    }
}

static int insert(struct loading *l, const char *name, const char *file)
{
    char parameters[PARAMETERS_MOST] = "";
    struct text t = TEXT_OVER(parameters);
    const struct rule *rule;
    for (uint32_t at = 0; (rule = modprobe_next(&l->probe, RULE_OPTIONS, name, &at)) != NULL;) {
        text_add(&t, t.len > 0 ? " " : "");
        text_add(&t, rule->text);
    }
    if (strcmp(name, l->wanted) == 0 && *l->parameters != '\0') {
        text_add(&t, t.len > 0 ? " " : "");
        text_add(&t, l->parameters);
    }
    const char *path = *file == '/' ? file : conf_join(&l->arena, l->index.folder, file, "");
    int result = t.cut ? -E2BIG : l->kernel->insert(l->kernel->who, path, parameters);
    l->advice = advice(result, path);
    return result == -EEXIST ? 0 : result;
}

/* --- with what belongs to it ------------------------------------------------------------------------------- */

static int load_any(struct loading *l, const char *name);

/* The soft dependencies of NAME behind "pre:" or "post:"; nobody minds when one fails. */
static void load_soft(struct loading *l, const char *name, const char *which)
{
    const struct rule *rule;
    for (uint32_t at = 0; (rule = modprobe_next(&l->probe, RULE_SOFTDEP, name, &at)) != NULL;) {
        char *words = arena_string(&l->arena, rule->text, strlen(rule->text));
        bool counts = false;
        for (char *word; (word = strsep(&words, " \t")) != NULL;) {
            size_t len = strlen(word);
            if (len > 0 && word[len - 1] == ':') {
                counts = strcmp(word, which) == 0;
            } else if (len > 0 && counts) {
                load_any(l, modname_copy(&l->arena, word, len));
            }
        }
    }
}

/* The number of NAME among what was tried, or the number behind the last. */
static uint32_t find_tried(const struct loading *l, const char *name)
{
    const struct tried *tried = l->tried.at;
    uint32_t i = 0;
    while (i < l->tried.count && strcmp(tried[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* The module NAME out of FILE, when all that it needs is there. 0 or -errno, and then it is the culprit. */
static int load_file(struct loading *l, const char *name, const char *file)
{
    uint32_t at = 0;
    uint32_t number = find_tried(l, name);
    if (number == l->tried.count) {
        ((struct tried *)vec_add(&l->arena, &l->tried, sizeof(struct tried)))->name = name;
        int result = -EOPNOTSUPP;
        if (modprobe_next(&l->probe, RULE_INSTALL, name, &at) == NULL) {
            load_soft(l, name, "pre:");
            result = insert(l, name, file);
        } else {
            l->advice = "modprobe.d has an install command for it, and primer runs none";
        }
        struct tried *tried = (struct tried *)l->tried.at + number;
        *tried = (struct tried){ .name = name, .advice = l->advice, .result = result };
        if (result == 0) {
            load_soft(l, name, "post:");
        }
    }
    const struct tried *tried = (const struct tried *)l->tried.at + number;
    if (tried->result < 0) {
        l->culprit = name;
        l->advice = tried->advice;
    }
    return tried->result;
}

/* The module NAME with all that it needs, from the innermost on. 1: there is no file of it. */
static int load(struct loading *l, const char *name)
{
    struct module_files files;
    if (!modindex_find(&l->index, name, &files)) {
        return 1;
    }
    while (*files.needs != '\0') {
        char *space = strrchr(files.needs, ' ');
        const char *file = space == NULL ? files.needs : space + 1;
        int result = *file == '\0' ? 0 : load_file(l, modname_of_path(&l->arena, file), file);
        if (result < 0) {
            return result;
        }
        *(space == NULL ? files.needs : space) = '\0';
    }
    return load_file(l, name, files.path);
}

/* --- by whatever name -------------------------------------------------------------------------------------- */

/* What is no file may be in the kernel itself. */
static int find_builtin(struct loading *l, const char *name)
{
    if (modindex_is_builtin(&l->index, name) || modindex_is_builtin_alias(&l->index, name)) {
        return 0;
    }
    l->culprit = name;
    l->advice = "there is no such module for this kernel";
    return -ENOENT;
}

/* What an alias stands for. Keeping modules from being loaded in this way is what a blacklist is for. */
static int load_target(struct loading *l, const char *target)
{
    uint32_t at = 0;
    const char *name = modname_copy(&l->arena, target, strlen(target));
    int result = modprobe_next(&l->probe, RULE_BLACKLIST, name, &at) != NULL ? 0 : load(l, name);
    return result == 1 ? find_builtin(l, name) : result;
}

/* All modules that say of themselves that NAME is an alias of theirs. 1: there is none. */
static int load_by_alias(struct loading *l, const char *name)
{
    static const char *const none[] = { NULL };
    const struct conf_place file = { .folders = none, .last = l->aliases };
    struct conf conf;
    int result = 1;
    conf_open(&conf, &l->arena, l->root, &file, l->failures);
    for (char *line; (line = conf_next(&conf)) != NULL;) {
        struct rule rule;
        if (modprobe_parse(&l->arena, line, &rule) == 0 && modprobe_fits(&rule, RULE_ALIAS, name)) {
            int one = load_target(l, rule.text);
            result = result < 0 ? result : one;
        }
    }
    return result;
}

/*
 * NAME may be what an alias of modprobe.d stands for, a module, what a module calls itself, or builtin; in this order, as
 * modprobe(8) has it: "crc32" is a file of the kernel's own, and what two modules offer to be.
 */
static int load_any(struct loading *l, const char *name)
{
    const struct rule *rule;
    uint32_t at = 0;
    int result = 1;
    while ((rule = modprobe_next(&l->probe, RULE_ALIAS, name, &at)) != NULL) {
        int one = load_target(l, rule->text);
        result = result < 0 ? result : one;
    }
    if (result == 1) {
        result = load(l, name);
    }
    if (result == 1) {
        result = load_by_alias(l, name);
    }
    return result == 1 ? find_builtin(l, name) : result;
}

/* --- who asks ---------------------------------------------------------------------------------------------- */

/* The index and the rules are read when the first module is asked for. */
static bool open_once(struct loading *l)
{
    if (l->asked > 0) {
        return l->open;
    }
    const char *release = l->kernel->release;
    int result = modindex_open(&l->index, &l->arena, l->root, release);
    if (result < 0) {
        failures_add(l->failures, release, result,
                     "/lib/modules has no modules.dep for this kernel: was it packed, did depmod(8) run?");
        return false;
    }
    const char *folder = conf_join(&l->arena, "/lib/modules/", release, "/");
    l->aliases = conf_join(&l->arena, folder, "modules.alias", "");
    modprobe_read(&l->probe, &l->arena, l->root, conf_join(&l->arena, folder, "modules.softdep", ""),
                  l->failures);
    modprobe_take_cmdline(&l->probe, l->cmdline);
    l->open = true;
    return true;
}

/* NAME of N bytes is asked for, with PARAMETERS. */
static void ask(struct loading *l, const char *name, size_t n, const char *parameters)
{
    uint32_t at = 0;
    bool open = open_once(l);
    l->asked++;
    if (!open) {
        return;
    }
    l->wanted = modname_copy(&l->arena, name, n);
    l->parameters = parameters;
    if (modprobe_next(&l->probe, RULE_BLACKLIST, l->wanted, &at) != NULL) {
        failures_add(l->failures, l->wanted, 0, "not loaded: modprobe.d has it on its blacklist");
        return;
    }
    int result = load_any(l, l->wanted);
    if (result < 0) {
        bool itself = strcmp(l->culprit, l->wanted) == 0;
        const char *what = itself ? l->wanted : conf_join(&l->arena, l->wanted, ": ", l->culprit);
        failures_add(l->failures, what, result, l->advice);
    }
}

/* modules-load=NAMES, rd.modules-load=NAMES; the kernel takes "-" and "_" for the same, and so do we. */
static void ask_word(void *who, const char *word, size_t n)
{
    struct loading *l = who;
    char *copy = arena_string(&l->arena, word, n);
    char *names = strchr(copy, '=');
    if (names == NULL) {
        return;
    }
    *names++ = '\0';
    const char *key = modname_copy(&l->arena, copy, strlen(copy));
    if (strcmp(key, "modules_load") == 0 || strcmp(key, "rd.modules_load") == 0) {
        for (char *name; (name = strsep(&names, ",")) != NULL;) {
            ask(l, name, strlen(name), "");
        }
    }
}

unsigned modules_load(const char *root, const struct modules_kernel *kernel, struct failures *failures)
{
    struct loading l = { .root = root, .kernel = kernel, .failures = failures };
    struct conf conf;
    int result = arena_open(&l.arena, MEMORY);
    if (result < 0) {
        failures_add(failures, "memory", result, NULL);
        return 0;
    }
    l.cmdline = arena_take(&l.arena, CMDLINE_MOST);
    (void)fd_read_file(AT_FDCWD, conf_join(&l.arena, root, "/proc/cmdline", ""), l.cmdline, CMDLINE_MOST);
    modprobe_each_word(l.cmdline, ask_word, &l);
    conf_open(&conf, &l.arena, root, &place, failures);
    for (const char *line; (line = conf_next(&conf)) != NULL;) {
        size_t n = strcspn(line, " \t");
        ask(&l, line, n, line + n + strspn(line + n, " \t"));
    }
    arena_close(&l.arena);
    return l.asked;
}
