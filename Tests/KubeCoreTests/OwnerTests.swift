import JSON
import KubeCore
import Testing

@Suite struct OwnerTests {
    private func owner(_ name: String, uid: String? = "u1", namespace: String? = "a") -> ConfigMap {
        ConfigMap(metadata: ObjectMeta(name: name, namespace: namespace, uid: uid))
    }

    @Test func `An object has one controller, and any number of owners`() throws {
        var metadata = ObjectMeta(name: "x", namespace: "a")
        try metadata.addOwner(owner("second", uid: "u2"))
        try metadata.setController(owner("first"))
        try metadata.setController(owner("first"))
        try metadata.addOwner(owner("second", uid: "u2"))
        #expect(
            metadata.ownerReferences == [
                OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "second", uid: "u2"),
                OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "first", uid: "u1", controller: true, blockOwnerDeletion: true),
            ])
        #expect(metadata.controller?.name == "first")
        #expect(metadata.isControlled(by: owner("first")))
        #expect(!metadata.isControlled(by: owner("first", uid: "u9")), "another object of that name")
        #expect(!metadata.isControlled(by: owner("first", uid: nil)))
        #expect(!metadata.isControlled(by: owner("second", uid: "u2")))
        let outcome1 = metadata.removeOwner(owner("first"))
        #expect(outcome1)
        let outcome2 = metadata.removeOwner(owner("first"))
        #expect(!outcome2)
        #expect(metadata.controller == nil)
    }

    @Test func `An owner may become the controller, and keeps being it when added again`() throws {
        var metadata = ObjectMeta(name: "x", namespace: "a")
        try metadata.addOwner(owner("first"))
        #expect(metadata.controller == nil)
        try metadata.setController(owner("first"))
        try metadata.addOwner(owner("first"))
        #expect(metadata.ownerReferences.map(\.controller) == [true])
    }

    @Test func `What would be wrong is refused, by name`() throws {
        var metadata = ObjectMeta(name: "x", namespace: "a")
        try metadata.setController(owner("first"))
        let taken = metadata
        let second = #expect(throws: OwnershipError.self) { try metadata.setController(owner("second", uid: "u2")) }
        #expect(second?.message.hasPrefix("x is managed by ConfigMap first (uid u1) already; wanted ConfigMap second (uid u2)") == true)
        let unborn = #expect(throws: OwnershipError.self) { try metadata.addOwner(owner("new", uid: nil)) }
        #expect(unborn?.message == "ConfigMap a/new can't own x: it has no uid; create it first")
        let far = #expect(throws: OwnershipError.self) { try metadata.addOwner(owner("far", namespace: "b")) }
        #expect(far?.message.contains("ConfigMap b/far can't own x in the namespace a: wanted an owner in the same namespace, or") == true)
        #expect(metadata == taken)
        var clusterWide = ObjectMeta(name: "y")
        let lower = #expect(throws: OwnershipError.self) { try clusterWide.addOwner(owner("far")) }
        #expect(lower?.message.contains("in the cluster's scope: wanted an owner in the cluster's scope") == true)
    }

    @Test func `Who has no namespace may own all`() throws {
        let namespace = try Namespace(from: ["metadata": ["name": "n", "uid": "u"]])
        for place in ["a", nil] {
            var metadata = ObjectMeta(name: "x", namespace: place)
            try metadata.setController(namespace)
            #expect(metadata.isControlled(by: namespace))
        }
    }
}
