/* Which of two versions answers a call: `routing.json`, as docs/routing.md describes it. */
#ifndef EDGE_ROUTING_H
#define EDGE_ROUTING_H

#include <stddef.h>

/* What of a call may decide. */
struct call {
    const char *key;     /* what calls that belong together have in common; NULL: nothing */
    const char *headers; /* lines, each ended by zero and one more byte */
    const char *end;
    const char *method, *path; /* the labels of this host */
};

/* Read once, never changed. */
struct rule;

/* Reads a rule from a document; NULL with a reason when it is none, or of a format this host does not know. */
struct rule *rule_read(const char *text, char *reason, size_t reason_size);
void rule_free(struct rule *rule);

/* Names the rule; the agent asks for it. */
const char *rule_name(const struct rule *rule);

/* Whether the canary answers. */
int rule_means(const struct rule *rule, const struct call *call);

#endif
