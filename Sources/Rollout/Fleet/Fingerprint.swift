/// A hash that costs a nanosecond for eight bytes, for tables whose entries are compared besides.
struct Fingerprint {
    private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func add(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        value = product.high ^ product.low
    }

    mutating func add(_ text: String) {
        let isTaken: Void? = text.utf8.withContiguousStorageIfAvailable { add(UnsafeRawBufferPointer($0)) }
        if isTaken == nil { Array(text.utf8).withUnsafeBytes { add($0) } }
    }

    mutating func add(_ text: String?) {
        if case .none = text { add(0 as UInt64) } else { add(text.unsafelyUnwrapped) }
    }

    /// Its length, and its last bytes: names that belong together end differently.
    @inline(__always)
    mutating func add(endOf text: String) {
        let end = text.utf8.withContiguousStorageIfAvailable { bytes -> UInt64 in
            let bytes = UnsafeRawBufferPointer(bytes)
            guard bytes.count < 8 else { return bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self) }
            return bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        add((end ?? 0) ^ UInt64(text.utf8.count) << 56)
    }

    /// In whichever order they are met.
    mutating func add(_ texts: [String: String]) {
        guard !texts.isEmpty else { return add(1 as UInt64) }
        var sum: UInt64 = 0
        for (key, value) in texts {
            var pair = Fingerprint()
            pair.add(key)
            pair.add(value)
            sum &+= pair.value
        }
        add(sum)
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let count = bytes.count
        var offset = 0
        while offset + 8 <= count {
            add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest = UInt64(count) << 56
        while offset < count {
            rest = rest << 8 ^ UInt64(bytes[offset])
            offset += 1
        }
        add(rest)
    }
}
