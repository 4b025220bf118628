#include "manage/request.h"

#include <errno.h>
#include <string.h>

int request_parse(char *line, size_t len, struct request *request)
{
    const char *words[REQUEST_WORDS + 1] = { NULL };
    unsigned count = 0;
    memset(request, 0, sizeof *request);
    line[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        bool first = i == 0 || line[i - 1] == '\0';
        if (line[i] == ' ') {
            line[i] = '\0';
        } else if (line[i] < 0x21 || line[i] > 0x7e || (first && count > REQUEST_WORDS)) {
            return -EINVAL;
        } else if (first) {
            words[count++] = line + i;
        }
    }
    if (count > 0 && strcmp(words[0], "1") != 0) {
        return -EPROTO;
    }
    if (count < 2) {
        return -EINVAL;
    }
    request->count = count - 1;
    memcpy(request->words, words + 1, request->count * sizeof words[0]);
    return 0;
}

bool request_has(const struct request *request, const char *word)
{
    for (unsigned i = 1; i < request->count; i++) {
        if (strcmp(request->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}
