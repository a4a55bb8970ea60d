import GraftAPI
import JSON
import KubeCore
import Testing

@testable import Controllers

@Suite("What of a deployment others look at")
struct SlotClaimTests {
    private func deployment(_ change: (inout ModuleDeployment) -> Void = { _ in }) -> ModuleDeployment {
        var spec = ModuleDeploymentSpec()
        (spec.hostClass, spec.slot, spec.module) = ("edge", "net/filter", "registry.example/modules/filter:1.0.0")
        spec.selector = LabelSelector(matchLabels: ["tier": "edge"])
        var deployment = ModuleDeployment(metadata: ObjectMeta(name: "d", namespace: "a", uid: "u", generation: 1), spec: spec)
        change(&deployment)
        return deployment
    }

    @Test func `one that comes or goes may give or take a slot`() {
        #expect(SlotClaims.haveDifferentClaims(nil, deployment()) && SlotClaims.haveDifferentClaims(deployment(), nil))
        #expect(SlotClaims.haveDifferentClaims(deployment(), deployment { $0.metadata.uid = "another" }))
    }

    @Test func `so does one that selects other hosts, or comes from elsewhere`() {
        #expect(SlotClaims.haveDifferentClaims(deployment(), deployment { $0.spec.selector = .everything }))
        #expect(SlotClaims.haveDifferentClaims(deployment(), deployment { $0.spec.slot = "net/other" }))
        #expect(SlotClaims.haveDifferentClaims(deployment(), deployment { $0.spec.module = "registry.example/modules/other:1.0.0" }))
        #expect(SlotClaims.haveDifferentClaims(deployment(), deployment { $0.spec.module = "no reference" }))
    }

    @Test func `a version, a strategy and a configuration are its own`() {
        #expect(!SlotClaims.haveDifferentClaims(deployment(), deployment { $0.spec.module = "registry.example/modules/filter:1.1.0" }))
        #expect(
            !SlotClaims.haveDifferentClaims(
                deployment(),
                deployment {
                    $0.metadata.generation = 2
                    $0.metadata.labels = ["a": "b"]
                    $0.spec.strategy.soakSeconds = 7
                    $0.spec.paused = true
                    $0.spec.config = ["a": 1]
                }))
    }
}
