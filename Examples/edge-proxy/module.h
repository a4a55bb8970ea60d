/* The contract edge/3: what a filter module and its host agree on.
 *
 * A module is a shared library that exports `edge_module`. The host loads it with RTLD_LOCAL, calls `init` once for each load,
 * then `handle` from many threads at once. It never unloads a module: calls in flight finish on the version they began on.
 */
#ifndef EDGE_MODULE_H
#define EDGE_MODULE_H

#include <stddef.h>

#define EDGE_CONTRACT "edge/3"

struct edge_request {
    const char *method;
    const char *target;
};

/* What a module answers. `body` has room for `capacity` bytes; the module sets `length` and may change `status` (200). */
struct edge_response {
    int status;
    char *body;
    size_t capacity;
    size_t length;
};

struct edge_module {
    const char *contract; /* EDGE_CONTRACT as the module was built with */
    const char *name;
    const char *version; /* semantic version */
    /* Takes the configuration, a JSON document ("{}" when there is none). Returns 0, or writes a reason and returns -1. */
    int (*init)(const char *config, char *reason, size_t reason_size);
    /* Answers a request. Returns 0, or -1: the host answers 500. Called concurrently. */
    int (*handle)(const struct edge_request *request, struct edge_response *response);
    /* Whether the module works, as far as it knows. Returns 0, or writes a reason and returns -1. Called concurrently. */
    int (*check)(char *reason, size_t reason_size);
};

/* The one symbol a module exports. */
__attribute__((visibility("default"))) const struct edge_module *edge_module(void);

#endif
