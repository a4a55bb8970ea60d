import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import Testing

@Suite("Permissions")
struct PermissionTests {
    @Test("Controller and agents do all they do with what the manifests grant them, and use all of it")
    func exact() async throws {
        try await withTemporaryDirectory { directory in
            try await withInstalledCluster(streamingLists: .refusedByEvent) { cluster in
                let installation = Installation(
                    cluster: cluster, shelf: try ModuleShelf(directory: directory + "/layout"), directory: directory)
                cluster.server.accessLog.reset()
                try await live(in: installation)

                #expect(installation.refusals.refusals == [])
                let manifests = try Manifests.base()
                for (user, grants) in [
                    (User.controller, try manifests.grants(toServiceAccount: "graft-controller", of: "graft-system")),
                    (User.agent, try manifests.grants(toServiceAccount: "graft-agent", of: "graft-agents")),
                ] {
                    var used = Set(cluster.server.accessLog.entries.filter { $0.user == user.name }.map(Grant.init(using:)))
                    if user == .controller { used.insert(Self.blocksDeletion) }
                    let wildcards = grants.filter { [$0.verb, $0.group, $0.resource].contains { $0.contains("*") } }
                    #expect(wildcards.isEmpty, "granted to \(user.name): \(wildcards.sorted())")
                    let unused = grants.filter { grant in !used.contains(where: grant.covers) }
                    #expect(unused.isEmpty, "granted to \(user.name) and never used: \(unused.sorted())")
                    let missing = used.filter { use in !grants.contains { $0.covers(use) } }
                    #expect(missing.isEmpty, "used by \(user.name) and not granted: \(missing.sorted())")
                }
            }
        }
    }

    /// All that a deployment goes through in its life.
    private func live(in installation: Installation) async throws {
        for version in ["1.0.0", "1.1.0", Installation.badVersion, "1.3.0", "1.4.0"] { try await installation.shelf.push(version) }
        try await installation.trust()
        try await installation.run(nodes: ["node-1", "node-2", "node-3"]) {
            // The first deployment, and a guard that says what it holds.
            try await installation.freezeLater()
            try await installation.apply("1.0.0")
            try await installation.becomesHealthy(on: "1.0.0")
            try await eventually("the guard says that it holds nothing") {
                let status = try await Api<RolloutGuard>(installation.cluster.client).get("later").status
                return status.observedGeneration != nil && status.state == .open
            }

            // A canary, and a person who mistypes twice before they promote it.
            try await installation.apply("1.1.0") { $0.strategy.steps = [.setWeight(Weight(percent: 30)), .pause(seconds: nil)] }
            let paused = try await installation.becomes("paused") { $0.status.phase == .paused }
            try await eventually("an agent has asked the controller what is wanted of its host") {
                installation.cluster.server.accessLog.entries.contains { $0.resource == "tokenreviews" }
            }
            for _ in 1...2 {
                try await installation.annotate(GraftAPI.promoteAnnotation, "another/0")
                try await installation.becomes("the annotation is consumed") { $0.metadata.annotations[GraftAPI.promoteAnnotation] == nil }
            }
            let rollout = try #require(paused.status.rollout)
            try await installation.annotate(GraftAPI.promoteAnnotation, "\(rollout.id)/\(rollout.stepIndex)")
            try await installation.becomesHealthy(on: "1.1.0")
            try await ownersBlockDeletion(in: installation)

            // A bad version goes back by itself and is quarantined.
            try await installation.apply(Installation.badVersion)
            try await installation.becomes("degraded") { $0.status.phase == .degraded }
            #expect(try await Api<ModuleQuarantine>(installation.cluster.client).list().items.count == 1)

            // It is undone, as `graft undo` does it.
            let bad = try #require(try await installation.revision(of: Installation.badVersion))
            try await installation.apply("1.1.0")
            try await installation.annotate(GraftAPI.rejectAnnotation, bad.metadata.name)
            try await installation.becomesHealthy(on: "1.1.0")
            try await eventually("the revision is rejected") {
                try await installation.revisions.getIfPresent(bad.metadata.name)?.status.outcome == .rejected
            }

            // History has a limit.
            for version in ["1.3.0", "1.4.0"] {
                try await installation.apply(version)
                try await installation.becomesHealthy(on: version)
            }
            try await eventually("the oldest revision is deleted") { try await installation.revision(of: "1.0.0") == nil }

            // The end: hosts unload.
            try await installation.deployments.delete(Installation.name)
            try await eventually("the deployment is gone") { try await installation.deployments.getIfPresent(Installation.name) == nil }
            let hosts = try await Api<ModuleHost>(installation.cluster.client).list().items
            #expect(hosts.count == 3)
            #expect(hosts.allSatisfy { host in host.status.slots.allSatisfy { $0.active == nil } })
            #expect(hosts.allSatisfy { $0.metadata.ownerReferences.first?.kind == "Node" })
        }
        let lease = try await Api<Lease>(installation.cluster.client, namespace: "graft-system").get("graft-controller")
        #expect(lease.spec.holderIdentity?.isEmpty != false, "the lease is given up at the end")
        let events = try await Api<Event>(installation.cluster.client, namespace: "payments").list().items
        #expect(events.filter { $0.reason == "Ignored" }.map(\.series?.count) == [2], "what is said again is a series")
    }

    /// The admission plugin OwnerReferencesPermissionEnforcement, which the embedded server does without, wants it of who makes an owner
    /// reference that blocks the owner's deletion.
    private static let blocksDeletion = Grant(
        verb: "update", group: "graft.dev", resource: "moduledeployments/finalizers", namespace: "payments")

    /// Why `blocksDeletion` is needed.
    private func ownersBlockDeletion(in installation: Installation) async throws {
        let plan = try await Api<ModulePlan>(installation.cluster.client, namespace: "payments").get(Installation.name)
        let owners = try await plan.metadata.ownerReferences + installation.revisions.list().items.flatMap(\.metadata.ownerReferences)
        #expect(owners.count == 3)
        #expect(owners.allSatisfy { $0.kind == "ModuleDeployment" && $0.blockOwnerDeletion })
    }
}
