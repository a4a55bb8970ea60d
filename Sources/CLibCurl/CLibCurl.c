#define _GNU_SOURCE
#include "CLibCurl.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// How much a socket holds unread, in its own queue or, for its sending side, in its peer's.
static int waiting(int descriptor, unsigned long request) {
    int count = 0;
    return ioctl(descriptor, request, &count) == 0 ? count : -1;
}

static int is_open_unix_socket(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC)) { return 0; }
    int domain = 0;
    socklen_t size = sizeof(domain);
    return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

// libcurl does not tell the numbers of its pair. It is the pair on which a byte waits after a wake-up, and no more after a poll: that
// leaves other libraries' sockets alone.
int graft_close_wakeup_on_exec(CURLM *multi) {
    enum { most = 1024 };
    struct {
        int descriptor, in, out, woken;
    } *found = calloc(most, sizeof(*found));
    DIR *directory = opendir("/proc/self/fd");
    int count = 0, marked = 0;
    if (found && directory) {
        struct dirent *entry;
        while (count < most && (entry = readdir(directory))) {
            int descriptor = atoi(entry->d_name);
            if (entry->d_name[0] == '.' || !is_open_unix_socket(descriptor)) { continue; }
            found[count].descriptor = descriptor;
            found[count].in = waiting(descriptor, FIONREAD);
            found[count].out = waiting(descriptor, TIOCOUTQ);
            count += 1;
        }
        curl_multi_wakeup(multi);
        for (int i = 0; i < count; i++) {
            found[i].woken = waiting(found[i].descriptor, FIONREAD) > found[i].in || waiting(found[i].descriptor, TIOCOUTQ) > found[i].out;
        }
        curl_multi_poll(multi, NULL, 0, 0, NULL);
        for (int i = 0; i < count; i++) {
            int descriptor = found[i].descriptor;
            if (!found[i].woken || waiting(descriptor, FIONREAD) != found[i].in || waiting(descriptor, TIOCOUTQ) != found[i].out) { continue; }
            if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) { marked += 1; }
        }
    }
    if (directory) { closedir(directory); }
    free(found);
    return marked;
}

void graft_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
