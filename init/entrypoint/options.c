#include "entrypoint/options.h"

#include "base/nearest.h"

#include <stddef.h>
#include <string.h>

static enum option_result refuse(struct refusal *refusal, const char *sentence, const char *word,
                                 const char *expected)
{
    *refusal = (struct refusal){ .sentence = sentence, .word = word, .expected = expected };
    return OPTION_REFUSED;
}

static const struct option *find_letter(const struct persona *persona, char letter)
{
    for (unsigned i = 0; i < persona->options_count; i++) {
        if (letter != '\0' && persona->options[i].letter == letter) {
            return &persona->options[i];
        }
    }
    return NULL;
}

static const struct option *find_name(const struct persona *persona, const char *name, size_t len)
{
    for (unsigned i = 0; i < persona->options_count; i++) {
        const char *known = persona->options[i].name;
        if (known != NULL && strlen(known) == len && memcmp(known, name, len) == 0) {
            return &persona->options[i];
        }
    }
    return NULL;
}

static const char *nearest_name(const struct persona *persona, const char *name)
{
    struct nearest nearest = { .word = name };
    for (unsigned i = 0; i < persona->options_count; i++) {
        if (persona->options[i].name != NULL) {
            nearest_offer(&nearest, persona->options[i].name);
        }
    }
    return nearest.best;
}

/* One option with its value; WORD is how it was written. */
static enum option_result take(const struct option *option, const char *word, const char *value,
                               struct settings *settings, struct refusal *refusal)
{
    enum option_result result = option->take(settings, value);
    if (result == OPTION_REFUSED) {
        refuse(refusal, "option '%w' cannot be '%d'", word, option->value);
        refusal->value = value;
    }
    return result;
}

/* "--name", "--name=value" or "--name" "value". Advances *ARGV past what it used. */
static enum option_result take_name(const struct persona *persona, char ***argv, struct settings *settings,
                                    struct refusal *refusal)
{
    const char *word = *(*argv)++;
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const struct option *option = find_name(persona, name, len);
    if (option == NULL) {
        const char *nearest = nearest_name(persona, name);
        refuse(refusal, "unrecognized option '%w'", word, nearest == NULL ? persona->options_hint : NULL);
        refusal->nearest = nearest;
        return OPTION_REFUSED;
    }
    if (option->value == NULL) {
        return equals == NULL ? take(option, word, NULL, settings, refusal)
                              : refuse(refusal, "option '%w' takes no value", word, NULL);
    }
    const char *value = equals == NULL ? **argv : equals + 1;
    if (value == NULL) {
        return refuse(refusal, "option '%w' needs a value", word, option->value);
    }
    if (equals == NULL) {
        (*argv)++;
    }
    return take(option, word, value, settings, refusal);
}

/* "-v", "-vvg", "-r15:12" or "-r" "15:12". */
static enum option_result take_letters(const struct persona *persona, char ***argv, struct settings *settings,
                                       struct refusal *refusal)
{
    const char *word = *(*argv)++;
    for (const char *at = word + 1; *at != '\0'; at++) {
        const struct option *option = find_letter(persona, *at);
        if (option == NULL) {
            return refuse(refusal, "unrecognized option '%w'", word, persona->options_hint);
        }
        const char *value = NULL;
        if (option->value != NULL) {
            value = at[1] != '\0' ? at + 1 : *(*argv);
            if (value == NULL) {
                return refuse(refusal, "option '%w' needs a value", word, option->value);
            }
            if (at[1] == '\0') {
                (*argv)++;
            }
        }
        enum option_result result = take(option, word, value, settings, refusal);
        if (result != OPTION_TAKEN || value != NULL) {
            return result;
        }
    }
    return OPTION_TAKEN;
}

/* The value of NAME in ENVIRONMENT, or NULL. */
static const char *value_of(char **environment, const char *name)
{
    size_t len = strlen(name);
    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=') {
            return *environment + len + 1;
        }
    }
    return NULL;
}

static enum option_result take_variables(const struct persona *persona, char **environment,
                                         bool before_options, struct settings *settings,
                                         struct refusal *refusal)
{
    for (unsigned i = 0; i < persona->variables_count; i++) {
        const struct variable *variable = &persona->variables[i];
        if (variable->before_options != before_options) {
            continue;
        }
        const char *value = value_of(environment, variable->name);
        if (value != NULL && variable->take(settings, value) == OPTION_REFUSED) {
            refuse(refusal, "the environment variable %w cannot be '%d'", variable->name, variable->value);
            refusal->value = value;
            return OPTION_REFUSED;
        }
    }
    return OPTION_TAKEN;
}

/* The options up to the program, where *ARGV points in the end. */
static enum option_result take_options(const struct persona *persona, char ***argv, struct settings *settings,
                                       struct refusal *refusal)
{
    while (**argv != NULL && (**argv)[0] == '-' && (**argv)[1] != '\0') {
        if (strcmp(**argv, "--") == 0) {
            (*argv)++;
            return OPTION_TAKEN;
        }
        enum option_result result = (**argv)[1] == '-' ? take_name(persona, argv, settings, refusal)
                                                       : take_letters(persona, argv, settings, refusal);
        if (result != OPTION_TAKEN) {
            return result;
        }
    }
    return OPTION_TAKEN;
}

enum option_result options_read(const struct persona *persona, char **argv, char **environment,
                                struct settings *settings, struct refusal *refusal)
{
    *settings = persona->settings;
    *refusal = (struct refusal){ 0 };
    if (*argv != NULL) {
        argv++; /* its own name */
    }
    enum option_result result = take_variables(persona, environment, true, settings, refusal);
    if (result == OPTION_TAKEN) {
        result = take_options(persona, &argv, settings, refusal);
    }
    if (result == OPTION_TAKEN) {
        result = take_variables(persona, environment, false, settings, refusal);
    }
    if (result != OPTION_TAKEN) {
        return result;
    }
    if (settings->pause && *argv != NULL) {
        return refuse(refusal, "with --pause no program is run, so '%w' has no place", *argv, NULL);
    }
    if (!settings->pause && *argv == NULL) {
        return refuse(refusal, "no program was named", NULL, persona->usage);
    }
    settings->program = settings->pause ? NULL : argv;
    return OPTION_TAKEN;
}
