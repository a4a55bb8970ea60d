/* What the host counts of the calls that its module answers, in Prometheus' text format. */
#ifndef EDGE_METRICS_H
#define EDGE_METRICS_H

#include <stddef.h>

/* Counts one call: the status of its answer, and how long the module took. */
void metrics_count(int status, double seconds);

/* Seconds of a clock that only goes forward. */
double metrics_now(void);

/* Writes all of it as text. Returns its length; less than `capacity`. */
size_t metrics_write(char *text, size_t capacity);

#endif
