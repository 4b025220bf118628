/*
 * The entrypoint's options and environment, whatever they say: the input's first line names a persona, each line that
 * begins with "$" is a variable, and all others are arguments. Run it with -close_fd_mask=2: refusals are said.
 *
 * What is taken keeps the promises of settings.h, is the same when it is read again, and does not depend on whether a
 * "--" stands before the program; what is refused has a sentence.
 */
#include "base/clock.h"
#include "entrypoint/entrypoint.h"
#include "entrypoint/options.h"
#include "entrypoint/say.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS = 64 };

struct list {
    char *at[WORDS + 2]; /* NULL-terminated */
    unsigned count;
};

static const struct persona *const personas[] = { &persona_primer, &persona_tini, &persona_dumb_init,
                                                  &persona_catatonit };

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static const struct persona *find_persona(const char *name)
{
    for (unsigned i = 1; i < sizeof personas / sizeof personas[0]; i++) {
        if (strcmp(personas[i]->name, name) == 0) {
            return personas[i];
        }
    }
    return personas[0];
}

static void add(struct list *list, char *word)
{
    if (list->count < WORDS) {
        list->at[list->count++] = word;
    }
}

static void check_taken(const struct settings *s, char **argv, char **end)
{
    for (int signo = 1; signo <= SIGNAL_LAST; signo++) {
        require(s->signal_map[signo] >= MAP_DROPPED && s->signal_map[signo] <= SIGNAL_LAST);
    }
    for (unsigned status = 0; status < 256; status++) {
        require(s->exit_map[status] <= 256);
    }
    require(s->signal_map[0] == 0);
    require(s->stop_signal >= 1 && s->stop_signal <= SIGNAL_LAST);
    require(s->parent_death <= SIGNAL_LAST);
    require(s->pause ? s->program == NULL : s->program > argv && s->program < end);
    require(s->user == NULL || *s->user != '\0');
    require(s->directory == NULL || *s->directory != '\0');
}

/* All but the place of the program. */
static bool are_same(struct settings *a, struct settings *b)
{
    return memcmp(a->signal_map, b->signal_map, sizeof a->signal_map) == 0 &&
           memcmp(a->exit_map, b->exit_map, sizeof a->exit_map) == 0 && a->group == b->group &&
           a->no_stop == b->no_stop && a->stop_bounded == b->stop_bounded &&
           a->stop_signal == b->stop_signal && a->stop_timeout_ns == b->stop_timeout_ns &&
           a->wait == b->wait && a->pause == b->pause && a->user == b->user && a->caps == b->caps &&
           a->directory == b->directory && a->no_new_privs == b->no_new_privs &&
           a->parent_death == b->parent_death && a->session == b->session && a->suspend == b->suspend &&
           a->subreaper == b->subreaper && a->explain == b->explain && a->verbose == b->verbose &&
           a->name_reaped == b->name_reaped;
}

/* With a "--" before the program everything means the same, if none is there already. */
static void check_dashes(const struct persona *persona, const struct list *argv, struct list *environment,
                         struct settings *taken)
{
    struct settings settings;
    struct refusal refusal;
    struct list with = { 0 };
    char dashes[] = "--";
    unsigned program = (unsigned)(taken->program - argv->at);
    if (strcmp(argv->at[program - 1], "--") == 0) {
        return;
    }
    for (unsigned i = 0; i < argv->count; i++) {
        if (i == program) {
            with.at[with.count++] = dashes;
        }
        with.at[with.count++] = argv->at[i];
    }
    require(options_read(persona, with.at, environment->at, &settings, &refusal) == OPTION_TAKEN);
    require(are_same(taken, &settings) && settings.program == with.at + program + 1);
}

static void check(const struct persona *persona, struct list *argv, struct list *environment)
{
    struct settings settings;
    struct settings again;
    struct refusal refusal;
    enum option_result result = options_read(persona, argv->at, environment->at, &settings, &refusal);
    require(options_read(persona, argv->at, environment->at, &again, &refusal) == result);
    if (result == OPTION_TAKEN) {
        check_taken(&settings, argv->at, argv->at + argv->count);
        require(are_same(&settings, &again) && settings.program == again.program);
        if (!settings.pause) {
            check_dashes(persona, argv, environment, &settings);
        }
    } else if (result == OPTION_REFUSED) {
        require(refusal.sentence != NULL);
        say_refusal(persona, &refusal);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct list argv = { 0 };
    struct list environment = { 0 };
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line == '$') {
            add(&environment, line + 1);
        } else {
            add(&argv, line);
        }
    }
    if (argv.count > 0) {
        check(find_persona(argv.at[0]), &argv, &environment);
    }
    free(text);
    return 0;
}
