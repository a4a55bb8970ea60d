import HostProtocol
import JSON
import Randomness
import Testing

@testable import Agent

@Suite("What an agent says to its hosts")
struct HostConnectionsTests {
    /// The connections of a slot, with two versions to run, and what was said and closed so far.
    struct Bench {
        var hosts = HostConnections(slot: "net/filter")
        let first: SealedModule
        let second: SealedModule
        var now = Duration.zero
        var said: [HostConnections.ID: [String]] = [:]
        var closed: Set<HostConnections.ID> = []
        var request: [HostConnections.ID: Int] = [:]

        init(_ directory: String) throws {
            let area = try StagingArea(directory: directory)
            first = try SealedModule.seal(try area.revision("1.0.0"), from: area.store, .real)
            second = try SealedModule.seal(try area.revision("1.1.0"), from: area.store, .real)
        }

        mutating func take(_ effects: [HostConnections.Effect]) {
            for effect in effects {
                switch effect {
                case .send(let id, let message):
                    #expect(!closed.contains(id), "nothing is said to who was closed")
                    said[id, default: []].append(message.json["type"]?.string ?? "")
                    if case .probe(let request) = message { self.request[id] = request }
                    if case .unload(let request) = message { self.request[id] = request }
                case .load(let id, let request, let module, _):
                    said[id, default: []].append("Load \(module.installed.version)")
                    self.request[id] = request
                case .close(let id):
                    closed.insert(id)
                }
            }
        }

        mutating func open() -> HostConnections.ID {
            let (id, effects) = hosts.opened(now: now)
            take(effects)
            return id
        }

        mutating func greet(running: SealedModule? = nil) -> HostConnections.ID {
            let id = open()
            say(id, .hello(.init(slot: "net/filter", process: "p\(id)", running: running?.identity)))
            return id
        }

        mutating func say(_ id: HostConnections.ID, _ message: HostMessage) {
            take(hosts.received(message.packet, from: id, now: now))
        }

        mutating func loaded(_ id: HostConnections.ID) { say(id, .loaded(id: request[id]!)) }
        mutating func want(_ module: SealedModule?) { take(hosts.want(module, now: now)) }
        mutating func pass(_ time: Duration) {
            now += time
            take(hosts.passed(to: now))
        }
    }

