/* A small HTTP server whose answers come from a module that is swapped while it runs.
 *
 *   edge-proxy --modules DIRECTORY [--slot net/filter] [--address 127.0.0.1] [--port 8080] [--port-file FILE] [--pid-file FILE]
 *
 * GET /            the module answers; X-Filter-Version names it
 * GET /-/version   which module runs in this process, as JSON; 500 with its reason when it says that it does not work
 * GET /-/canary    the same of the module that has a part of the calls, and by which rule; 503 when there is none
 * POST /-/reload   loads what `current` and `canary` link to now (so does SIGHUP); 500 with the reason when that fails, and the old one stays
 * POST /-/restart  the same, and what runs already is loaded anew: its memory begins anew, and what it had stays with calls in flight
 * GET /-/metrics   what it counts of the calls, in Prometheus' text format
 * GET /-/healthz   200 as long as the process lives
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "slot.h"

static const char *address = "127.0.0.1", *port_file, *pid_file;
static int port = 8080;

static void fail(const char *what) {
    fprintf(stderr, "edge-proxy: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void usage(void) {
    fprintf(stderr, "usage: edge-proxy --modules DIRECTORY [--slot NAME] [--address IP] [--port N] [--port-file FILE] [--pid-file FILE] "
                    "[--die-with-parent]\n");
    exit(64);
}

static void read_arguments(int count, char **arguments) {
    for (int index = 1; index < count; index++) {
        const char *name = arguments[index];
        if (strcmp(name, "--die-with-parent") == 0) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            continue;
        }
        const char *value = index + 1 < count ? arguments[++index] : NULL;
        if (!value) usage();
        if (strcmp(name, "--modules") == 0) slot_root = value;
        else if (strcmp(name, "--slot") == 0) slot_name = value;
        else if (strcmp(name, "--address") == 0) address = value;
        else if (strcmp(name, "--port") == 0) port = atoi(value);
        else if (strcmp(name, "--port-file") == 0) port_file = value;
        else if (strcmp(name, "--pid-file") == 0) pid_file = value;
        else usage();
    }
}

/* Whole or not at all: who waits for the file never reads half a number. */
static void write_number(const char *path, long number) {
    char temporary[4096];
    if (!path) return;
    if (snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid()) >= (int)sizeof temporary) fail(path);
    FILE *file = fopen(temporary, "w");
    if (!file || fprintf(file, "%ld\n", number) < 0 || fclose(file) != 0 || rename(temporary, path) != 0) fail(path);
}

static int listen_on(void) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    socklen_t length = sizeof name;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (inet_pton(AF_INET, address, &name.sin_addr) != 1) errno = EINVAL, fail(address);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) fail("socket");
    if (bind(listener, (struct sockaddr *)&name, sizeof name) != 0 || listen(listener, 128) != 0) fail("listening");
    if (getsockname(listener, (struct sockaddr *)&name, &length) != 0) fail("getsockname");
    port = ntohs(name.sin_port);
    return listener;
}

static void reload(void) {
    char reason[1024] = "the module gave no reason";
    if (slot_reload(reason, sizeof reason) != 0) {
        fprintf(stderr, "edge-proxy: not loaded: %s\n", reason);
        return;
    }
    struct loaded *loaded = slot_acquire(NULL);
    if (!loaded) {
        fprintf(stderr, "edge-proxy: runs no module\n");
        return;
    }
    fprintf(stderr, "edge-proxy: runs %s %s\n", loaded->module->name, loaded->module->version);
    slot_release(loaded);
}

static void accept_one(int listener) {
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC), yes = 1;
    if (socket < 0) return;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connection_start(socket);
}

int main(int count, char **arguments) {
    read_arguments(count, arguments);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    int signal_descriptor = signalfd(-1, &signals, SFD_CLOEXEC), listener = listen_on();
    if (signal_descriptor < 0) fail("signalfd");
    reload(); /* before the first connection: a started host answers with what it was left with */
    write_number(pid_file, getpid());
    write_number(port_file, port);
    fprintf(stderr, "edge-proxy: listens on %s:%d\n", address, port);

    struct pollfd waits[2] = {{.fd = listener, .events = POLLIN}, {.fd = signal_descriptor, .events = POLLIN}};
    for (;;) {
        if (poll(waits, 2, -1) < 0 && errno != EINTR) fail("poll");
        if (waits[0].revents) accept_one(listener);
        if (!waits[1].revents) continue;
        struct signalfd_siginfo signal;
        if (read(signal_descriptor, &signal, sizeof signal) != sizeof signal) continue;
        if (signal.ssi_signo != SIGHUP) break;
        reload();
    }
    close(listener);
    connection_stop_all();
    for (int wait = 0; wait < 200 && atomic_load(&connection_count) > 0; wait++) usleep(10000);
    return 0;
}
