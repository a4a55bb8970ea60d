package import HummingbirdCore
package import Logging
package import NIOCore

/// Serves connections as `Base` does, and closes those that nobody comes to serve.
///
/// A server that is ended, by cancellation or by a graceful shutdown, may have accepted connections that its loop never gets to see. NIO's
/// channels trap when they are dropped without having been finished, and the whole process ends. Here such a connection is closed, and its
/// channel kept until it is.
package struct AbandonableChannel<Base: ServerChildChannel>: ServerChildChannel {
    /// A connection; closed when nobody holds it any more.
    package final class Value: ServerChildChannelValue {
        fileprivate let base: Base.Value

        fileprivate init(_ base: Base.Value) { self.base = base }

        deinit {
            let base = base
            base.channel.close(promise: nil)
            // When it has closed, its handlers have said so to the writer, which may go then.
            base.channel.closeFuture.whenComplete { _ in withExtendedLifetime(base) {} }
        }

        package var channel: any Channel { base.channel }
    }

    private let base: Base

    package init(_ base: Base) { self.base = base }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).map { Value($0) }
    }

    package func handle(value: Value, logger: Logger) async { await base.handle(value: value.base, logger: logger) }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 within what `wrap` makes of it, TLS for instance, for servers that may be ended at any moment.
    package static func abandonable<Base: ServerChildChannel>(
        _ wrap: @escaping @Sendable (HTTP1Channel) throws -> Base
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { AbandonableChannel(try wrap(HTTP1Channel(responder: $0))) }
    }

    /// HTTP/1.1 without TLS, for servers that may be ended at any moment.
    package static var abandonable: HTTPServerBuilder { .abandonable { $0 } }
}
