import GraftAPI
import KubeClient
import KubeCore
import Testing

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
        Mistake("`graft undo` to the revision that is wanted already") { bench in
            let number = try await bench.wantedRevision().spec.number
            return try await bench.complaint(
                ofGraft: "undo", Cluster.deploymentName, "-n", Cluster.namespace, "--to-revision", String(number))
        },
        Mistake("`graft retry` of what was not given up") { bench in
            _ = try await bench.wantedRevision()
            return try await bench.complaint(ofGraft: "retry", Cluster.deploymentName, "-n", Cluster.namespace)
        },
        Mistake("`graft resume` of what is not paused") { bench in
            _ = try await bench.wantedRevision()
            return try await bench.complaint(ofGraft: "resume", Cluster.deploymentName, "-n", Cluster.namespace)
        },
        Mistake("A freeze window in a time zone that is not on the controller's machine") { bench in
            let guards = Api<RolloutGuard>(bench.cluster.client)
            var spec = RolloutGuardSpec()
            spec.match = .everything
            spec.freeze = Freeze([FreezeWindow(duration: Period(seconds: 60), timeZone: "Nowhere/Atlantis")])
            _ = try await guards.create(RolloutGuard(metadata: ObjectMeta(name: "nights"), spec: spec))
            let message = try await bench.refusal(of: Manifest(version: "1.0.0"))
            _ = try await guards.delete("nights")
            return message
        },
        Mistake("`graft promote --override-freeze` where nothing is frozen") { bench in
            try await bench.cluster.apply(Manifest(version: "1.0.0"))
            return try await bench.complaint(
                ofGraft: "promote", Cluster.deploymentName, "-n", Cluster.namespace, "--override-freeze", "--reason", "INC-4711")
        },
        Mistake("`graft promote --override-freeze` without a reason") { bench in
            try await bench.complaint(ofGraft: "promote", Cluster.deploymentName, "-n", Cluster.namespace, "--override-freeze")
        },
        Mistake("`graft guard` of a guard that does not exist") { try await $0.complaint(ofGraft: "guard", "nothing") },
        Mistake("`graft quarantine add` of a revision that does not exist") { bench in
            try await bench.cluster.apply(Manifest(version: "1.0.0"))
            try await bench.cluster.waits(until: "it has a revision") { _ in try await !bench.cluster.revisions.list().items.isEmpty }
            return try await bench.complaint(
                ofGraft: "quarantine", "add", "\(Cluster.deploymentName)@7", "-n", Cluster.namespace, "--reason", "CVE-2026-1")
        },
    ]
}

extension Workbench {
    /// The revision of 1.0.0, which the manifest asks for.
    fileprivate func wantedRevision() async throws -> ModuleRevision {
        try await cluster.apply(Manifest(version: "1.0.0"))
        var found: ModuleRevision?
        try await cluster.waits(until: "it has a revision") { deployment in
            found = try await cluster.revisions.list().items.first {
                $0.spec.source == deployment.spec.module && $0.spec.configHash == ConfigHash.of(deployment.spec.config)
            }
            return deployment.isSeen && found != nil
        }
        return try #require(found)
    }
}
