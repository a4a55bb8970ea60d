#include "metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static const double bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
enum { bucket_count = sizeof bounds / sizeof bounds[0] };

static atomic_ulong answered, failed;             /* calls by what came of them */
static atomic_ulong buckets[bucket_count + 1];    /* calls by their duration, each in one bucket; the last has no bound */
static atomic_ulong microseconds;

double metrics_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void metrics_count(int status, double seconds) {
    int bucket = 0;
    while (bucket < bucket_count && seconds > bounds[bucket]) bucket++;
    atomic_fetch_add(status < 500 ? &answered : &failed, 1);
    atomic_fetch_add(&buckets[bucket], 1);
    atomic_fetch_add(&microseconds, (unsigned long)(seconds * 1e6));
}

/* `snprintf` at the end of what is there; what does not fit is cut. */
#define ADD(...) \
    do { \
        if (length < capacity) length += (size_t)snprintf(text + length, capacity - length, __VA_ARGS__); \
    } while (0)

size_t metrics_write(char *text, size_t capacity) {
    size_t length = 0;
    ADD("# HELP http_requests_total Calls that the module answered.\n# TYPE http_requests_total counter\n");
    ADD("http_requests_total{code=\"200\"} %lu\n", atomic_load(&answered));
    ADD("http_requests_total{code=\"500\"} %lu\n", atomic_load(&failed));
    ADD("# HELP http_request_duration_seconds How long the module took.\n# TYPE http_request_duration_seconds histogram\n");
    unsigned long sum = 0;
    for (int bucket = 0; bucket < bucket_count; bucket++) {
        sum += atomic_load(&buckets[bucket]);
        ADD("http_request_duration_seconds_bucket{le=\"%g\"} %lu\n", bounds[bucket], sum);
    }
    sum += atomic_load(&buckets[bucket_count]);
    ADD("http_request_duration_seconds_bucket{le=\"+Inf\"} %lu\n", sum);
    ADD("http_request_duration_seconds_sum %.6f\n", (double)atomic_load(&microseconds) / 1e6);
    ADD("http_request_duration_seconds_count %lu\n", sum);
    return length < capacity ? length : capacity - 1;
}
