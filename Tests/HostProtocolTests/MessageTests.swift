import JSON
import Randomness
import Testing

@testable import HostProtocol

@Suite("Messages of the host protocol")
struct MessageTests {
    static let module = ModuleIdentity(
        revision: "payments/filter-1", version: "1.0.0", digest: "sha256:abc", configHash: "none")

    static let ofHosts: [HostMessage] = [
        .hello(.init(slot: "net/filter", process: "42-a")),
        .hello(.init(versions: [1, 2, 7], slot: "net/filter", process: "42-a", running: module)),
        .loaded(id: 1), .unloaded(id: 2), .refused(id: 3, message: "it needs a table\nthat is not there"),
        .health(id: 4, .init(running: module)), .health(id: 5, .init(running: nil, isHealthy: false, message: "no")),
    ]

    static let ofAgents: [AgentMessage] = [
        .welcome(version: 1), .load(id: 1, .init(module: module, files: 2)), .load(id: 1, .init(module: module, files: 1025, isBack: true)),
        .file(id: 1, .init(name: "lib/filter.so", size: 12, digest: "sha256:abc", isExecutable: true)),
        .file(id: 1, .init(kind: .configuration, name: "config.json", size: 0, digest: "sha256:abc")),
        .unload(id: 2), .probe(id: 3), .goodbye(.late, message: "it took ten seconds"),
    ]

    @Test(arguments: ofHosts) func `what a host says is read as it was written`(message: HostMessage) throws {
        #expect(try HostMessage(packet: message.packet) == message)
        #expect(message.packet.count <= HostProtocol.largestPacket)
    }

    @Test(arguments: ofAgents) func `what an agent says is read as it was written`(message: AgentMessage) throws {
        #expect(try AgentMessage(packet: message.packet) == message)
    }

    @Test(arguments: [
        "", "7", "[]", "{}", #"{"type":7}"#, #"{"type":"Loaded"}"#, #"{"type":"Loaded","id":0}"#, #"{"type":"Loaded","id":1.5}"#,
        #"{"type":"Loaded","id":2147483648}"#, #"{"type":"Loaded","id":1,"more":1}"#, #"{"type":"Loaded","id":1,"id":1}"#,
        #"{"type":"loaded","id":1}"#, #"{"type":"Refused","id":1}"#, #"{"type":"Refused","id":1,"message":null}"#,
        #"{"type":"Health","id":1,"message":""}"#, #"{"type":"Health","id":1,"isHealthy":"yes","message":""}"#,
        #"{"type":"Health","id":1,"isHealthy":true,"message":"","running":null}"#,
        #"{"type":"Health","id":1,"isHealthy":true,"message":"","running":{"revision":"a","version":"b","digest":"c"}}"#,
        #"{"type":"Hello","versions":[],"slot":"a","process":"b"}"#, #"{"type":"Hello","versions":["1"],"slot":"a","process":"b"}"#,
        #"{"type":"Hello","versions":[1],"slot":"","process":"b"}"#, #"{"type":"Hello","versions":[1],"slot":"a\n","process":"b"}"#,
        #"{"type":"Loaded","id":1} {}"#,
    ])
    func `what is no message of a host is refused`(text: String) {
        #expect(throws: ProtocolViolation.self) { try HostMessage(packet: Array(text.utf8)) }
    }

    @Test(arguments: [
        "{}", #"{"type":"Welcome"}"#, #"{"type":"Welcome","version":1,"also":true}"#, #"{"type":"Probe"}"#, #"{"type":"Later"}"#,
        #"{"type":"Goodbye","reason":"Mood","message":""}"#,
        #"{"type":"Load","id":1,"module":{"revision":"a","version":"b","digest":"c","configHash":"d"},"files":0,"isBack":false}"#,
        #"{"type":"Load","id":1,"module":{"revision":"a","version":"b","digest":"c","configHash":"d"},"files":1026,"isBack":false}"#,
        #"{"type":"Load","id":1,"module":{"revision":"a","version":"b","digest":"c","configHash":"d","e":1},"files":1,"isBack":false}"#,
    ])
    func `what is no message of an agent is refused`(text: String) {
        #expect(throws: ProtocolViolation.self) { try AgentMessage(packet: Array(text.utf8)) }
    }

    @Test(arguments: ["/a", "a/", "a//b", "../a", "a/../b", "./a", ".", "..", "a\u{0}b", "a\u{1B}b", ""])
    func `a file's name never leaves its module`(name: String) {
        let packet = AgentMessage.file(id: 1, .init(name: name, size: 1, digest: "sha256:abc")).packet
        #expect(throws: ProtocolViolation.self) { try AgentMessage(packet: packet) }
    }

    @Test func `a later version says hello to this one, and makes requests that this one can refuse`() throws {
        let hello = #"{"type":"Hello","versions":[1,2],"slot":"a","process":"b","color":"blue"}"#
        #expect(try HostMessage(packet: Array(hello.utf8)) == .hello(.init(versions: [1, 2], slot: "a", process: "b")))
        #expect(try AgentMessage(packet: Array(#"{"type":"Dance","id":9,"how":"well"}"#.utf8)) == .unknown(id: 9))
    }

    @Test func `a message for people is cut to what fits, however long it is`() throws {
        let long = String(repeating: "\u{1}\u{1F600}", count: 5000)
        let packet = HostMessage.refused(id: 1, message: long).packet
        #expect(packet.count <= HostProtocol.largestPacket)
        guard case .refused(_, let message) = try HostMessage(packet: packet) else { return #expect(Bool(false)) }
        #expect(message.unicodeScalars.count == HostProtocol.longestMessage)
    }

    /// Whatever comes: a message, or a violation. What is read is written and read again as the same.
    @Test func `mutations of packets are read as what they say, or refused`() throws {
        var generator = SeededRandom(seed: 26)
        let telling = Array(#"{}[]",:0123456789-.eE\utrfnl/"#.utf8)
        let packets = Self.ofHosts.map(\.packet) + Self.ofAgents.map(\.packet)
        var (read, refused) = (0, 0)
        for _ in 0..<6000 {
            let bytes = packets.randomElement(using: &generator)!.mutated(with: telling, using: &generator)
            do {
                let message = try HostMessage(packet: bytes)
                #expect(try HostMessage(packet: message.packet) == message)
                read += 1
            } catch { refused += 1 }
            do {
                let message = try AgentMessage(packet: bytes)
                if case .unknown = message { continue }
                #expect(try AgentMessage(packet: message.packet) == message)
                read += 1
            } catch { refused += 1 }
        }
        #expect(read > 100 && refused > 1000)
    }
}
