import CThreadShard
import Glibc
import Synchronization

/// A number that many threads add to at once without getting in each other's way: each has a cell, by its own small number, and who
/// reads adds the cells up.
///
/// Adding takes no lock and allocates nothing. Threads whose numbers fall on the same cell are slower, never wrong. What is read is
/// a sum of cells read one after another: each addition that ended before is in it, one that goes on meanwhile may be.
struct ShardedCells: ~Copyable, Sendable {
    /// A word with nothing else within 128 bytes behind it.
    private struct Cell: ~Copyable, Sendable {
        let word = Atomic<UInt64>(0)
        private let padding = InlineArray<15, UInt64>(repeating: 0)
    }

    /// Cells that lie in the object itself: an address less to load than behind a pointer, which is a third of what an addition takes.
    private static var nearCount: UInt32 { 8 }

    // Between what stands before in the object, which is read with each addition, and the first cell, which is written.
    private let padding = InlineArray<15, UInt64>(repeating: 0)
    private let near: InlineArray<8, Cell>
    /// For threads with higher numbers, where there are more processors than that serves; else one word that nobody uses.
    private let far: AtomicWords
    private let farMask: UInt32

    /// Twice the processors' number, rounded up to a power of two: the pool that runs Swift's tasks has a thread a processor, and
    /// sockets have some besides. At most 128 cells, 16 kB.
    static let processCount: Int = {
        let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        var count = 8
        while count < 2 * processors, count < 128 { count *= 2 }
        return count
    }()

    /// - Parameter count: a power of two; of no more than eight, eight there are.
    init(count: Int = Self.processCount) {
        precondition(count > 0 && count & (count - 1) == 0, "the number of cells is no power of two")
        let isFar = count > Int(Self.nearCount)
        near = InlineArray { _ in Cell() }
        far = AtomicWords(count: isFar ? count * AtomicWords.stride : 1)
        farMask = isFar ? UInt32(count - 1) : 0
    }

    /// Adds to the calling thread's cell, as an integer.
    @inline(__always)
    func add(_ amount: UInt64) {
        let number = thread_shard()
        if number < Self.nearCount || farMask == 0 {
            near[Int(number % Self.nearCount)].word.wrappingAdd(amount, ordering: .relaxed)
        } else {
            far.add(amount, at: Int(number & farMask) &* AtomicWords.stride)
        }
    }

    /// Adds to the calling thread's cell, as a double. A number is one or the other.
    @inline(__always)
    func add(_ amount: Double) {
        let number = thread_shard()
        if number < Self.nearCount || farMask == 0 {
            near[Int(number % Self.nearCount)].word.add(amount)
        } else {
            far.add(amount, at: Int(number & farMask) &* AtomicWords.stride)
        }
    }

    /// The sum of all cells, as integers.
    var integer: UInt64 {
        var sum: UInt64 = 0
        for cell in near.indices { sum &+= near[cell].word.load(ordering: .relaxed) }
        for cell in farIndices { sum &+= far.load(at: cell) }
        return sum
    }

    /// The sum of all cells, as doubles.
    var double: Double {
        var sum = 0.0
        for cell in near.indices { sum += Double(bitPattern: near[cell].word.load(ordering: .relaxed)) }
        for cell in farIndices { sum += Double(bitPattern: far.load(at: cell)) }
        return sum
    }

    /// Back to zero. Additions that go on meanwhile may be lost.
    func reset() {
        for cell in near.indices { near[cell].word.store(0, ordering: .relaxed) }
        for cell in farIndices { far.store(0, at: cell) }
    }

    private var farIndices: StrideTo<Int> {
        stride(from: 0, to: farMask == 0 ? 0 : Int(farMask + 1) * AtomicWords.stride, by: AtomicWords.stride)
    }
}
