/* Sends requests to all hosts, one after another, all the time, and counts what comes back.
 *   client --targets FILE --stats FILE [--pause-ms 4]
 * FILE of targets: one port on 127.0.0.1 a line. The stats, one JSON object, are replaced every 200 ms and at the end:
 *   {"sent": 1200, "failed": 0, "versions": {"1.0.0": 11, "1.1.0": 1}, "lastFailure": ""}
 * `versions` counts hosts by the version of their last answer. Any answer but 200, and any broken connection, is a failure.
 * Ends on SIGTERM and SIGINT with status 0. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { most_targets = 1024, version_size = 32 };

struct target {
    int port;
    int socket;
    char version[version_size];
};

static struct target targets[most_targets];
static int target_count;
static unsigned long sent, failed;
static char last_failure[160];
static volatile sig_atomic_t ending;

static void end(int signal) { (void)signal; ending = 1; }

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void read_targets(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) { perror(path); exit(1); }
    int port;
    while (target_count < most_targets && fscanf(file, "%d", &port) == 1) targets[target_count++] = (struct target){.port = port, .socket = -1};
    fclose(file);
    if (target_count == 0) { fprintf(stderr, "%s: no ports\n", path); exit(1); }
}

static int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    struct timeval limit = {.tv_sec = 2};
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

/* One exchange; NULL when it went well, else what went wrong. */
static const char *exchange(struct target *target) {
    static const char request[] = "GET / HTTP/1.1\r\nHost: edge\r\n\r\n";
    if (target->socket < 0 && (target->socket = connect_to(target->port)) < 0) return strerror(errno);
    if (send(target->socket, request, sizeof request - 1, MSG_NOSIGNAL) != sizeof request - 1) return "the request could not be sent";
    char answer[4096];
    size_t length = 0, whole = 0;
    while (!whole || length < whole) {
        ssize_t part = recv(target->socket, answer + length, sizeof answer - 1 - length, 0);
        if (part <= 0) return part == 0 ? "the connection was closed" : strerror(errno);
        length += (size_t)part;
        answer[length] = 0;
        char *body = strstr(answer, "\r\n\r\n");
        char *size = strcasestr(answer, "\r\ncontent-length:");
        if (body && size) whole = (size_t)(body + 4 - answer) + strtoul(size + 17, NULL, 10);
        if (whole >= sizeof answer) return "the answer is too long";
    }
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0) return "the status is not 200";
    char *version = strcasestr(answer, "\r\nx-filter-version:");
    if (!version || sscanf(version + 19, " %31[^\r\n]", target->version) != 1) return "no version in the answer";
    if (strcasestr(answer, "\r\nconnection: close")) {
        close(target->socket);
        target->socket = -1;
    }
    return NULL;
}

static void write_stats(const char *path) {
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *file = fopen(temporary, "w");
    if (!file) return;
    fprintf(file, "{\"sent\": %lu, \"failed\": %lu, \"versions\": {", sent, failed);
    const char *comma = "";
    for (int i = 0; i < target_count; i++) {
        int first = 1, count = 0;
        for (int j = 0; j < target_count; j++)
            if (strcmp(targets[i].version, targets[j].version) == 0) {
                if (j < i) first = 0;
                count++;
            }
        if (!first || !targets[i].version[0]) continue;
        fprintf(file, "%s\"%s\": %d", comma, targets[i].version, count);
        comma = ", ";
    }
    fprintf(file, "}, \"lastFailure\": \"%s\"}\n", last_failure);
    fclose(file);
    rename(temporary, path);
}

int main(int count, char **arguments) {
    const char *stats = NULL;
    long pause_ms = 4;
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(arguments[i], "--targets") == 0) read_targets(arguments[i + 1]);
        else if (strcmp(arguments[i], "--stats") == 0) stats = arguments[i + 1];
        else if (strcmp(arguments[i], "--pause-ms") == 0) pause_ms = atol(arguments[i + 1]);
    }
    if (!stats || target_count == 0) { fprintf(stderr, "usage: client --targets FILE --stats FILE [--pause-ms N]\n"); return 2; }
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    double written = 0;
    for (int next = 0; !ending; next = (next + 1) % target_count) {
        struct target *target = &targets[next];
        const char *wrong = exchange(target);
        if (ending) break;
        sent++;
        if (wrong) {
            failed++;
            snprintf(last_failure, sizeof last_failure, "127.0.0.1:%d: %s", target->port, wrong);
            if (target->socket >= 0) close(target->socket);
            target->socket = -1;
        }
        if (seconds() - written > 0.2) {
            write_stats(stats);
            written = seconds();
        }
        struct timespec pause = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
    }
    write_stats(stats);
    return 0;
}
