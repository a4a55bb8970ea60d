import CHostSocket
import Glibc

/// One end of a connection: packets of at most 16 KiB, with a descriptor or without. Nothing here waits.
package struct PacketSocket: Sendable {
    package let descriptor: Descriptor

    package init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// Connects to the agent that listens at a path.
    package static func connect(to path: String) throws(SystemFailure) -> PacketSocket {
        let number = graft_connect(path)
        guard number >= 0 else { throw SystemFailure("connecting to \(path)") }
        return PacketSocket(Descriptor(number))
    }

    /// The user of whoever has the other end, as the kernel noted when they connected or began to listen.
    package var peerUser: UInt32 { graft_peer_user(descriptor.number) }

    package enum Sending: Sendable, Hashable {
        case sent
        /// There is no room; later.
        case full
        case closed
    }

    package func send(_ packet: [UInt8], with attached: Descriptor? = nil) -> Sending {
        while true {
            let count = packet.withUnsafeBytes { graft_send(descriptor.number, $0.baseAddress, $0.count, attached?.number ?? -1) }
            if count >= 0 { return .sent }
            switch errno {
            case EINTR: continue
            // The user has as many descriptors on their way as it may have open; the other side takes them.
            case EAGAIN, ENOBUFS, ETOOMANYREFS: return .full
            default: return .closed
            }
        }
    }

    /// The other end reads what was sent, and then the end.
    package func endSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    package enum Receiving: Sendable {
        case packet([UInt8], Descriptor?)
        case nothing
        case closed
        case violation(ProtocolViolation)
    }

    /// - Parameter takesDescriptors: false has the kernel discard any, and their coming is a violation.
    package func receive(takingDescriptors takesDescriptors: Bool) -> Receiving {
        var received = graft_received()
        var result: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: HostProtocol.largestPacket + 1) { room, count in
            repeat {
                result = graft_receive(descriptor.number, room.baseAddress, room.count, takesDescriptors ? 1 : 0, &received)
            } while result < 0 && errno == EINTR
            count = result < 0 ? 0 : min(max(0, received.count), room.count)
        }
        guard result == 0 else { return errno == EAGAIN ? .nothing : .closed }
        let attached = received.descriptor >= 0 ? Descriptor(received.descriptor) : nil
        if received.excess != 0 { return .violation(ProtocolViolation("a packet came with descriptors that nobody wants")) }
        if received.count == 0 { return .closed }
        guard received.count <= HostProtocol.largestPacket else {
            return .violation(ProtocolViolation("a packet has \(received.count) bytes, at most \(HostProtocol.largestPacket) are read"))
        }
        return .packet(bytes, attached)
    }
}
