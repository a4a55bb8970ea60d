import GraftAPI
import KubeCore
import Testing

@testable import Controllers

@Suite("Verbs that were obeyed")
struct ObeyedVerbsTests {
    private func deployment(_ version: String, _ annotations: [String: String]) -> ModuleDeployment {
        ModuleDeployment(
            metadata: ObjectMeta(
                name: "filter", namespace: "payments", resourceVersion: version, annotations: annotations),
            spec: ModuleDeploymentSpec())
    }

    @Test("A verb is obeyed once while it stays, also when an old version of the object shows it after it was removed")
    func once() {
        let verbs = ObeyedVerbs()
        let asked = deployment("10", ["promote": "r/1"])
        #expect(verbs.fresh(asked) == ["promote": "r/1"])
        verbs.obeyed(["promote"], of: asked)
        #expect(verbs.fresh(deployment("11", ["promote": "r/1"])).isEmpty)
        #expect(verbs.unremoved(from: asked) == ["promote"])
        verbs.removed(["promote"], from: deployment("13", [:]))
        #expect(verbs.unremoved(from: asked).isEmpty)
        #expect(verbs.fresh(deployment("12", ["promote": "r/1"])).isEmpty)
    }

    @Test("Who asks for the same again, before anybody saw that it was removed, is heard")
    func again() {
        let verbs = ObeyedVerbs()
        let asked = deployment("10", ["promote": "r/1"])
        verbs.obeyed(["promote"], of: asked)
        verbs.removed(["promote"], from: deployment("13", [:]))
        let again = deployment("14", ["promote": "r/1"])
        #expect(verbs.fresh(again) == ["promote": "r/1"])
        verbs.obeyed(["promote"], of: again)
        #expect(verbs.unremoved(from: again) == ["promote"])
    }
}
