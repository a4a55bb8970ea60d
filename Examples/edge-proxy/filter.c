/* A filter for the contract edge/3. Built once for each version:
 *   -DVERSION='"1.0.0"'   what it says it is
 *   -DBROKEN=1            loads, but its self-check fails: the probe finds it out
 *   -DBROKEN=2            loads and checks out, then fails after a hundred requests: the soak finds it out
 *   -DBROKEN=3            loads and checks out, then kills its process on the tenth request
 *   -DBROKEN=4            refuses to load
 *   -DBROKEN=5            loads and checks out, and fails one call in three: only its metrics tell
 *   -DBROKEN=6            loads and checks out, and takes 20 ms for what others do at once: only its metrics tell
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module.h"

#ifndef VERSION
#define VERSION "0.0.0"
#endif
#ifndef BROKEN
#define BROKEN 0
#endif

static char greeting[64] = "hello";
static atomic_ulong requests;

/* Copies the string member "greeting" of a flat JSON object; leaves the default where there is none. */
static void read_greeting(const char *config) {
    const char *at = strstr(config, "\"greeting\"");
    if (!at || !(at = strchr(at + 10, ':')) || !(at = strchr(at, '"'))) return;
    size_t length = strcspn(++at, "\"\\\n");
    if (length >= sizeof greeting) length = sizeof greeting - 1;
    memcpy(greeting, at, length);
    greeting[length] = 0;
}

static int init(const char *config, char *reason, size_t reason_size) {
    if (BROKEN == 4) {
        snprintf(reason, reason_size, "version " VERSION " needs a table that is not there");
        return -1;
    }
    read_greeting(config);
    return 0;
}

static int check(char *reason, size_t reason_size) {
    unsigned long served = atomic_load(&requests);
    if (BROKEN == 1 || (BROKEN == 2 && served > 100)) {
        snprintf(reason, reason_size, "version " VERSION " lost its routing table");
        return -1;
    }
    return 0;
}

static int handle(const struct edge_request *request, struct edge_response *response) {
    unsigned long number = atomic_fetch_add(&requests, 1) + 1;
    if (BROKEN == 2 && number > 100) return -1;
    if (BROKEN == 3 && number >= 10) abort();
    if (BROKEN == 5 && number % 3 == 0) return -1;
    if (BROKEN == 6) nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    int length = snprintf(response->body, response->capacity, "%s from filter %s: %s %s\n", greeting, VERSION, request->method,
                          request->target);
    if (length < 0) return -1;
    response->length = (size_t)length < response->capacity ? (size_t)length : response->capacity - 1;
    return 0;
}

static const struct edge_module module = {
    .contract = EDGE_CONTRACT, .name = "http-filter", .version = VERSION, .init = init, .handle = handle, .check = check};

const struct edge_module *edge_module(void) { return &module; }
