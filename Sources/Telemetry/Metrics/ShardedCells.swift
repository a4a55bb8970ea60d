import CThreadShard
import Glibc
import Synchronization

/// A number that many threads add to at once without getting in each other's way: each has a cell of its own, and who reads adds the cells up.
///
/// Adding takes no lock and allocates nothing. A cell has one thread that writes to it, as long as that thread lives, so adding is a load and a
/// store: no locked instruction, which alone would take several times as long. Threads that find no place of their own share a
/// cell, in which they add atomically: slower, never wrong. What is read is a sum of cells read one after another: each addition that ended before
/// is in it, one that goes on meanwhile may be.
struct ShardedCells: ~Copyable, Sendable {
    // Between what stands before in the object, which is read with each addition, and the first cell, which is written.
    private let padding = InlineArray<15, UInt64>(repeating: 0)
    /// Eight cells, 16 words apart, in the object itself: an address less to load than behind a pointer. The last one is shared.
    private let near: InlineArray<128, Atomic<UInt64>>
    /// For threads that have places behind those, where there are more processors than they serve; else one word that nobody uses.
    private let far: AtomicWords
    private let farCount: Int
    /// What counts as zero, as an integer.
    private let base = Atomic<UInt64>(0)

    /// Twice the processors' number, rounded up to a power of two: the pool that runs Swift's tasks has a thread a processor, and
    /// sockets have some besides. At most 128 cells, 16 kB.
    static let processCount: Int = {
        let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        var count = 8
        while count < 2 * processors, count < 128 { count *= 2 }
        return count
    }()

    /// Near cells that threads have as their own.
    private static var nearCount: Int { Int(THREAD_SHARD_NEAR_PLACES) }
    /// The word of the cell that is shared.
    private static var sharedWord: Int { nearCount * Int(THREAD_SHARD_STRIDE) }

    /// The calling thread's place, which is its alone as long as it lives; negative when it has to share.
    static var ownPlace: Int { Int(thread_shard_place()) }

    /// - Parameter count: at least eight there are.
    init(count: Int = Self.processCount) {
        near = InlineArray { _ in Atomic(0) }
        farCount = max(0, count - 1 - Self.nearCount)
        far = AtomicWords(count: max(1, farCount * AtomicWords.stride))
    }

    /// Adds to the calling thread's cell, as an integer. The usual case calls nothing, and finds its cell by one load.
    ///
    /// To be called from functions that are neither asynchronous nor inlined into such: what a compiler knows of a thread's place must not
    /// outlive a suspension, behind which another thread may go on.
    @inline(__always)
    func add(_ amount: UInt64) {
        let word = Int(thread_shard_word())
        guard word < 128 else { return addElsewhere(amount) }
        Self.add(amount, to: near[word])
    }

    /// To a cell that no other thread writes to.
    @inline(__always)
    private static func add(_ amount: UInt64, to cell: borrowing Atomic<UInt64>) {
        cell.store(cell.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// The first time of a thread, and where it has none of the near cells.
    @inline(never)
    private func addElsewhere(_ amount: UInt64) {
        let place = Self.ownPlace
        if place >= 0, place < Self.nearCount {
            Self.add(amount, to: near[place * Int(THREAD_SHARD_STRIDE)])
        } else if place >= Self.nearCount, place - Self.nearCount < farCount {
            let word = (place - Self.nearCount) * AtomicWords.stride
            far.store(far.load(at: word) &+ amount, at: word)
        } else {
            addShared(amount)
        }
    }

    /// To the cell of threads that have none of their own.
    @inline(never)
    func addShared(_ amount: UInt64) { near[Self.sharedWord].wrappingAdd(amount, ordering: .relaxed) }

    /// Adds to the calling thread's cell, as a double. A number is one or the other.
    @inline(never)
    func add(_ amount: Double) {
        let place = Self.ownPlace
        if place >= Self.nearCount, place - Self.nearCount < farCount {
            far.add(amount, at: (place - Self.nearCount) * AtomicWords.stride)
        } else {
            let isNear = place >= 0 && place < Self.nearCount
            near[isNear ? place * Int(THREAD_SHARD_STRIDE) : Self.sharedWord].add(amount)
        }
    }

    /// The sum of all cells, as integers.
    var integer: UInt64 { sum &- base.load(ordering: .relaxed) }

    private var sum: UInt64 {
        var sum: UInt64 = 0
        for word in stride(from: 0, to: 128, by: 16) { sum &+= near[word].load(ordering: .relaxed) }
        for word in farWords { sum &+= far.load(at: word) }
        return sum
    }

    /// The sum of all cells, as doubles.
    var double: Double {
        var sum = 0.0
        for word in stride(from: 0, to: 128, by: 16) { sum += Double(bitPattern: near[word].load(ordering: .relaxed)) }
        for word in farWords { sum += Double(bitPattern: far.load(at: word)) }
        return sum
    }

    /// Back to zero, as an integer: what is there counts no more. Cells stay their threads' to write.
    func resetInteger() { base.store(sum, ordering: .relaxed) }

    /// Back to zero, as a double. Additions that go on meanwhile may be lost.
    func resetDouble() {
        for word in stride(from: 0, to: 128, by: 16) { near[word].store(0, ordering: .relaxed) }
        for word in farWords { far.store(0, at: word) }
    }

    private var farWords: StrideTo<Int> { stride(from: 0, to: farCount * AtomicWords.stride, by: AtomicWords.stride) }
}
