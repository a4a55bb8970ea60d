import Harness
import KubeClient
import KubeCore
import KubeServer
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubeRuntime

@Suite struct EmbeddedLeaderElectionTests {
    /// Who leads at the moment; more than one at a time is remembered.
    private final class Throne: Sendable {
        private let state = Mutex((on: Set<String>(), crowded: false, reigns: [String]()))
        func mount(_ name: String) {
            state.withLock {
                $0.on.insert(name)
                $0.reigns.append(name)
                if $0.on.count > 1 { $0.crowded = true }
            }
        }
        func leave(_ name: String) { state.withLock { _ = $0.on.remove(name) } }
        var isCrowded: Bool { state.withLock { $0.crowded } }
        var reigns: [String] { state.withLock { $0.reigns } }
    }

    private func candidate(_ name: String, _ client: Client, _ throne: Throne, _ time: ManualTime) -> LeaderElection {
        LeaderElection(
            client: client, namespace: "default", name: "leader", identity: name, logger: silent, surroundings: time.surroundings
        ) {
            throne.mount(name)
            defer { throne.leave(name) }
            try await gracefulShutdown()
        }
    }

    @Test func `Of two candidates one leads; cut off from the server it stops, and the other takes over`() async throws {
        try await withEmbeddedCluster { cluster in
            let (throne, time) = (Throne(), ManualTime())
            let (one, two) = (RestartingServer(), RestartingServer())
            for transport in [one, two] { transport.use(cluster.server) }
            let first = candidate("one", try one.client(), throne, time)
            let second = candidate("two", try two.client(), throne, time)
            let isOver = Signal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: LeadershipLost.self) { try await first.run() }
                    isOver.fire()
                }
                try await eventually("the first leads") { throne.reigns == ["one"] }
                group.addTask { try await second.run() }
                try await eventually("the second waits") { second.holder == "one" }
                #expect(first.isLeading && !second.isLeading)

                one.use(nil)
                try await eventually("the second leads") {
                    time.advanceToNextSleeper(within: .seconds(3), asleep: isOver.isFired ? 1 : 2)
                    return throne.reigns == ["one", "two"]
                }
                #expect(!first.isLeading && second.isLeading)
                let lease = try await Api<Lease>(cluster.client, namespace: "default").get("leader")
                #expect(lease.spec.holderIdentity == "two")
                #expect(lease.spec.leaseTransitions == 1)
                group.cancelAll()
                while let result = await group.nextResult() { _ = result }
            }
            #expect(!throne.isCrowded)
        }
    }

    @Test func `A leader who is stopped gives the lease up`() async throws {
        try await withEmbeddedCluster { cluster in
            let (throne, time) = (Throne(), ManualTime())
            let group = ServiceGroup(services: [candidate("one", cluster.client, throne, time)], logger: silent)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await eventually("it leads") { throne.reigns == ["one"] }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            let api = Api<Lease>(cluster.client, namespace: "default")
            #expect(try await api.get("leader").spec.holderIdentity == "")
            // Whoever comes next need not wait.
            try await running([{ try await candidate("two", cluster.client, throne, time).run() }]) {
                try await eventually("the next leads") { throne.reigns == ["one", "two"] }
            }
        }
    }
}
