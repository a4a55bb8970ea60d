import KubeCore
import KubeRuntime
import ServiceLifecycle
import Synchronization

/// Which nodes' agents are alive, by their Leases, judged by our own monotonic clock since we last saw one change: clocks of
/// nodes don't count.
final class HostLiveness: Service {
    private struct Beat {
        var at: Duration
        var wallTime: Timestamp
        var duration: Duration
        var renewTime: Timestamp?
        var isAlive = true
    }

    private let beats = Mutex<[String: Beat]>([:])
    private let leases: Store<Lease>
    private let surroundings: Surroundings
    /// Told which nodes came or went, or are not known any more.
    private let changed: @Sendable (Set<String>) -> Void

    init(leases: Store<Lease>, surroundings: Surroundings, changed: @escaping @Sendable (Set<String>) -> Void) {
        self.leases = leases
        self.surroundings = surroundings
        self.changed = changed
    }

    /// Whether the agent of a node renews its Lease, and when it last did, by our clock.
    func state(ofNode node: String) -> (isReady: Bool, lastSeen: Timestamp?) {
        beats.withLock { beats in
            guard let beat = beats[node] else { return (false, nil) }
            return (beat.isAlive, beat.wallTime)
        }
    }

    /// Takes in every Lease that is there. To be called before anyone asks: who is not known yet would count as gone, and hosts that
    /// vanish while they soak are held against the module.
    func begin() -> Subscription { leases.subscribe { self.observe($0) } }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.surroundings.sleep(.seconds(1)) } catch is CancellationError { return }
                self.expire()
            }
        }
    }

    private func observe(_ change: Change<Lease>) {
        let node = change.key.name
        let isNews = beats.withLock { beats -> Bool in
            guard let lease = change.new else { return beats.removeValue(forKey: node) != nil }
            guard lease.spec.holderIdentity?.isEmpty == false else { return beats.removeValue(forKey: node) != nil }
            if let known = beats[node], known.renewTime == lease.spec.renewTime { return false }
            let wasAlive = beats[node]?.isAlive ?? false
            beats[node] = Beat(
                at: surroundings.now(), wallTime: surroundings.wallTime(),
                duration: .seconds(lease.spec.leaseDurationSeconds ?? 60), renewTime: lease.spec.renewTime)
            return !wasAlive
        }
        if isNews { changed([node]) }
    }

    /// Declares those dead whose Leases have run out.
    func expire() {
        let now = surroundings.now()
        let gone = beats.withLock { beats -> Set<String> in
            var gone: Set<String> = []
            for (node, beat) in beats where beat.isAlive && now - beat.at > beat.duration {
                beats[node]?.isAlive = false
                gone.insert(node)
            }
            return gone
        }
        if !gone.isEmpty { changed(gone) }
    }
}
