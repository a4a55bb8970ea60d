import Controllers
import GraftAPI
import HTTPTypes
import Harness
import KubeClient
import KubeCore
import KubeRuntime
import KubeServer
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

    @Test(
        "A plan that another leader took over is no longer changed by what was sent before, though all is at rest",
        arguments: [false, true])
    func late(isLedByAnother: Bool) async throws {
        try await withScenario(hosts: 2, running: false) { scenario in
            let network = SlowNetwork(scenario.cluster.server.inProcessTransport(user: Scenario.controllerUser))
            let one = ControllerServices(
                client: try Client(transport: network, server: "https://embedded.invalid", userAgent: "one"), artifacts: scenario.shelf,
                configuration: ControllerConfiguration(identity: "one", electsLeader: false), logger: scenario.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await one.run() }
                defer { group.cancelAll() }
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                // Given a leader that is gone after it has sent a plan that the network holds up
                network.holdsPlans = true
                try await scenario.apply("1.1.0")
                try await eventually("a plan is on its way") { network.isHolding }
            }
            // And 1.1.0 is no longer wanted
            try await scenario.apply("1.0.0")
            if isLedByAnother {
                let two = try scenario.controller()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await two.run() }
                    defer { group.cancelAll() }
                    try await scenario.becomesHealthy(on: "1.0.0")
                    try await eventually("it is taken over") { try await scenario.plans.get(Scenario.name).spec.epoch == 2 }
                }
            }
            let before = try await scenario.plans.get(Scenario.name)
            // When it arrives, then it counts only where nobody has led since
            let status = try await network.deliver()
            let after = try await scenario.plans.get(Scenario.name)
            #expect(status == (isLedByAnother ? .conflict : .ok))
            #expect((after.metadata.resourceVersion == before.metadata.resourceVersion) == isLedByAnother)
            #expect((after.spec.canary?.version == "1.1.0") == !isLedByAnother)
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
