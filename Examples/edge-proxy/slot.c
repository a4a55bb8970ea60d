#define _GNU_SOURCE
#include "slot.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE_FILE "libfilter.so"
#define DOCUMENT_LIMIT (256 << 10)

const char *slot_root = "modules";
const char *slot_name = "net/filter";

/* What runs: replaced as a whole, so that no call sees a rule without its canary. Never freed either; it is small. */
struct running {
    struct loaded *stable, *canary;
    struct rule *rule; /* NULL: all calls are the stable one's */
};

static _Atomic(struct running *) current;
static pthread_mutex_t reloading = PTHREAD_MUTEX_INITIALIZER;

static struct loaded *acquire(const struct call *call, int wants_canary, const char **rule) {
    for (;;) {
        struct running *running = atomic_load(&current);
        if (!running) return NULL;
        struct loaded *loaded = wants_canary ? running->canary : running->stable;
        if (!loaded) return NULL;
        if (call && running->rule && rule_means(running->rule, call)) loaded = running->canary;
        if (rule) *rule = rule_name(running->rule);
        atomic_fetch_add(&loaded->callers, 1);
        if (atomic_load(&current) == running) return loaded;
        atomic_fetch_sub(&loaded->callers, 1); /* replaced in between: take the new one */
    }
}

struct loaded *slot_acquire(const struct call *call) { return acquire(call, 0, NULL); }
struct loaded *slot_acquire_canary(const char **rule) { return acquire(NULL, 1, rule); }

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

/* The dynamic linker takes equal names, and equal files, for equal libraries: to have one anew takes a file of another name. A copy in memory is one; it is
 * never closed, so that no other file gets its number. */
static int copy_to_memory(char *path, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC), memory = memfd_create(MODULE_FILE, MFD_CLOEXEC);
    struct stat about;
    ssize_t count = -1;
    if (file >= 0 && memory >= 0 && fstat(file, &about) == 0)
        for (off_t left = about.st_size; left >= 0 && (count = sendfile(memory, file, NULL, left ? (size_t)left : 1)) > 0;) left -= count;
    if (file >= 0) close(file);
    if (count < 0) return memory >= 0 ? close(memory) : 0, -1;
    return snprintf(path, size, "/proc/self/fd/%d", memory), 0;
}

static int initialise(struct loaded *loaded, int is_anew, char *reason, size_t reason_size) {
    static unsigned loads;
    char path[PATH_MAX + sizeof MODULE_FILE + 1];
    snprintf(path, sizeof path, "%s/%s", loaded->directory, MODULE_FILE);
    if (is_anew && copy_to_memory(path, sizeof path) != 0) return snprintf(reason, reason_size, "%s: %s", path, strerror(errno)), -1;
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
    if (result == 0) loaded->load = ++loads;
    return result;
}

/* What a link leads to, loaded; what runs already from the very same directory is taken as it is, unless it is to be had anew. NULL with a reason. */
static struct loaded *load(const char *name, const struct running *running, int is_anew, char *reason, size_t reason_size) {
    char link[PATH_MAX];
    struct stat about;
    struct loaded *loaded = calloc(1, sizeof *loaded);
    snprintf(link, sizeof link, "%s/%s/%s", slot_root, slot_name, name);
    /* The resolved path: the dynamic linker takes equal paths for equal libraries. */
    if (!loaded || !realpath(link, loaded->directory) || stat(loaded->directory, &about) != 0) {
        snprintf(reason, reason_size, "%s: %s", link, strerror(errno));
        return free(loaded), NULL;
    }
    loaded->identity = about.st_ino;
    struct loaded *known[] = {running ? running->stable : NULL, running ? running->canary : NULL};
    for (int index = 0; index < 2 && !is_anew; index++)
        if (known[index] && known[index]->identity == loaded->identity && strcmp(known[index]->directory, loaded->directory) == 0)
            return free(loaded), known[index];
    if (initialise(loaded, is_anew, reason, reason_size) != 0) return free(loaded), NULL; /* the library itself stays */
    return loaded;
}

/* `current`, and where there is a rule `canary`. NULL with a reason. */
static struct running *load_all(const struct running *before, int is_anew, char *reason, size_t reason_size) {
    char directory[PATH_MAX];
    struct running *running = calloc(1, sizeof *running);
    if (!running || !(running->stable = load("current", before, is_anew, reason, reason_size))) return free(running), NULL;
    snprintf(directory, sizeof directory, "%s/%s", slot_root, slot_name);
    char *document = read_document(directory, "routing.json");
    if (!document && errno == ENOENT) return running;
    if (!document) snprintf(reason, reason_size, "%s/routing.json: %s", directory, strerror(errno));
    running->rule = document ? rule_read(document, reason, reason_size) : NULL;
    free(document);
    if (running->rule && (running->canary = load("canary", before, is_anew, reason, reason_size))) return running;
    rule_free(running->rule);
    return free(running), NULL;
}

static int load_slot(int is_anew, char *reason, size_t reason_size) {
    char link[PATH_MAX];
    snprintf(link, sizeof link, "%s/%s/current", slot_root, slot_name);
    pthread_mutex_lock(&reloading);
    int result = -1;
    struct running *running = NULL;
    if (readlink(link, (char[1]){0}, 1) < 0 && errno == ENOENT) result = 0; /* nothing is linked: the slot is to be empty */
    else if ((running = load_all(atomic_load(&current), is_anew, reason, reason_size))) result = 0;
    if (result == 0) atomic_store(&current, running);
    pthread_mutex_unlock(&reloading);
    return result;
}

int slot_reload(char *reason, size_t reason_size) { return load_slot(0, reason, reason_size); }
int slot_restart(char *reason, size_t reason_size) { return load_slot(1, reason, reason_size); }
