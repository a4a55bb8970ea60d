/// Reads one value from contiguous bytes and writes where everything in it stands onto a tape. Lives only as long as the buffer it was given.
///
/// All that RFC 8259 wants is checked here, once, for values that somebody reads and for those that are skipped: nothing behind the scanner meets
/// bytes that are no JSON. Nesting is kept on a stack of its own, so that a hostile document cannot overflow a small thread's. Every access to
/// `bytes` is preceded by a comparison with `count`.
struct JSONScanner {
    let bytes: UnsafePointer<UInt8>
    let count: Int
    let limits: JSONLimits
    var offset = 0
    var words: JSONStack<UInt64>
    var frames: JSONStack<Frame>
    var fingerprints: JSONStack<UInt64>

    /// A container that is open.
    struct Frame {
        enum Kind: UInt8 { case document, array, object }
        var kind: Kind
        /// Whether its keys must be compared as strings before it is closed.
        var hasUnusualKeys = false
        /// Where its words are on the tape.
        var index = 0
        var count = 0
        /// The first of its keys' fingerprints.
        var firstKey = 0
    }

    /// Writes the tape of one value into `scratch`.
    /// - Parameter isWhole: whether nothing but white space may follow the value.
    /// - Returns: the offset behind the value.
    static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, isWhole: Bool, limits: JSONLimits, into scratch: inout JSONScratch
    ) throws(JSONSyntaxError) -> Int {
        // An empty buffer has no address; no byte of another one is read either.
        let base = bytes.baseAddress ?? UnsafePointer(UnsafeMutablePointer<UInt8>(OpaquePointer(scratch.words.base)))
        var scanner = JSONScanner(base, count: bytes.count, limits: limits, scratch: scratch)
        defer { (scratch.words, scratch.frames, scratch.fingerprints) = (scanner.words, scanner.frames, scanner.fingerprints) }
        if isWhole { try scanner.document() } else { try scanner.value() }
        return scanner.offset
    }

    private init(_ bytes: UnsafePointer<UInt8>, count: Int, limits: JSONLimits, scratch: JSONScratch) {
        self.bytes = bytes
        self.count = count
        self.limits = limits
        words = scratch.words
        frames = scratch.frames
        fingerprints = scratch.fingerprints
        (words.count, frames.count, fingerprints.count) = (0, 0, 0)
    }

    /// The whole document: one value with white space around it.
    private mutating func document() throws(JSONSyntaxError) {
        let limit = min(limits.size, JSONToken.sizeLimit)
        guard count <= limit else { throw error("the document is larger than \(limit) bytes; wanted a smaller one", at: limit) }
        if count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw error("wanted a value, found a byte-order mark", at: 0)
        }
        try value()
        skipWhiteSpace()
        guard offset == count else { throw unexpected(wanted: "the end of the document") }
    }

    /// One value, after white space; what follows it is not looked at.
    private mutating func value() throws(JSONSyntaxError) {
        var frame = Frame(kind: .document)
        while true {
            skipWhiteSpace()
            switch peek() {
            case UInt8(ascii: "\""): try string()
            case UInt8(ascii: "{"):
                try open(.object, in: &frame)
                skipWhiteSpace()
                if peek() != UInt8(ascii: "}") {
                    try key(in: &frame, orClosing: true)
                    continue
                }
                offset += 1
                close(&frame)
            case UInt8(ascii: "["):
                try open(.array, in: &frame)
                skipWhiteSpace()
                if peek() != UInt8(ascii: "]") { continue }
                offset += 1
                close(&frame)
            default: try scalar()
            }
            // A value is complete: count it in its container, and close every container that ends here.
            attaching: while true {
                switch frame.kind {
                case .document: return
                case .array:
                    frame.count += 1
                    skipWhiteSpace()
                    if try isContinued(until: UInt8(ascii: "]")) { break attaching }
                case .object:
                    frame.count += 1
                    skipWhiteSpace()
                    if try isContinued(until: UInt8(ascii: "}")) {
                        skipWhiteSpace()
                        try key(in: &frame, orClosing: false)
                        break attaching
                    }
                    if frame.hasUnusualKeys { try checkKeys(of: frame) }
                }
                close(&frame)
            }
        }
    }

    @inline(__always)
    private mutating func open(_ kind: Frame.Kind, in frame: inout Frame) throws(JSONSyntaxError) {
        guard frames.count < limits.depth else {
            throw error("nested deeper than \(limits.depth) arrays and objects; wanted a flatter document", at: offset)
        }
        frames.append(frame)
        frame = Frame(kind: kind, index: words.count, firstKey: fingerprints.count)
        words.append(UInt64(truncatingIfNeeded: offset))
        words.append(0)
        offset += 1
    }

    @inline(__always)
    private mutating func close(_ frame: inout Frame) {
        let start = Int(truncatingIfNeeded: words[frame.index])
        words[frame.index] = JSONToken(frame.kind == .array ? .array : .object, at: start, payload: words.count).word
        words[frame.index + 1] = UInt64(truncatingIfNeeded: offset) << 32 | UInt64(truncatingIfNeeded: frame.count)
        fingerprints.count = frame.firstKey
        frames.count -= 1
        frame = frames[frames.count]
    }

    /// Consumes a comma (true) or the closing bracket (false).
    @inline(__always)
    private mutating func isContinued(until closing: UInt8) throws(JSONSyntaxError) -> Bool {
        let byte = peek()
        guard byte == UInt8(ascii: ",") || byte == closing else {
            throw unexpected(wanted: "',' or '\(Character(Unicode.Scalar(closing)))'")
        }
        offset += 1
        return byte != closing
    }

    @inline(__always)
    mutating func append(_ kind: JSONToken.Kind, from start: Int, to end: Int) {
        words.append(JSONToken(kind, at: start, payload: end - start).word)
    }

    @inline(__always)
    mutating func skipWhiteSpace() {
        while offset < count {
            let byte = bytes[offset]
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            offset += 1
        }
    }

    /// The byte at the current offset, or nil at the end.
    @inline(__always)
    func peek() -> UInt8? { offset < count ? bytes[offset] : nil }
}
