import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Synchronization
import Testing

extension RealCluster {
    @Suite("Our runtime, with the controller's own rights")
    struct RuntimeTests {
        private let logger = Logger(label: "test")

        @Test("A store follows the server, through its own list and watch")
        func reflector() async throws {
            let cluster = try Cluster.shared
            let plans = Api<ModulePlan>(cluster.controller, namespace: Cluster.namespace)
            try await plans.create(Sample.plan("stored", hostClass: "stored"))
            let reflector = Reflector(Api<ModulePlan>(cluster.controller), fields: ["spec.class": "stored"], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reflector.run() }
                defer { group.cancelAll() }
                let key = ObjectKey(namespace: Cluster.namespace, name: "stored")
                try await reflector.store.waitUntilSynced()
                #expect(reflector.store.get(key)?.spec.epoch == 7)
                try await plans.apply("stored", Sample.plan("stored", hostClass: "stored", epoch: 8), manager: "graft-controller")
                try await eventually("the change arrives") { reflector.store.get(key)?.spec.epoch == 8 }
                try await Api<ModulePlan>(cluster.kubernetes, namespace: Cluster.namespace).delete("stored")
                try await eventually("the deletion arrives") { reflector.store.count == 0 }
            }
        }

        @Test("The controller is elected by a Lease in its namespace, and gives it up when it is done")
        func election() async throws {
            let leading = Mutex(false)
            let election = LeaderElection(
                client: try Cluster.shared.controller, namespace: GraftAPI.systemNamespace, name: "graft-controller", identity: "one",
                logger: logger
            ) { leading.withLock { $0 = true } }
            try await election.run()
            #expect(leading.withLock { $0 })
            let lease = try await Api<Lease>(try Cluster.shared.admin, namespace: GraftAPI.systemNamespace).get("graft-controller")
            #expect(lease.spec.holderIdentity ?? "" == "")
        }

        @Test("What happens to an object is told as an Event beside it")
        func events() async throws {
            let cluster = try Cluster.shared
            let deployment = try await Api<ModuleDeployment>(cluster.tenant, namespace: Cluster.namespace).create(Sample.deployment("told"))
            let recorder = EventRecorder(client: cluster.controller, controller: "graft.dev/controller", instance: "one", logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await recorder.run() }
                defer { group.cancelAll() }
                recorder.record(
                    .normal, reason: "RolloutStarted", action: "Rollout", note: "1.1.0 goes to 1 of 3 hosts",
                    regarding: ObjectReference(to: deployment))
                let events = Api<Event>(cluster.admin, namespace: Cluster.namespace)
                try await eventually("the event is there") {
                    try await events.list().items.contains { $0.reason == "RolloutStarted" && $0.regarding.uid == deployment.metadata.uid }
                }
            }
        }

        @Test("A deployment with our finalizer waits until the controller takes it away")
        func finalizer() async throws {
            let cluster = try Cluster.shared
            let tenants = Api<ModuleDeployment>(try cluster.tenant, namespace: Cluster.namespace)
            let deployments = Api<ModuleDeployment>(cluster.controller, namespace: Cluster.namespace)
            let finalizer = Finalizer(GraftAPI.finalizer)
            let held = try await finalizer.add(to: try await tenants.create(Sample.deployment("held")), deployments)
            #expect(finalizer.isPresent(on: held))
            guard case .pending(let deleting) = try await tenants.delete("held") else {
                Issue.record("it is gone at once")
                return
            }
            _ = try await finalizer.remove(from: deleting, deployments)
            #expect(try await tenants.getIfPresent("held") == nil)
        }
    }
}
