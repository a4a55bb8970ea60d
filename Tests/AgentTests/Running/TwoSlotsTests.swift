import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Schema
import Synchronization
import Testing

@testable import Agent

/// Counts the loads that are under way at once on a host: from activation to the answer of the probe.
final class LoadCounter: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func begin() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func end() { state.withLock { $0.now = max(0, $0.now - 1) } }
}

/// A driver whose versions take a while to answer.
struct SlowDriver: Driver {
    let base: MemoryDriver
    let counter: LoadCounter
    let probes = Probes()

    final class Probes: Sendable { let left = Mutex(0) }

    var features: Set<String> { base.features }
    func stage(_ revision: VerifiedRevision, from store: ContentStore) async throws { try await base.stage(revision, from: store) }
    func restore(_ revision: InstalledRevision) async throws -> String? { try await base.restore(revision) }
    func revert(to revision: InstalledRevision?) async throws { try await base.revert(to: revision) }
    func retain(_ revisions: Set<InstalledRevision>) async throws { try await base.retain(revisions) }

    func activate(_ revision: InstalledRevision) async throws {
        counter.begin()
        probes.left.withLock { $0 = 4 }
        try await base.activate(revision)
    }

    func probe(_ revision: InstalledRevision) async throws -> String? {
        let left = probes.left.withLock { left in
            left -= 1
            return left
        }
        if left > 0 { throw SlotFailure(.module, "ProbeFailed", "it is still starting") }
        if left == 0 { counter.end() }
        return try await base.probe(revision)
    }
}

@Suite("A host with two slots")
struct TwoSlotsTests {
    @Test func `takes in one version at a time, each slot by its own plan`() async throws {
        try await AgentBench.run { bench in
            let counter = LoadCounter()
            let drivers = ["net/filter": MemoryDriver(), "net/router": MemoryDriver()]
            var patient = SlotPolicy.fast
            patient.probeDeadline = .seconds(600)
            var configuration = bench.configuration(policy: patient)
            configuration.slots.append(.init(name: "net/router", policy: patient))
            let agent = try AgentServices(
                client: bench.cluster.client, artifacts: bench.shelf, configuration: configuration, transport: NoTransport(),
                driver: { SlowDriver(base: drivers[$0]!, counter: counter) }, logger: .silent)
            try await bench.withAgent(agent) {
                for (number, version) in ["1.0.0", "1.1.0", "1.2.0"].enumerated() {
                    for (slot, name) in [("net/filter", "filter"), ("net/router", "router")] {
                        let revision = try await bench.publish("\(version)-\(name)", slot: slot)
                        try await bench.plan(stable: revision, rollout: "r\(number)", name: name, slot: slot)
                    }
                    let hosts = Api<ModuleHost>(bench.cluster.client)
                    var slots: [SlotStatus] = []
                    try await eventually("both slots run \(version); last: \(slots.json.text())") {
                        slots = try await hosts.getIfPresent("edge-proxy.node-1")?.status.slots ?? []
                        return slots.map { $0.active?.version } == ["\(version)-filter", "\(version)-router"]
                            && slots.allSatisfy { $0.target?.state == .active }
                    }
                }
                let summary = try await Api<ModuleHost>(bench.cluster.client).get("edge-proxy.node-1").status.summary
                #expect(summary == "net/filter=1.2.0-filter, net/router=1.2.0-router")
            }
            #expect(counter.most == 1)
            #expect(drivers.values.allSatisfy { $0.state.loads == 3 })
        }
    }
}
