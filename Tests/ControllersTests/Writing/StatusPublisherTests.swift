import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
import Randomness
import Schema
import Synchronization
import Testing

@testable import Controllers

@Suite("What is kept of statuses until the watch has brought them back")
struct StatusPublisherTests {
    /// A deployment at an API server, a store that hears of it when the test says so, and a clock that the test moves.
    private final class Bench: Sendable {
        let api: Api<ModuleDeployment>
        let cluster: EmbeddedCluster
        let writer = StoreWriter<ModuleDeployment>()
        let publisher: StatusPublisher
        private let clock: ManualClock

        final class ManualClock: Sendable {
            let time = Mutex(Duration.seconds(100))
        }

        init(_ cluster: EmbeddedCluster) async throws {
            self.cluster = cluster
            try await cluster.apply(definition: ModuleDeployment.customResourceDefinition)
            try await cluster.createNamespace("payments")
            api = Api(cluster.client, namespace: "payments")
            let clock = ManualClock()
            self.clock = clock
            var surroundings = Surroundings.system
            surroundings.now = { clock.time.withLock { $0 } }
            publisher = StatusPublisher(
                api: Api(cluster.client), store: writer.store, interval: .seconds(1), surroundings: surroundings)
            var spec = ModuleDeploymentSpec()
            (spec.hostClass, spec.slot, spec.module) = ("edge", "net/filter", ModuleShelf.reference("1.0.0"))
            _ = try await api.apply("d", ["spec": spec.json] as JSON, manager: "test")
            try await hear()
        }

        func pass(_ time: Duration) { clock.time.withLock { $0 += time } }
        /// The watch brings what the API server has.
        func hear() async throws { writer.apply(.modified(try await api.get("d"))) }
        var seen: ModuleDeployment { get throws { try #require(writer.store.get(ObjectKey(namespace: "payments", name: "d"))) } }
    }

    private func status(_ message: String) -> ModuleDeploymentStatus {
        var status = ModuleDeploymentStatus()
        status.observedGeneration = 1
        status.message = message
        return status
    }

    @Test func `a status is kept until the store has it, and known all the same afterwards, to whoever read the object before, too`()
        async throws
    {
        try await withEmbeddedCluster { cluster in
            let bench = try await Bench(cluster)
            let before = try bench.seen
            #expect(bench.publisher.decided(before) == nil)
            #expect(try await bench.publisher.publish(status("a"), of: before) == nil)
            #expect(try await bench.api.get("d").status.message == "a")
            #expect(bench.publisher.decided(before)?.message == "a" && bench.publisher.unseenCount == 1)
            try await bench.hear()
            // The watch's event has it reconciled, which comes to the same.
            #expect(try await bench.publisher.publish(status("a"), of: try bench.seen) == nil)
            #expect(bench.publisher.unseenCount == 0)
            #expect(bench.publisher.decided(before)?.message == "a")
            #expect(!bench.publisher.hasUntoldTurn(of: try bench.seen))
        }
    }

    @Test func `nothing is kept of what a predecessor left at rest`() async throws {
        try await withEmbeddedCluster { cluster in
            let bench = try await Bench(cluster)
            _ = try await bench.publisher.publish(status("a"), of: try bench.seen)
            try await bench.hear()
            let version = try bench.seen.metadata.resourceVersion
            let successor = StatusPublisher(api: bench.api, store: bench.writer.store, interval: .seconds(1), surroundings: .system)
            #expect(try await successor.publish(status("a"), of: try bench.seen) == nil)
            #expect(successor.unseenCount == 0)
            #expect(try await bench.api.get("d").metadata.resourceVersion == version)
        }
    }

    @Test("Whenever the watch brings what, the last decision is known, and written once its time has come", arguments: 1...12)
    func interleaved(seed: UInt64) async throws {
        try await withEmbeddedCluster { cluster in
            var random = SeededRandom(seed: seed)
            let bench = try await Bench(cluster)
            var decided: String?
            for _ in 0..<40 {
                switch Int.random(in: 0..<5, using: &random) {
                case 0: try await bench.hear()
                case 1: bench.pass(.milliseconds(400))
                default:
                    let message = ["a", "b", "c"].randomElement(using: &random)!
                    let due = try await bench.publisher.publish(status(message), of: try bench.seen)
                    decided = message
                    let there = try await bench.api.get("d").status.message
                    #expect(due != nil || there == message, "seed \(seed): neither written nor to be written")
                }
                #expect(bench.publisher.decided(try bench.seen)?.message == decided, "seed \(seed)")
            }
            // Left alone it comes to rest.
            let last = status(decided ?? "a")
            bench.pass(.seconds(2))
            #expect(try await bench.publisher.publish(last, of: try bench.seen) == nil)
            try await bench.hear()
            #expect(try await bench.publisher.publish(last, of: try bench.seen) == nil)
            #expect(bench.publisher.unseenCount == 0)
            #expect(try await bench.api.get("d").status == last)
        }
    }
}
