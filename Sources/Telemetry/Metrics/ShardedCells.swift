import CThreadShard
import Glibc
import Synchronization

/// A number that many threads add to at once without getting in each other's way: each has a cell, by its own small number, and who
/// reads adds the cells up.
///
/// Adding takes no lock and allocates nothing. Threads whose numbers fall on the same cell are slower, never wrong. What is read is
/// a sum of cells read one after another: each addition that ended before is in it, one that goes on meanwhile may be.
struct ShardedCells: ~Copyable, Sendable {
    // Between what stands before in the object, which is read with each addition, and the first cell, which is written.
    private let padding = InlineArray<15, UInt64>(repeating: 0)
    /// Eight cells, 16 words apart, in the object itself: an address less to load than behind a pointer.
    private let near: InlineArray<128, Atomic<UInt64>>
    /// For threads that have no place among those, where there are more processors than they serve; else one word that nobody uses.
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
        near = InlineArray { _ in Atomic(0) }
        far = AtomicWords(count: count > 8 ? count * AtomicWords.stride : 1)
        farMask = count > 8 ? UInt32(count - 1) : 0
    }

    /// Adds to the calling thread's cell, as an integer.
    ///
    /// A locked instruction waits for all stores before it, and loads behind it wait for it. So the usual case calls nothing, and finds its
    /// cell by one load.
    @inline(__always)
    func add(_ amount: UInt64) {
        let word = Int(thread_shard_word())
        guard word < 128 else { return addElsewhere(amount) }
        near[word].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds to the calling thread's cell, as a double. A number is one or the other.
    func add(_ amount: Double) {
        let number = thread_shard_number()
        if farMask == 0 {
            near[Self.place(of: number)].add(amount)
        } else {
            far.add(amount, at: farPlace(of: number))
        }
    }

    /// The first time of a thread, and where there are more threads than near cells.
    @inline(never)
    func addElsewhere(_ amount: UInt64) {
        let number = thread_shard_number()
        if farMask == 0 {
            near[Self.place(of: number)].wrappingAdd(amount, ordering: .relaxed)
        } else {
            far.add(amount, at: farPlace(of: number))
        }
    }

    private static func place(of number: UInt32) -> Int { Int(number % 8) * 16 }
    private func farPlace(of number: UInt32) -> Int { Int(number & farMask) * AtomicWords.stride }

    /// The sum of all cells, as integers.
    var integer: UInt64 {
        var sum: UInt64 = 0
        for word in stride(from: 0, to: 128, by: 16) { sum &+= near[word].load(ordering: .relaxed) }
        for word in farPlaces { sum &+= far.load(at: word) }
        return sum
    }

    /// The sum of all cells, as doubles.
    var double: Double {
        var sum = 0.0
        for word in stride(from: 0, to: 128, by: 16) { sum += Double(bitPattern: near[word].load(ordering: .relaxed)) }
        for word in farPlaces { sum += Double(bitPattern: far.load(at: word)) }
        return sum
    }

    /// Back to zero. Additions that go on meanwhile may be lost.
    func reset() {
        for word in stride(from: 0, to: 128, by: 16) { near[word].store(0, ordering: .relaxed) }
        for word in farPlaces { far.store(0, at: word) }
    }

    private var farPlaces: StrideTo<Int> {
        stride(from: 0, to: farMask == 0 ? 0 : Int(farMask + 1) * AtomicWords.stride, by: AtomicWords.stride)
    }
}
