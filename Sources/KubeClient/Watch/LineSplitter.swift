import Glibc

/// Splits a stream of bytes at line feeds, wherever the parts it arrives in are cut.
struct LineSplitter {
    private var buffer: [UInt8] = []
    /// Where the line that is not complete yet begins, and up to where it was searched.
    private var start = 0
    private var searched = 0
    /// Bytes a line.
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// A line was longer than the limit.
    struct LineTooLong: Error { var limit: Int }

    mutating func append(_ part: [UInt8]) {
        // The usual case: no copy, and the room that a long line took is given back.
        if start == buffer.count {
            buffer = part
            (start, searched) = (0, 0)
            return
        }
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        buffer += part
    }

    /// The next whole line, without its line feed; nil until there is one.
    mutating func next() throws(LineTooLong) -> ArraySlice<UInt8>? {
        guard let end = nextLineFeed() else {
            searched = buffer.count
            guard buffer.count - start <= limit else { throw LineTooLong(limit: limit) }
            return nil
        }
        guard end - start <= limit else { throw LineTooLong(limit: limit) }
        defer {
            start = end + 1
            searched = start
        }
        return buffer[start..<end]
    }

    private func nextLineFeed() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + searched, 0x0A, bytes.count - searched) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Bytes that memory is held for.
    var capacity: Int { buffer.capacity }

    /// What is left after the last line feed.
    var rest: ArraySlice<UInt8> { buffer[start...] }
}
