import GraftAPI
import KubeCore

@testable import Rollout

/// Hosts that were Ready when they were asked and have not arrived: in flight in truth, those that died since included. No wave may ask
/// more hosts while they are as many as `maxUnavailable`.
struct Debts {
    private var rollout: String?
    private var owing: Set<String> = []
    private var last: ModulePlanSpec?

    mutating func forgive(_ hosts: [String]) { owing.subtract(hosts) }

    /// - Returns: what is wrong, if something is.
    mutating func count(_ plan: ModulePlanSpec, _ world: World, opensWave: Bool) -> String? {
        if plan.rollout != rollout { (owing, last) = ([], nil) }
        rollout = plan.rollout
        defer { last = plan }
        guard let status = world.status.rollout, status.state == .running, status.kind != .return,
            let target = status.kind == .restart ? world.status.stable : world.status.canary, status.id == plan.rollout
        else {
            owing = []
            return nil
        }
        let before = owing
        var eligible = 0
        if !owing.isEmpty { owing.formIntersection(world.hosts.map(\.name)) }
        for host in world.hosts {
            // Its label, or what its agent knows of orders, was changed since: the plan before this one asked nothing of its new group.
            if plan.order != nil, let last, !isAsked(by: last) { owing.remove(host.name) }
            let isUsable =
                !host.isHeld && !host.incompatibleWith.contains(target.revision) && (status.traffic == nil || host.canRoute)
                && (plan.restart == nil || host.canRestart)
            func isAsked(by plan: ModulePlanSpec) -> Bool {
                host.asked(by: plan)?.revision == target.revision && (plan.restart == nil || host.restart(by: plan) != nil)
            }
            if host.isReady, isUsable { eligible += 1 }
            // Signs of life from before a leader's first seconds are hearsay.
            let isHearsay = !host.isReady && host.lastSeen.map { $0 <= world.leaderSince + .seconds(5) } ?? true
            let report = host.slot?.rollout == plan.rollout ? host.slot?.target : nil
            // What died of it is a failure: failureThreshold bounds those.
            let isLost = !host.isReady && [.activating, .probing].contains(report?.state)
            let hasGivenUp = isLost || report?.state == .reverted && report?.revision == target.revision
            // A host whose label was changed belongs to another group.
            let isMoved = plan.order != nil && !isAsked(by: plan)
            if !isUsable || isHearsay || isMoved || host.hasArrived(by: plan, target.revision) || hasGivenUp {
                owing.remove(host.name)
            } else if host.isReady, isAsked(by: plan) {
                owing.insert(host.name)
            }
        }
        guard opensWave, !owing.subtracting(before).isEmpty else { return nil }
        let limit = max(1, world.spec.strategy.maxUnavailable.count(of: eligible))
        guard owing.count > limit else { return nil }
        return "\(owing.sorted()) in flight, the dead among them, at most \(limit) allowed: \(world.testDescription)"
    }
}
