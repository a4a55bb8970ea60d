#include "CThreadShard.h"

#include <stdatomic.h>

__thread uint32_t thread_shard_number __attribute__((tls_model("initial-exec"))) = 0;

static atomic_uint_fast32_t last_number;

uint32_t thread_shard_assign(void) {
    do {
        thread_shard_number = (uint32_t)(atomic_fetch_add_explicit(&last_number, 1, memory_order_relaxed) + 1);
    } while (thread_shard_number == 0);  // all numbers were given out once: begin again
    return thread_shard_number;
}
