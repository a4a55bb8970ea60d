import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Schema
import Testing
import Trust

@testable import Controllers

@Suite("Restarts and rivals")
struct RestartTests {
    @Test(
        "A controller that is ended at any moment and started anew goes on where the first was", arguments: [20, 60, 150, 300, 600, 1_200])
    func restarted(milliseconds: Int) async throws {
        try await withScenario(hosts: 10, running: false) { scenario in
            try await withController(scenario) {
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
            }
            try await scenario.apply(
                "1.1.0", steps: [.setWeight(Weight(percent: 30)), .pause(seconds: 1), .setWeight(Weight(percent: 60)), .pause(seconds: 1)])
            // Cut off again and again, each a little later, then left alone.
            for cut in 1...3 {
                try await withController(scenario) { try await Task.sleep(for: .milliseconds(milliseconds * cut)) }
            }
            try await withController(scenario) { try await scenario.becomesHealthy(on: "1.1.0") }
            #expect(try await scenario.quarantines.list().items.isEmpty)
            #expect(try await scenario.revisions.list().items.count == 2)
        }
    }

    @Test("A withdrawal of what a policy accepts no more, cut off at any moment, comes to the same end", arguments: [30, 120, 400])
    func restartedInWithdrawal(milliseconds: Int) async throws {
        try await withScenario(hosts: 6, running: false) { scenario in
            let shelf = scenario.shelf
            func trust(_ keys: [PrivateKey]) async throws {
                let authorities = keys.enumerated().map { number, key -> JSON in
                    ["name": .string("signer-\(number)"), "key": ["data": .string(key.publicKey.pem)]]
                }
                _ = try await Api<VerificationPolicy>(scenario.cluster.client).mergePatch(
                    "edge-modules",
                    ["spec": ["authorities": .array(authorities), "onDistrust": ["action": "RollBack", "maxUnavailable": 1]]] as JSON)
            }
            try await trust([shelf.releaseKey, shelf.strangersKey])
            try await shelf.push("0.9.0", signedBy: shelf.strangersKey)
            try await withController(scenario) {
                for version in ["0.9.0", "1.1.0"] {
                    try await scenario.apply(version)
                    try await scenario.becomesHealthy(on: version)
                }
            }
            try await trust([shelf.strangersKey])
            for cut in 1...3 {
                try await withController(scenario) { try await Task.sleep(for: .milliseconds(milliseconds * cut)) }
            }
            try await withController(scenario) {
                _ = try await scenario.becomes("back on 0.9.0") {
                    $0.status.stable?.version == "0.9.0" && $0.status.rollout?.state == .complete && $0.status.rollout?.cause == .distrusted
                }
                try await eventually("all hosts on 0.9.0") { scenario.fleet.versions.allSatisfy { $0 == "0.9.0" } }
            }
            #expect(try await scenario.quarantines.list().items.isEmpty)
        }
    }

