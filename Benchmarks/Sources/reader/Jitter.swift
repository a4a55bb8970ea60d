import Glibc
import Stations
import Synchronization

/// How late the machine wakes a thread that sleeps until a time: what of a latency is the machine's. A thread that does nothing else measures it
/// while everything else goes on; each event passes three such wakings, of the transport's thread, of the reader's and of a worker's.
final class Jitter: Sendable {
    private let interval: Int64
    private let lateness = Mutex<[Int64]>([])
    private let isOver = Atomic(false)
    private let thread = Mutex<pthread_t?>(nil)

    /// Starts the thread.
    /// - Parameter interval: nanoseconds from one waking to the next.
    init(every interval: Int64) {
        self.interval = interval
        var started = pthread_t()
        let context = Unmanaged.passRetained(self)
        let failed = pthread_create(
            &started, nil,
            {
                Unmanaged<Jitter>.fromOpaque($0!).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        if failed == 0 { thread.withLock { $0 = started } } else { context.release() }
    }

    private func run() {
        var due = ProcessUsage.now + interval
        while !isOver.load(ordering: .relaxed) {
            var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
            clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil)
            let now = ProcessUsage.now
            lateness.withLock { $0.append(now - due) }
            due = max(due + interval, now)
        }
    }

    /// Ends the thread. Nanoseconds, one for each waking.
    func end() -> [Int64] {
        isOver.store(true, ordering: .relaxed)
        if let thread = thread.withLock({ $0.take() }) { pthread_join(thread, nil) }
        return lateness.withLock { $0 }
    }
}
