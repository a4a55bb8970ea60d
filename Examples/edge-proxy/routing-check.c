/* Says of calls which version answers them, so that this host's routing can be held against vectors.
 *   routing-check RULE.json < CALLS
 * A call is the header lines of a request and an empty line; X-Key is its key. Writes `canary` or `stable`, a line for each. */
#include <stdio.h>
#include <string.h>

#include "routing.h"

static const char *find_key(const char *headers, const char *end) {
    for (const char *line = headers; line < end; line += strlen(line) + 2)
        if (strncmp(line, "X-Key:", 6) == 0) return line + 6 + strspn(line + 6, " ");
    return NULL;
}

int main(int count, char **arguments) {
    static char document[1 << 16], headers[1 << 16];
    char line[4096], reason[256];
    FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
    if (!file) return fprintf(stderr, "usage: routing-check RULE.json < CALLS\n"), 64;
    document[fread(document, 1, sizeof document - 1, file)] = 0;
    fclose(file);
    struct rule *rule = rule_read(document, reason, sizeof reason);
    if (!rule) return fprintf(stderr, "%s\n", reason), 1;
    size_t length = 0;
    while (fgets(line, sizeof line, stdin)) {
        size_t size = strcspn(line, "\n");
        if (size > 0 && length + size + 2 < sizeof headers) {
            memcpy(headers + length, line, size);
            memset(headers + length + size, 0, 2);
            length += size + 2;
            continue;
        }
        struct call call = {.key = find_key(headers, headers + length), .headers = headers, .end = headers + length, .method = "GET", .path = "/"};
        puts(rule_means(rule, &call) ? "canary" : "stable");
        length = 0;
    }
    return 0;
}
