/* HTTP/1.1 (RFC 9112) as far as this host speaks it: keep-alive, pipelining, bodies with Content-Length. */
#ifndef EDGE_CONNECTION_H
#define EDGE_CONNECTION_H

#include <stdatomic.h>

/* Set when the process is to end: connections close after the answer they are at. */
extern atomic_int connection_stopping;
/* How many connections are open. */
extern atomic_int connection_count;

/* Answers requests on `socket` in a thread of its own until the peer or connection_stopping ends it. Returns -1 when there is
 * no room for another; the socket is closed then. */
int connection_start(int socket);

/* Ends reading on all connections, so that those waiting for a request end. */
void connection_stop_all(void);

#endif
