#define _GNU_SOURCE
#include "CHostSocket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// Linux 6.3; older C libraries don't know them.
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static const int all_seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

static int failing(int descriptor) {
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
}

static int address(const char *path, struct sockaddr_un *name) {
    memset(name, 0, sizeof *name);
    name->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof name->sun_path) return errno = ENAMETOOLONG, -1;
    strcpy(name->sun_path, path);
    return 0;
}

static int new_socket(void) { return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

int graft_listen(const char *path, unsigned mode) {
    struct sockaddr_un name;
    if (address(path, &name) != 0) return -1;
    int descriptor = new_socket();
    if (descriptor < 0) return -1;
    // Nobody can connect before `listen`: the rights are right by then.
    if (bind(descriptor, (struct sockaddr *)&name, sizeof name) != 0) return failing(descriptor);
    if (chmod(path, mode) != 0 || listen(descriptor, 16) != 0) return failing(descriptor);
    return descriptor;
}

int graft_connect(const char *path) {
    struct sockaddr_un name;
    if (address(path, &name) != 0) return -1;
    int descriptor = new_socket();
    if (descriptor < 0) return -1;
    if (connect(descriptor, (struct sockaddr *)&name, sizeof name) != 0) return failing(descriptor);
    return descriptor;
}

int graft_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

uint32_t graft_peer_user(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || length != sizeof peer) return (uint32_t)-1;
    return peer.uid;
}

long graft_send(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int graft_receive(int socket, void *bytes, size_t room, int takes, struct graft_received *received) {
    struct iovec part = {.iov_base = bytes, .iov_len = room};
    union {
        // Room for two, so that a second one is seen and closed here.
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (takes) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
    }
    *received = (struct graft_received){.descriptor = -1};
    received->count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC);
    if (received->count < 0) return -1;
    if (message.msg_flags & MSG_CTRUNC) received->excess = 1;
    for (struct cmsghdr *header = takes ? CMSG_FIRSTHDR(&message) : NULL; header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
            received->excess = 1;
            continue;
        }
        size_t length = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < length; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
            if (received->descriptor < 0) {
                received->descriptor = descriptor;
            } else {
                received->excess = 1;
                close(descriptor);
            }
        }
    }
    if (received->excess && received->descriptor >= 0) {
        close(received->descriptor);
        received->descriptor = -1;
    }
    return 0;
}

int graft_memory_file(const char *name, int executable) {
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int file = memfd_create(name, flags | (executable ? MFD_EXEC : MFD_NOEXEC_SEAL));
    // Kernels before 6.3.
    if (file < 0 && errno == EINVAL) file = memfd_create(name, flags);
    return file;
}

int graft_seal(int file) { return fcntl(file, F_ADD_SEALS, all_seals); }

int graft_is_sealed(int file) {
    int seals = fcntl(file, F_GET_SEALS);
    if (seals < 0) return -1;
    return (seals & all_seals) == all_seals;
}

int graft_duplicate(int descriptor, int floor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, floor); }