    private func bench(_ body: (inout Bench) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            var bench = try Bench(directory)
            try body(&bench)
        }
    }

    @Test func `before anybody knows what is to run, a host is welcomed and nothing else`() throws {
        try bench { bench in
            let id = bench.greet()
            #expect(bench.said[id] == ["Welcome"])
            #expect(bench.hosts.outcome == [])
        }
    }

    @Test func `a host is brought to the wish, and one that comes later as well; who runs it is told nothing`() throws {
        try bench { bench in
            let one = bench.greet()
            bench.want(bench.first)
            #expect(bench.hosts.outcome == nil)
            bench.loaded(one)
            #expect(bench.hosts.outcome == [.done])
            let (two, three) = (bench.greet(), bench.greet(running: bench.first))
            #expect(bench.said[one] == ["Welcome", "Load 1.0.0"])
            #expect(bench.said[two] == ["Welcome", "Load 1.0.0"])
            #expect(bench.said[three] == ["Welcome"])
            #expect(bench.hosts.outcome == [.done], "who came later holds nobody up")
            bench.want(nil)
            #expect(bench.said[three]?.last == "Unload")
        }
    }

    @Test func `a wish that changes while a host loads waits for its answer, and is then told`() throws {
        try bench { bench in
            let id = bench.greet()
            bench.want(bench.second)
            bench.want(bench.first)
            #expect(bench.said[id] == ["Welcome", "Load 1.1.0"], "one request at a time")
            bench.loaded(id)
            #expect(bench.said[id]?.last == "Load 1.0.0")
            #expect(bench.hosts.outcome == nil, "the answer was to the wish before")
            bench.loaded(id)
            #expect(bench.hosts.outcome == [.done])
        }
    }

    @Test func `back before the host has gone on is nothing to do`() throws {
        try bench { bench in
            let id = bench.greet(running: bench.first)
            bench.want(bench.second)
            bench.say(id, .refused(id: bench.request[id]!, message: "no"))
            #expect(bench.hosts.outcome == [.failed(.refused("no"))])
            bench.want(bench.first)
            #expect(bench.hosts.outcome == [.done])
            #expect(bench.said[id] == ["Welcome", "Load 1.1.0"])
        }
    }

    @Test func `who is late is told, closed, and counts as failed`() throws {
        try bench { bench in
            let (silent, mute) = (bench.open(), bench.greet())
            bench.want(bench.first)
            bench.pass(.seconds(5))
            #expect(bench.closed == [silent] && bench.said[silent] == ["Goodbye"])
            bench.pass(.seconds(5))
            #expect(bench.closed == [silent, mute])
            guard case .failed(.late)? = bench.hosts.outcome?.first else { return #expect(Bool(false)) }
            bench.loaded(mute)
            #expect(bench.hosts.connections.isEmpty && bench.hosts.nextDeadline == nil)
        }
    }

    @Test func `answers are for the round in which they were asked for`() throws {
        try bench { bench in
            let id = bench.greet()
            bench.want(bench.first)
            bench.take(bench.hosts.ask(now: bench.now))
            #expect(bench.said[id] == ["Welcome", "Load 1.0.0"])
            bench.loaded(id)
            #expect(bench.said[id]?.last == "Probe" && bench.hosts.answer == nil)
            let before = bench.request[id]!
            bench.take(bench.hosts.ask(now: bench.now))
            bench.say(id, .health(id: before, .init(running: nil)))
            #expect(bench.hosts.answer == nil, "that was the answer to another question")
            bench.say(id, .health(id: bench.request[id]!, .init(running: bench.first.identity)))
            #expect(bench.hosts.answer == [.health(.init(running: bench.first.identity), process: "p\(id)")])
            bench.take(bench.hosts.ask(now: bench.now))
            bench.hosts.closed(id)
            #expect(bench.hosts.answer == [.failed(.closed)])
        }
    }

    /// Hosts that say anything at any time, in any number, while wishes come and go.
    @Test func `whatever hosts say, each owes one answer at most, and every wish and question comes to an end`() throws {
        try bench { bench in
            var generator = SeededRandom(seed: 11)
            let telling = Array(#"{}",:0123"#.utf8)
            var ids: [HostConnections.ID] = []
            for _ in 0..<6000 {
                let id = ids.randomElement(using: &generator)
                switch Int.random(in: 0..<12, using: &generator) {
                case 0: ids.append(bench.open())
                case 1, 2: ids.append(bench.greet(running: Bool.random(using: &generator) ? bench.first : nil))
                case 3: bench.want([bench.first, bench.second, nil].randomElement(using: &generator)!)
                case 4: bench.take(bench.hosts.ask(now: bench.now))
                case 5: bench.pass(.milliseconds(Int.random(in: 0..<3000, using: &generator)))
                case 6: if let id { bench.hosts.closed(id) }
                case 7, 8, 9:
                    if let id, let request = bench.request[id] {
                        let answers: [HostMessage] = [
                            .loaded(id: request), .unloaded(id: request), .refused(id: request, message: "no"),
                            .health(id: request, .init(running: bench.first.identity)),
                        ]
                        bench.say(id, answers.randomElement(using: &generator)!)
                    }
                default:
                    if let id {
                        let packet = HostMessage.loaded(id: bench.request[id] ?? 1).packet.mutated(with: telling, using: &generator)
                        bench.take(bench.hosts.received(packet, from: id, now: bench.now))
                    }
                }
                #expect(bench.hosts.connections.count <= 16)
                ids.removeAll { bench.hosts.connections[$0] == nil }
            }
            bench.pass(.seconds(30))
            #expect(bench.hosts.outcome != nil && bench.hosts.answer != nil)
            #expect(bench.closed.count > 100)
        }
    }
}
