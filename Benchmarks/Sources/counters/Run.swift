import CMeasure
import Glibc
import Synchronization

/// What one thread found.
struct Found: Sendable {
    var processor: UInt64
    var wall: UInt64
    var allocations: UInt64
}

/// Threads that begin at the same moment and do the same.
final class Run: Sendable {
    private let body: @Sendable () -> Void
    private let waiting: Atomic<Int>
    private let found = Mutex<[Found]>([])

    private init(threads: Int, _ body: @escaping @Sendable () -> Void) {
        self.body = body
        waiting = Atomic(threads)
    }

    /// Runs the body in so many threads, each on a processor of its own.
    static func measure(threads: Int, _ body: @escaping @Sendable () -> Void) -> [Found] {
        let run = Run(threads: threads, body)
        let handles = (0..<threads).map { number in
            var thread = pthread_t()
            let context = Unmanaged.passRetained(Start(run: run, processor: number)).toOpaque()
            guard
                pthread_create(
                    &thread, nil,
                    { context in
                        let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
                        start.run.work(on: start.processor)
                        return nil
                    }, context) == 0
            else { exit(2) }
            return thread
        }
        for thread in handles { pthread_join(thread, nil) }
        return run.found.withLock { $0 }
    }

    private func work(on processor: Int) {
        keep_on_processor(Int32(processor))
        waiting.subtract(1, ordering: .sequentiallyConsistent)
        while waiting.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
        let (allocations, processorStart, wallStart) = (allocation_count(), processorTime(), wallTime())
        body()
        let result = Found(
            processor: processorTime() - processorStart, wall: wallTime() - wallStart, allocations: allocation_count() - allocations)
        found.withLock { $0.append(result) }
    }

    private final class Start: Sendable {
        let run: Run
        let processor: Int

        init(run: Run, processor: Int) {
            self.run = run
            self.processor = processor
        }
    }
}
