import Synchronization

/// A fixed number of 64-bit words that threads change without a lock.
///
/// The words start on a 128-byte boundary: two cache lines, since processors fetch lines in pairs.
struct AtomicWords: ~Copyable, Sendable {
    /// Bytes between two words that must not share a cache line.
    static let separation = 128
    /// Words between two such words.
    static let stride = separation / MemoryLayout<UInt64>.stride

    // The pointer never changes, and what it points to is atomic.
    private nonisolated(unsafe) let words: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    /// - Parameter count: at least 1; all words are zero.
    init(count: Int) {
        self.count = count
        words = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<UInt64>.stride, alignment: Self.separation)
            .bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
    }

    deinit {
        words.deinitialize(count: count)
        UnsafeMutableRawPointer(words).deallocate()
    }

    /// Adds to a word. Wraps around.
    @inline(__always)
    func add(_ amount: UInt64, at index: Int) {
        assert((0..<count).contains(index))
        words[index].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds to a word that holds a double's bits.
    @inline(__always)
    func add(_ amount: Double, at index: Int) {
        assert((0..<count).contains(index))
        words[index].add(amount)
    }

    func load(at index: Int) -> UInt64 {
        assert((0..<count).contains(index))
        return words[index].load(ordering: .relaxed)
    }

    func store(_ value: UInt64, at index: Int) {
        assert((0..<count).contains(index))
        words[index].store(value, ordering: .relaxed)
    }
}

extension Atomic<UInt64> {
    /// Adds to the double whose bits it holds.
    @inline(__always)
    func add(_ amount: Double) {
        var known = load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: known) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: known, desired: sum, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }
}
