/// What has been received and waits for its reader, in the parts in which it came; small ones are put together.
///
/// Not one array that grows: that would be copied again and again while it does, and each reader would leave a large hole in the heap behind.
struct ReceivedParts: Sendable {
    /// Bytes of a part to which others are added: as many as libcurl hands over at once.
    private static let size = 16 << 10

    private var parts: [[UInt8]] = []
    /// The first that was not taken.
    private var first = 0
    /// Bytes in all.
    private(set) var count = 0

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !bytes.isEmpty else { return }
        count += bytes.count
        if first < parts.count, parts[parts.count - 1].count + bytes.count <= Self.size {
            parts[parts.count - 1].append(contentsOf: bytes)
        } else {
            parts.append(Array(bytes))
        }
    }

    /// The part that came first; nil when none waits.
    mutating func takeFirst() -> [UInt8]? {
        guard first < parts.count else { return nil }
        var part: [UInt8] = []
        swap(&part, &parts[first])
        first += 1
        count -= part.count
        if first == parts.count {
            parts.removeAll(keepingCapacity: true)
            first = 0
        }
        return part
    }
}
