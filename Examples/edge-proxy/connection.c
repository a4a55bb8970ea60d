#define _GNU_SOURCE
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "metrics.h"
#include "slot.h"

#define MOST_CONNECTIONS 512
#define HEAD_LIMIT 16384
#define BODY_LIMIT 65536
#define IDLE_MILLISECONDS 60000

atomic_int connection_stopping;
atomic_int connection_count;
static atomic_int sockets[MOST_CONNECTIONS]; /* descriptor + 1; 0 is free */
static atomic_long process_started;          /* tells a restarted process from the same one under an equal id */

struct connection {
    int socket;
    char buffer[HEAD_LIMIT];
    size_t filled;
};

static int send_all(int socket, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}

static int respond(int socket, int status, const char *type, const char *version, const char *body, size_t length, int keep) {
    const char *phrase = status == 200 ? "OK" : status == 404 ? "Not Found" : status == 405 ? "Method Not Allowed"
                       : status == 400 ? "Bad Request" : status == 503 ? "Service Unavailable" : "Internal Server Error";
    char head[512];
    int count = snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: %s\r\n%s%s%s\r\n",
                         status, phrase, type, length, keep ? "keep-alive" : "close", version ? "X-Filter-Version: " : "",
                         version ? version : "", version ? "\r\n" : "");
    if (count < 0 || (size_t)count >= sizeof head) return -1;
    return send_all(socket, head, (size_t)count) == 0 && send_all(socket, body, length) == 0 ? 0 : -1;
}

static int respond_text(int socket, int status, const char *text, int keep) {
    return respond(socket, status, "text/plain", NULL, text, strlen(text), keep);
}

/* Which version really runs in this process; the reason instead when it says that it does not work. */
static int respond_version(int socket, struct loaded *loaded, const char *rule, int keep) {
    if (!loaded) return respond_text(socket, 503, "no module is loaded\n", keep);
    char reason[256] = "it gives no reason", body[1024];
    int healthy = loaded->module->check(reason, sizeof reason) == 0;
    int length = healthy ? snprintf(body, sizeof body,
                                    "{\"slot\":\"%s\",\"module\":\"%s\",\"version\":\"%s\",\"digest\":\"%s\",\"process\":\"%d.%ld\",\"load\":%u,\"rule\":\"%s\"}\n",
                                    slot_name, loaded->module->name, loaded->module->version, loaded->digest, (int)getpid(),
                                    atomic_load(&process_started), loaded->load, rule)
                         : snprintf(body, sizeof body, "%s\n", reason);
    int result = respond(socket, healthy ? 200 : 500, healthy ? "application/json" : "text/plain", loaded->module->version, body,
                         (size_t)length, keep);
    slot_release(loaded);
    return result;
}

/* Whether it could be loaded; whether it works is another question, which /-/version answers. */
static int respond_reload(int socket, int (*load)(char *, size_t), int keep) {
    char text[1024] = "the module gave no reason";
    if (load(text, sizeof text) == 0) {
        struct loaded *loaded = slot_acquire(NULL);
        if (!loaded) return respond_text(socket, 200, "no module is loaded\n", keep);
        slot_release(loaded);
        return respond_text(socket, 200, "loaded\n", keep);
    }
    size_t length = strlen(text);
    if (length + 1 < sizeof text) text[length] = '\n', text[length + 1] = 0;
    return respond_text(socket, 500, text, keep);
}

static int respond_metrics(int socket, int keep) {
    char text[4096];
    return respond(socket, 200, "text/plain; version=0.0.4", NULL, text, metrics_write(text, sizeof text), keep);
}

static int respond_module(int socket, const struct edge_request *request, const struct call *call, int keep) {
    struct loaded *loaded = slot_acquire(call);
    if (!loaded) return respond_text(socket, 503, "no module is loaded\n", keep);
    char body[8192];
    struct edge_response response = {.status = 200, .body = body, .capacity = sizeof body};
    double began = metrics_now();
    int worked = loaded->module->handle(request, &response) == 0;
    metrics_count(worked ? response.status : 500, metrics_now() - began);
    int result = worked ? respond(socket, response.status, "text/plain", loaded->module->version, body, response.length, keep)
                        : respond(socket, 500, "text/plain", loaded->module->version, "the module failed\n", 18, keep);
    slot_release(loaded);
    return result;
}

static int route(int socket, const struct edge_request *request, const struct call *call, int keep) {
    const char *target = request->target, *rule = "";
    if (strcmp(target, "/-/healthz") == 0) return respond_text(socket, 200, "ok\n", keep);
    if (strcmp(target, "/-/metrics") == 0) return respond_metrics(socket, keep);
    if (strcmp(target, "/-/version") == 0) return respond_version(socket, slot_acquire(NULL), rule, keep);
    if (strcmp(target, "/-/canary") == 0) {
        struct loaded *canary = slot_acquire_canary(&rule);
        return respond_version(socket, canary, rule, keep);
    }
    int is_restart = strcmp(target, "/-/restart") == 0;
    if (is_restart || strcmp(target, "/-/reload") == 0)
        return strcmp(request->method, "POST") == 0 ? respond_reload(socket, is_restart ? slot_restart : slot_reload, keep)
                                                    : respond_text(socket, 405, "use POST\n", keep);
    if (strncmp(target, "/-/", 3) == 0) return respond_text(socket, 404, "nothing is here\n", keep);
    return respond_module(socket, request, call, keep);
}

