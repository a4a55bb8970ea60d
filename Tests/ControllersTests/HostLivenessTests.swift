import KubeCore
import KubeRuntime
import Synchronization
import Testing

@testable import Controllers

@Suite("Who is alive")
struct HostLivenessTests {
    private let clock = ManualClock()
    private let leases = StoreWriter<Lease>()
    private let changes = Changes()

    private func liveness() -> HostLiveness {
        HostLiveness(leases: leases.store, surroundings: clock.surroundings) { [changes] in changes.add($0) }
    }

    private func renew(_ node: String, at seconds: Int64, holder: String = "agent", duration: Int = 60) {
        leases.apply(
            .modified(
                Lease(
                    metadata: ObjectMeta(name: node, namespace: "graft-agents", resourceVersion: String(seconds)),
                    spec: .init(holderIdentity: holder, leaseDurationSeconds: duration, renewTime: Timestamp(seconds: seconds)))))
    }

    @Test("Leases that are there already count from the moment we begin, whatever their own clocks say")
    func known() {
        renew("node-1", at: 12)
        let liveness = liveness()
        let subscription = liveness.begin()
        defer { subscription.cancel() }
        #expect(liveness.state(ofNode: "node-1").isReady)
        #expect(liveness.state(ofNode: "node-1").lastSeen == clock.surroundings.wallTime())
        #expect(!liveness.state(ofNode: "node-2").isReady)
    }

    @Test("A Lease that is not renewed runs out by our clock, and its renewal brings the host back")
    func expires() {
        let liveness = liveness()
        let subscription = liveness.begin()
        defer { subscription.cancel() }
        renew("node-1", at: 1)
        clock.advance(by: .seconds(59))
        liveness.expire()
        #expect(liveness.state(ofNode: "node-1").isReady)
        // The same Lease again, as a relist brings it, is no sign of life.
        renew("node-1", at: 1)
        clock.advance(by: .seconds(2))
        liveness.expire()
        #expect(!liveness.state(ofNode: "node-1").isReady)
        renew("node-1", at: 62)
        #expect(liveness.state(ofNode: "node-1").isReady)
        #expect(changes.all == [["node-1"], ["node-1"], ["node-1"]])
    }

    @Test("A Lease that was given up, or deleted, is no longer alive at once")
    func released() {
        let liveness = liveness()
        let subscription = liveness.begin()
        defer { subscription.cancel() }
        renew("node-1", at: 1)
        renew("node-2", at: 1)
        renew("node-1", at: 2, holder: "")
        leases.replace([], resourceVersion: "9")
        #expect(!liveness.state(ofNode: "node-1").isReady)
        #expect(!liveness.state(ofNode: "node-2").isReady)
    }
}

/// A clock that only tests move.
private final class ManualClock: Sendable {
    private let elapsed = Mutex(Duration.seconds(1000))

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }

    var surroundings: Surroundings {
        Surroundings(
            now: { self.elapsed.withLock { $0 } },
            wallTime: { Timestamp(seconds: 1_767_225_600) + self.elapsed.withLock { $0 } },
            sleep: { _ in throw CancellationError() }, random: { 0.5 })
    }
}

private final class Changes: Sendable {
    private let nodes = Mutex<[Set<String>]>([])

    func add(_ changed: Set<String>) { nodes.withLock { $0.append(changed) } }
    var all: [Set<String>] { nodes.withLock { $0 } }
}
