import GraftAPI
import KubeCore

@testable import Rollout

/// Hosts in every state that they can report, of which few make sense.
extension HostFacts {
    private static let revisions = ["http-1", "http-2", "http-3"]
    init(_ name: String, thrownBy dice: inout Dice) {
        let revisions = HostFacts.revisions
        self.init(name: name, zone: dice.pick(["", "a", "b", "c"]), isReady: dice.chance(80), isHeld: dice.chance(5))
        lastSeen = dice.chance(70) ? Timestamp(seconds: Int64(dice.number(900...1100))) : nil
        if dice.chance(10) { incompatibilities = [dice.pick(revisions): "needs more"] }
        if dice.chance(5) { claimedBy = "other/deployment" }
        isLastActivated = dice.chance(90)
        canRoute = dice.chance(90)
        if dice.chance(60) { labels = ["stage": dice.pick(["canary", "staging", "production"])] }
        if dice.chance(5) { unmetNeeds = [dice.pick(revisions): "no tls"] }
        guard dice.chance(85) else { return }
        var slot = SlotStatus()
        slot.owner = SlotOwner(namespace: "payments", name: "http", planUID: dice.chance(90) ? "plan" : "old")
        slot.rollout = dice.chance(80) ? "http-2-1" : "http-1-1"
        if dice.chance(80) {
            let revision = dice.pick(revisions)
            slot.active = ActiveRevision(
                revision: revision, digest: "sha256:\(revision)", since: Timestamp(seconds: Int64(dice.number(0...9999))))
        }
        if dice.chance(20) {
            slot.canary = RoutedRevision(
                revision: dice.pick(revisions), digest: "d", since: Timestamp(seconds: Int64(dice.number(0...9999))),
                rule: dice.pick(["a", "b"]))
        }
        if dice.chance(80) {
            slot.target = SlotTarget(
                revision: dice.pick(revisions), state: dice.pick(SlotTarget.State.allCases), blame: dice.pick([nil, .module, .environment]))
        }
        slot.staged = revisions.filter { _ in dice.chance(50) }
        self.slot = slot
    }
}
