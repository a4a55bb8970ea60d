#ifndef GRAFT_CMEMORY_H
#define GRAFT_CMEMORY_H

/// Gives what was freed back to the system, where the C library can (glibc's malloc_trim). True if there was any.
int graft_trim_memory(void);

#endif
