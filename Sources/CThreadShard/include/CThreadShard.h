// A small number for each thread: Swift has no thread-local variables that cost no call.
#ifndef CTHREADSHARD_H
#define CTHREADSHARD_H

#include <stdint.h>

/// Zero until the thread asks for the first time. Read by one instruction: the model needs no call into the dynamic linker.
extern __thread uint32_t thread_shard_number __attribute__((tls_model("initial-exec")));

/// Gives the calling thread the next number.
uint32_t thread_shard_assign(void);

/// The calling thread's number: the first thread that asks has 1, the next one 2, and so on.
static inline __attribute__((always_inline)) uint32_t thread_shard(void) {
    uint32_t number = thread_shard_number;
    return __builtin_expect(number != 0, 1) ? number : thread_shard_assign();
}

#endif
