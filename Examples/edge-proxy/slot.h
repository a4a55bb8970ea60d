/* The slot: which module runs, and how another takes its place while requests are answered. */
#ifndef EDGE_SLOT_H
#define EDGE_SLOT_H

#include <stdatomic.h>

#include "module.h"
#include "routing.h"

/* A module that was loaded. Never freed: a caller may still hold it after it was replaced. */
struct loaded {
    const struct edge_module *module;
    atomic_long callers;
    char digest[80];
    char directory[4096];
    unsigned long long identity; /* of the directory: staged anew it is another */
    unsigned load;               /* the how manieth load of this process it came with, from 1 */
};

/* Where modules stand: `<root>/<slot>/current` links to the directory of the version to run. Where `routing.json` stands beside it, `canary` links to
 * another, which answers the calls that the rule in there means. */
extern const char *slot_root;
extern const char *slot_name;

/* Loads what `current` and `canary` link to now and puts both, with their rule, in place of what runs, in one step. Returns 0; on failure writes a reason, returns -1,
 * and what ran before goes on running. Loading the version that runs already is a success; so is an absent link, which empties
 * the slot. */
int slot_reload(char *reason, size_t reason_size);

/* The same, and whatever runs already is loaded anew, beside what it was: with the memory that a module has when it begins. */
int slot_restart(char *reason, size_t reason_size);

/* The module that answers a call, held until slot_release; NULL when there is none. Without a call: what `current` linked to. */
struct loaded *slot_acquire(const struct call *call);
/* What has a part of the calls beside it, and in `rule` the name of the rule that says which; NULL when there is none. */
struct loaded *slot_acquire_canary(const char **rule);
void slot_release(struct loaded *loaded);

#endif
