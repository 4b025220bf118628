/*
 * command: ExecStart= and its like, systemd.service(5) "Command Lines": prefixes, words, ";" between commands.
 *
 * Specifiers are replaced here, after the words are apart, so that no value can become two words. Variables
 * are the child's matter: the loader only marks that there are some.
 */
#include "unit/value.h"

#include "unit/finding.h"
#include "unit/specifier.h"
#include "unit/word.h"

#include <string.h>

/* The arguments of one command, each terminated, one behind the other. */
struct argv {
    char *at;
    size_t size;
    size_t room;
    uint32_t argc;
    bool variables;
};

static void add_argument(struct assignment *a, struct argv *argv, const char *word)
{
    size_t n = strlen(word) + 1;
    if (argv->size + n > argv->room) {
        size_t room = (argv->size + n) * 2;
        char *at = arena_take(&a->loader->arena, room);
        if (argv->size > 0) {
            memcpy(at, argv->at, argv->size);
        }
        argv->at = at;
        argv->room = room;
    }
    memcpy(argv->at + argv->size, word, n);
    argv->size += n;
    argv->argc++;
    argv->variables = argv->variables || strchr(word, '$') != NULL;
}

/* The prefixes of WORD, each at most once, "+", "!" and "!!" excluding each other. */
static char *take_prefixes(char *word, uint8_t *flags)
{
    const uint8_t privilege = COMMAND_PRIVILEGED | COMMAND_NO_SETUID;
    bool ambient =
        false; /* "!!": as "!" where there are ambient capabilities, and Linux has them since 4.3 */
    for (;; word++) {
        uint8_t had = *flags;
        if (*word == '-' && (had & COMMAND_MAY_FAIL) == 0) {
            *flags |= COMMAND_MAY_FAIL;
        } else if (*word == '@' && (had & COMMAND_ARGV0) == 0) {
            *flags |= COMMAND_ARGV0;
        } else if (*word == ':' && (had & COMMAND_LITERAL) == 0) {
            *flags |= COMMAND_LITERAL;
        } else if (*word == '+' && (had & privilege) == 0 && !ambient) {
            *flags |= COMMAND_PRIVILEGED;
        } else if (*word == '!' && (had & privilege) == 0 && !ambient) {
            *flags |= COMMAND_NO_SETUID;
        } else if (*word == '!' && (had & COMMAND_NO_SETUID) != 0 && !ambient) {
            *flags &= (uint8_t)~COMMAND_NO_SETUID;
            ambient = true;
        } else {
            return word;
        }
    }
}

/* A word of its own that is ";": N bytes of it were read when it is one, else 0. */
static bool is_lone(const char *s, const char *what)
{
    size_t n = strlen(what);
    return strncmp(s, what, n) == 0 && (s[n] == '\0' || word_is_blank(s[n]));
}

static void skip_blanks(struct words *words, size_t n)
{
    words->at += n;
    while (word_is_blank(*words->at)) {
        words->at++;
    }
}

static bool next_word(const struct assignment *a, struct words *words, char **word)
{
    words->unknown_escape = false;
    int r = word_next(words, WORD_UNQUOTE | WORD_UNESCAPE, word);
    if (r < 0) {
        finding_value(a, "a quote is not closed in ", words->at, NULL);
    } else if (words->unknown_escape) {
        finding_add(a, FINDING_WARNING, "an unknown escape is kept as it is written: ", *word, NULL);
    }
    return r > 0;
}

/* The program's path, checked; NULL with a finding. */
static char *take_path(const struct assignment *a, const char *word)
{
    const char *expanded = specifier_expand(a, word, false);
    if (expanded == NULL) {
        return NULL;
    }
    char *path = arena_string(&a->loader->arena, expanded, strlen(expanded));
    size_t n = strlen(path);
    for (const char *c = path; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '"' || *c == '\'' || *c == '\\') {
            finding_value(a, "the program's name has a character that cannot be in one: ", path, NULL);
            return NULL;
        }
    }
    if (n == 0) {
        finding_value(a, "there is no program in this command", NULL);
        return NULL;
    }
    if (path[n - 1] == '/') {
        finding_value(a, path, " is a folder, not a program", NULL);
        return NULL;
    }
    if (path[0] != '/' && (strchr(path, '/') != NULL || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)) {
        finding_value(a, path, ": a program is named by its absolute path, or by a bare name", NULL);
        return NULL;
    }
    return path;
}

/* What follows the program, up to a lone ";" or the end. False: the line is wrong. */
static bool take_arguments(struct assignment *a, struct words *words, struct argv *argv, bool *semicolon)
{
    char *word;
    while (*words->at != '\0') {
        if (is_lone(words->at, ";")) {
            skip_blanks(words, 1);
            *semicolon = true;
            break;
        }
        if (is_lone(words->at, "\\;")) {
            skip_blanks(words, 2);
            add_argument(a, argv, ";");
            continue;
        }
        if (!next_word(a, words, &word)) {
            return false;
        }
        const char *argument = specifier_expand(a, word, false);
        if (argument == NULL) {
            return false;
        }
        add_argument(a, argv, argument);
    }
    if (argv->argc == 0 || argv->at[0] == '\0') {
        finding_value(a, "the command has no name to give to the program", NULL);
        return false;
    }
    return true;
}

/* One command at WORDS. False: the whole line ends here. */
static bool take_command(struct assignment *a, struct words *words, bool *semicolon)
{
    char *word;
    *semicolon = false;
    if (is_lone(words->at, ";")) {
        skip_blanks(words, 1);
        *semicolon = true;
        return true;
    }
    uint8_t flags = 0;
    a->vital =
        false; /* systemd ignores a line that begins with such a word; what is wrong later is worse to it */
    if (!next_word(a, words, &word)) {
        return false;
    }
    word = take_prefixes(word, &flags);
    a->vital = (flags & COMMAND_MAY_FAIL) == 0;
    char *path = take_path(a, word);
    if (path == NULL) {
        return false;
    }
    struct argv argv = { 0 };
    if ((flags & COMMAND_ARGV0) == 0) {
        add_argument(a, &argv, path);
    }
    argv.variables = false; /* the program itself is never a variable */
    if (!take_arguments(a, words, &argv, semicolon)) {
        return false;
    }
    if (path[0] == '/') {
        (void)value_is_path(path, true); /* "//" and "/./" go */
    } else {
        flags |= COMMAND_SEARCH;
    }
    flags |= argv.variables && (flags & COMMAND_LITERAL) == 0 ? COMMAND_VARIABLES : 0;
    struct draft_command *c = vec_add(&a->loader->arena, &a->service->commands, sizeof *c);
    *c = (struct draft_command){
        .path = path,
        .argv = argv.at,
        .argv_size = (uint32_t)argv.size,
        .argc = argv.argc,
        .phase = (uint8_t)a->row->which,
        .flags = flags,
    };
    return true;
}

static void reset(struct assignment *a)
{
    struct vec *commands = &a->service->commands;
    struct draft_command *all = commands->at;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < commands->count; i++) {
        if (all[i].phase != a->row->which) {
            all[kept++] = all[i];
        }
    }
    commands->count = kept;
}

void value_command(struct assignment *a, char *value)
{
    struct words words = { .at = value };
    bool semicolon;
    if (*value == '\0') {
        reset(a);
        return;
    }
    do {
        if (!take_command(a, &words, &semicolon)) {
            return;
        }
    } while (semicolon && *words.at != '\0');
}
