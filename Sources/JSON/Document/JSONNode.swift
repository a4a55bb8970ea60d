/// A value in a document that was checked and has not been read yet.
///
/// What nobody asks for is never made: skipping a value costs nothing more. It can't outlive the reading of its document: the compiler sees to that.
public struct JSONNode: ~Escapable {
    fileprivate let document: UnsafeMutablePointer<JSONDocument>
    /// On the document's tape.
    fileprivate let index: Int

    /// Whoever makes the first node of a document keeps it where it is for as long as there are nodes.
    @_lifetime(immortal)
    init(_ document: UnsafeMutablePointer<JSONDocument>, at index: Int) {
        self.document = document
        self.index = index
    }

    fileprivate var tape: JSONTape { document.pointee.tape }
    fileprivate var token: JSONToken { tape[index] }

    /// Where it stands. Worked out when asked for: for errors.
    public var path: JSONPath { document.pointee.path(to: index) }

    /// What kind of value this is, in the words error messages use.
    public var kind: String { tape.kind(at: index) }

    /// Whether it is null.
    public var isNull: Bool { token.kind == .null }
    var isObject: Bool { token.kind == .object }

    /// The value of `true` or `false`; nil for any other value.
    public var bool: Bool? {
        switch token.kind {
        case .isTrue: true
        case .isFalse: false
        default: nil
        }
    }

    /// A text's value; nil for any other value.
    public var string: String? { token.isText ? tape.text(token, document.pointee.strings) : nil }

    /// The value as an integer; a double without a fraction that fits counts as one.
    public var integer: Int64? {
        switch token.kind {
        case .integer: JSONNumber.integer(tape.written(token))
        case .double: Int64(exactly: JSONNumber.double(tape.written(token)))
        default: nil
        }
    }

    /// The value as a double; integers are converted.
    public var double: Double? {
        switch token.kind {
        case .integer: integer.map(Double.init)
        case .double: JSONNumber.double(tape.written(token))
        default: nil
        }
    }

    /// The value and all in it, as a tree.
    public var json: JSON { JSONTree(tape: tape, strings: document.pointee.strings).value(at: index) }

    /// Shows `body` the bytes between the quotes of a text without escapes that is all ASCII; nil for any other value.
    public func withASCII<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        token.kind == .ascii ? body(tape.written(token).span) : nil
    }
}

extension JSONNode {
    /// The value of a member; nil when there is none, or this is no object.
    @_lifetime(copy self)
    public func member(_ name: String) -> JSONNode? {
        guard isObject else { return nil }
        var name = name
        guard let found = name.withUTF8({ tape.member($0, of: index) }) else { return nil }
        return JSONNode(document, at: found)
    }
}

extension JSONNode {
    /// Whether equal arrays and dictionaries of a type may be one in memory.
    @usableFromInline
    func isShared(_ type: Any.Type) -> Bool { document.pointee.values.isShared(type) }

    /// What the same bytes were read as lately, if there are elements or members in them.
    @usableFromInline
    func known<Value>(as type: Value.Type) -> Value? { written.flatMap { document.pointee.values.value($0, as: type) } }

    /// Keeps what this was read as, for the next who reads the same bytes.
    @usableFromInline
    func keep<Value>(_ value: Value) {
        if let written { document.pointee.values.keep(value, written) }
    }

    /// The bytes of an array or an object that is not empty.
    private var written: UnsafeBufferPointer<UInt8>? {
        guard token.isContainer, tape.count(at: index) > 0 else { return nil }
        return UnsafeBufferPointer(start: tape.bytes + token.offset, count: tape.endOffset(at: index) - token.offset)
    }
}

/// The elements of an array, one after another.
public struct JSONElements: ~Escapable {
    private let document: UnsafeMutablePointer<JSONDocument>
    private var index: Int
    private let end: Int
    /// How many there are in all.
    public let count: Int

    /// The elements of an array; an error when it is none.
    @_lifetime(copy node)
    public init(_ node: JSONNode) throws(JSONDecodingError) {
        guard node.token.kind == .array else { throw JSONDecodingError(wanted: "an array", found: node) }
        document = node.document
        index = node.index + 2
        end = node.token.payload
        count = node.tape.count(at: node.index)
    }

    /// The next element; nil behind the last.
    @_lifetime(copy self)
    public mutating func next() -> JSONNode? {
        guard index < end else { return nil }
        let element = index
        index = document.pointee.tape.next(after: element)
        return JSONNode(document, at: element)
    }
}

/// The members of an object, one after another, in their order.
public struct JSONEntries: ~Escapable {
    private let document: UnsafeMutablePointer<JSONDocument>
    private var index: Int
    private let end: Int
    /// How many there are in all.
    public let count: Int

    /// The members of an object; an error when it is none.
    @_lifetime(copy node)
    public init(_ node: JSONNode) throws(JSONDecodingError) {
        guard node.isObject else { throw JSONDecodingError(wanted: "an object", found: node) }
        document = node.document
        index = node.index + 2
        end = node.token.payload
        count = node.tape.count(at: node.index)
    }

    /// The key of the next member, nil behind the last; `nextValue` must follow.
    public mutating func nextKey() -> String? {
        guard index < end else { return nil }
        let tape = document.pointee.tape
        index += 1
        return tape.text(tape[index - 1], document.pointee.strings)
    }

    /// The value of the member whose key was asked for.
    @_lifetime(copy self)
    public mutating func nextValue() -> JSONNode {
        precondition(index < end, "a value comes after its key")
        let value = index
        index = document.pointee.tape.next(after: value)
        return JSONNode(document, at: value)
    }
}
