import Synchronization

/// What reading a document needs besides its bytes, kept from one document to the next: memory for the tape, and strings seen lately.
///
/// Sendable, unchecked: one reader at a time has it, between taking it from the idle ones and giving it back, both under their lock.
struct JSONScratch: @unchecked Sendable {
    var words = JSONStack<UInt64>(capacity: 1024)
    var frames = JSONStack<JSONScanner.Frame>(capacity: 32)
    var fingerprints = JSONStack<UInt64>(capacity: 128)
    var strings = JSONStringTable(bits: 11)
    var values = JSONValueTable(bits: 8)

    private static let idle = Mutex<[JSONScratch]>([])
    /// Idle ones: as many as documents were read at the same time, at most.
    private static let limit = 4
    /// Words that are kept; what a larger document needed is freed.
    private static let keptWords = 1 << 16

    /// Lends one to a reader.
    static func lend<Result, Failure>(_ body: (inout JSONScratch) throws(Failure) -> Result) throws(Failure) -> Result {
        var scratch = idle.withLock { $0.popLast() } ?? JSONScratch()
        defer { giveBack(scratch) }
        return try body(&scratch)
    }

    private static func giveBack(_ scratch: JSONScratch) {
        let isKept = scratch.words.capacity + scratch.fingerprints.capacity + scratch.frames.capacity <= keptWords
        let isIdle = isKept && idle.withLock { $0.count < limit ? ($0.append(scratch), true).1 : false }
        if !isIdle { scratch.free() }
    }

    private func free() {
        words.free()
        frames.free()
        fingerprints.free()
        strings.free()
        values.free()
    }
}