/* Reads more into the buffer. Returns 0 at the end, on an error and after a minute without a byte. */
static int fill(struct connection *connection) {
    struct pollfd poll_for = {.fd = connection->socket, .events = POLLIN};
    int ready;
    do ready = poll(&poll_for, 1, IDLE_MILLISECONDS); while (ready < 0 && errno == EINTR);
    if (ready <= 0) return 0;
    ssize_t count = recv(connection->socket, connection->buffer + connection->filled, sizeof connection->buffer - 1 - connection->filled, 0);
    if (count <= 0) return 0;
    connection->filled += (size_t)count;
    return 1;
}

/* Drops `count` bytes of the stream, buffered or still to come. */
static int discard(struct connection *connection, size_t count) {
    while (count > connection->filled) {
        count -= connection->filled;
        connection->filled = 0;
        if (!fill(connection)) return 0;
    }
    memmove(connection->buffer, connection->buffer + count, connection->filled - count);
    connection->filled -= count;
    return 1;
}

/* One header's value in a head of zero-terminated lines, or NULL. */
static const char *header(const char *line, const char *end, const char *name) {
    size_t length = strlen(name);
    for (; line < end; line += strlen(line) + 2) {
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') return line + length + 1 + strspn(line + length + 1, " \t");
    }
    return NULL;
}

/* Answers one request. Returns whether the connection goes on. */
static int serve_one(struct connection *connection) {
    char *end;
    while (connection->buffer[connection->filled] = 0, !(end = strstr(connection->buffer, "\r\n\r\n"))) {
        if (connection->filled >= sizeof connection->buffer - 1) return respond_text(connection->socket, 400, "the head is too long\n", 0), 0;
        if (!fill(connection)) return 0;
    }
    end += 2;
    for (char *at = connection->buffer; (at = memmem(at, (size_t)(end - at), "\r\n", 2)); at += 2) *at = 0;
    char *method = connection->buffer, *headers = method + strlen(method) + 2, *rest = NULL;
    char *space = strchr(method, ' ');
    char *target = space ? space + 1 : NULL;
    if (!target || !(rest = strchr(target, ' ')) || strncmp(rest + 1, "HTTP/1.", 7) != 0)
        return respond_text(connection->socket, 400, "this is no HTTP/1.1\n", 0), 0;
    *space = *rest = 0;
    target[strcspn(target, "?")] = 0;
    const char *wish = header(headers, end, "Connection"), *length = header(headers, end, "Content-Length");
    unsigned long body = length ? strtoul(length, NULL, 10) : 0;
    if (header(headers, end, "Transfer-Encoding") || body > BODY_LIMIT)
        return respond_text(connection->socket, 400, "a body needs a Content-Length of at most 65536\n", 0), 0;
    int keep = !atomic_load(&connection_stopping) && (wish ? strcasecmp(wish, "close") != 0 : strcmp(rest + 1, "HTTP/1.0") != 0);
    struct edge_request request = {.method = method, .target = target};
    const char *key = header(headers, end, "X-Key");
    struct call call = {.key = key ? key : target, .headers = headers, .end = end, .method = method, .path = target};
    if (route(connection->socket, &request, &call, keep) != 0 || !keep) return 0;
    return discard(connection, (size_t)(end + 2 - connection->buffer) + body);
}

static void *serve(void *argument) {
    int index = (int)(intptr_t)argument;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection) {
        connection->socket = atomic_load(&sockets[index]) - 1;
        while (serve_one(connection)) continue;
    }
    free(connection);
    close(atomic_exchange(&sockets[index], 0) - 1);
    atomic_fetch_sub(&connection_count, 1);
    return NULL;
}

int connection_start(int socket) {
    long none = 0;
    atomic_compare_exchange_strong(&process_started, &none, (long)time(NULL));
    for (int index = 0; index < MOST_CONNECTIONS; index++) {
        int unused = 0;
        if (!atomic_compare_exchange_strong(&sockets[index], &unused, socket + 1)) continue;
        atomic_fetch_add(&connection_count, 1);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)index) == 0) return pthread_detach(thread), 0;
        atomic_fetch_sub(&connection_count, 1);
        atomic_store(&sockets[index], 0);
        break;
    }
    respond_text(socket, 503, "too many connections\n", 0);
    close(socket);
    return -1;
}

void connection_stop_all(void) {
    atomic_store(&connection_stopping, 1);
    for (int index = 0; index < MOST_CONNECTIONS; index++) {
        int socket = atomic_load(&sockets[index]);
        if (socket) shutdown(socket - 1, SHUT_RD);
    }
}
