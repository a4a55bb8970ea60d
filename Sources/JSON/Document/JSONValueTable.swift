import Glibc

/// Values that documents read one after another may share: equal arrays and dictionaries of them are one in memory. Labels, owners,
/// finalizers and conditions of a thousand objects are the same few, written in the same way.
public protocol JSONShared: JSONDecodable, Sendable {}

extension String: JSONShared {}

/// Arrays and dictionaries seen lately, by the bytes they were written with. What was written alike need not be read again, and is shared.
///
/// A cache with one place for each hash, like `JSONStringTable`.
struct JSONValueTable {
    /// Bytes as written. Shorter ones hold next to nothing, longer ones seldom repeat.
    static let lengths = 4...1024

    private struct Place {
        var hash: UInt64 = 0
        var written: [UInt8] = []
        /// Of the value, which is what the box holds.
        var type: ObjectIdentifier?
        var box: AnyObject?
    }

    private final class Box<Value> {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private let places: UnsafeMutableBufferPointer<Place>
    /// Whether types are `JSONShared`: the runtime takes long to say so, and is asked once for each.
    private let answers: UnsafeMutableBufferPointer<(type: ObjectIdentifier, isShared: Bool)?>

    /// - Parameter bits: the table has two to the power of this many places.
    init(bits: Int) {
        places = .allocate(capacity: 1 << bits)
        places.initialize(repeating: Place())
        answers = .allocate(capacity: 16)
        answers.initialize(repeating: nil)
    }

    /// Whether equal arrays and dictionaries of a type may be one in memory.
    func isShared(_ type: Any.Type) -> Bool {
        let id = ObjectIdentifier(type)
        let address = UInt(bitPattern: id)
        let place = answers.baseAddress.unsafelyUnwrapped + Int(bitPattern: address >> 4 ^ address >> 9) & (answers.count - 1)
        if let answer = place.pointee, answer.type == id { return answer.isShared }
        let isShared = type is any JSONShared.Type
        place.pointee = (id, isShared)
        return isShared
    }

    /// The table is not to be used any more.
    func free() {
        places.deinitialize()
        places.deallocate()
        answers.deallocate()
    }

    /// What was read of these bytes as this type.
    func value<Value>(_ written: UnsafeBufferPointer<UInt8>, as type: Value.Type) -> Value? {
        guard Self.lengths.contains(written.count) else { return nil }
        let hash = hash(written)
        let place = place(hash)
        guard place.pointee.hash == hash, place.pointee.type == ObjectIdentifier(type), isEqual(place.pointee.written, written) else {
            return nil
        }
        return place.pointee.box.map { unsafeDowncast($0, to: Box<Value>.self).value }
    }

    /// Keeps what was read, in place of another.
    func keep<Value>(_ value: Value, _ written: UnsafeBufferPointer<UInt8>) {
        guard Self.lengths.contains(written.count) else { return }
        let hash = hash(written)
        place(hash).pointee = Place(hash: hash, written: Array(written), type: ObjectIdentifier(Value.self), box: Box(value))
    }

    private func place(_ hash: UInt64) -> UnsafeMutablePointer<Place> {
        places.baseAddress.unsafelyUnwrapped + Int(truncatingIfNeeded: hash) & (places.count - 1)
    }

    private func isEqual(_ known: [UInt8], _ written: UnsafeBufferPointer<UInt8>) -> Bool {
        known.withUnsafeBufferPointer {
            $0.count == written.count && memcmp($0.baseAddress.unsafelyUnwrapped, written.baseAddress.unsafelyUnwrapped, written.count) == 0
        }
    }

    private func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 { JSONStringTable.hash(bytes) }
}
