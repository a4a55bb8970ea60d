package import HummingbirdCore
package import Logging
package import NIOCore

/// Serves connections as `Base` does, after each was prepared: with TLS, whose certificate may be another one for each, for instance.
package struct PreparedChannel<Base: ServerChildChannel>: ServerChildChannel {
    package typealias Value = Base.Value

    private let base: Base
    private let prepare: @Sendable (any Channel) throws -> Void

    /// - Parameter prepare: called on the connection's event loop; must be quick. When it throws, the connection is closed.
    package init(_ base: Base, prepare: @escaping @Sendable (any Channel) throws -> Void) {
        self.base = base
        self.prepare = prepare
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture { try prepare(channel) }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    package func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
