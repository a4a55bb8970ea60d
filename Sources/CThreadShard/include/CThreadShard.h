// A place for each thread that is its alone as long as it lives: Swift has no thread-local variables that cost no call.
#ifndef CTHREADSHARD_H
#define CTHREADSHARD_H

#include <stdint.h>

/// Places in all: so many threads can have one at a time. Those that find none share.
#define THREAD_SHARD_PLACES 127
/// Of these, the first so many are found without a call. Words from one of them to the next: 128 bytes.
#define THREAD_SHARD_NEAR_PLACES 7
#define THREAD_SHARD_STRIDE 16

/// The word at which the calling thread's place begins. Too great while the thread has none of the near places, because it has not asked yet, or
/// because others have them. Read by one instruction: the model needs no call into the dynamic linker.
extern __thread uint32_t thread_shard_own_word __attribute__((tls_model("initial-exec")));

static inline __attribute__((always_inline)) uint32_t thread_shard_word(void) { return thread_shard_own_word; }

/// The calling thread's place, from 0; -1 when it has to share. Asks for one the first time. It is free again when the thread has ended, and
/// whoever has it next sees all that was written to it before.
int32_t thread_shard_place(void);

#endif
