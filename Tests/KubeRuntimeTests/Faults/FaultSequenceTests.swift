import Glibc
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Randomness
import Synchronization
import Testing

/// Random faults in a row, on every request, while things happen: afterwards the store equals the server's state, and nothing went back in time.
@Suite struct FaultSequenceTests {
    /// `GRAFT_LONG_TESTS=1` asks for many more.
    private static let rounds = getenv("GRAFT_LONG_TESTS") == nil ? 200 : 5000

    @Test func `After random faults the store equals the server's state`() async throws {
        try await withFaultyCluster { faulty in
            let chances = Chances()
            faulty.proxy.play { request in
                let (plan, compacts) = chances.plan(for: request)
                if compacts { try faulty.server.compact() }
                return plan
            }
            // Many at a time: they mostly wait.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for seed in 0..<Self.rounds {
                    if seed >= 16 { try await group.next() }
                    group.addTask { try await Self.round(seed, faulty, chances) }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func round(_ seed: Int, _ faulty: FaultyCluster, _ chances: Chances) async throws {
        let namespace = "round-\(seed)"
        var random = SeededRandom(seed: UInt64(seed))
        try await faulty.cluster.createNamespace(namespace)
        let settings = ReflectorSettings(
            streamsLists: Bool.random(using: &random), pageSize: Int.random(in: 1...4, using: &random))
        let world = try FaultyWorld(
            faulty, namespace: namespace, settings: settings, patience: Patience(.milliseconds(600)), time: HurriedTime(factor: 500))
        chances.begin(namespace, seed: UInt64(seed) + 1_000_000)
        do {
            try await running([{ try await world.reflector.run() }]) {
                for step in 0..<12 {
                    try await happen(step, in: world, &random)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...15, using: &random)))
                }
                chances.end(namespace)
                // From here on nothing goes wrong, and a slow machine is not to be taken for it.
                world.patience.change(to: .seconds(20))
                try await world.settles("round \(seed): the store equals the server's state")
            }
        } catch {
            Issue.record("round \(seed): \(error)")
        }
    }

    /// Something happens to one of a few objects.
    private static func happen(_ step: Int, in world: FaultyWorld, _ random: inout SeededRandom) async throws {
        let name = ["a", "b", "c", "d", "e"].randomElement(using: &random)!
        let isThere = try await world.api.list().isThere(name)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1:
            if isThere {
                _ = try await world.faulty.direct.send(
                    APIRequest(method: .delete, path: "/api/v1/namespaces/\(world.namespace)/configmaps/\(name)"))
            }
        case 2: if isThere { try await world.spoil(name) }
        default:
            if isThere, try await world.api.list().undecodable.contains(where: { $0.key?.name == name }) { return }
            try await world.write(name, "\(step) grün")
        }
    }
}

extension ResourceList {
    fileprivate func isThere(_ name: String) -> Bool {
        items.contains { $0.metadata.name == name } || undecodable.contains { $0.key?.name == name }
    }
}

/// What goes wrong next, drawn for each namespace from its own numbers.
private final class Chances: Sendable {
    private let streams = Mutex<[String: SeededRandom]>([:])

    func begin(_ namespace: String, seed: UInt64) { streams.withLock { $0[namespace] = SeededRandom(seed: seed) } }
    func end(_ namespace: String) { streams.withLock { $0[namespace] = nil } }

    /// What becomes of a request, and whether the server forgets its past before.
    func plan(for request: ProxiedRequest) -> (ProxyPlan, compacts: Bool) {
        streams.withLock { streams in
            let namespace = request.target.split(separator: "/").drop { $0 != "namespaces" }.dropFirst().first.map(String.init) ?? ""
            guard var random = streams[namespace] else { return (.pass, false) }
            defer { streams[namespace] = random }
            return (Self.plan(&random), Int.random(in: 0..<6, using: &random) == 0)
        }
    }

    private static func plan(_ random: inout SeededRandom) -> ProxyPlan {
        let line = Int.random(in: 0...5, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return .resetInLine(line)
        case 1: return .dropInLine(line)
        case 2: return .stall(after: line)
        case 3: return .truncateLine(line)
        case 4: return .end(after: line)
        case 5: return .errorEvent(410, "Expired", after: line)
        case 6: return .errorEvent(500, "InternalError", after: line)
        case 7: return .errorEvent(504, "Timeout", after: line)
        case 8: return [ProxyPlan.reset, .hang].randomElement(using: &random)!
        case 9: return .status([410, 500, 503, 504, 404].randomElement(using: &random)!, "")
        case 10: return .status(429, "TooManyRequests", retryAfter: 2)
        case 11: return .end(after: .milliseconds(Int.random(in: 1...60, using: &random)))
        case 12: return .cut(pause: .zero) { line in stride(from: 3, to: line.count, by: 7).map(\.self) }
        case 13: return .delay(.milliseconds(10))
        case 14, 15: return .replay
        case 16: return .answer(status: 200, body: Array("<html>".utf8))
        case 17: return .insert("", after: line)
        default: return .pass
        }
    }
}
