import GraftAPI
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import ServiceLifecycle
import Synchronization
import Testing

@testable import Agent

@Suite("Two hundred agents in one process")
struct FleetTests {
    @Test func `take a version in and back, with a status write or two each`() async throws {
        try await AgentBench.run { bench in
            let count = 200
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            let drivers = (0..<count).map { _ in MemoryDriver() }
            let shared = AgentSources.watching(bench.cluster.client, hostClass: "edge-proxy", hostName: nil, logger: .silent)
            var forEach = shared
            forEach.services = []
            let agents = try drivers.enumerated().map { number, driver in
                try bench.agent(bench.configuration(node: "node-\(number)", policy: .fast), driver: driver, sources: forEach)
            }
            let writes = Mutex(0)
            let subscription = shared.hosts.subscribe { change in
                if change.old != nil, change.old?.status != change.new?.status { writes.withLock { $0 += 1 } }
            }
            defer { subscription.cancel() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in shared.services { group.addTask { try await service.run() } }
                for agent in agents { group.addTask { try await agent.run() } }
                defer { group.cancelAll() }
                try await eventually("all are registered", every: .milliseconds(50)) { shared.hosts.count == count }

                let rounds = [(first, nil, "r1"), (second, first, "r2"), (first, second, "r3")]
                for (number, (revision, previous, rollout)) in rounds.enumerated() {
                    let start = ContinuousClock.now
                    try await bench.plan(stable: revision, previous: previous, rollout: rollout)
                    try await eventually("all report \(revision.version!)", every: .milliseconds(20)) {
                        shared.hosts.all().allSatisfy { host in
                            let slot = host.status.slots.first
                            return slot?.rollout == rollout && slot?.target?.state == .active && slot?.active?.digest == revision.digest
                        }
                    }
                    print("round \(number + 1): all \(count) report after \(ContinuousClock.now - start)")
                    #expect(drivers.allSatisfy { $0.state.running?.digest == revision.digest })
                }
            }
            #expect(writes.withLock { $0 } <= 3 * 2 * count, "one write under way and one at the end, for each change")
        }
    }
}
