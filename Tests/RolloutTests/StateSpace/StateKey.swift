/// Names a state: 128 bits of a keyed hash of its canonical form, so that many millions are remembered. That two of them were taken for one is less likely
/// than a broken machine.
struct StateKey: Hashable {
    private let high: Int
    private let low: Int

    init(_ form: [UInt8]) {
        (high, low) = form.withUnsafeBytes { bytes in
            func digest(_ number: UInt8) -> Int {
                var hasher = Hasher()
                hasher.combine(number)
                hasher.combine(bytes: bytes)
                return hasher.finalize()
            }
            return (digest(0), digest(1))
        }
    }

    static func == (left: StateKey, right: StateKey) -> Bool { left.high == right.high && left.low == right.low }
    func hash(into hasher: inout Hasher) { hasher.combine(low) }
}
