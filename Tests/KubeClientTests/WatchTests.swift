import HTTPCore
import JSON
import KubeCore
import Randomness
import Testing

@testable import KubeClient

@Suite struct WatchTests {
    static let lines = [
        #"{"type":"ADDED","object":{"metadata":{"name":"ä","resourceVersion":"1"}}}"#,
        #"{"type":"MODIFIED","object":{"metadata":{"name":"b","resourceVersion":"2"},"data":{"text":"a\nb"}}}"#, "",
        #"{"type":"ADDED","object":{"metadata":{"name":"broken","resourceVersion":"3"},"data":7}}"#,
        #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"4"}}}"#,
        #"{"type":"DELETED","object":{"metadata":{"name":"b","resourceVersion":"5"}}}"#,
        #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"old"}}"#,
    ]
    static let events = ["added ä", "modified b", "skipped broken 3", "bookmark 4", "deleted b", "error 410"]

    /// What a watch tells, in words.
    private func follow(_ answer: ScriptedTransport.Answer, limit: Int = 1 << 20) async throws -> [String] {
        var told: [String] = []
        let body = BodyBox(answer)
        var stream = WatchStream<ConfigMap>(body.body, lineLimit: limit) { object in
            told.append("skipped \(object.key?.name ?? "?") \(object.resourceVersion ?? "?")")
        }
        while let event = try await stream.next() {
            switch event {
            case .added(let object): told.append("added \(object.metadata.name)")
            case .modified(let object): told.append("modified \(object.metadata.name)")
            case .deleted(let object): told.append("deleted \(object.metadata.name)")
            case .bookmark(let version, _): told.append("bookmark \(version)")
            case .error(let error): told.append("error \(error.status)")
            }
        }
        return told
    }

    /// Plays parts as a body.
    private struct BodyBox {
        let body: ResponseBody
        init(_ answer: ScriptedTransport.Answer) {
            var parts = answer.parts[...]
            body = ResponseBody {
                if let part = parts.popFirst() { return part }
                if let failure = answer.failure { throw failure }
                return nil
            }
        }
    }

    @Test func `Events are the same wherever the bytes are cut`() async throws {
        let bytes = Array((Self.lines.joined(separator: "\n") + "\n").utf8)
        for cut in 0...bytes.count {
            let parts = [Array(bytes[..<cut]), Array(bytes[cut...])].filter { !$0.isEmpty }
            #expect(try await follow(.parts(parts)) == Self.events, "cut at \(cut)")
        }
        #expect(try await follow(.parts(bytes.map { [$0] })) == Self.events, "byte by byte")
    }

    @Test func `Carriage returns before line feeds do no harm`() async throws {
        #expect(try await follow(.text(Self.lines.joined(separator: "\r\n") + "\r\n")) == Self.events)
    }

