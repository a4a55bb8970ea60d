#include "routing.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sha256.h"

enum { most = 8, name_size = 256 };

enum subject { key, header, label, group };

struct clause {
    enum subject subject;
    char name[name_size];
    long long below; /* of a share */
    int value_count; /* of a match; 0: any value */
    char values[most][name_size];
};

struct rule {
    char name[64], salt[64];
    long long format;
    int share_count, match_count;
    struct clause shares[most], matches[most];
};

/* A reader of JSON as the agent writes it. After a mistake `at` is NULL, and everything fails. */
struct reader {
    const char *at;
};

static char next(struct reader *reader) {
    while (reader->at && *reader->at && strchr(" \t\r\n", *reader->at)) reader->at++;
    return reader->at ? *reader->at : 0;
}

static int take(struct reader *reader, char wanted) {
    if (next(reader) != wanted) return 0;
    reader->at++;
    return 1;
}

static void put_scalar(char **to, const char *end, unsigned scalar) {
    int count = scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
    if (*to + count >= end) return;
    if (count == 1) *(*to)++ = (char)scalar;
    else {
        for (int index = count - 1; index > 0; index--, scalar >>= 6) (*to)[index] = (char)(0x80 | (scalar & 0x3f));
        **to = (char)((0xf00 >> count & 0xff) | scalar);
        *to += count;
    }
}

static unsigned hexadecimal(struct reader *reader) {
    unsigned value = 0;
    for (int count = 0; count < 4; count++) {
        char digit = reader->at ? *reader->at : 0;
        const char *place = digit ? strchr("0123456789abcdef", digit | 0x20) : NULL;
        if (!place) return reader->at = NULL, 0;
        value = value << 4 | (unsigned)(place - "0123456789abcdef");
        reader->at++;
    }
    return value;
}

/* Longer texts are a mistake: cut ones would mean other calls. */
static void text(struct reader *reader, char *to, size_t size) {
    char *begin = to, *end = to + size;
    if (!take(reader, '"')) { reader->at = NULL; return; }
    while (reader->at && *reader->at && *reader->at != '"') {
        if (to + 5 >= end) { reader->at = NULL; break; }
        if (*reader->at != '\\') { *to++ = *reader->at++; continue; }
        reader->at++;
        char escape = *reader->at ? *reader->at++ : 0;
        const char *plain = strchr("\"\"\\\\//b\bf\fn\nr\rt\t", escape);
        if (escape == 'u') {
            unsigned scalar = hexadecimal(reader);
            if (scalar >= 0xd800 && scalar < 0xdc00 && reader->at && reader->at[0] == '\\' && reader->at[1] == 'u') {
                reader->at += 2;
                scalar = 0x10000 + ((scalar - 0xd800) << 10) + (hexadecimal(reader) - 0xdc00);
            }
            put_scalar(&to, end, scalar);
        } else if (escape && plain) *to++ = plain[1];
        else reader->at = NULL;
    }
    if (!reader->at || !*reader->at) { reader->at = NULL; *begin = 0; return; }
    reader->at++;
    *to = 0;
}

static void skip(struct reader *reader, int depth) {
    char scratch[4096], first = next(reader);
    if (depth > 16 || !first) { reader->at = NULL; return; }
    if (first == '"') return text(reader, scratch, sizeof scratch);
    if (first != '{' && first != '[') {
        while (reader->at && *reader->at && !strchr(",]} \t\r\n", *reader->at)) reader->at++;
        return;
    }
    reader->at++;
    char last = first == '{' ? '}' : ']';
    while (reader->at && !take(reader, last)) {
        if (first == '{') {
            text(reader, scratch, sizeof scratch);
            if (!take(reader, ':')) reader->at = NULL;
        }
        skip(reader, depth + 1);
        if (!take(reader, ',') && next(reader) != last) reader->at = NULL;
    }
}

/* Steps into the next member of an object, or element of a list; 0 at its end. */
static int step(struct reader *reader, char last, int *is_first, char *name, size_t size) {
    if (!reader->at || take(reader, last)) return 0;
    if (!*is_first && !take(reader, ',')) return reader->at = NULL, 0;
    *is_first = 0;
    if (!name) return 1;
    text(reader, name, size);
    if (!take(reader, ':')) reader->at = NULL;
    return reader->at != NULL;
}

static long long number(struct reader *reader) {
    char *end;
    next(reader);
    long long value = reader->at ? strtoll(reader->at, &end, 10) : 0;
    if (!reader->at || end == reader->at) return reader->at = NULL, 0;
    reader->at = end;
    return value;
}

