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
        var type: ObjectIdentifier?
        var value: Any = ()
    }

    private let places: UnsafeMutableBufferPointer<Place>

    /// - Parameter bits: the table has two to the power of this many places.
    init(bits: Int) {
        places = .allocate(capacity: 1 << bits)
        places.initialize(repeating: Place())
    }

    /// The table is not to be used any more.
    func free() {
        places.deinitialize()
        places.deallocate()
    }

    /// What was read of these bytes as this type.
    func value<Value>(_ written: UnsafeBufferPointer<UInt8>, as type: Value.Type) -> Value? {
        guard Self.lengths.contains(written.count) else { return nil }
        let hash = hash(written)
        let place = place(hash)
        guard place.pointee.hash == hash, place.pointee.type == ObjectIdentifier(type), isEqual(place.pointee.written, written) else {
            return nil
        }
        return place.pointee.value as? Value
    }

    /// Keeps what was read, in place of another.
    func keep<Value>(_ value: Value, _ written: UnsafeBufferPointer<UInt8>) {
        guard Self.lengths.contains(written.count) else { return }
        let hash = hash(written)
        place(hash).pointee = Place(hash: hash, written: Array(written), type: ObjectIdentifier(Value.self), value: value)
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
