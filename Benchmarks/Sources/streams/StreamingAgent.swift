import Agent
import Analysis
import GraftAPI
import JSON

/// One host and its agent, as far as streams go: what is wanted of it, what waits to be sent, and when it comes again.
struct StreamingAgent: Sendable {
    let number: Int
    var pace: UplinkPace
    /// Within a round in which no replica led.
    var replicasTried = 0
    private var outgoing: OutgoingRecords
    private var wanted: [SeriesDemand] = []
    /// When it looked last.
    private var last: Duration?

    init(_ number: Int, interval: Duration) {
        self.number = number
        pace = UplinkPace(interval: interval)
        outgoing = OutgoingRecords(session: "session-\(number)")
    }

    /// Looks at its host: what grew since the last look waits to be sent.
    mutating func look(_ running: Scene.Running?, canaryFails: Bool, at now: Duration) {
        guard !wanted.isEmpty, let running else { return }
        if let last {
            let record = StreamRecord(
                sequence: 0, slot: "net/filter", namespace: Scene.namespace, revision: running.revision, digest: running.digest,
                from: .zero, to: .zero, growth: growth(isBad: canaryFails && running.isCanary))
            outgoing.append(record, from: last, to: now)
        }
        last = now
        outgoing.looked(at: now)
    }

    /// A whole request over HTTP/1.1.
    mutating func request(at now: Duration) -> [UInt8] {
        let body = outgoing.batch(host: Scene.host(number), at: now).json.bytes()
        let head =
            "POST /v1/changes HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(Scene.token(number))\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    /// Takes an answer.
    /// - Returns: when to send again; at once when more waits than went into a batch.
    mutating func taken(_ bytes: [UInt8], _ random: Double) throws -> Duration {
        let answer = try StreamAnswer(from: try JSON.parse(bytes))
        outgoing.acknowledge(answer.acknowledged)
        wanted = answer.wanted["net/filter"] ?? []
        replicasTried = 0
        if wanted.isEmpty {
            outgoing.forget()
            last = nil
        }
        let pause = pace.taken(isWanted: !wanted.isEmpty, again: answer.again, random)
        return outgoing.isEmpty ? pause : .zero
    }

    private func growth(isBad: Bool) -> [SeriesDemand: SeriesGrowth] {
        let all = Double(Int.random(in: 800...1200))
        var growth: [SeriesDemand: SeriesGrowth] = [:]
        for demand in wanted {
            switch demand.kind {
            case .histogram:
                let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, .infinity]
                let shares = [0.2, 0.3, 0.3, 0.1, 0.05, 0.02, 0.01, 0.01, 0.005, 0.003, 0.001, 0.001]
                growth[demand] = BucketCounts(bounds: bounds, counts: shares.map { (all * $0).rounded() }).map { .histogram($0) }
            case .counter:
                let isFailures = demand.series.labels["code"] == "500"
                growth[demand] = .counter(isFailures ? (all * (isBad ? 0.1 : 0.01) * Double.random(in: 0.8...1.2)).rounded() : all)
            }
        }
        return growth
    }
}
