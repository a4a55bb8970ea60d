import Glibc

/// Nanoseconds that the calling thread has been on a processor: what other programs do on the machine does not count, waiting for a
/// cache line does.
func processorTime() -> UInt64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

/// Nanoseconds by the wall: for what sleeps while it waits, a lock for one.
func wallTime() -> UInt64 { nanoseconds(CLOCK_MONOTONIC) }

private func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
