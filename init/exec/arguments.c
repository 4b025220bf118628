#include "exec/arguments.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Takes the next word off *AT into WORD, which has room for all of *AT; false when there is none. Quotes may begin
 * and end anywhere in it; a backslash keeps the character behind it, within quotes too. What is not closed
 * ends with the value: a service should not fail for want of a quote in its variable.
 */
static bool next_word(const char **at, char *word)
{
    const char *s = *at;
    char quote = '\0';
    while (is_space(*s)) {
        s++;
    }
    if (*s == '\0') {
        return false;
    }
    for (; *s != '\0' && (quote != '\0' || !is_space(*s)); s++) {
        if (*s == '\\') {
            if (s[1] == '\0') {
                continue;
            }
            s++;
            *word++ = *s;
        } else if (quote != '\0' ? *s == quote : *s == '"' || *s == '\'') {
            quote = quote == '\0' ? *s : '\0';
        } else {
            *word++ = *s;
        }
    }
    *word = '\0';
    *at = s;
    return true;
}

/* "$NAME" as a word of its own. */
static int add_split(const char *value, struct vector *out)
{
    int result = 0;
    while (result == 0) {
        char *word = malloc(strlen(value) + 1);
        if (word == NULL) {
            return -ENOMEM;
        }
        if (!next_word(&value, word)) {
            free(word);
            break;
        }
        result = vector_add(out, word);
    }
    return result;
}

/* A piece of a word: LEN bytes at TEXT stand for the next TAKEN bytes of it. */
struct piece {
    const char *text;
    size_t len;
    size_t taken;
};

/* "${A:-x}" and its relatives are no variables here, and what is never closed is text too. */
static struct piece braced(const char *word, const struct vector *environment)
{
    size_t len = strcspn(word + 2, "}:");
    if (word[2 + len] == '}') {
        const char *value = vector_value(environment, word + 2, len);
        return (struct piece){ .text = value, .len = value == NULL ? 0 : strlen(value), .taken = len + 3 };
    }
    size_t all = word[2 + len] == '\0' ? len + 2 : len + 3;
    return (struct piece){ .text = word, .len = all, .taken = all };
}

static struct piece next_piece(const char *word, const struct vector *environment)
{
    if (word[0] == '$' && word[1] == '{') {
        return braced(word, environment);
    }
    if (word[0] == '$' && word[1] == '$') {
        return (struct piece){ .text = word, .len = 1, .taken = 2 };
    }
    return (struct piece){ .text = word, .len = 1, .taken = 1 };
}

/* Writes WORD with its variables replaced to OUT, if there is one. The bytes that takes, with the NUL. */
static size_t replace(const char *word, const struct vector *environment, char *out)
{
    size_t size = 0;
    while (*word != '\0') {
        struct piece piece = next_piece(word, environment);
        if (out != NULL && piece.len > 0) {
            memcpy(out + size, piece.text, piece.len);
        }
        size += piece.len;
        word += piece.taken;
    }
    if (out != NULL) {
        out[size] = '\0';
    }
    return size + 1;
}

int arguments_expand(const char *word, const struct vector *environment, struct vector *out)
{
    if (word[0] == '$' && word[1] != '{' && word[1] != '$') {
        const char *value = vector_value(environment, word + 1, strlen(word + 1));
        return value == NULL ? 0 : add_split(value, out);
    }
    if (strchr(word, '$') == NULL) {
        return vector_add(out, word);
    }
    char *text = malloc(replace(word, environment, NULL));
    if (text == NULL) {
        return -ENOMEM;
    }
    replace(word, environment, text);
    return vector_add(out, text);
}
