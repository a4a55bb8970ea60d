import JSON
import KubeCore
import Schema
import Testing

@testable import GraftAPI

@Suite("Sizes")
struct ModulePlanSizeTests {
    @Test("A plan with the longest names stays under 1 KB of spec and 2 KB whole")
    func planSize() {
        var spec = ModulePlanSpec()
        spec.epoch = 1000
        spec.hostClass = String(repeating: "c", count: 20)
        spec.slot = "net/filter"
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        let revision = RevisionReference(
            revision: String(repeating: "n", count: 62), digest: "sha256:" + String(repeating: "0", count: 64), version: "10.20.30")
        spec.rollout = revision.revision + "-1"
        spec.salt = "5d1c0f2a9b7e4c33"
        (spec.stable, spec.canary, spec.previous) = (revision, revision, revision)
        spec.cutoffs = [Cutoff(below: .end)]
        #expect(spec.json.bytes().count < 1024)
        // And with a rule by which hosts divide calls, names as long as people choose them
        let shorter = RevisionReference(
            revision: String(repeating: "n", count: 32), digest: "sha256:" + String(repeating: "0", count: 64), version: "10.20.30")
        spec.rollout = shorter.revision + "-1"
        (spec.stable, spec.canary, spec.previous) = (shorter, shorter, shorter)
        spec.requires = ["routing"]
        spec.traffic = TrafficRule(
            shares: [TrafficShare(Weight(basisPoints: 1225), of: TrafficKey(header: "x-user-id"))],
            matches: [TrafficMatch(header: "x-canary", values: ["true"]), TrafficMatch(group: "beta-testers")])
        #expect(spec.json.bytes().count < 1024)
    }
}
