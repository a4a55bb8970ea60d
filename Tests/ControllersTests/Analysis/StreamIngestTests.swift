import Analysis
import GraftAPI
import Harness
import JSON
import KubeRuntime
import KubeServer
import Testing

@testable import Controllers

@Suite("What agents tell of their hosts, at the controller")
struct StreamIngestTests {
    private let total = SeriesDemand(.counter, HostSeries("requests_total"))
    private let failures = SeriesDemand(.counter, HostSeries("requests_total", labels: ["code": "500"]))

    private func record(_ sequence: Int64, failed: Double = 1, canary: Bool = true) -> StreamRecord {
        StreamRecord(
            sequence: sequence, slot: "net/filter", namespace: "payments", revision: canary ? "filter-b" : "filter-a",
            digest: canary ? StreamWorld.digests.canary : StreamWorld.digests.stable, from: .seconds(10), to: .zero,
            growth: [total: .counter(10), failures: .counter(failed)])
    }

    private func batch(_ number: Int = 0, session: String = "s", _ records: StreamRecord...) -> StreamBatch {
        StreamBatch(host: StreamWorld.host(number), session: session, watermark: .zero, records: records)
    }

    @Test func `with no analysis nothing is wanted, and nothing kept`() async throws {
        try await withStreamWorld { world in
            let answer = try await world.post(batch(0, record(1), record(2)), token: "token-0").answer
            #expect(answer == StreamAnswer(acknowledged: 2, again: world.board.again))
            #expect(world.board.counts == StreamBoard.Counts())
            // One that nobody asks for any more is forgotten, with all that was told.
            #expect(try await world.source.read(StreamWorld.ratio(comparing: true), of: world.run) == .noData)
            let wanted = try await world.post(batch(), token: "token-0").answer?.wanted["net/filter"]
            #expect(wanted.map(Set.init) == [total, failures])
            #expect(world.board.counts.runs == 1 && world.board.counts.hosts == 1)
            world.clock.advance(700)
            world.board.tidy()
            #expect(world.board.counts == StreamBoard.Counts())
        }
    }

