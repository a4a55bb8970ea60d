/// A value in a document that was checked and has not been read yet.
///
/// What nobody asks for is never made: skipping a value costs nothing more. It can't outlive the reading of its document: the compiler sees to that.
public struct JSONNode: ~Escapable {
    private let document: UnsafeMutablePointer<JSONDocument>
    /// On the document's tape.
    private let index: Int

    /// Whoever makes the first node of a document keeps it where it is for as long as there are nodes.
    @_lifetime(immortal)
    init(_ document: UnsafeMutablePointer<JSONDocument>, at index: Int) {
        self.document = document
        self.index = index
    }

    private var tape: JSONTape { document.pointee.tape }
    private var token: JSONToken { tape[index] }

    /// Where it stands. Worked out when asked for: for errors.
    public var path: JSONPath { document.pointee.path(to: index) }

    /// What kind of value this is, in the words error messages use.
    public var kind: String { tape.kind(at: index) }

    public var isNull: Bool { token.kind == .null }
    var isObject: Bool { token.kind == .object }

    public var bool: Bool? {
        switch token.kind {
        case .isTrue: true
        case .isFalse: false
        default: nil
        }
    }

    public var string: String? { token.isText ? tape.text(token, &document.pointee.strings) : nil }

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
    public var json: JSON {
        withUnsafeMutablePointer(to: &document.pointee.strings) { JSONTree(tape: tape, strings: $0).value(at: index) }
    }

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

    /// How many elements or members there are; nil when this is neither array nor object.
    public var count: Int? { token.isContainer ? tape.count(at: index) : nil }

    /// Shows `body` each element; false when this is no array.
    public func forEachElement<Failure>(_ body: (JSONNode) throws(Failure) -> Void) throws(Failure) -> Bool {
        guard token.kind == .array else { return false }
        var element = index + 2
        for _ in 0..<tape.count(at: index) {
            try body(JSONNode(document, at: element))
            element = tape.next(after: element)
        }
        return true
    }

    /// Shows `body` each member, in their order; false when this is no object.
    public func forEachMember<Failure>(_ body: (String, JSONNode) throws(Failure) -> Void) throws(Failure) -> Bool {
        guard isObject else { return false }
        var key = index + 2
        for _ in 0..<tape.count(at: index) {
            try body(tape.text(tape[key], &document.pointee.strings), JSONNode(document, at: key + 1))
            key = tape.next(after: key + 1)
        }
        return true
    }
}
