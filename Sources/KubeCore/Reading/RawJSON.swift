/// The bytes of one JSON value, not read yet: values inside it are found by counting brackets, however deep they are and whatever
/// stands in them.
///
/// An API server stores what our parser refuses: configurations nested a thousand levels deep, integers beyond 64 bits. One such object
/// in a list must not make the others unreadable.
struct RawJSON {
    /// Without white space around it.
    let bytes: ArraySlice<UInt8>

    /// Nil when the bytes are not one value with white space around it.
    init?(_ bytes: ArraySlice<UInt8>) {
        var cursor = Cursor(bytes)
        guard let value = cursor.value() else { return nil }
        cursor.skipSpace()
        guard cursor.isAtEnd else { return nil }
        self = value
    }

    init(found bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The first member of a name; nil when there is none or this is no object. Names with escapes are not found.
    func member(_ name: String) -> RawJSON? {
        var cursor = Cursor(bytes)
        guard cursor.skip("{") else { return nil }
        while let key = cursor.value(), key.isString, cursor.skip(":"), let value = cursor.value() {
            if key.isString(name) { return value }
            guard cursor.skip(",") else { return nil }
        }
        return nil
    }

    /// The elements; nil when this is no array.
    func elements() -> [RawJSON]? {
        var cursor = Cursor(bytes)
        guard cursor.skip("[") else { return nil }
        if cursor.skip("]") { return [] }
        var elements: [RawJSON] = []
        while let element = cursor.value() {
            elements.append(element)
            if cursor.skip("]") { return elements }
            guard cursor.skip(",") else { return nil }
        }
        return nil
    }

    var isString: Bool { bytes.first == UInt8(ascii: "\"") }

    /// Whether this is a text, written without escapes.
    func isString(_ text: String) -> Bool { isString && bytes.dropFirst().dropLast().elementsEqual(text.utf8) }
}
