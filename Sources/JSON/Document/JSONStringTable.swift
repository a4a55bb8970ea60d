import Glibc

/// Strings seen lately, so that objects of one kind share the texts they have in common: keys of labels, reasons, images, node names.
///
/// A cache with one place for each hash, never a list that grows: a string that others have replaced since is made anew. Only strings of 16 to 128
/// bytes are kept: shorter ones need no memory of their own, longer ones seldom repeat.
struct JSONStringTable: Sendable {
    static let lengths = 16...128
    /// Of 16 bytes each, beside the strings themselves. Empty: nothing is shared.
    private var places: [String]

    /// A table that shares nothing.
    init() { places = [] }

    /// - Parameter bits: the table has two to the power of this many places.
    init(bits: Int) { places = Array(repeating: "", count: 1 << bits) }

    /// The string of valid UTF-8.
    mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard Self.lengths.contains(bytes.count), !places.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
        let place = Int(truncatingIfNeeded: hash(bytes)) & (places.count - 1)
        if isEqual(places[place], bytes) { return places[place] }
        let string = String(decoding: bytes, as: UTF8.self)
        places[place] = string
        return string
    }

    private func isEqual(_ string: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        string.utf8.withContiguousStorageIfAvailable {
            $0.count == bytes.count && memcmp($0.baseAddress.unsafelyUnwrapped, bytes.baseAddress.unsafelyUnwrapped, bytes.count) == 0
        } ?? false
    }

    /// Of all bytes; at least eight of them. Whoever makes strings collide wins nothing: they are not shared.
    private func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var state = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 < raw.count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        return mix(state ^ raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self))
    }

    private func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xBF58_476D_1CE4_E5B9)
        return product.high ^ product.low
    }
}
