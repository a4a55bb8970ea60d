// A small number for each thread, and its place in a counter: Swift has no thread-local variables that cost no call.
#ifndef CTHREADSHARD_H
#define CTHREADSHARD_H

#include <stdint.h>

/// Places that every counter has for threads, and words from one to the next: 128 bytes.
#define THREAD_SHARD_PLACES 8
#define THREAD_SHARD_STRIDE 16

/// The word of a counter that is the calling thread's. Too great while the thread has none, because it has not asked yet, or because there are
/// more processors than places. Read by one instruction: the model needs no call into the dynamic linker.
extern __thread uint32_t thread_shard_own_word __attribute__((tls_model("initial-exec")));

static inline __attribute__((always_inline)) uint32_t thread_shard_word(void) { return thread_shard_own_word; }

/// The calling thread's number: the first thread that asks has 1, the next one 2, and so on. Finds it a place, too.
uint32_t thread_shard_number(void);

#endif
