import GraftAPI
import KubeCore
import KubeRuntime
import Synchronization
import Trust
import Verification

/// What the slots of one host share: the turn to activate, the contact, policies as they are judged by, and what is kept.
final class HostState: Sendable {
    let configuration: AgentConfiguration
    let sources: AgentSources
    let contact = Contact()
    let turns: ActivationTurns
    /// What today's policies say about what is on this host.
    let board = TrustBoard()
    /// What each slot serves.
    let serving = ServingBoard()
    /// Which modules those are, and what they need of each other.
    let neighbours = NeighbourBoard()
    /// Wakes who judges it.
    let trustWake = Wake()
    /// What is here with too few signatures.
    let signatureWants = SignatureWants()
    private let wakes: [String: Wake]
    private let shared = Mutex(Shared())

    private struct Shared {
        var stamp = 0
        /// By slot; nothing is collected before each has spoken.
        var kept: [String: Set<InstalledRevision>] = [:]
        var present: [String: Set<InstalledRevision>] = [:]
        var suspicions: [String: Int] = [:]
    }

    init(configuration: AgentConfiguration, sources: AgentSources) {
        self.configuration = configuration
        self.sources = sources
        let wakes = Dictionary(uniqueKeysWithValues: configuration.slots.map { ($0.name, Wake()) })
        self.wakes = wakes
        turns = ActivationTurns { for wake in wakes.values { wake.wake() } }
    }

    func wake(of slot: String) -> Wake { wakes[slot]! }
    func wakeAll() { for wake in wakes.values { wake.wake() } }

    /// Has every change wake the slots it may matter to, until the subscriptions are cancelled.
    func subscribe(hostChanged: @escaping @Sendable (_ isGone: Bool) -> Void) -> [Subscription] {
        let name = configuration.hostName
        return [
            sources.plans.subscribe { [self] change in wakes[change.object.spec.slot]?.wake() },
            sources.quarantines.subscribe { [self] _ in policiesChanged() },
            sources.hosts.subscribe { [self] change in
                guard change.key.name == name else { return }
                hostChanged(change.new == nil)
                let isSame =
                    change.old?.metadata.labels == change.new?.metadata.labels
                    && change.old?.metadata.annotations == change.new?.metadata.annotations
                    && change.old?.spec.zone == change.new?.spec.zone
                if !isSame { wakeAll() }
            },
        ] + sources.trust.follow { [self] in policiesChanged() }
    }

    private func policiesChanged() {
        shared.withLock { $0.stamp += 1 }
        trustWake.wake()
        wakeAll()
    }

    /// Something of what a slot put in place seems changed by somebody else.
    func suspect(_ slot: String) {
        shared.withLock { $0.suspicions[slot, default: 0] += 1 }
        wakes[slot]?.wake()
    }

    func suspicions(of slot: String) -> Int { shared.withLock { $0.suspicions[slot] ?? 0 } }

    /// All that slots have on this host; nil before each has spoken.
    var present: Set<InstalledRevision>? {
        shared.withLock { shared in
            guard shared.present.count == configuration.slots.count else { return nil }
            return shared.present.values.reduce(into: []) { $0.formUnion($1) }
        }
    }

    /// Notes what a slot has.
    func has(_ revisions: Set<InstalledRevision>, in slot: String) {
        let isFirst = shared.withLock { $0.present.updateValue(revisions, forKey: slot) == nil }
        let findings = board.findings
        if isFirst || revisions.contains(where: { findings[$0] == nil }) { trustWake.wake() }
    }

    var policyStamp: Int { shared.withLock { $0.stamp } }

    /// The policies in force.
    func policies() -> PolicySet { sources.trust.current }

    /// What the host's labels are now: those it has in the cluster, or else those it was told.
    var labels: [String: String] {
        sources.hosts.get(ObjectKey(name: configuration.hostName))?.metadata.labels ?? configuration.labels
    }

    /// The zone that the controller places the host by: what it has in the cluster, or else what it was told. Nil while nobody
    /// knows, since it may yet be learnt from the host's Node.
    var zone: String? {
        if let host = sources.hosts.get(ObjectKey(name: configuration.hostName)) { return host.spec.zone ?? "" }
        return configuration.zone.isEmpty ? nil : configuration.zone
    }

    var isHeld: Bool { sources.hosts.get(ObjectKey(name: configuration.hostName))?.isHeld ?? false }

    /// Notes what a slot needs.
    /// - Returns: what all slots need, when this slot needs less than before and so something may go; else nil.
    func keep(_ revisions: Set<InstalledRevision>, for slot: String) -> Set<InstalledRevision>? {
        shared.withLock { shared in
            let before = shared.kept.updateValue(revisions, forKey: slot)
            let hasShrunk = before.map { !$0.isSubset(of: revisions) } ?? true
            guard hasShrunk, shared.kept.count == configuration.slots.count else { return nil }
            return shared.kept.values.reduce(into: []) { $0.formUnion($1) }
        }
    }
}