    @Test func `A connection that breaks within a line is a closed connection`() async throws {
        let error = await #expect(throws: TransportError.self) {
            try await follow(.text(Self.lines[0] + "\n" + Self.lines[1].dropLast(3)))
        }
        #expect(error?.code == .closed)
    }

    @Test func `A line beyond the limit is an error that says so, before it is whole`() async throws {
        let endless = ScriptedTransport.Answer(
            parts: Array(repeating: [UInt8](repeating: 0x20, count: 64), count: 20), failure: TransportError(.timeout, "read on too far"))
        let error = await #expect(throws: KubeError.self) { try await follow(endless, limit: 1000) }
        #expect(error?.message == "a line of the watch is longer than 1000 bytes")
        let short = await #expect(throws: KubeError.self) { try await follow(.text(Self.lines[0] + "\n"), limit: 20) }
        #expect(short?.message == "a line of the watch is longer than 20 bytes")
    }

    @Test("A line that is no event is an error that shows its beginning", arguments: ["nonsense", #"{"type":"NEW","object":{}}"#, "[1]"])
    func noEvent(line: String) async throws {
        let error = await #expect(throws: KubeError.self) { try await follow(.text(line + "\n")) }
        #expect(error?.code == .unexpectedAnswer)
        #expect(error?.message.hasSuffix(line) ?? false)
    }

    @Test func `Random bytes end in events or an error, never worse`() async throws {
        var random = SeededRandom(seed: 11)
        let bytes = Array(Self.lines.joined(separator: "\n").utf8)
        for _ in 0..<2000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = mutated.indices.randomElement(using: &random)!
                switch Int.random(in: 0..<3, using: &random) {
                case 0: mutated[place] = UInt8.random(in: 0...255, using: &random)
                case 1: mutated.remove(at: place)
                default: mutated.insert(UInt8.random(in: 0...127, using: &random), at: place)
                }
            }
            do { #expect(try await follow(.parts([mutated])).count <= 12) } catch {
                #expect(error is KubeError || error is TransportError)
            }
        }
    }

    @Test func `A watch asks with an idle limit a little above the server's timeout`() async throws {
        let transport = ScriptedTransport([.text(""), .text("")])
        let api = Api<Node>(try client(transport))
        try await api.watch(WatchOptions(resourceVersion: "7", timeoutSeconds: 250)) { _ in }
        try await api.watch { _ in }
        #expect(transport.requests[0].path == "/api/v1/nodes?watch=true&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=250")
        #expect(transport.requests[0].limits.idle == .seconds(255))
        #expect(transport.requests[0].limits.whole == nil)
        #expect(transport.requests[1].limits.idle == .seconds(305))
    }

    @Test func `A caller that knows better says how long a watch may be silent`() async throws {
        let transport = ScriptedTransport([.text("")])
        try await Api<Node>(try client(transport)).watch(WatchOptions(timeoutSeconds: 250), idle: .seconds(90)) { _ in }
        #expect(transport.requests[0].limits.idle == .seconds(90))
    }

    @Test func `The deletion of an object that can't be read is told as such`() async throws {
        let object = #"{"metadata":{"name":"x","namespace":"a","resourceVersion":"7"},"data":7}"#
        var skipped: [UndecodableObject] = []
        for type in ["MODIFIED", "DELETED"] {
            let body = BodyBox(.text(#"{"type":"\#(type)","object":\#(object)}"# + "\n"))
            var stream = WatchStream<ConfigMap>(body.body) { skipped.append($0) }
            guard case nil = try await stream.next() else { return #expect(Bool(false), "no event") }
        }
        #expect(skipped.map(\.isDeleted) == [false, true])
        #expect(skipped.map(\.key) == Array(repeating: ObjectKey(namespace: "a", name: "x"), count: 2))
    }

    @Test func `After a long line the room it took is given back`() throws {
        var splitter = LineSplitter(limit: 16 << 20)
        for _ in 0..<48 { splitter.append([UInt8](repeating: 0x61, count: 64 << 10)) }
        #expect(try splitter.next() == nil)
        splitter.append([0x0A])
        #expect(try splitter.next()?.count == 3 << 20)
        splitter.append(Array("short\n".utf8))
        #expect(try splitter.next().map { Array($0) } == Array("short".utf8))
        #expect(splitter.capacity < 1 << 10)
    }

    @Test func `A refused watch throws what the server says`() async throws {
        let api = Api<Node>(try client(ScriptedTransport([.failure(410, "Expired")])))
        let error = await #expect(throws: KubeError.self) { try await api.watch { _ in } }
        #expect(error?.isExpired ?? false)
    }
}

@Suite struct LineSplitterTests {
    @Test func `Lines are found wherever the parts are cut`() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<500 {
            let lines: [[UInt8]] = (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                (0..<Int.random(in: 0..<9, using: &random)).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            }
            var bytes = Array(lines.map { $0 + [0x0A] }.joined())[...]
            var splitter = LineSplitter(limit: 10)
            var found: [[UInt8]] = []
            while !bytes.isEmpty {
                let part = bytes.prefix(Int.random(in: 1...5, using: &random))
                bytes = bytes.dropFirst(part.count)
                splitter.append(Array(part))
                while let line = try splitter.next() { found.append(Array(line)) }
            }
            #expect(found == lines)
            #expect(splitter.rest.isEmpty)
        }
    }
}
