/// The host protocol: how an agent hands modules to the processes that run them. docs/host-protocol.md describes it for whoever implements it.
package enum HostProtocol {
    /// The versions this package speaks.
    package static let versions: Set<Int> = [1]
    /// Bytes of one packet, in both directions.
    package static let largestPacket = 16 << 10
    /// Files of one module, the configuration included.
    package static let largestFileCount = 1025
    /// Scalars of a message for people.
    package static let longestMessage = 1000
    /// Bytes of a path that a socket can be bound to: what the kernel has room for, less what stands behind it while it is made.
    package static let longestPath = 103
}

/// What the other side sent is not the protocol, or not what may be sent now. The connection is closed for it.
package struct ProtocolViolation: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
