#ifndef GRAFT_CHOSTSOCKET_H
#define GRAFT_CHOSTSOCKET_H

#include <stddef.h>
#include <stdint.h>

/// What Swift can't say of sockets and memory files: ancillary data, variadic calls, flags that libraries don't name yet.
/// All return -1 and set errno when they fail.

/// A listening socket (SOCK_SEQPACKET, close-on-exec, non-blocking) at a path that does not exist yet, with these permission bits.
int graft_listen(const char *path, unsigned mode);

/// A connection to the socket at the path (SOCK_SEQPACKET, close-on-exec, non-blocking).
int graft_connect(const char *path);

/// The next connection, close-on-exec and non-blocking.
int graft_accept(int listener);

/// The user of whoever has the other end of a connection: who connected, or who listened. (uid_t)-1 when that can't be told.
uint32_t graft_peer_user(int socket);

/// Sends one packet, with a descriptor when it isn't negative; whole or not at all. Never raises SIGPIPE, never waits.
long graft_send(int socket, const void *bytes, size_t count, int descriptor);

/// What came with a packet.
struct graft_received {
    /// The packet's length, also when it is longer than what there was room for.
    long count;
    /// Close-on-exec; -1 when none came.
    int descriptor;
    /// More descriptors came than one, or other ancillary data; all of it was closed.
    int excess;
};

/// Receives one packet; never waits. A count of 0 is the end of the connection. Where `takes` is 0 the kernel discards descriptors.
int graft_receive(int socket, void *bytes, size_t room, int takes, struct graft_received *received);

/// A file of memory that can be sealed, close-on-exec, with no path to it. The name is only for people who look at maps.
int graft_memory_file(const char *name, int executable);

/// Adds F_SEAL_WRITE, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_SEAL.
int graft_seal(int file);

/// 1 when all four seals are on it, 0 when not.
int graft_is_sealed(int file);

/// The descriptor again, close-on-exec, under the lowest free number from `floor` on.
int graft_duplicate(int descriptor, int floor);

#endif
