import Analysis
import GraftAPI
import Harness
import JSON
import KubeCore
import KubeRuntime
import KubeServer
import Randomness
import Synchronization

@testable import Controllers

/// A clock that a test moves.
final class TestClock: Sendable {
    private let seconds = Mutex(1_000.0)

    func advance(_ more: Double) { seconds.withLock { $0 += more } }

    var surroundings: Surroundings {
        Surroundings(
            now: { [self] in .seconds(seconds.withLock { $0 }) },
            wallTime: { [self] in Timestamp(microseconds: Int64(1e12 + seconds.withLock { $0 } * 1e6)) },
            sleep: { try await Task.sleep(for: $0) }, random: { 0.5 })
    }
}

/// What agents tell comes in here, with an API server that reviews their tokens.
struct StreamWorld {
    let clock = TestClock()
    let ingest = StreamIngest()
    let board: StreamBoard
    let source: HostsSource

    static let digests = (stable: "sha256:\(String(repeating: "a", count: 64))", canary: "sha256:\(String(repeating: "b", count: 64))")
    static let deployment = ObjectKey(namespace: "payments", name: "filter")

    /// Nodes whose Leases have run out.
    private final class Dead: Sendable {
        let nodes = Mutex<Set<String>>([])
    }

    private let gone: Dead
    let hosts: Int

    /// Host number n runs on node-n, with the token `token-n`.
    init(_ cluster: EmbeddedCluster, hosts: Int = 12, held: Set<Int> = [], window: Duration = MetricStream.width) throws {
        self.hosts = hosts
        let gone = Dead()
        self.gone = gone
        var spec = ModuleDeploymentSpec()
        spec.hostClass = "edge-proxy"
        spec.slot = "net/filter"
        spec.selector = .everything
        let meant = spec
        board = StreamBoard(
            deployment: { $0 == Self.deployment ? meant : nil }, isReady: { node in gone.nodes.withLock { !$0.contains(node) } },
            window: window, surroundings: clock.surroundings)
        source = HostsSource(board: board)
        ingest.begin(
            StreamIngest.Term(tokens: AgentTokens(client: cluster.client, surroundings: clock.surroundings), board: board) { name in
                (0..<hosts).first { Self.host($0) == name }.map { Self.object($0, isHeld: held.contains($0)) }
            })
    }

    static func host(_ number: Int) -> String { "edge-proxy.node-\(number)" }

    private static func object(_ number: Int, isHeld: Bool) -> ModuleHost {
        var spec = ModuleHostSpec()
        spec.hostClass = "edge-proxy"
        spec.nodeName = "node-\(number)"
        spec.runtimeVersion = "2.4.1"
        spec.zone = "a"
        var metadata = ObjectMeta(name: host(number))
        if isHeld { metadata.annotations[GraftAPI.holdAnnotation] = "true" }
        return ModuleHost(metadata: metadata, spec: spec)
    }

    /// The agent's tokens, and some that are none.
    static func tokens(_ hosts: Int = 12) -> TokenTable {
        let agent = User(name: AgentTokens.userName, extra: [:])
        var table = TokenTable(["for-the-api": agent])
        for number in 0..<hosts {
            var user = agent
            user.extra = [AgentTokens.nodeField: ["node-\(number)"]]
            table.add("token-\(number)", of: user, for: AgentTokens.audience)
        }
        table.add("of-no-node", of: agent, for: AgentTokens.audience)
        var other = agent
        other.extra = [AgentTokens.nodeField: ["node-0"]]
        table.add("for-others", of: other, for: "vault")
        other.name = "system:serviceaccount:payments:default"
        table.add("of-a-tenant", of: other, for: AgentTokens.audience)
        return table
    }

    func kill(_ node: String) { _ = gone.nodes.withLock { $0.insert(node) } }

