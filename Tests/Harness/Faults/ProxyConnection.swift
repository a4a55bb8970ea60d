import Glibc
import NIOCore

/// One connection of a proxy, to a client or to the server.
final class ProxyConnection: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let channel: any Channel
    private let inbox = Mailbox<[UInt8]>()

    init(_ channel: any Channel) { self.channel = channel }

    /// What the other side sent next; nil when it has closed.
    func next() async -> [UInt8]? { await inbox.next() }

    /// Returns when it is on its way.
    func write(_ buffer: ByteBuffer) async throws { try await channel.writeAndFlush(buffer).get() }

    /// With FIN.
    func close() { channel.close(promise: nil) }

    /// With RST: what a socket sends that closes with a linger time of zero. What was not sent yet is lost.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.put(Array(unwrapInboundIn(data).readableBytesView)) }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.close()
        context.close(promise: nil)
    }
}