    @Test(
        arguments: [
            ("nobodys", 401), ("for-the-api", 401), ("for-others", 401), ("of-a-tenant", 403), ("of-no-node", 403), ("token-1", 403),
            ("", 401), ("with blanks", 401), ("token-0", 200),
        ])
    func `a token that is forged, for somebody else, or of another node is refused`(token: String, status: Int) async throws {
        try await withStreamWorld { world in
            _ = try await world.source.read(StreamWorld.ratio(comparing: false), of: world.run)
            for _ in 0..<2 { #expect(try await world.post(batch(0, record(1)), token: token).status == status) }
            #expect(world.board.counts.hosts == (status == 200 ? 1 : 0))
        }
    }

    @Test func `a host that is not there, and one that only sounds like one of the node, are refused`() async throws {
        try await withStreamWorld(hosts: 2) { world in
            _ = try await world.source.read(StreamWorld.ratio(comparing: false), of: world.run)
            for (name, status) in [("kv-node.node-0", 404), ("edge-proxy.node-1", 403), ("x.edge-proxy.node-0", 404), ("node-0", 403)] {
                #expect(try await world.post(StreamBatch(host: name, session: "s"), token: "token-0").status == status, "\(name)")
            }
        }
    }

    @Test func `what is no batch, or too large, is refused`() async throws {
        try await withStreamWorld { world in
            for (body, status) in [([UInt8]("{}".utf8), 400), ([], 400), (Array(repeating: 0x20, count: StreamIngest.largest + 1), 413)] {
                let answer = try await world.ingest.answer(authorization: "Bearer token-0", body: body)
                #expect(answer.status == status)
            }
            for header in [nil, "Basic token-0", "Bearer"] {
                let answer = try await world.ingest.answer(authorization: header, body: [])
                #expect(answer.status == 401)
            }
        }
    }

    @Test func `a replica that does not lead takes nothing, and has the agent look for another`() async throws {
        try await withStreamWorld { world in
            world.ingest.end()
            let answer = try await world.ingest.answer(authorization: "Bearer token-0", body: batch().json.bytes())
            #expect(answer.status == 503 && answer.closes)
        }
    }

    @Test func `an API server that can't review makes nobody known`() async throws {
        try await withStreamWorld { world in
            try await withEmbeddedCluster(KubeServer.Configuration(authorization: .custom { $0.resource != "tokenreviews" })) { strict in
                let tokens = AgentTokens(client: strict.client, surroundings: world.clock.surroundings)
                guard case .refused(let refusal) = try await tokens.verdict(on: "Bearer token-0") else {
                    Issue.record("wanted a refusal")
                    return
                }
                #expect(refusal.status == 503)
            }
        }
    }

    @Test func `what is replayed or comes out of order counts once, and what never came is a gap`() async throws {
        try await withStreamWorld { world in
            let metric = StreamWorld.ratio(comparing: false)
            _ = try await world.source.read(metric, of: world.run)
            world.clock.advance(60)
            for records in [[record(1)], [record(1)], [record(1), record(2, failed: 3)], [record(1)], [record(5, failed: 0)]] {
                var sent = batch()
                sent.records = records
                #expect(try await world.post(sent, token: "token-0").status == 200)
            }
            #expect(world.board.counts.repeated == 3)
            #expect(world.board.counts.lost == 2)
            world.clock.advance(20)
            try await world.post(batch(), token: "token-0")
            // 1 + 3 + 0 of 30, whatever was lost: nothing is invented for it.
            #expect(try await world.source.read(metric, of: world.run) == .number(4.0 / 30))
        }
    }

    @Test func `what was before the analysis, of another revision, slot or namespace, or of a host that is held counts for nothing`()
        async throws
    {
        try await withStreamWorld(held: [1]) { world in
            let metric = StreamWorld.ratio(comparing: false)
            var run = world.run
            run.startTime = world.clock.surroundings.wallTime()
            _ = try await world.source.read(metric, of: run)
            try await world.post(batch(0, record(1)), token: "token-0")
            world.clock.advance(30)
            var others = [record(2), record(3), record(4), record(5)]
            others[0].digest = "sha256:other"
            others[1].revision = "filter-c"
            others[2].slot = "net/other"
            others[3].namespace = "staging"
            var sent = batch()
            sent.records = others
            try await world.post(sent, token: "token-0")
            try await world.post(batch(1, record(1)), token: "token-1")
            world.clock.advance(30)
            try await world.post(batch(), token: "token-0")
            #expect(try await world.source.read(metric, of: run) == .noData)
            #expect(world.board.counts.hosts == 1)
        }
    }

    @Test func `a host that vanishes ends its series, by its Lease or by saying nothing`() async throws {
        try await withStreamWorld { world in
            let metric = StreamWorld.ratio(comparing: false)
            _ = try await world.source.read(metric, of: world.run)
            world.clock.advance(60)
            for number in 0..<3 { try await world.post(batch(number, record(1)), token: "token-\(number)") }
            world.clock.advance(20)
            try await world.post(batch(0), token: "token-0")
            #expect(try await world.source.read(metric, of: world.run) == .noData, "two hosts may still tell of it")
            world.kill("node-1")
            world.board.tidy()
            #expect(try await world.source.read(metric, of: world.run) == .noData, "one may")
            world.clock.advance(50)
            try await world.post(batch(0), token: "token-0")
            world.board.tidy()
            #expect(try await world.source.read(metric, of: world.run) == .number(0.1))
        }
    }

    @Test func `a host that is there and tells nothing new holds the others up for a minute, and no longer`() async throws {
        try await withStreamWorld { world in
            let metric = StreamWorld.ratio(comparing: false)
            _ = try await world.source.read(metric, of: world.run)
            var hosts = (0..<3).map { SimulatedHost($0, isCanary: true) }
            /// A while in which the last one's metrics can't be read: it goes on asking.
            func live(_ rounds: Int, isReadable: Bool) async throws {
                for _ in 0..<rounds {
                    world.clock.advance(10)
                    for index in hosts.indices {
                        hosts[index].serve(100, failing: 10)
                        try await hosts[index].tell(world, isReadable: index < 2 || isReadable)
                    }
                    world.board.tidy()
                }
            }
            try await live(4, isReadable: true)
            _ = try await world.source.read(metric, of: world.run)
            try await live(3, isReadable: false)
            _ = try await world.source.read(metric, of: world.run)
            try await live(2, isReadable: false)
            #expect(try await world.source.read(metric, of: world.run) == .noData, "it may still tell of those windows")
            try await live(4, isReadable: false)
            #expect(try await world.source.read(metric, of: world.run) == .number(0.1))
            #expect(world.board.counts.hosts == 3)
            // It can be read again, and counts from then on: its watermark is waited for.
            try await live(3, isReadable: true)
            _ = try await world.source.read(metric, of: world.run)
            try await live(3, isReadable: true)
            #expect(try await world.source.read(metric, of: world.run) == .number(0.1))
        }
    }

    @Test func `agents that look as seldom as windows let them are heard for as long as three of them`() async throws {
        try await withStreamWorld(window: .seconds(60)) { world in
            let metric = StreamWorld.ratio(comparing: false)
            _ = try await world.source.read(metric, of: world.run)
            var host = SimulatedHost(0, isCanary: true)
            for _ in 0..<4 {
                world.clock.advance(63)
                host.serve(100, failing: 10)
                try await host.tell(world)
                world.clock.advance(62)
                world.board.tidy()
                #expect(world.board.counts.hosts == 1)
                world.clock.advance(-62)
            }
            world.clock.advance(181)
            world.board.tidy()
            #expect(world.board.counts.hosts == 0)
        }
    }

    @Test func `samples are what canary hosts have seen since the step began`() async throws {
        try await withStreamWorld { world in
            let series = HostSeries("requests_total")
            #expect(try await world.source.samples(of: series, in: world.run) == nil)
            world.clock.advance(60)
            try await world.post(batch(0, record(1), record(2)), token: "token-0")
            try await world.post(batch(1, record(1, canary: false)), token: "token-1")
            #expect(try await world.source.samples(of: series, in: world.run) == 20)
        }
    }

    @Test func `a controller that agents can't tell anything says so`() async throws {
        try await withStreamWorld { world in
            guard case .error(let message) = try await HostsSource(board: nil).read(StreamWorld.ratio(comparing: true), of: world.run)
            else {
                Issue.record("wanted an error")
                return
            }
            #expect(message.contains("--streams-listen"))
        }
    }
}