    var run: AnalysisRun {
        AnalysisRun(
            namespace: "payments", deployment: "filter", rollout: "filter-2-1", check: "step-1.errors",
            canary: .init(name: "filter-b", digest: Self.digests.canary, version: "1.1.0"),
            stable: .init(name: "filter-a", digest: Self.digests.stable, version: "1.0.0"), startTime: Timestamp(seconds: 1_000_000),
            now: clock.surroundings.wallTime())
    }

    @discardableResult
    func post(_ batch: StreamBatch, token: String) async throws -> (status: Int, answer: StreamAnswer?) {
        let answer = try await ingest.answer(authorization: "Bearer \(token)", body: batch.json.bytes())
        return (answer.status, answer.status == 200 ? try StreamAnswer(from: try JSON.parse(answer.body)) : nil)
    }

    static func ratio(comparing: Bool) -> AnalysisMetric {
        var metric = AnalysisMetric()
        metric.name = "errors"
        metric.interval = Period(seconds: 30)
        var ratio = HostRatio()
        ratio.failures = HostSeries("requests_total", labels: ["code": "500"])
        ratio.total = HostSeries("requests_total")
        var provider = HostsProvider()
        provider.ratio = ratio
        metric.provider.hosts = provider
        if comparing { metric.compare = MetricComparison() } else { metric.thresholds = MetricThresholds(max: 0.05) }
        return metric
    }
}

/// Runs a body with hosts whose agents have tokens.
func withStreamWorld(
    hosts: Int = 12, held: Set<Int> = [], window: Duration = MetricStream.width, _ body: (StreamWorld) async throws -> Void
) async throws {
    try await withEmbeddedCluster(KubeServer.Configuration(tokens: StreamWorld.tokens(hosts))) { cluster in
        try await body(StreamWorld(cluster, hosts: hosts, held: held, window: window))
    }
}

/// A host and its agent: it counts requests, exposes that as text, and the agent tells what grew.
struct SimulatedHost {
    let number: Int
    var isCanary: Bool
    private var counts = (all: 0, failed: 0)
    private var track = ScrapeTrack()
    private var outgoing: OutgoingRecords
    private var last: Duration?
    private var wanted: [SeriesDemand] = []

    init(_ number: Int, isCanary: Bool) {
        self.number = number
        self.isCanary = isCanary
        outgoing = OutgoingRecords(session: "session-of-\(number)")
    }

    mutating func serve(_ all: Int, failing failed: Int) { counts = (counts.all + all, counts.failed + failed) }
    mutating func restart() { counts = (0, 0) }

    /// What it exposes is read, and told.
    /// - Parameters:
    ///   - isHeard: whether the batch arrives.
    ///   - isReadable: whether its metrics can be read; the agent asks what is wanted all the same.
    mutating func tell(_ world: StreamWorld, isHeard: Bool = true, isReadable: Bool = true) async throws {
        let now = world.clock.surroundings.now()
        if isReadable { try look(at: now) }
        guard isHeard else { return }
        let batch = outgoing.batch(host: StreamWorld.host(number), at: now)
        guard let answer = try await world.post(batch, token: "token-\(number)").answer else { return }
        outgoing.acknowledge(answer.acknowledged)
        wanted = answer.wanted["net/filter"] ?? []
    }

    private mutating func look(at now: Duration) throws {
        let text = "requests_total{code=\"200\"} \(counts.all - counts.failed)\nrequests_total{code=\"500\"} \(counts.failed)\n"
        track.follow(wanted)
        let growth = track.take(try Exposition(parsing: Array(text.utf8), wanted: track.sampleNames)).growth
        if let last, !growth.isEmpty {
            let record = StreamRecord(
                sequence: 0, slot: "net/filter", namespace: "payments", revision: isCanary ? "filter-b" : "filter-a",
                digest: isCanary ? StreamWorld.digests.canary : StreamWorld.digests.stable, from: .zero, to: .zero, growth: growth)
            outgoing.append(record, from: last, to: now)
        }
        last = wanted.isEmpty ? nil : now
        outgoing.looked(at: now)
    }
}
