public import JSON

/// Limits on what is read, so that a hostile document costs bounded memory, time and stack.
public struct YAMLLimits: Sendable {
    /// Bytes of all documents together.
    public var size: Int
    /// Mappings and sequences inside one another, aliases expanded.
    public var depth: Int
    /// What aliases may bring in, in each document: every value counts 1 and the bytes of its text.
    public var expansion: Int

    public init(size: Int = 64 << 20, depth: Int = 128, expansion: Int = 4 << 20) {
        self.size = size
        self.depth = depth
        self.expansion = expansion
    }
}

/// Why bytes are not YAML that can be read as JSON, and where: line and column from 1, the column in characters.
public struct YAMLError: Error, Hashable, CustomStringConvertible {
    public var reason: String
    public var line: Int
    public var column: Int

    public init(reason: String, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    public var description: String { "line \(line), column \(column): \(reason)" }
}

/// YAML as Kubernetes reads it: YAML 1.1 with the scalar rules of `sigs.k8s.io/yaml`, turned into JSON values.
///
/// - Plain scalars: `y yes on true` and `n no off false` (each in lower case, capitalised and upper case) are booleans; `~`,
///   `null` and nothing are null; `017`, `0o17`, `0x1F` and `0b11` are integers, `_` between digits is skipped; `1e3` and `.5`
///   are doubles. Dates, times and base-60 numbers stay strings.
/// - A double without a fraction becomes an integer (`1.0` and `1e3` are 1 and 1000), and an integer beyond 64 bits a double: Kubernetes
///   passes values on as JSON, where the one is written like the other.
/// - Keys that are no strings become strings: `1: a` is `{"1": "a"}`, `on: a` is `{"true": "a"}`, `1e6: a` is `{"1e+06": "a"}`.
/// - Tags `!!str !!int !!float !!bool !!null !!binary !!timestamp` are followed, others are skipped.
/// - `<<` sets the members of the mapping it names where it stands: they win over the keys before it and lose to those after it; of
///   several mappings in a sequence the first wins.
///
/// Stricter than Kubernetes, where it would lose something silently: duplicate keys, infinities and NaN, `!!binary` that is no UTF-8,
/// input other than UTF-8, and text after the end of a document are errors. A stream that is one JSON array or object keeps
/// its numbers as they are written, as `kubectl` sends it.
public enum YAML {
    /// All documents of a stream. Documents with nothing in them (`---` twice in a row, comments alone) are skipped, as `kubectl` does;
    /// one that says `null` is returned.
    public static func documents(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> [JSON] {
        try read(bytes, limits: limits).map(\.value)
    }

    /// The one document of a stream; none and several are errors.
    public static func document(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> JSON {
        let documents = try read(bytes, limits: limits)
        guard let first = documents.first else { throw YAMLError(reason: "wanted a document, found none", line: 1, column: 1) }
        guard documents.count == 1 else {
            throw YAMLError(reason: "wanted one document, found \(documents.count); this is where the second starts", at: documents[1].mark)
        }
        return first.value
    }

    public static func documents(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> [JSON] {
        try documents(Array(text.utf8), limits: limits)
    }

    public static func document(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> JSON {
        try document(Array(text.utf8), limits: limits)
    }

    private static func read(_ bytes: [UInt8], limits: YAMLLimits) throws(YAMLError) -> [YAMLComposer.Document] {
        guard bytes.count <= limits.size else {
            throw YAMLError(reason: "the stream has \(bytes.count) bytes; wanted at most \(limits.size)", line: 1, column: 1)
        }
        guard !bytes.isEmpty else { return [] }
        if let json = json(bytes, limits: limits) { return [YAMLComposer.Document(value: json, mark: YAMLMark(line: 0, column: 0))] }
        return try bytes.withUnsafeBufferPointer { buffer throws(YAMLError) in
            let events = try YAMLEvents(buffer)
            var composer = YAMLComposer(limits: limits)
            while true {
                let event = try events.next()
                if case .streamEnd = event.kind { return composer.documents }
                try composer.take(event)
            }
        }
    }

    /// The stream as JSON, if it is one array or object. YAML holds all of JSON but escaped surrogate pairs, which JSON writers use; and
    /// JSON is read faster. Anything else is left to YAML, errors included.
    private static func json(_ bytes: [UInt8], limits: YAMLLimits) -> JSON? {
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
        return try? JSON.parse(bytes, limits: JSONLimits(size: limits.size, depth: limits.depth))
    }
}
