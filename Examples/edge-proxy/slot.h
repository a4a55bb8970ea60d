/* The slot: which module runs, and how another takes its place while requests are answered. */
#ifndef EDGE_SLOT_H
#define EDGE_SLOT_H

#include <stdatomic.h>

#include "module.h"

/* A module that was loaded. Never freed: a caller may still hold it after it was replaced. */
struct loaded {
    const struct edge_module *module;
    atomic_long callers;
    char digest[80];
    char directory[4096];
};

/* Where modules stand: `<root>/<slot>/current` links to the directory of the version to run. */
extern const char *slot_root;
extern const char *slot_name;

/* Loads what `current` links to now and puts it in place of what runs. Returns 0; on failure writes a reason, returns -1,
 * and what ran before goes on running. Loading the version that runs already is a success; so is an absent link, which empties
 * the slot. */
int slot_reload(char *reason, size_t reason_size);

/* The module that runs, held until slot_release; NULL when there is none. */
struct loaded *slot_acquire(void);
void slot_release(struct loaded *loaded);

#endif
