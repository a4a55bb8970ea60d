import CThreadShard
import Glibc

/// A number that many threads add to at once without getting in each other's way: each has a cell, by its own small number, and who
/// reads adds the cells up.
///
/// Adding takes no lock and allocates nothing. Threads whose numbers fall on the same cell are slower, never wrong. What is read is
/// a sum of cells read one after another: each addition that ended before is in it, one that goes on meanwhile may be.
struct ShardedCells: ~Copyable, Sendable {
    private let words: AtomicWords
    private let mask: UInt32

    /// Twice the processors' number, rounded up to a power of two: the pool that runs Swift's tasks has a thread a processor, and
    /// sockets have some besides. At most 128 cells, 16 kB.
    static let processCount: Int = {
        let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        var count = 4
        while count < 2 * processors, count < 128 { count *= 2 }
        return count
    }()

    /// - Parameter count: a power of two.
    init(count: Int = Self.processCount) {
        precondition(count > 0 && count & (count - 1) == 0, "the number of cells is no power of two")
        words = AtomicWords(count: count * AtomicWords.stride)
        mask = UInt32(count - 1)
    }

    @inline(__always)
    private var own: Int { Int(thread_shard() & mask) &* AtomicWords.stride }

    /// Adds to the calling thread's cell, as an integer.
    @inline(__always)
    func add(_ amount: UInt64) { words.add(amount, at: own) }

    /// Adds to the calling thread's cell, as a double. Cells are one or the other.
    @inline(__always)
    func add(_ amount: Double) { words.add(amount, at: own) }

    /// The sum of all cells, as integers.
    var integer: UInt64 {
        var sum: UInt64 = 0
        for cell in 0...Int(mask) { sum &+= words.load(at: cell * AtomicWords.stride) }
        return sum
    }

    /// The sum of all cells, as doubles.
    var double: Double {
        var sum = 0.0
        for cell in 0...Int(mask) { sum += Double(bitPattern: words.load(at: cell * AtomicWords.stride)) }
        return sum
    }

    /// Back to zero. Additions that go on meanwhile may be lost.
    func reset() { for cell in 0...Int(mask) { words.store(0, at: cell * AtomicWords.stride) } }
}
