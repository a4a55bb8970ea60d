import Glibc

/// Something that is done over and over: what it costs, and what it may cost.
struct Work {
    var name: String
    /// Bytes read or written.
    var bytes: Int
    /// Times that it must be faster than Foundation's decoder in the same run.
    var wantedRatio: Double?
    /// Microseconds that it should take on the machine of the aim; printed beside what it took, never judged.
    var aim: Double?
    var run: () throws -> Void
    /// Microseconds of the fastest round.
    var least = Double.infinity

    init(_ name: String, bytes: Int, wantedRatio: Double? = nil, aim: Double? = nil, run: @escaping () throws -> Void) {
        self.name = name
        self.bytes = bytes
        self.wantedRatio = wantedRatio
        self.aim = aim
        self.run = run
    }

    /// Measures all of them by turns, so that what else goes on meets them alike. Processor time of this thread, the least of all rounds.
    static func measure(_ works: inout [Work], rounds: Int, repetitions: Int) throws {
        for _ in 0..<rounds {
            for index in works.indices {
                let start = threadNanoseconds()
                for _ in 0..<repetitions { try works[index].run() }
                let microseconds = Double(threadNanoseconds() - start) / 1000 / Double(repetitions)
                works[index].least = min(works[index].least, microseconds)
            }
        }
    }

    private static func threadNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Keeps the optimizer from dropping what nobody looks at.
@inline(never) func keep<Value>(_ value: Value) { withExtendedLifetime(value) {} }
