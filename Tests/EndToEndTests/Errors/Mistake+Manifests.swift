import GraftAPI
import JSON
import KubeClient
import KubeCore

extension Mistake {
    /// What `kubectl apply` refuses, or the controller does.
    static let onManifests: [Mistake] = [
        Mistake("A field that does not exist") { try await $0.complaint(ofApplying: manifest("modul: registry.example/f/http:1.0.0")) },
        Mistake("A field of the wrong type") { try await $0.complaint(ofApplying: manifest("paused: maybe")) },
        Mistake("A required field left out") { bench in
            try await bench.complaint(ofApplying: manifest("paused: false").replacing("  selector: {}\n", with: ""))
        },
        Mistake("A step of an unknown kind") { try await $0.complaint(ofApplying: manifest("strategy: {steps: [{setWieght: 10}]}")) },
        Mistake("A step with two members") {
            try await $0.complaint(ofApplying: manifest("strategy: {steps: [{setWeight: 10, pause: {}}]}"))
        },
        Mistake("A weight above 100") { try await $0.complaint(ofApplying: manifest("strategy: {steps: [{setWeight: 101}]}")) },
        Mistake("A step that divides calls and says which nowhere") {
            try await $0.complaint(ofApplying: manifest("strategy: {steps: [{setTraffic: {}}]}"))
        },
        Mistake("A soak with samples and no time") {
            try await $0.complaint(
                ofApplying: manifest("strategy: {steps: [{soak: {samples: {count: 10, of: {name: requests_total}}}}]}"))
        },
        Mistake("An approval by nobody") {
            try await $0.complaint(ofApplying: manifest("strategy: {steps: [{approve: {approvers: []}}]}"))
        },
        Mistake("A webhook at no address of the web") {
            try await $0.complaint(ofApplying: manifest("strategy: {steps: [{webhook: {url: \"ftp://change.example/\"}}]}"))
        },
        Mistake("A share that is no percentage") { try await $0.complaint(ofApplying: manifest("strategy: {maxUnavailable: a third}")) },
        Mistake("A name longer than 52 characters") { bench in
            let name = String(repeating: "long-", count: 11) + "er"
            // Here, too, the controller answers instead of the definition's rule.
            _ = try await bench.create(manifest("paused: false").replacing("name: http-filter", with: "name: \(name)"))
            let message = try await bench.cluster.stalled(name).status.message
            try await bench.cluster.delete(name)
            return message
        },
        Mistake("The class of a deployment changed") { bench in
            try await bench.cluster.apply(Manifest(version: "1.0.0"))
            try await bench.cluster.waits(until: "it has a plan") { _ in
                try await bench.cluster.plans.getIfPresent(Cluster.deploymentName) != nil
            }
            // This API server does not interpret the rule of the definition that refuses it; the controller does.
            _ = try await bench.cluster.deployments.mergePatch(Cluster.deploymentName, ["spec": ["class": "kv-node"]] as JSON)
            let message = try await bench.cluster.stalled().status.message
            try await bench.cluster.delete()
            return message
        },
    ]

    /// A manifest that is right but for one more line of its spec.
    private static func manifest(_ line: String) -> String {
        """
        apiVersion: graft.dev/v1alpha1
        kind: ModuleDeployment
        metadata: {name: http-filter, namespace: \(Cluster.namespace)}
        spec:
          class: edge-proxy
          slot: net/filter
          selector: {}
          module: registry.example/f/http:1.0.0
          \(line)

        """
    }
}
