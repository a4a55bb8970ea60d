#include "slot.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE_FILE "libfilter.so"
#define DOCUMENT_LIMIT (256 << 10)

const char *slot_root = "modules";
const char *slot_name = "net/filter";

static _Atomic(struct loaded *) current;
static pthread_mutex_t reloading = PTHREAD_MUTEX_INITIALIZER;

struct loaded *slot_acquire(void) {
    for (;;) {
        struct loaded *loaded = atomic_load(&current);
        if (!loaded) return NULL;
        atomic_fetch_add(&loaded->callers, 1);
        if (atomic_load(&current) == loaded) return loaded;
        atomic_fetch_sub(&loaded->callers, 1); /* replaced in between: take the new one */
    }
}

void slot_release(struct loaded *loaded) { atomic_fetch_sub(&loaded->callers, 1); }

/* The file's content with a terminating zero; NULL with errno when it can't be read. */
static char *read_document(const char *directory, const char *name) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path) return errno = ENAMETOOLONG, NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return NULL;
    char *text = malloc(DOCUMENT_LIMIT + 1);
    size_t length = 0;
    ssize_t count = -1;
    while (text && length < DOCUMENT_LIMIT && (count = read(file, text + length, DOCUMENT_LIMIT - length)) > 0) length += (size_t)count;
    close(file);
    if (!text || count < 0) return free(text), NULL;
    text[length] = 0;
    return text;
}

/* graft.json stands beside the payload and names its digest. */
static void read_digest(struct loaded *loaded) {
    char *text = read_document(loaded->directory, "graft.json");
    const char *at = text ? strstr(text, "\"digest\"") : NULL;
    if (at && (at = strchr(at + 8, ':')) && (at = strchr(at, '"')))
        snprintf(loaded->digest, sizeof loaded->digest, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
    free(text);
}

static int initialise(struct loaded *loaded, char *reason, size_t reason_size) {
    char path[PATH_MAX + sizeof MODULE_FILE + 1];
    snprintf(path, sizeof path, "%s/%s", loaded->directory, MODULE_FILE);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return snprintf(reason, reason_size, "%s", dlerror()), -1;
    const struct edge_module *(*entry)(void);
    *(void **)&entry = dlsym(library, "edge_module");
    if (!entry) return snprintf(reason, reason_size, "%s exports no edge_module", path), -1;
    loaded->module = entry();
    if (strcmp(loaded->module->contract, EDGE_CONTRACT) != 0)
        return snprintf(reason, reason_size, "%s is built for %s, this host offers %s", path, loaded->module->contract, EDGE_CONTRACT), -1;
    read_digest(loaded);
    char *config = read_document(loaded->directory, "config.json");
    int result = loaded->module->init(config ? config : "{}", reason, reason_size);
    free(config);
    return result;
}

int slot_reload(char *reason, size_t reason_size) {
    char link[PATH_MAX];
    snprintf(link, sizeof link, "%s/%s/current", slot_root, slot_name);
    pthread_mutex_lock(&reloading);
    int result = -1;
    struct loaded *loaded = calloc(1, sizeof *loaded);
    if (readlink(link, (char[1]){0}, 1) < 0 && errno == ENOENT) {
        atomic_store(&current, NULL); /* nothing is linked: the slot is to be empty */
        free(loaded);
        result = 0;
        /* The resolved path: the dynamic linker takes equal paths for equal libraries. */
    } else if (!loaded || !realpath(link, loaded->directory)) {
        snprintf(reason, reason_size, "%s: %s", link, strerror(errno));
        free(loaded);
    } else if (initialise(loaded, reason, reason_size) != 0) {
        free(loaded); /* the library itself stays */
    } else {
        atomic_store(&current, loaded);
        result = 0;
    }
    pthread_mutex_unlock(&reloading);
    return result;
}
