import Glibc

/// Strings seen lately, so that objects of one kind share the texts they have in common: keys of labels, reasons, images, node names.
///
/// A cache with one place for each hash, never a list that grows: a string that another has replaced since is made anew. Only strings of 16 to 128
/// bytes are kept: shorter ones need no memory of their own, longer ones seldom repeat.
struct JSONStringTable {
    static let lengths = 16...128

    private struct Place {
        var hash: UInt64 = 0
        var string = ""
    }

    private let places: UnsafeMutableBufferPointer<Place>

    /// A table that shares nothing, and need not be freed.
    static var none: JSONStringTable { JSONStringTable(places: UnsafeMutableBufferPointer(start: nil, count: 0)) }

    private init(places: UnsafeMutableBufferPointer<Place>) { self.places = places }

    /// - Parameter bits: the table has two to the power of this many places, of 24 bytes each beside the strings themselves.
    init(bits: Int) {
        places = .allocate(capacity: 1 << bits)
        places.initialize(repeating: Place())
    }

    /// The table is not to be used any more.
    func free() {
        places.deinitialize()
        places.deallocate()
    }

    /// The string of valid UTF-8.
    func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard Self.lengths.contains(bytes.count), !places.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
        let hash = Self.hash(bytes)
        let place = places.baseAddress.unsafelyUnwrapped + Int(truncatingIfNeeded: hash) & (places.count - 1)
        if place.pointee.hash == hash, isEqual(&place.pointee.string, bytes) { return place.pointee.string }
        let string = String(decoding: bytes, as: UTF8.self)
        place.pointee = Place(hash: hash, string: string)
        return string
    }

    private func isEqual(_ string: inout String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        string.withUTF8 { known in
            known.count == bytes.count && memcmp(known.baseAddress.unsafelyUnwrapped, bytes.baseAddress.unsafelyUnwrapped, bytes.count) == 0
        }
    }

    /// Of all bytes. Whoever makes strings collide wins nothing: they are not shared.
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        guard raw.count >= 8 else { return mix(raw.reduce(UInt64(raw.count)) { $0 << 8 | UInt64($1) }) }
        var state = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 < raw.count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        return mix(state ^ raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xBF58_476D_1CE4_E5B9)
        return product.high ^ product.low
    }
}
