/// A counter that only grows, but begins at 0 again when its process does. It adds up how much it grew, as Prometheus' `increase` does
/// without extrapolating: a value below the last one is the growth since a reset.
package struct CounterTrack: Hashable, Sendable {
    package private(set) var last: Double?
    /// Since the first value; growth before it is not known.
    package private(set) var increase = 0.0
    package private(set) var resets = 0

    package init() {}

    /// Takes the next value. What is negative or not finite is none, and is left out.
    /// - Returns: how much it grew since the last value; nil for the first one and for what is none.
    @discardableResult
    package mutating func observe(_ value: Double) -> Double? {
        guard value.isFinite, value >= 0 else { return nil }
        defer { last = value }
        guard let last else { return nil }
        let growth = value < last ? value : value - last
        if value < last { resets += 1 }
        increase += growth
        return growth
    }
}
