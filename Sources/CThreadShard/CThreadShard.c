#include "CThreadShard.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

__thread uint32_t thread_shard_own_word __attribute__((tls_model("initial-exec"))) = UINT32_MAX;

enum { UNASKED = 0, SHARES = -1 };

/// A place and one; or one of the above.
static __thread int32_t own_place;

/// A bit for each place that a thread has. The last of them is nobody's.
static _Atomic uint64_t taken[2] = {0, UINT64_C(1) << 63};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t ending;
static int can_end;

/// The calling thread ends. What of its other variables is destroyed after this and still counts does so where threads share.
static void leave(void *unused) {
    (void)unused;
    int32_t place = own_place - 1;
    own_place = SHARES;
    thread_shard_own_word = UINT32_MAX;
    if (place >= 0) atomic_fetch_and_explicit(&taken[place / 64], ~(UINT64_C(1) << (place % 64)), memory_order_release);
}

static void prepare(void) { can_end = pthread_key_create(&ending, leave) == 0; }

static int32_t take(void) {
    for (int32_t half = 0; half < 2; half++) {
        uint64_t known = atomic_load_explicit(&taken[half], memory_order_relaxed);
        while (~known != 0) {
            int32_t bit = __builtin_ctzll(~known);
            uint64_t with_ours = known | UINT64_C(1) << bit;
            if (atomic_compare_exchange_weak_explicit(&taken[half], &known, with_ours, memory_order_acquire, memory_order_relaxed)) {
                return half * 64 + bit;
            }
        }
    }
    return SHARES;
}

int32_t thread_shard_place(void) {
    if (own_place == UNASKED) {
        own_place = SHARES;
        pthread_once(&once, prepare);
        // A place that nobody gives back would be lost.
        int32_t place = can_end ? take() : SHARES;
        if (place >= 0 && pthread_setspecific(ending, &ending) != 0) {
            atomic_fetch_and_explicit(&taken[place / 64], ~(UINT64_C(1) << (place % 64)), memory_order_release);
            place = SHARES;
        }
        if (place >= 0) {
            own_place = place + 1;
            if (place < THREAD_SHARD_NEAR_PLACES) thread_shard_own_word = (uint32_t)place * THREAD_SHARD_STRIDE;
        }
    }
    return own_place == SHARES ? SHARES : own_place - 1;
}
