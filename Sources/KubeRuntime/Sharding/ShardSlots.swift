/// The slots that keys fall into. Their number is fixed for the life of a group: members share slots out, never keys.
public struct ShardSlots: Sendable, Hashable {
    /// How many there are.
    public let count: Int

    /// Slots for a group of members.
    /// - Parameter count: several for each member that there may ever be, so that they share evenly; the same for all members.
    public init(count: Int = 64) {
        precondition(count > 0, "a group has one slot at least")
        self.count = count
    }

    /// The slot of a key, by its text alone: the same on every machine and in every release (FNV-1a of its UTF-8, 64 bits, and a final mix).
    public func slot(of key: some CustomStringConvertible) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        // The low bits of FNV follow those of the last bytes.
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return Int((hash ^ (hash >> 33)) % UInt64(count))
    }
}
