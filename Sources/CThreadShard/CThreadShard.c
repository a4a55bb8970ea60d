#include "CThreadShard.h"

#include <stdatomic.h>
#include <unistd.h>

__thread uint32_t thread_shard_own_word __attribute__((tls_model("initial-exec"))) = UINT32_MAX;

static __thread uint32_t own_number;
static atomic_uint_fast32_t last_number;

uint32_t thread_shard_number(void) {
    if (own_number != 0) return own_number;
    do {
        own_number = (uint32_t)(atomic_fetch_add_explicit(&last_number, 1, memory_order_relaxed) + 1);
    } while (own_number == 0);  // all numbers were given out once: begin again
    // Where the places are two a processor they serve all threads.
    if (own_number < THREAD_SHARD_PLACES || 2 * sysconf(_SC_NPROCESSORS_ONLN) <= THREAD_SHARD_PLACES) {
        thread_shard_own_word = own_number % THREAD_SHARD_PLACES * THREAD_SHARD_STRIDE;
    }
    return own_number;
}
