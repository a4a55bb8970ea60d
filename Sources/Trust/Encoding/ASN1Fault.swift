/// Why bytes are no value of the type that was asked for; each reader turns it into its own failure.
struct ASN1Fault: Error, Sendable, Hashable, CustomStringConvertible {
    var reason: String

    init(_ reason: String) { self.reason = reason }

    var description: String { reason }
}
