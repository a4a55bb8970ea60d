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

    private init(found bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The first member of a name; nil when there is none or this is no object. Names with escapes are not found.
    func member(_ name: String) -> RawJSON? {
        var cursor = Cursor(bytes)
        guard cursor.skip("{") else { return nil }
        while let key = cursor.value(), key.isString, cursor.skip(":"), let value = cursor.value() {
            if key.bytes.dropFirst().dropLast().elementsEqual(name.utf8) { return value }
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

    private var isString: Bool { bytes.first == UInt8(ascii: "\"") }

    /// Moves over values without looking at what they hold.
    private struct Cursor {
        private let bytes: ArraySlice<UInt8>
        private var position: Int

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            position = bytes.startIndex
        }

        var isAtEnd: Bool { position == bytes.endIndex }

        mutating func skipSpace() {
            while position < bytes.endIndex, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
        }

        /// A character, after white space.
        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            skipSpace()
            guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        /// A whole value, after white space.
        mutating func value() -> RawJSON? {
            skipSpace()
            let start = position
            var depth = 0
            repeat {
                guard position < bytes.endIndex else { return nil }
                switch bytes[position] {
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    position += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    guard depth > 0 else { return nil }
                    depth -= 1
                    position += 1
                case UInt8(ascii: "\""): guard skipString() else { return nil }
                case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0A, 0x0D, 0x09:
                    guard depth > 0 else { return nil }
                    position += 1
                default: skipWord()
                }
            } while depth > 0
            return RawJSON(found: bytes[start..<position])
        }

        private mutating func skipString() -> Bool {
            position += 1
            while position < bytes.endIndex {
                switch bytes[position] {
                case UInt8(ascii: "\\"): position += 2
                case UInt8(ascii: "\""):
                    position += 1
                    return true
                default: position += 1
                }
            }
            position = bytes.endIndex
            return false
        }

        /// A number, or one of the three names.
        private mutating func skipWord() {
            while position < bytes.endIndex {
                switch bytes[position] {
                case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "{"),
                    UInt8(ascii: "\""), 0x20, 0x0A, 0x0D, 0x09:
                    return
                default: position += 1
                }
            }
        }
    }
}
