#include "base/glob.h"

#include <stddef.h>
#include <string.h>

bool glob_is_one(const char *pattern)
{
    return strpbrk(pattern, "*?[") != NULL;
}

/*
 * "[…]" at SET, which stands behind the bracket: whether C is in it. *END is behind the closing bracket; NULL when there is
 * none, and the bracket is an ordinary character.
 */
static bool in_set(const char *set, char c, const char **end)
{
    bool negated = *set == '!' || *set == '^';
    bool found = false;
    const char *s = set + (negated ? 1 : 0);
    const char *first = s;
    for (; *s != '\0' && (*s != ']' || s == first); s++) {
        if (s[1] == '-' && s[2] != '\0' && s[2] != ']') {
            found = found ||
                    ((unsigned char)*s <= (unsigned char)c && (unsigned char)c <= (unsigned char)s[2]);
            s += 2;
        } else {
            found = found || *s == c;
        }
    }
    *end = *s == ']' ? s + 1 : NULL;
    return found != negated;
}

/* One character of PATTERN, which is not "*", against C. *NEXT is what follows it. */
static bool matches_one(const char *pattern, char c, char apart, const char **next)
{
    *next = pattern + 1;
    if (*pattern == '?') {
        return c != apart;
    }
    if (*pattern == '[' && c != apart) {
        const char *end;
        bool found = in_set(pattern + 1, c, &end);
        if (end != NULL) {
            *next = end;
            return found;
        }
    }
    if (*pattern == '\\' && pattern[1] != '\0') {
        pattern++;
        *next = pattern + 1;
    }
    return *pattern == c;
}

bool glob_matches(const char *pattern, const char *text, char apart)
{
    const char *star = NULL; /* behind the last "*", and where in the text it was tried last: no recursion */
    const char *tried = text;
    while (*text != '\0') {
        const char *next;
        if (*pattern == '*') {
            star = ++pattern;
            tried = text;
        } else if (*pattern != '\0' && matches_one(pattern, *text, apart, &next)) {
            pattern = next;
            text++;
        } else if (star != NULL && (*tried != apart || apart == '\0')) {
            pattern = star;
            text = ++tried;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}
