/// The part of a streamed request body that lies between the task that produces it and the loop that sends it: at most one chunk.
struct UploadState: Sendable {
    enum Read: Equatable {
        case bytes(Int)
        case paused
        case ended
        /// The producer stopped short of the length it promised.
        case short(sent: Int)
    }

    let length: Int
    private(set) var isPaused = false
    private(set) var sent = 0

    private var chunk: [UInt8] = []
    private var offset = 0
    private var offered = 0
    private var isSourceDone = false
    private var isClosed = false
    private var writer: (@Sendable (Bool) -> Void)?

    init(length: Int) { self.length = length }

    /// Copies what is there. The wake-up lets the producer bring more.
    mutating func read(into target: UnsafeMutableBufferPointer<UInt8>) -> (Read, wake: (@Sendable () -> Void)?) {
        guard sent < length else { return (.ended, nil) }
        guard offset < chunk.count else {
            if isSourceDone { return (.short(sent: sent), nil) }
            isPaused = true
            return (.paused, nil)
        }
        let count = min(target.count, chunk.count - offset)
        for index in 0..<count { target[index] = chunk[offset + index] }
        offset += count
        sent += count
        guard offset == chunk.count else { return (.bytes(count), nil) }
        chunk = []
        offset = 0
        let writer = writer
        self.writer = nil
        guard let writer else { return (.bytes(count), nil) }
        return (.bytes(count), { writer(true) })
    }

    enum Offer { case accepted, tooLong, closed }

    /// Hands over the next chunk; the one before must be gone. The waiter is called with false when no more is wanted.
    mutating func offer(_ bytes: [UInt8], _ waiter: @escaping @Sendable (Bool) -> Void) -> (Offer, resumes: Bool) {
        guard !isClosed else { return (.closed, false) }
        offered += bytes.count
        guard offered <= length else { return (.tooLong, false) }
        chunk = bytes
        offset = 0
        writer = waiter
        return (.accepted, unpause())
    }

    /// The producer has no more. True: the loop should look.
    mutating func finish() -> Bool {
        isSourceDone = true
        return unpause()
    }

    /// Nobody sends any more; the producer is let go.
    mutating func close() -> (@Sendable () -> Void)? {
        isClosed = true
        let writer = writer
        self.writer = nil
        guard let writer else { return nil }
        return { writer(false) }
    }

    private mutating func unpause() -> Bool {
        defer { isPaused = false }
        return isPaused
    }
}
