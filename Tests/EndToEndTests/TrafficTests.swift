import GraftAPI
import HTTPCore
import HTTPTransport
import HTTPTypes
import Harness
import JSON
import KubeClient
import KubeCore
import Synchronization
import Testing

extension EndToEnd {
    /// Calls of many keys, all the time, to real host processes that divide them by `routing.json`.
    @Suite("Calls are divided inside hosts") struct TrafficTests {
        @Test("From 5 % to a half to all, and in the middle of the next one back: every call is answered", .timeLimit(.minutes(5)))
        func story() async throws {
            try await withFleet(of: 2, publishing: ["1.0.0", "1.1.0", "1.3.0"]) { cluster, fleet in
                func manifest(_ version: String) -> Manifest {
                    var manifest = Manifest(version: version)
                    manifest.maxUnavailable = "100%"
                    manifest.steps = [
                        ["setWeight": 100], ["setTraffic": ["share": 5]], ["pause": [:]], ["setTraffic": ["share": "50%"]], ["pause": [:]],
                    ]
                    return manifest
                }
                try await cluster.apply(manifest("1.0.0"))
                try await cluster.waitsUntilHealthy("1.0.0")
                try await calling(fleet) { caller in
                    try await caller.waits(until: "1.0.0 has every key") { $0.share(of: "1.0.0") == 1 }
                    try await cluster.apply(manifest("1.1.0"))
                    try await cluster.waits(until: "Paused with 5 %") {
                        $0.isSeen && $0.isPaused(at: 2) && $0.status.canary?.version == "1.1.0"
                    }
                    // Of 400 keys 20 are expected; which they are is the same on both hosts.
                    try await caller.waits(until: "a few keys go to 1.1.0") { (0.01...0.12).contains($0.share(of: "1.1.0")) && $0.agree }
                    let few = caller.keys(of: "1.1.0")
                    try await eventually("hosts say what they route to") {
                        try await cluster.hosts.list().items.allSatisfy { $0.status.slots.first?.canary?.version == "1.1.0" }
                    }

                    try await cluster.promote(atStep: 2)
                    try await cluster.waits(until: "Paused with 50 %") { $0.isSeen && $0.isPaused(at: 4) }
                    try await caller.waits(until: "a half of the keys go to 1.1.0") {
                        (0.35...0.65).contains($0.share(of: "1.1.0")) && $0.agree
                    }
                    #expect(few.isSubset(of: caller.keys(of: "1.1.0")), "who had it keeps it")

                    try await cluster.promote(atStep: 4)
                    try await cluster.waitsUntilHealthy("1.1.0")
                    try await caller.waits(until: "1.1.0 has every key") { $0.share(of: "1.1.0") == 1 }

                    // The next one is taken back in the middle.
                    try await cluster.apply(manifest("1.3.0"))
                    try await cluster.waits(until: "Paused with 5 % of 1.3.0") {
                        $0.isSeen && $0.isPaused(at: 2) && $0.status.canary?.version == "1.3.0"
                    }
                    try await caller.waits(until: "some keys go to 1.3.0") { $0.share(of: "1.3.0") > 0 && $0.agree }
                    try await cluster.graft("abort", Cluster.deploymentName, "-n", Cluster.namespace).orThrow()
                    try await cluster.waits(until: "back to 1.1.0") {
                        $0.status.rollout?.kind == .return && $0.status.rollout?.state == .complete && $0.status.stable?.version == "1.1.0"
                    }
                    try await caller.waits(until: "1.1.0 has every key again") { $0.share(of: "1.1.0") == 1 }
                    // From now on no call goes to what was taken back: each key is asked once more, and again.
                    let end = caller.mark()
                    try await caller.waits(until: "every key was asked twice") { $0.rounds >= end.rounds + 2 }
                    #expect(!caller.answered(since: end).contains("1.3.0"))
                    #expect(caller.failures.isEmpty, "\(caller.failures)")
                }
            }
        }
    }
}

extension ModuleDeployment {
    fileprivate func isPaused(at step: Int) -> Bool { status.phase == .paused && status.rollout?.stepIndex == step }
}

extension Cluster {
    fileprivate func promote(atStep step: Int) async throws {
        try await waits(until: "at step \(step)") { $0.isPaused(at: step) }
        try await graft("promote", Self.deploymentName, "-n", Self.namespace).orThrow()
    }
}

/// Calls every host with each of many keys, round after round, and remembers which version answered.
private final class Caller: Sendable {
    struct Observed {
        /// By host, what each key was answered by in its last round that is over, and in the one under way.
        var last: [[String?]] = []
        var now: [[String?]] = []
        var counts: [Int] = []
        /// All answers, in order.
        var answers: [String] = []
        var failures: Set<String> = []

        var rounds: Int { counts.min() ?? 0 }
        /// All hosts answer each key by the same version.
        var agree: Bool { Set(last).count == 1 }
        func share(of version: String) -> Double {
            let all = last.joined()
            return all.isEmpty || rounds == 0 ? 0 : Double(all.count { $0 == version }) / Double(all.count)
        }
    }

    static let keys = 400
    private let ports: [Int]
    private let client = HTTPClient(HTTPClient.Configuration(proxy: .none))
    private let observed: Mutex<Observed>

    init(_ ports: [Int]) {
        self.ports = ports
        let nothing = ports.map { _ in [String?](repeating: nil, count: Caller.keys) }
        observed = Mutex(Observed(last: nothing, now: nothing, counts: ports.map { _ in 0 }))
    }

    var failures: Set<String> { observed.withLock { $0.failures } }
    func keys(of version: String) -> Set<Int> {
        observed.withLock { seen in Set(seen.last[0].indices.filter { seen.last[0][$0] == version }) }
    }
    func mark() -> (answers: Int, rounds: Int) { observed.withLock { ($0.answers.count, $0.rounds) } }
    func answered(since mark: (answers: Int, rounds: Int)) -> Set<String> { observed.withLock { Set($0.answers[mark.answers...]) } }

    func waits(until what: String, _ condition: (Observed) -> Bool) async throws {
        try await eventually(what, within: .seconds(60), every: .milliseconds(20)) { observed.withLock { condition($0) } }
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for host in ports.indices { group.addTask { try await self.call(host) } }
            try await group.waitForAll()
        }
    }

    private func call(_ host: Int) async throws {
        let version = HTTPField.Name("X-Filter-Version")!
        while true {
            for key in 0..<Caller.keys {
                var request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:\(ports[host])", path: "/")
                request.headerFields[HTTPField.Name("X-Key")!] = "user-\(key)"
                do {
                    let answer = try await client.send(request, limits: TransferLimits(connect: .seconds(60)))
                    let found = answer.head.headerFields[version]
                    observed.withLock { observed in
                        if let found, answer.head.status == .ok {
                            observed.answers.append(found)
                        } else {
                            observed.failures.insert("\(answer.head.status): \(String(decoding: answer.body, as: UTF8.self))")
                        }
                        observed.now[host][key] = found
                    }
                } catch let error as TransportError {
                    observed.withLock { _ = $0.failures.insert(error.description) }
                }
                try Task.checkCancellation()
            }
            observed.withLock { observed in
                observed.last[host] = observed.now[host]
                observed.counts[host] += 1
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

private func calling<Result>(_ fleet: Fleet, _ body: (Caller) async throws -> Result) async throws -> Result {
    let caller = Caller(fleet.members.map(\.port))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do { try await caller.run() } catch is CancellationError {}
        }
        defer { group.cancelAll() }
        return try await body(caller)
    }
}
