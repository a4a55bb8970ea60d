import GraftAPI
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("Plans are fenced by uid, resource version and epoch")
    struct FencingTests {
        /// As the controller writes them.
        private func plans() throws -> Api<ModulePlan> { Api(try Cluster.shared.controller, namespace: Cluster.namespace) }
        /// As people read them: the controller only lists and watches.
        private func read(_ name: String) async throws -> ModulePlan? {
            try await Api<ModulePlan>(try Cluster.shared.admin, namespace: Cluster.namespace).getIfPresent(name)
        }
        /// As Kubernetes takes them away.
        private func delete(_ name: String) async throws {
            try await Api<ModulePlan>(try Cluster.shared.kubernetes, namespace: Cluster.namespace).delete(name)
        }

        @Test("Given a plan that another has written since, a write that is based on the older one is refused")
        func stale() async throws {
            let plans = try plans()
            let old = try await plans.create(Sample.plan("stale"))
            try await plans.apply(
                "stale", Sample.plan("stale", epoch: 8), manager: "graft-controller", preconditions: Preconditions(of: old))
            let error = await outcome {
                try await plans.apply(
                    "stale", Sample.plan("stale", epoch: 9), manager: "graft-controller", preconditions: Preconditions(of: old))
            }
            #expect(error?.code == .conflict, "\(error?.message ?? "it was accepted")")
            #expect(try await read("stale")?.spec.epoch == 8)
        }

        @Test("Without preconditions the older writer wins silently, as long as its epoch is no smaller")
        func unfenced() async throws {
            let plans = try plans()
            try await plans.create(Sample.plan("unfenced", epoch: 8))
            let written = try await plans.apply(
                "unfenced", Sample.plan("unfenced", epoch: 8).with("spec.salt", "00"), manager: "graft-controller")
            #expect(written.spec.salt == "00")
            let error = await outcome { try await plans.apply("unfenced", Sample.plan("unfenced", epoch: 7), manager: "graft-controller") }
            #expect(error?.code == .invalid, "\(error?.message ?? "it was accepted")")
        }

        @Test("Given a plan that was deleted, a write with its uid is refused; one with its resource version alone makes a new plan")
        func deleted() async throws {
            let plans = try plans()
            let old = try await plans.create(Sample.plan("deleted"))
            try await delete("deleted")
            let error = await outcome {
                try await plans.apply(
                    "deleted", Sample.plan("deleted"), manager: "graft-controller", preconditions: Preconditions(of: old))
            }
            #expect(error?.code == .conflict, "\(error?.message ?? "it was accepted")")
            #expect(try await read("deleted") == nil)
            let made = try await plans.apply(
                "deleted", Sample.plan("deleted"), manager: "graft-controller",
                preconditions: Preconditions(resourceVersion: old.metadata.resourceVersion))
            #expect(made.metadata.uid != old.metadata.uid)
        }

        static let oldIdentities: [@Sendable (ModulePlan) -> Preconditions] = [
            { Preconditions(uid: $0.metadata.uid) }, { Preconditions(of: $0) },
        ]

        @Test("Given a plan that was deleted and made anew, a write with the old uid is refused", arguments: oldIdentities.indices)
        func anew(index: Int) async throws {
            let plans = try plans()
            let name = "twice-\(index)"
            let old = Self.oldIdentities[index](try await plans.create(Sample.plan(name)))
            try await delete(name)
            try await plans.create(Sample.plan(name))
            let writes: [() async throws -> ModulePlan] = [
                { try await plans.apply(name, Sample.plan(name, epoch: 9), manager: "graft-controller", preconditions: old) },
                { try await plans.mergePatch(name, ["spec": ["epoch": 9]] as JSON, preconditions: old) },
            ]
            for write in writes {
                let error = await outcome(write)
                #expect(error?.code == .conflict, "\(error?.message ?? "it was accepted")")
            }
            #expect(try await read(name)?.spec.epoch == 7)
        }
    }
}
