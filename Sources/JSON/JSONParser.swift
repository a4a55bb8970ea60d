/// Limits on what is parsed, so that a hostile document costs bounded memory and stack.
public struct JSONLimits: Sendable {
    /// Bytes of the whole document.
    public var size: Int
    /// Arrays and objects inside one another.
    public var depth: Int

    /// The defaults suit what an API server sends.
    public init(size: Int = 64 << 20, depth: Int = 128) {
        self.size = size
        self.depth = depth
    }
}

/// Why bytes are not a JSON document, and where: offset in bytes from 0; line and column from 1, the column in bytes.
public struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// What was wanted, and what was found.
    public var reason: String
    /// In bytes, from 0.
    public var offset: Int
    /// From 1.
    public var line: Int
    /// In bytes, from 1.
    public var column: Int

    /// Made of its members.
    public init(reason: String, offset: Int, line: Int, column: Int) {
        self.reason = reason
        self.offset = offset
        self.line = line
        self.column = column
    }

    public var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSON {
    /// Parses exactly one document (RFC 8259), surrounded by white space at most.
    ///
    /// Strict: duplicate keys, invalid UTF-8, a byte-order mark, lone surrogates, integers beyond 64 bits and numbers that
    /// overflow a double are errors. Keys that differ only in their Unicode normalisation count as duplicates, since
    /// `JSONObject` could not tell them apart. Nesting beyond `limits` costs no stack.
    public static func parse(_ bytes: some Sequence<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONSyntaxError) -> JSON {
        let inPlace = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(JSONSyntaxError) in try parse(contiguous: buffer, limits: limits) }
        }
        if let inPlace { return try inPlace.get() }
        // One byte more than allowed is enough to see that there is too much.
        let copied = Array(bytes.prefix(max(limits.size, 0) + 1))
        return try copied.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONSyntaxError) in try parse(contiguous: buffer, limits: limits) }
        }.get()
    }

    /// Reads a document from its text.
    public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONSyntaxError) -> JSON {
        try parse(text.utf8, limits: limits)
    }

    private static func parse(contiguous bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) throws(JSONSyntaxError) -> JSON {
        try JSONScratch.lend { (scratch) throws(JSONSyntaxError) in
            _ = try JSONScanner.scan(bytes, isWhole: true, limits: limits, into: &scratch)
            guard let base = bytes.baseAddress else { return .null }  // not reached: a document without bytes is none
            let tape = JSONTape(bytes: base, words: scratch.words.base)
            return JSONTree(tape: tape, strings: scratch.strings).value(at: 0)
        }
    }
}
