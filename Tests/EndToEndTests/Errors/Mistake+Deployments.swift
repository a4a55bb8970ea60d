import GraftAPI
import KubeClient
import KubeCore

extension Mistake {
    /// What `graft`'s verbs refuse.
    static let onDeployments: [Mistake] = [
        Mistake("A deployment that does not exist") { try await $0.complaint(ofGraft: "status", "nothing", "-n", Cluster.namespace) },
        Mistake("`graft promote` without a rollout") { bench in
            try await bench.cluster.delete()
            try await bench.cluster.apply(Manifest(version: "9.9.9"))
            _ = try await bench.cluster.stalled()
            return try await bench.complaint(ofGraft: "promote", Cluster.deploymentName, "-n", Cluster.namespace)
                .replacing(bench.registry, with: "registry.example")
        },
        Mistake("`graft undo` to a revision that does not exist") { bench in
            try await bench.cluster.apply(Manifest(version: "1.0.0"))
            try await bench.cluster.waits(until: "it has a revision") { _ in try await !bench.cluster.revisions.list().items.isEmpty }
            return try await bench.complaint(ofGraft: "undo", Cluster.deploymentName, "-n", Cluster.namespace, "--to-revision", "7")
        },
    ]
}
