// Counts what the program allocates, thread by thread: this malloc stands before the C library's.
#ifndef CALLOCATIONCOUNT_H
#define CALLOCATIONCOUNT_H

#include <stdint.h>

/// Allocations of the calling thread so far.
uint64_t allocation_count(void);

#endif
