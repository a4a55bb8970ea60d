// What a benchmark needs of C: a count of allocations, thread by thread, by a malloc before the C library's, and threads on processors of their own.
#ifndef CMEASURE_H
#define CMEASURE_H

#include <stdint.h>

/// Allocations of the calling thread so far.
uint64_t allocation_count(void);

/// Keeps the calling thread on one processor, where that is allowed.
void keep_on_processor(int processor);

#endif
