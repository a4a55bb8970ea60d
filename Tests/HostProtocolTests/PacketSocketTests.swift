import CHostSocket
import Glibc
import Testing

@testable import HostProtocol

@Suite("Packets between hosts and agents")
struct PacketSocketTests {
    /// Both ends of a connection.
    static func pair() throws -> (PacketSocket, PacketSocket) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        return (PacketSocket(Descriptor(ends[0])), PacketSocket(Descriptor(ends[1])))
    }

    static func packet(_ received: PacketSocket.Receiving) -> ([UInt8], Descriptor?)? {
        guard case .packet(let bytes, let descriptor) = received else { return nil }
        return (bytes, descriptor)
    }

    @Test func `come whole, one by one, with their descriptor or none`() throws {
        let (one, other) = try Self.pair()
        let memory = try SealedMemoryTests.sealed([1, 2, 3])
        #expect(one.send([7]) == .sent)
        #expect(one.send([8, 8], with: memory.descriptor) == .sent)
        let first = try #require(Self.packet(other.receive(takingDescriptors: true)))
        #expect(first.0 == [7] && first.1 == nil)
        let second = try #require(Self.packet(other.receive(takingDescriptors: true)))
        #expect(second.0 == [8, 8])
        let received = try #require(second.1)
        #expect(fcntl(received.number, F_GETFD) & FD_CLOEXEC != 0)
        #expect(try SealedMemoryTests.bytes(SealedMemory(checking: received, size: 3)) == [1, 2, 3])
        guard case .nothing = other.receive(takingDescriptors: true) else { return #expect(Bool(false), "nothing more came") }
    }

    @Test func `that are too long are refused, those of the greatest length are not`() throws {
        let (one, other) = try Self.pair()
        let longest = [UInt8](repeating: 7, count: HostProtocol.largestPacket)
        #expect(one.send(longest) == .sent)
        #expect(Self.packet(other.receive(takingDescriptors: false))?.0 == longest)
        #expect(one.send(longest + [7]) == .sent)
        guard case .violation = other.receive(takingDescriptors: false) else { return #expect(Bool(false)) }
    }

    @Test func `with descriptors that nobody wants are a violation, and leave none open`() throws {
        let (one, other) = try Self.pair()
        let memory = try SealedMemoryTests.sealed([1])
        #expect(one.send([7], with: memory.descriptor) == .sent)
        guard case .violation = other.receive(takingDescriptors: false) else { return #expect(Bool(false)) }
        #expect(Self.descriptors(of: memory) == 1, "this one")
    }

    @Test func `say who has the other end, and when it is gone`() throws {
        var (one, other): (PacketSocket?, PacketSocket) = try Self.pair()
        #expect(other.peerUser == geteuid())
        withExtendedLifetime(one) {}
        one = nil
        guard case .closed = other.receive(takingDescriptors: true) else { return #expect(Bool(false)) }
        #expect(other.send([1]) == .closed)
    }

    @Test func `that find no room wait for nobody`() throws {
        let (one, other) = try Self.pair()
        var sent = 0
        while sent < 100_000, one.send([UInt8](repeating: 1, count: 4096)) == .sent { sent += 1 }
        #expect(sent < 100_000)
        withExtendedLifetime(other) {}
    }

    /// How many of this process are that file.
    private static func descriptors(of memory: SealedMemory) -> Int {
        func identity(_ number: Int32) -> [UInt64]? {
            var about = stat()
            return fstat(number, &about) == 0 ? [UInt64(about.st_dev), UInt64(about.st_ino)] : nil
        }
        let wanted = identity(memory.descriptor.number)
        return (0..<4096).count { identity($0) == wanted }
    }
}
