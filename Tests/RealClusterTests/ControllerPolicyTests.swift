import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("What only the controller may write")
    struct ControllerPolicyTests {
        private static let message = "; change the ModuleDeployment instead"

        @Test("A tenant with all rights in its namespace writes deployments, but no plan, no revision and no status")
        func tenant() async throws {
            let tenant = try Cluster.shared.tenant
            let deployments = Api<ModuleDeployment>(tenant, namespace: Cluster.namespace)
            try await deployments.create(Sample.deployment("tenants"))
            let status: JSON = ["status": ["message": "all is well"]]
            await expectForbidden("only graft-controller writes moduledeployments/status" + Self.message) {
                try await deployments.patchStatus("tenants", status)
            }
            let plans = Api<ModulePlan>(tenant, namespace: Cluster.namespace)
            await expectForbidden("only graft-controller writes moduleplans" + Self.message) {
                try await plans.create(Sample.plan("tenants"))
            }
            await expectForbidden("only graft-controller writes moduleplans" + Self.message) {
                try await plans.apply("tenants", Sample.plan("tenants"), manager: "tenant")
            }
            let revisions = Api<ModuleRevision>(tenant, namespace: Cluster.namespace)
            await expectForbidden("only graft-controller writes modulerevisions" + Self.message) {
                try await revisions.create(Sample.revision("tenants"))
            }
            try await Api<ModuleRevision>(try Cluster.shared.controller, namespace: Cluster.namespace).create(Sample.revision("proven"))
            await expectForbidden("only graft-controller writes modulerevisions/status" + Self.message) {
                try await revisions.patchStatus("proven", ["status": ["outcome": "Good"]] as JSON)
            }
            await expectForbidden("only graft-controller writes modulerevisions" + Self.message) { try await revisions.delete("proven") }
        }

        @Test("Not even administrators write a plan")
        func administrators() async throws {
            let plans = Api<ModulePlan>(try Cluster.shared.admin, namespace: Cluster.namespace)
            await expectForbidden("only graft-controller writes moduleplans" + Self.message) {
                try await plans.create(Sample.plan("admins"))
            }
        }

        @Test("The controller writes all of it, and takes revisions away; a plan goes with the deployment that owns it")
        func controller() async throws {
            let client = try Cluster.shared.controller
            try await Api<ModuleDeployment>(try Cluster.shared.tenant, namespace: Cluster.namespace).create(Sample.deployment("whole"))
            let deployments = Api<ModuleDeployment>(client, namespace: Cluster.namespace)
            let deployment = try await deployments.applyStatus(
                "whole", ["status": ["message": "waits"]] as JSON, manager: GraftAPI.controllerManager)
            #expect(deployment.status.message == "waits")
            let owner = try #require(OwnerReference(controlledBy: deployment))
            let plans = Api<ModulePlan>(client, namespace: Cluster.namespace)
            try await plans.create(Sample.plan("whole").with("metadata.ownerReferences", [owner.json]))
            try await plans.apply("whole", Sample.plan("whole", epoch: 8), manager: GraftAPI.controllerManager)
            let revisions = Api<ModuleRevision>(client, namespace: Cluster.namespace)
            try await revisions.create(Sample.revision("whole").with("metadata.ownerReferences", [owner.json]))
            let proven = try await revisions.patchStatus("whole", ["status": ["outcome": "Good"]] as JSON)
            #expect(proven.status.outcome == .good)
            let quarantines = Api<ModuleQuarantine>(client)
            try await quarantines.create(Sample.quarantine("whole"))
            await expectForbidden("cannot delete resource") { try await quarantines.delete("whole") }
            try await revisions.delete("whole")
            await expectForbidden("cannot delete resource") { try await plans.delete("whole") }
        }

        static let cleaners = [
            "system:kube-controller-manager", "system:serviceaccount:kube-system:generic-garbage-collector",
            "system:serviceaccount:kube-system:namespace-controller",
        ]

        @Test("Kubernetes itself may clean up behind a deployment that is gone", arguments: cleaners)
        func cleaner(name: String) async throws {
            let cluster = try Cluster.shared
            let plan = "left-" + (name.split(separator: ":").last ?? "")
            try await Api<ModulePlan>(cluster.controller, namespace: Cluster.namespace).create(Sample.plan(plan))
            let client = try cluster.server.client(as: name, groups: ["system:masters"])
            try await Api<ModulePlan>(client, namespace: Cluster.namespace).delete(plan)
        }

        static let rights: [(verb: String, resource: String, namespace: String?, allowed: Bool)] = [
            ("create", "events.k8s.io/events", "payments", true), ("patch", "events.k8s.io/events", nil, true),
            ("create", "coordination.k8s.io/leases", "graft-system", true), ("watch", "coordination.k8s.io/leases", "graft-agents", true),
            ("patch", "coordination.k8s.io/leases", "graft-agents", false), ("watch", "graft.dev/modulehosts", nil, true),
            ("patch", "graft.dev/modulehosts", nil, false), ("patch", "graft.dev/modulehosts/status", nil, false),
            ("create", "graft.dev/verificationpolicies", nil, false), ("delete", "graft.dev/modulequarantines", nil, false),
            ("delete", "graft.dev/moduledeployments", nil, false), ("delete", "graft.dev/moduleplans", nil, false),
            ("delete", "graft.dev/modulerevisions", nil, true), ("get", "graft.dev/moduleplans", nil, false),
            ("update", "graft.dev/moduledeployments/finalizers", nil, true),
            ("get", "/secrets", "graft-system", false), ("get", "/secrets", nil, false), ("list", "/pods", nil, false),
        ]

        @Test("Roles give it what it needs and no more", arguments: rights)
        func roles(verb: String, resource: String, namespace: String?, allowed: Bool) async throws {
            #expect(try await Cluster.shared.controller.may(verb, resource, in: namespace) == allowed)
        }

        @Test("With the example for approvers, only they promote, and the controller takes the annotation away")
        func approvers() async throws {
            let cluster = try Cluster.shared
            let tenants = Api<ModuleDeployment>(try cluster.tenant, namespace: Cluster.namespace)
            try await tenants.create(Sample.deployment("approved"))
            #expect(try await Installer(client: cluster.admin).refusal(of: "manifests/examples/approvers.yaml") == nil)
            let promotion: JSON = ["metadata": ["annotations": ["graft.dev/promote": "approved-1/1"]]]
            try await eventually("the policy takes effect", within: .seconds(60)) {
                await outcome { try await tenants.mergePatch("approved", promotion, options: WriteOptions(dryRun: true)) } != nil
            }
            await expectForbidden("only members of release-approvers may promote a rollout") {
                try await tenants.mergePatch("approved", promotion)
            }
            let approver = try cluster.server.client(as: "tenant", groups: ["release-approvers"])
            let promoted = try await Api<ModuleDeployment>(approver, namespace: Cluster.namespace).mergePatch("approved", promotion)
            #expect(promoted.metadata.annotations["graft.dev/promote"] == "approved-1/1")
            try await tenants.mergePatch("approved", ["spec": ["paused": true]] as JSON)
            let consumed = try await Api<ModuleDeployment>(cluster.controller, namespace: Cluster.namespace)
                .mergePatch("approved", ["metadata": ["annotations": ["graft.dev/promote": nil]]] as JSON)
            #expect(consumed.metadata.annotations.isEmpty)
        }

        @Test("With the example for freezes, only release managers override one, and the controller takes the annotation away")
        func overrides() async throws {
            let cluster = try Cluster.shared
            let tenants = Api<ModuleDeployment>(try cluster.tenant, namespace: Cluster.namespace)
            try await tenants.create(Sample.deployment("overridden"))
            #expect(try await Installer(client: cluster.admin).refusal(of: "manifests/examples/freeze-override.yaml") == nil)
            let override: JSON = ["metadata": ["annotations": ["graft.dev/override-freeze": "INC-4711"]]]
            try await eventually("the policy takes effect", within: .seconds(60)) {
                await outcome { try await tenants.mergePatch("overridden", override, options: WriteOptions(dryRun: true)) } != nil
            }
            await expectForbidden("only members of release-managers may override a freeze") {
                try await tenants.mergePatch("overridden", override)
            }
            let releaser = try cluster.server.client(as: "tenant", groups: ["release-managers"])
            let overridden = try await Api<ModuleDeployment>(releaser, namespace: Cluster.namespace).mergePatch("overridden", override)
            #expect(overridden.metadata.annotations["graft.dev/override-freeze"] == "INC-4711")
            try await tenants.mergePatch("overridden", ["spec": ["paused": true]] as JSON)
            let consumed = try await Api<ModuleDeployment>(cluster.controller, namespace: Cluster.namespace)
                .mergePatch("overridden", ["metadata": ["annotations": ["graft.dev/override-freeze": nil]]] as JSON)
            #expect(consumed.metadata.annotations.isEmpty)
        }
    }
}
