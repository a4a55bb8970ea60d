import JSON

extension RawJSON {
    /// Moves over values without looking at what they hold.
    struct Cursor {
        private let bytes: ArraySlice<UInt8>
        private var position: Int

        init(_ bytes: ArraySlice<UInt8>) {
            self.bytes = bytes
            position = bytes.startIndex
        }

        var isAtEnd: Bool { position == bytes.endIndex }

        mutating func skipSpace() {
            while position < bytes.endIndex {
                let byte = bytes[position]
                guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
                position += 1
            }
        }

        /// A character, after white space.
        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            skipSpace()
            guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        /// The name of a member and its colon, after white space.
        mutating func key() -> RawJSON? {
            guard let key = value(), key.isString, skip(":") else { return nil }
            return key
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

        /// Reads the next value straight from the bytes. One that can't be read is moved over all the same; nil when there is no value at all.
        mutating func read<Value: JSONDecodable>(_ type: Value.Type, at path: JSONPath) -> Reading<Value>? {
            skipSpace()
            let start = position
            var end: Int?
            do {
                let value = try Value(beginning: bytes[start...], at: path, end: &end)
                position = end ?? position
                return .value(value)
            } catch {
                guard let end else { return value().map { .failure($0, error) } }
                position = end
                return .failure(RawJSON(found: bytes[start..<end]), error)
            }
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

    /// A value that was read, or the bytes of one that can't be and why.
    enum Reading<Value> {
        case value(Value)
        case failure(RawJSON, any Error)
    }
}