    @Test("A controller that starts anew while hosts soak blames none of them, whoever it has heard from")
    func restartedInSoak() async throws {
        try await withScenario(hosts: 6, running: false) { scenario in
            try await withController(scenario) {
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
            }
            try await scenario.apply("1.1.0") { $0.strategy.soakSeconds = 2 }
            for _ in 1...4 {
                try await withController(scenario) {
                    try await eventually("all hosts active") { scenario.fleet.versions.allSatisfy { $0 == "1.1.0" } }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            try await withController(scenario) { try await scenario.becomesHealthy(on: "1.1.0") }
            #expect(try await scenario.quarantines.list().items.isEmpty)
        }
    }

    @Test("A controller that was ended between a revision and its evidence verifies it anew")
    func restartedBeforeEvidence() async throws {
        try await withScenario(hosts: 2, running: false) { scenario in
            let deployment = try await scenario.apply("1.0.0")
            try await withController(scenario) { try await scenario.becomesHealthy(on: "1.0.0") }
            let revision = try #require(try await scenario.revisions.list().items.first)
            // Given the revision as its first write left it, and nothing that remembers it
            try await scenario.deployments.delete(Scenario.name)
            try await eventually("all is gone") { try await scenario.revisions.list().items.isEmpty }
            let anew = try await scenario.apply("1.0.0")
            #expect(anew.metadata.uid != deployment.metadata.uid)
            let metadata = ObjectMeta(
                name: revision.metadata.name, labels: revision.metadata.labels,
                ownerReferences: OwnerReference(controlledBy: anew).map { [$0] } ?? [])
            _ = try await scenario.revisions.create(["metadata": metadata.json, "spec": revision.spec.json] as JSON)
            try await withController(scenario) {
                try await scenario.becomesHealthy(on: "1.0.0")
                try await eventually("it says again why it is trusted") {
                    try await scenario.revisions.get(revision.metadata.name).status.evidence.count == 1
                }
            }
        }
    }

    @Test("A deployment that is deleted and created anew waits until the old plan is gone, and goes on with nothing of its rollout")
    func createdAnewBesideItsOldPlan() async throws {
        try await withScenario(hosts: 4, running: false) { scenario in
            let steps: [Step] = [.setWeight(Weight(percent: 25)), .pause(seconds: nil)]
            try await withController(scenario) {
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                try await scenario.apply("1.1.0", steps: steps)
                _ = try await scenario.becomes("a host on 1.1.0") { $0.status.rollout?.stepIndex == 1 }
            }
            // Given the plan of a rollout whose deployment is gone, and that somebody keeps from being collected
            let old = try await scenario.plans.mergePatch(Scenario.name, ["metadata": ["finalizers": ["test.example/keep"]]] as JSON)
            let banned = try #require(old.spec.canary?.digest)
            try await scenario.deployments.delete(Scenario.name)
            try await eventually("the plan is on its way out") {
                try await scenario.plans.get(Scenario.name).metadata.deletionTimestamp != nil
            }
            try await eventually("its revisions are gone") { try await scenario.revisions.list().items.isEmpty }
            var quarantine = ModuleQuarantineSpec()
            (quarantine.digest, quarantine.reason) = (banned, "CVE")
            _ = try await scenario.quarantines.create(
                ModuleQuarantine(metadata: ObjectMeta(name: "q-user"), spec: quarantine))
            // When one of its name asks for what is quarantined by now
            let anew = try await scenario.apply("1.1.0", steps: steps)
            try await withController(scenario) {
                let waiting = try await scenario.becomes("waiting") { !$0.status.message.isEmpty }
                // Then nothing of the old rollout is its own, and the old plan stays as it was
                #expect(waiting.status.message.contains("of an earlier ModuleDeployment of this name"))
                #expect(waiting.status.rollout == nil && waiting.status.stable == nil && waiting.status.canary == nil)
                let kept = try await scenario.plans.get(Scenario.name)
                #expect(kept.spec == old.spec && kept.metadata.ownerReferences == old.metadata.ownerReferences)

                // When the plan is collected
                _ = try await scenario.plans.mergePatch(Scenario.name, ["metadata": ["finalizers": .null]] as JSON)
                // Then it begins with what hosts run, and asks none for what is quarantined
                let refused = try await scenario.becomes("refused") { $0.status.conditions["Ready"]?.reason == "Quarantined" }
                #expect(refused.status.canary == nil && refused.metadata.uid == anew.metadata.uid)
                if let plan = try await scenario.plans.getIfPresent(Scenario.name) {
                    #expect(plan.metadata.uid != old.metadata.uid)
                    #expect([plan.spec.stable, plan.spec.canary].allSatisfy { $0?.digest != banned })
                }
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
            }
        }
    }

    @Test("Who waits for the plan of an earlier deployment says so once, has no clock running, and goes on when it is gone")
    func waitingIsSaidOnce() async throws {
        try await withScenario(hosts: 1, running: false) { scenario in
            try await withController(scenario) {
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
            }
            // Given a plan that somebody keeps from being collected
            _ = try await scenario.plans.mergePatch(Scenario.name, ["metadata": ["finalizers": ["test.example/keep"]]] as JSON)
            try await scenario.deployments.delete(Scenario.name)
            try await eventually("the plan is on its way out") {
                try await scenario.plans.get(Scenario.name).metadata.deletionTimestamp != nil
            }
            try await eventually("its revisions are gone") { try await scenario.revisions.list().items.isEmpty }
            // When one of its name waits, and is looked at again and again
            let lines = LogLines()
            let controller = ControllerServices(
                client: try scenario.cluster.client(as: Scenario.controllerUser), artifacts: scenario.shelf,
                configuration: ControllerConfiguration(electsLeader: false), logger: lines.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await controller.run() }
                defer { group.cancelAll() }
                for seconds in 1...4 {
                    try await scenario.apply("1.0.0") { $0.strategy.progressDeadlineSeconds = 600 + seconds }
                    _ = try await scenario.becomes("waiting") { $0.status.message.contains("of an earlier ModuleDeployment of this name") }
                }
                // Then it has said so once
                #expect(lines.all.filter { $0.contains("waits until the plan of an earlier deployment") }.count == 1)
                // And the plan's end alone makes it go on
                _ = try await scenario.plans.mergePatch(Scenario.name, ["metadata": ["finalizers": .null]] as JSON)
                try await scenario.becomesHealthy(on: "1.0.0")
            }
        }
    }

    @Test("A plan without an owner, as out of a backup, is the deployment's of its name; one of another is not")
    func owners() {
        var deployment = ModuleDeployment(metadata: ObjectMeta(name: "http"), spec: ModuleDeploymentSpec())
        deployment.metadata.uid = "new"
        var plan = ModulePlan(metadata: ObjectMeta(name: "http"), spec: ModulePlanSpec())
        #expect(DeploymentReconciler.predecessor(of: deployment, by: nil) == nil)
        #expect(DeploymentReconciler.predecessor(of: deployment, by: plan) == nil)
        plan.metadata.ownerReferences = OwnerReference(controlledBy: deployment).map { [$0] } ?? []
        #expect(DeploymentReconciler.predecessor(of: deployment, by: plan) == nil)
        deployment.metadata.uid = "newer"
        #expect(DeploymentReconciler.predecessor(of: deployment, by: plan) == "new")
    }

    @Test("A plan with a higher epoch ends a controller that led before")
    func fenced() async throws {
        try await withScenario(hosts: 2, running: false) { scenario in
            let controller = try scenario.controller()
            await #expect(throws: Fenced.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await controller.run() }
                    try await scenario.apply("1.0.0")
                    try await scenario.becomesHealthy(on: "1.0.0")
                    _ = try await scenario.plans.mergePatch(Scenario.name, ["spec": ["epoch": 99]] as JSON)
                    try await group.waitForAll()
                }
            }
            #expect(try await scenario.plans.get(Scenario.name).spec.epoch == 99)
        }
    }

    @Test("Each start writes a higher epoch")
    func epochs() async throws {
        try await withScenario(hosts: 1, running: false) { scenario in
            for epoch in 1...3 {
                try await withController(scenario) {
                    try await scenario.apply("1.0.0")
                    try await scenario.becomesHealthy(on: "1.0.0")
                    try await eventually("epoch \(epoch)") { try await scenario.plans.get(Scenario.name).spec.epoch == Int64(epoch) }
                }
            }
        }
    }

    /// Runs a controller for as long as `body` runs; then it is cancelled, as if its process had ended.
    private func withController(_ scenario: Scenario, _ body: () async throws -> Void) async throws {
        let controller = try scenario.controller()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }
}
