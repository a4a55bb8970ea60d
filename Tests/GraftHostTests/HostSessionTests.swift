import CHostSocket
import HostProtocol
import Randomness
import Testing

@testable import GraftHost

@Suite("A host's end of a connection")
struct HostSessionTests {
    static let module = ModuleIdentity(
        revision: "payments/filter-1", version: "1.0.0", digest: "sha256:abc", configHash: "none")

    static func memory(_ bytes: [UInt8]) throws -> Descriptor {
        try SealedMemory.make(named: "test", isExecutable: false) { try $0(bytes[...]) }.descriptor
    }

    static func welcomed(limit: Int = 1 << 20) throws -> HostSession {
        var session = HostSession(limits: .init(bytes: limit))
        guard case .welcomed = try session.receive(AgentMessage.welcome(version: 1).packet, nil) else { throw HostRefusal("not welcome") }
        return session
    }

    static func file(_ name: String, _ size: Int, id: Int = 1, kind: AgentMessage.ModuleFile.Kind = .payload) -> [UInt8] {
        AgentMessage.file(id: id, .init(kind: kind, name: name, size: size, digest: "sha256:abc")).packet
    }

    static func load(_ files: Int, id: Int = 1) -> [UInt8] { AgentMessage.load(id: id, .init(module: module, files: files)).packet }

    @Test func `takes a module when its last file has come, not before`() throws {
        var session = try Self.welcomed()
        guard case .wait = try session.receive(Self.load(3), nil) else { return #expect(Bool(false)) }
        #expect(session.isExpecting)
        _ = try session.receive(Self.file("a", 3), try Self.memory([1, 2, 3]))
        _ = try session.receive(Self.file("config.json", 2, kind: .configuration), try Self.memory([4, 5]))
        guard case .load(1, let module) = try session.receive(Self.file("config.json", 1), try Self.memory([6])) else {
            return #expect(Bool(false), "it is whole")
        }
        #expect(!session.isExpecting)
        #expect(module.version == "1.0.0" && module.revision == "payments/filter-1")
        #expect(module.files.map(\.name) == ["a", "config.json"])
        #expect(try module.file("a")?.bytes() == [1, 2, 3])
        #expect(try module.configuration?.bytes() == [4, 5])
        #expect(throws: HostRefusal.self) { try module.file("a")?.bytes(upTo: 2) }
    }

    @Test func `a file that isn't sealed is refused, and so is one of another size`() throws {
        var session = try Self.welcomed()
        _ = try session.receive(Self.load(1), nil)
        let open = Descriptor(graft_memory_file("open", 0))
        #expect(throws: ProtocolViolation.self) { try session.receive(Self.file("a", 0), open) }
        #expect(throws: ProtocolViolation.self) { try session.receive(Self.file("a", 4), try Self.memory([1, 2, 3])) }
        #expect(throws: ProtocolViolation.self, "none came") { try session.receive(Self.file("a", 4), nil) }
    }

    /// What may not be said now.
    @Test(arguments: [
        [Self.load(1)], [AgentMessage.welcome(version: 2).packet], [AgentMessage.probe(id: 1).packet],
        [AgentMessage.welcome(version: 1).packet, AgentMessage.welcome(version: 1).packet],
        [AgentMessage.welcome(version: 1).packet, Self.file("a", 0)],
        [AgentMessage.welcome(version: 1).packet, Self.load(1), AgentMessage.probe(id: 2).packet],
        [AgentMessage.welcome(version: 1).packet, Self.load(1), Self.load(1)],
        [AgentMessage.welcome(version: 1).packet, Self.load(1), AgentMessage.unload(id: 2).packet],
    ])
    func `what comes out of turn ends the connection`(packets: [[UInt8]]) throws {
        var session = HostSession()
        for packet in packets.dropLast() { _ = try session.receive(packet, nil) }
        #expect(throws: ProtocolViolation.self) { try session.receive(packets.last!, nil) }
    }

    @Test func `files that come twice, of another request, or in excess of what may be are refused`() throws {
        var session = try Self.welcomed(limit: 10)
        _ = try session.receive(Self.load(3), nil)
        _ = try session.receive(Self.file("a", 6), try Self.memory([1, 2, 3, 4, 5, 6]))
        #expect(throws: ProtocolViolation.self) { try session.receive(Self.file("a", 1), try Self.memory([1])) }
        #expect(throws: ProtocolViolation.self) { try session.receive(Self.file("b", 1, id: 2), try Self.memory([1])) }
        #expect(throws: ProtocolViolation.self) { try session.receive(Self.file("b", 5), try Self.memory([1, 2, 3, 4, 5])) }
        _ = try session.receive(Self.file("c", 1, kind: .configuration), try Self.memory([1]))
        #expect(throws: ProtocolViolation.self) {
            try session.receive(Self.file("d", 1, kind: .configuration), try Self.memory([1]))
        }
    }

    @Test func `a descriptor that comes with another message ends the connection`() throws {
        var session = try Self.welcomed()
        #expect(throws: ProtocolViolation.self) { try session.receive(AgentMessage.probe(id: 1).packet, try Self.memory([])) }
        #expect(throws: ProtocolViolation.self) { try session.receive(Self.load(1), try Self.memory([])) }
    }

    @Test func `a request of a later version is refused, and the next one is served`() throws {
        var session = try Self.welcomed()
        guard case .refuse(9, _) = try session.receive(Array(#"{"type":"Dance","id":9}"#.utf8), nil) else { return #expect(Bool(false)) }
        guard case .probe(10) = try session.receive(AgentMessage.probe(id: 10).packet, nil) else { return #expect(Bool(false)) }
    }

    /// Packets in any order, changed here and there: never a module whose files weren't all there and sealed.
    @Test func `whatever comes, a module is whole or none`() throws {
        var generator = SeededRandom(seed: 4)
        let memory = try Self.memory([1, 2, 3])
        let packets = [
            AgentMessage.welcome(version: 1).packet, Self.load(2), Self.load(1), Self.file("a", 3), Self.file("b", 3),
            Self.file("c", 3, kind: .configuration), AgentMessage.unload(id: 2).packet, AgentMessage.probe(id: 3).packet,
            AgentMessage.goodbye(.ending, message: "").packet, Array(#"{"type":"Later","id":1}"#.utf8),
        ]
        let telling = Array(#"{}",:0123"#.utf8)
        var (modules, violations) = (0, 0)
        var session = HostSession()
        for _ in 0..<8000 {
            var packet = packets.randomElement(using: &generator)!
            if Int.random(in: 0..<8, using: &generator) == 0 { packet = packet.mutated(with: telling, using: &generator) }
            let isFile = String(decoding: packet, as: UTF8.self).contains(#""File""#)
            do {
                let step = try session.receive(packet, isFile != (Int.random(in: 0..<20, using: &generator) == 0) ? memory : nil)
                if case .load(_, let module) = step {
                    modules += 1
                    #expect((1...2).contains(module.files.count + (module.configuration == nil ? 0 : 1)))
                    for file in module.files { #expect(try file.bytes() == [1, 2, 3]) }
                }
                if case .end = step { session = try Self.welcomed() }
            } catch {
                violations += 1
                session = Bool.random(using: &generator) ? HostSession() : try Self.welcomed()
            }
        }
        #expect(modules > 100 && violations > 500)
    }
}
