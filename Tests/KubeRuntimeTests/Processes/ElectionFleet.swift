import Glibc
import HTTPCore
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Synchronization

/// Candidates as processes, and the API server that they reach through a gate.
final class ElectionFleet: Sendable {
    /// With GRAFT_LONG_TESTS the durations of a cluster, otherwise a fifth of them.
    static let isLong = getenv("GRAFT_LONG_TESTS").map { String(cString: $0) } == "1"
    static func scaled(_ seconds: Int) -> Duration { .milliseconds(seconds * (isLong ? 1000 : 200)) }

    struct Candidate: Sendable {
        let identity: String
        let program: Program
        let gate: LoopbackGate

        /// It led, and lost the lease; its process ends.
        var isLost: Bool { !moments("lost").isEmpty }

        /// The moments at which it told something, by the monotonic clock.
        func moments(_ what: String) -> [Duration] {
            program.output.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                return words.count == 2 && words[0] == what ? Int64(words[1]).map { .nanoseconds($0) } : nil
            }
        }
    }

    /// What the server stored, in its order.
    enum Stored: Sendable {
        case holder(String)
        case write(by: String, number: Int)
    }

    private struct State {
        var candidates: [Candidate] = []
        var born = 0
        var stored: [Int: Stored] = [:]
        /// Until when at most a candidate that told no end can have led.
        var silenced: [String: Duration] = [:]
        /// Those that lost the lease and have a successor.
        var replaced: Set<String> = []
    }

    private let state = Mutex(State())
    private let live: LiveCluster
    private let directory: String

    init(_ live: LiveCluster, directory: String) {
        self.live = live
        self.directory = directory
    }

    var candidates: [Candidate] { state.withLock { $0.candidates } }

    @discardableResult
    func start() throws -> Candidate {
        let identity = state.withLock { state in
            state.born += 1
            return "c\(state.born)"
        }
        let gate = LoopbackGate(to: live.port)
        let timing = [("LEASE", 15), ("DEADLINE", 10), ("RETRY", 2)].map { name, seconds in
            let (whole, part) = Self.scaled(seconds).components
            return (name, "\(whole * 1000 + part / 1_000_000_000_000_000)")
        }
        let settings = [
            ("SERVER", "https://127.0.0.1:\(gate.port)"), ("TOKEN", live.token), ("AUTHORITY", live.authority), ("IDENTITY", identity),
        ]
        let program = try Program(
            Self.path, [], environment: Dictionary(uniqueKeysWithValues: settings + timing), in: directory)
        let candidate = Candidate(identity: identity, program: program, gate: gate)
        state.withLock { $0.candidates.append(candidate) }
        return candidate
    }

    /// Where the program was built: beside this test.
    private static let path: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        return ([own] + CommandLine.arguments.filter { $0.hasPrefix("/") })
            .map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) + "/election-candidate" }
            .first { access($0, X_OK) == 0 } ?? EmbeddedCluster.repository + "/.build/debug/election-candidate"
    }()

    func endAll() {
        for candidate in candidates {
            candidate.program.send(SIGCONT)
            candidate.program.end()
            candidate.gate.stop()
        }
    }

    /// Signals a candidate that will not tell by itself when it leads no more.
    func silence(_ candidate: Candidate, _ signal: Int32) -> Duration {
        candidate.program.send(signal)
        let now = Surroundings.system.now()
        state.withLock { $0.silenced[candidate.identity] = now }
        return now
    }

    /// Starts another candidate for each that has lost the lease, as its supervisor would. On a machine that is busy with other things
    /// a leader may lose it at any time.
    func supervise() throws {
        for candidate in candidates where candidate.isLost {
            if state.withLock({ $0.replaced.insert(candidate.identity).inserted }) { try start() }
        }
    }

    /// Waits for one that leads and has written so much.
    func leader(butNot others: [Candidate] = [], writes count: Int) async throws -> (Candidate, since: Duration) {
        try await eventually("someone leads", within: .seconds(180), every: .milliseconds(20)) { () -> (Candidate, since: Duration)? in
            try supervise()
            for candidate in candidates where !others.contains(where: { $0.identity == candidate.identity }) {
                guard let since = candidate.moments("leads").last, candidate.moments("ends").isEmpty else { continue }
                if writes(of: candidate) >= count { return (candidate, since) }
            }
            return nil
        }
    }

    /// All writes, whoever's.
    var writes: Int { state.withLock { $0.stored.values.count { if case .write = $0 { true } else { false } } } }

    func writes(of candidate: Candidate) -> Int {
        state.withLock { state in
            state.stored.values.count { if case .write(candidate.identity, _) = $0 { true } else { false } }
        }
    }

    // MARK: The record

    fileprivate func keep(_ version: String?, _ what: Stored) {
        guard let version = version.flatMap({ Int($0) }) else { return }
        state.withLock { $0.stored[version] = what }
    }

    /// Everything that contradicts one leader at a time, by what the server stored and by what the candidates told.
    func contradictions() -> [String] {
        let (stored, silenced) = state.withLock { ($0.stored.sorted { $0.key < $1.key }.map(\.value), $0.silenced) }
        var found: [String] = []
        var (holder, count) = ("", 0)
        for entry in stored {
            switch entry {
            case .holder(let name): holder = name
            case .write(let writer, let number):
                if writer != holder { found.append("\(writer) wrote number \(number) while the lease was \(holder)'s") }
                if number != count + 1 { found.append("after number \(count) came \(number)") }
                count = number
            }
        }
        if count == 0 { found.append("nobody wrote anything") }
        let reigns = candidates.compactMap { candidate in
            candidate.moments("leads").last.map { since in
                let ends = [silenced[candidate.identity], candidate.moments("ends").last].compactMap(\.self)
                return (candidate.identity, since, ends.min() ?? Surroundings.system.now())
            }
        }.sorted { $0.1 < $1.1 }
        for (one, next) in zip(reigns, reigns.dropFirst()) where next.1 < one.2 {
            found.append("\(next.0) led from \(next.1), \(one.0) until \(one.2)")
        }
        return found
    }
}

/// Runs candidates against an API server behind TLS, and keeps a record of all that they write.
func withElection(_ count: Int, _ body: (ElectionFleet) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        try await withLiveCluster { live, _ in
            let fleet = ElectionFleet(live, directory: directory)
            defer { fleet.endAll() }
            let client = try Client(transport: live.server.inProcessTransport(), server: "https://embedded.invalid")
            let leases = Reflector<Lease>(Api(client, namespace: "default"), logger: silent)
            let maps = Reflector<ConfigMap>(Api(client, namespace: "default"), logger: silent)
            leases.store.subscribe { fleet.keep($0.object.metadata.resourceVersion, .holder($0.object.spec.holderIdentity ?? "")) }
            maps.store.subscribe { change in
                guard change.key.name == "record", let number = change.object.data["count"].flatMap({ Int($0) }) else { return }
                fleet.keep(change.object.metadata.resourceVersion, .write(by: change.object.data["writer"] ?? "", number: number))
            }
            try await running([{ try await Concurrently([leases, maps]).run() }]) {
                try await leases.store.waitUntilSynced()
                try await maps.store.waitUntilSynced()
                for _ in 0..<count { try fleet.start() }
                try await body(fleet)
            }
        }
    }
}