static void read_clause(struct reader *reader, struct clause *clause) {
    char member[name_size];
    int first = 1;
    clause->subject = key;
    if (!take(reader, '{')) reader->at = NULL;
    while (step(reader, '}', &first, member, sizeof member)) {
        if (strcmp(member, "below") == 0) clause->below = number(reader);
        else if (strcmp(member, "values") == 0) {
            int empty = 1;
            if (!take(reader, '[')) reader->at = NULL;
            while (step(reader, ']', &empty, NULL, 0)) {
                if (clause->value_count == most) { reader->at = NULL; break; }
                text(reader, clause->values[clause->value_count++], name_size);
            }
        } else {
            clause->subject = strcmp(member, "header") == 0 ? header : strcmp(member, "label") == 0 ? label : group;
            if (clause->subject == group && strcmp(member, "group") != 0) reader->at = NULL;
            else text(reader, clause->name, sizeof clause->name);
        }
    }
}

static void read_clauses(struct reader *reader, struct clause *clauses, int *count) {
    int first = 1;
    if (!take(reader, '[')) reader->at = NULL;
    while (step(reader, ']', &first, NULL, 0)) {
        if (*count == most) { reader->at = NULL; return; }
        read_clause(reader, &clauses[(*count)++]);
    }
}

struct rule *rule_read(const char *document, char *reason, size_t reason_size) {
    struct rule *rule = calloc(1, sizeof *rule);
    struct reader reader = {rule ? document : NULL};
    char member[name_size];
    int first = 1;
    if (!take(&reader, '{')) reader.at = NULL;
    while (step(&reader, '}', &first, member, sizeof member)) {
        if (strcmp(member, "format") == 0) rule->format = number(&reader);
        else if (strcmp(member, "name") == 0) text(&reader, rule->name, sizeof rule->name);
        else if (strcmp(member, "salt") == 0) text(&reader, rule->salt, sizeof rule->salt);
        else if (strcmp(member, "shares") == 0) read_clauses(&reader, rule->shares, &rule->share_count);
        else if (strcmp(member, "matches") == 0) read_clauses(&reader, rule->matches, &rule->match_count);
        else skip(&reader, 0);
    }
    if (reader.at && next(&reader) == 0 && rule->format == 1) return rule;
    snprintf(reason, reason_size, "routing.json: wanted format 1, found %s", rule && rule->format != 1 ? "another" : "something else");
    free(rule);
    return NULL;
}

void rule_free(struct rule *rule) { free(rule); }
const char *rule_name(const struct rule *rule) { return rule->name; }

/* The value of the next header of a name after `line`; NULL when there is none. */
static const char *find_header(const struct call *call, const char *line, const char *name) {
    size_t length = strlen(name);
    for (; line && line < call->end; line += strlen(line) + 2)
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') return line + length + 1 + strspn(line + length + 1, " \t");
    return NULL;
}

static const char *find_label(const struct call *call, const char *name) {
    return strcmp(name, "method") == 0 ? call->method : strcmp(name, "path") == 0 ? call->path : NULL;
}

static int has_value(const struct clause *match, const char *value) {
    for (int index = 0; index < match->value_count; index++)
        if (strcmp(match->values[index], value) == 0) return 1;
    return match->value_count == 0;
}

/* Groups stand in a header of this host: X-Groups: beta, staff */
static int is_in_group(const struct call *call, const char *name) {
    for (const char *at = find_header(call, call->headers, "X-Groups"); at && *at;) {
        at += strspn(at, ", \t");
        size_t length = strcspn(at, ", \t");
        if (length == strlen(name) && strncmp(at, name, length) == 0) return 1;
        at += length;
    }
    return 0;
}

static int matches(const struct clause *match, const struct call *call) {
    if (match->subject == group) return is_in_group(call, match->name);
    if (match->subject == label) {
        const char *value = find_label(call, match->name);
        return value && has_value(match, value);
    }
    const char *value = find_header(call, call->headers, match->name);
    for (; value; value = find_header(call, value + strlen(value) + 2, match->name))
        if (has_value(match, value)) return 1;
    return 0;
}

/* The first 6 bytes of SHA-256(salt, 0x01, key), big-endian. */
static long long place(const char *salt, const char *of) {
    uint8_t digest[32];
    struct sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, salt, strlen(salt));
    sha256_add(&hash, "\1", 1);
    sha256_add(&hash, of, strlen(of));
    sha256_end(&hash, digest);
    long long value = 0;
    for (int index = 0; index < 6; index++) value = value << 8 | digest[index];
    return value;
}

static int shares(const struct rule *rule, const struct clause *share, const struct call *call) {
    const char *of = share->subject == key ? call->key
                   : share->subject == header ? find_header(call, call->headers, share->name) : find_label(call, share->name);
    return of && place(rule->salt, of) < share->below;
}

int rule_means(const struct rule *rule, const struct call *call) {
    for (int index = 0; index < rule->match_count; index++)
        if (matches(&rule->matches[index], call)) return 1;
    for (int index = 0; index < rule->share_count; index++)
        if (shares(rule, &rule->shares[index], call)) return 1;
    return 0;
}
