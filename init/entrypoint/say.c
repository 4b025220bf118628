#include "entrypoint/say.h"

#include "base/errname.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 512, ANSWER = 4096, HELP_COLUMN = 28 };

static void write_line(int fd, struct text *t)
{
    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    if (t->cut) {
        t->at[t->len - 1] = '\n';
    }
    if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) {
        ssize_t n = write(fd, t->at, t->len);
        (void)n; /* nobody is left to be told */
    }
}

static void add_error(struct text *t, int error, bool capital)
{
    const char *words = errname_words(error);
    if (*words == '\0') {
        text_add(t, "errno ");
        text_i64(t, error);
    } else if (capital) {
        text_char(t, (char)(words[0] >= 'a' && words[0] <= 'z' ? words[0] - 'a' + 'A' : words[0]));
        text_add(t, words + 1);
    } else {
        text_add(t, words);
        text_add(t, " (");
        text_add(t, errname(error));
        text_char(t, ')');
    }
}

static void add_clause(struct text *t, const char *clause)
{
    if (clause != NULL && *clause != '\0') {
        text_add(t, ": ");
        text_add(t, clause);
    }
}

static void add_place(struct text *t, char place, const struct words *words)
{
    char name[12];
    switch (place) {
    case 'n': text_i64(t, words->n); break;
    case 'm': text_i64(t, words->m); break;
    case 's': text_add(t, signals_name((int)words->n, name)); break;
    case 't': text_add(t, signals_name((int)words->m, name)); break;
    case 'w': text_add(t, words->word == NULL ? "?" : words->word); break;
    case 'd': text_add(t, words->detail == NULL ? "" : words->detail); break;
    case 'x': add_error(t, words->error, false); break;
    case 'X': add_error(t, words->error, true); break;
    case 'h':
        add_clause(t, words->detail);
        add_clause(t, words->hint);
        break;
    default: text_char(t, place); break;
    }
}

static void add_sentence(struct text *t, const char *sentence, const struct words *words)
{
    for (; *sentence != '\0'; sentence++) {
        if (sentence[0] == '%' && sentence[1] != '\0') {
            add_place(t, *++sentence, words);
        } else {
            text_char(t, *sentence);
        }
    }
}

void say_plainly(const struct persona *persona, const char *sentence, struct words words)
{
    char line[LINE];
    struct text t = TEXT_OVER(line);
    text_add(&t, persona->prefix);
    add_sentence(&t, sentence, &words);
    text_char(&t, '\n');
    write_line(STDERR_FILENO, &t);
}

static const struct phrase_row *row_of(const struct life *life, enum phrase phrase)
{
    const struct phrase_row *row = &life->persona->phrases[phrase];
    return row->text == NULL ? &primer_phrases[phrase] : row;
}

bool says(const struct life *life, enum phrase phrase)
{
    return life->settings.verbose >= row_of(life, phrase)->verbose;
}

void say(const struct life *life, enum phrase phrase, struct words words)
{
    if (says(life, phrase)) {
        say_plainly(life->persona, row_of(life, phrase)->text, words);
    }
}

void say_refusal(const struct persona *persona, const struct refusal *refusal)
{
    char line[LINE];
    struct text t = TEXT_OVER(line);
    text_add(&t, persona->name);
    text_add(&t, ": ");
    add_sentence(&t, refusal->sentence, &(struct words){ .word = refusal->word, .detail = refusal->value });
    if (refusal->expected != NULL) {
        text_add(&t, ": it takes ");
        text_add(&t, refusal->expected);
    }
    if (refusal->nearest != NULL) {
        text_add(&t, " (did you mean --");
        text_add(&t, refusal->nearest);
        text_add(&t, "?)");
    }
    text_char(&t, '\n');
    write_line(STDERR_FILENO, &t);
}

static void add_option(struct text *t, const struct option *option)
{
    size_t begin = t->len;
    text_add(t, "  ");
    if (option->letter != '\0') {
        text_char(t, '-');
        text_char(t, option->letter);
        text_add(t, option->name == NULL ? "" : ", ");
    } else {
        text_add(t, "    ");
    }
    if (option->name != NULL) {
        text_add(t, "--");
        text_add(t, option->name);
    }
    if (option->value != NULL) {
        text_char(t, ' ');
        text_add_n(t, option->value, strcspn(option->value, ","));
    }
    do {
        text_char(t, ' ');
    } while (t->len - begin < HELP_COLUMN && !t->cut);
    text_add(t, option->help);
    text_char(t, '\n');
}

static void add_help(struct text *t, const struct persona *persona)
{
    text_add(t, "usage: ");
    text_add(t, persona->name);
    text_char(t, ' ');
    text_add(t, persona->usage);
    text_add(t, "\n\nStarts the program, forwards signals to it, reaps orphans, stops what is left over\n"
                "and ends with the program's status. Options stand before the program:\n\n");
    for (unsigned i = 0; i < persona->options_count; i++) {
        add_option(t, &persona->options[i]);
    }
    text_add(t, "\nEnvironment:\n\n");
    for (unsigned i = 0; i < persona->variables_count; i++) {
        text_add(t, "  ");
        text_add(t, persona->variables[i].name);
        text_add(t, ": ");
        text_add(t, persona->variables[i].value);
        text_char(t, '\n');
    }
    text_add(t, "\nThe manual page is primer(1).\n");
}

void say_answer(const struct persona *persona, enum option_result asked)
{
    char answer[ANSWER];
    struct text t = TEXT_OVER(answer);
    answer[0] = '\0';
    if (asked == OPTION_HELP) {
        add_help(&t, persona);
    } else if (asked == OPTION_LICENCE) {
        text_add(&t, "primer is free software under the MIT licence, which comes with its source.\n");
    } else {
        text_add(&t, persona->version);
        text_char(&t, '\n');
    }
    if (asked == OPTION_VERSION && persona->stands_for != NULL) {
        char line[LINE];
        struct text other = TEXT_OVER(line);
        line[0] = '\0';
        text_add(&other, persona->stands_for);
        text_char(&other, '\n');
        write_line(STDOUT_FILENO + STDERR_FILENO - persona->help_fd, &other);
    }
    write_line(persona->help_fd, &t);
}

/* The contexts of all tables of this life begin with its persona. */
static const struct persona *persona_of(const struct step_runner *runner)
{
    return *(const struct persona *const *)runner->context;
}

static bool tell_before(struct step_runner *runner, const struct step *step)
{
    char line[LINE];
    struct text t = TEXT_OVER(line);
    text_add(&t, persona_of(runner)->prefix);
    text_add(&t, step->name);
    text_add(&t, ": ");
    text_add(&t, step->why);
    text_add(&t, " - ");
    text_add(&t, step->page);
    text_char(&t, '\n');
    write_line(STDERR_FILENO, &t);
    return true;
}

static void tell_after(struct step_runner *runner, const struct step *step, int result)
{
    if (result == STEP_NOTHING) {
        say_plainly(persona_of(runner), "%w: nothing to do here", (struct words){ .word = step->name });
    } else if (result < 0) {
        say_plainly(persona_of(runner), "%w: failed: %x",
                    (struct words){ .word = step->name, .error = -result });
    }
}

const struct step_watch say_steps = { .before = tell_before, .after = tell_after };
