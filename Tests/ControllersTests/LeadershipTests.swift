import Controllers
import GraftAPI
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import ServiceLifecycle
import Synchronization
import Testing

@Suite("A leader whose time is over")
struct LeadershipTests {
    @Test("A leader that was stopped, and goes on when its lease has run out, writes nothing any more", .timeLimit(.minutes(2)))
    func stopped() async throws {
        try await withScenario(hosts: 2, running: false) { scenario in
            try await scenario.cluster.createNamespace(GraftAPI.systemNamespace)
            // A process that stands still does not see time pass: its clock jumps, and everything is as it left it.
            let stood = Mutex(Duration.zero)
            var surroundings = Surroundings.system
            surroundings.now = { Surroundings.system.now() + stood.withLock(\.self) }
            let controller = ControllerServices(
                client: try scenario.cluster.client(as: Scenario.controllerUser), artifacts: scenario.shelf,
                configuration: ControllerConfiguration(identity: "one"), logger: scenario.logger, surroundings: surroundings)
            var plan: ModulePlan?
            await #expect(throws: LeadershipLost.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await controller.run() }
                    // Given a leader at work
                    try await scenario.apply("1.0.0")
                    try await scenario.becomesHealthy(on: "1.0.0")
                    plan = try await scenario.plans.get(Scenario.name)
                    // When it stands still for longer than its lease lasts, and then finds work
                    stood.withLock { $0 = .seconds(20) }
                    try await scenario.apply("1.1.0")
                    try await group.waitForAll()
                }
            }
            // Then it has ended without having done any of it
            #expect(try await scenario.plans.get(Scenario.name).metadata.resourceVersion == plan?.metadata.resourceVersion)
            #expect(try await scenario.revisions.list().items.count == 1)
            let deployment = try await scenario.deployments.get(Scenario.name)
            #expect(deployment.status.observedGeneration != deployment.metadata.generation)
            let events = try await Api<Event>(scenario.cluster.client, namespace: Scenario.namespace).list().items
            #expect(!events.isEmpty && !events.contains { $0.note.contains("1.1.0") })
        }
    }

    @Test("What the leader tells at a graceful end is written before the lease is given up", .timeLimit(.minutes(1)))
    func graceful() async throws {
        try await withScenario(hosts: 1, running: false) { scenario in
            try await scenario.cluster.createNamespace(GraftAPI.systemNamespace)
            let controller = ControllerServices(
                client: try scenario.cluster.client(as: Scenario.controllerUser), artifacts: scenario.shelf,
                configuration: ControllerConfiguration(identity: "one"), logger: scenario.logger)
            let group = ServiceGroup(configuration: .init(services: [controller], logger: scenario.logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            let lease = try await Api<Lease>(scenario.cluster.client, namespace: GraftAPI.systemNamespace).get("graft-controller")
            #expect(lease.spec.holderIdentity ?? "" == "")
            let events = try await Api<Event>(scenario.cluster.client, namespace: Scenario.namespace).list().items
            #expect(events.contains { $0.reportingInstance == "one" })
        }
    }
}
