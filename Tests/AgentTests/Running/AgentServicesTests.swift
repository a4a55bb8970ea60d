import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing
import Trust

@testable import Agent

@Suite("An agent in a cluster")
struct AgentServicesTests {
    @Test func `it registers its host, renews its Lease, and runs what the plan asks`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            try await bench.plan(stable: first)
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waitsUntilActive("1.0.0")
                let host = try await Api<ModuleHost>(bench.cluster.client).get("edge-proxy.node-1")
                #expect(host.spec.runtimeVersion == "2.4.1")
                #expect(host.spec.features == ["order", "preflight", "restart", "unload"])
                #expect(host.metadata.labels["tier"] == "edge")
                #expect(host.status.summary == "net/filter=1.0.0")
                #expect(host.status.slots[0].owner.name == "filter")
                #expect(!host.status.slots[0].owner.planUID.isEmpty)
                #expect(host.status.slots[0].rollout == "r1")
                try await eventually("the Lease is there") {
                    let lease = try await Api<Lease>(bench.cluster.client, namespace: GraftAPI.agentNamespace).getIfPresent("node-1")
                    return lease?.spec.leaseDurationSeconds == 60 && lease?.spec.renewTime != nil
                }
            }
            #expect(driver.state.running?.version == "1.0.0", "an agent that ends leaves its host alone")
        }
    }

    @Test func `its zone is that of its Node, and plans reach it by that zone`() async throws {
        try await AgentBench.run { bench in
            let node: JSON = ["metadata": ["labels": ["topology.kubernetes.io/zone": "west"]]]
            let uid = try await Api<Node>(bench.cluster.client).apply("node-1", node, manager: "test").metadata.uid
            let (first, second) = (try await bench.publish("1.0.0"), try await bench.publish("1.1.0"))
            let cutoffs = [Cutoff(below: Rank(value: 0)), Cutoff(zone: "west", below: .end)]
            try await bench.plan(stable: first, canary: second, cutoffs: cutoffs)
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waitsUntilActive("1.1.0")
                let host = try await Api<ModuleHost>(bench.cluster.client).get("edge-proxy.node-1")
                #expect(host.spec.zone == "west")
                #expect(host.metadata.ownerReferences.map(\.uid) == [uid])
            }
            #expect(driver.state.loads == 1, "never what is meant for other zones")
        }
    }

    @Test func `a version that fails its probe is reverted and reported`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            let driver = MemoryDriver { revision in
                revision.version == "1.1.0" ? SlotFailure(.module, "ProbeFailed", "it lost its table") : nil
            }
            try await bench.plan(stable: first)
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waitsUntilActive("1.0.0")
                try await bench.plan(stable: first, canary: second, previous: first, rollout: "r2")
                let status = try await bench.waits(for: "1.1.0 is reverted") { $0.target?.state == .reverted }
                #expect(status.active?.version == "1.0.0")
                #expect(status.target?.blame == .module)
                #expect(status.target!.message!.contains("lost its table"))
                #expect(status.rollout == "r2")
                let host = try await Api<ModuleHost>(bench.cluster.client).get("edge-proxy.node-1")
                #expect(host.status.summary == "net/filter=1.0.0 (1.1.0 Reverted)")
            }
        }
    }

    @Test func `going back needs no registry, and restarting no API server either`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            try await bench.plan(stable: first)
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waitsUntilActive("1.0.0")
                try await bench.plan(stable: second, previous: first, rollout: "r2")
                try await bench.waitsUntilActive("1.1.0")
                bench.shelf.goDown()
                try await bench.plan(stable: first, rollout: "r3")
                try await bench.waitsUntilActive("1.0.0")
            }
            let restarted = MemoryDriver()
            let cutOff = try AgentServices(
                client: try Client(transport: NoTransport(), server: "https://nowhere.invalid"), artifacts: bench.shelf,
                configuration: bench.configuration(), transport: NoTransport(), driver: { _ in restarted }, logger: .silent)
            try await bench.withAgent(cutOff) {
                try await eventually("what was active is there") { restarted.state.running?.version == "1.0.0" }
            }
        }
    }

    @Test(arguments: ["signature", "policy", "tenancy", "registry", "contract"])
    func `what is not to be loaded is the environment's fault, and says what to do`(what: String) async throws {
        try await AgentBench.run { bench in
            let stranger = try PrivateKey.generate()
            let revision = try await bench.publish("1.0.0", signedBy: what == "signature" ? stranger : nil) {
                if what == "contract" { $0["contract"] = "edge/4" }
            }
            let policies = Api<VerificationPolicy>(bench.cluster.client)
            if what == "policy" { try await policies.delete("release") }
            if what == "tenancy" {
                _ = try await policies.mergePatch("release", ["spec": ["match": ["namespaces": ["others"]]]] as JSON)
            }
            if what == "registry" { bench.shelf.goDown() }
            let before = bench.shelf.requests
            try await bench.plan(stable: revision)
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                let status = try await bench.waits(for: "it failed") { $0.target?.state == .failed }
                #expect(status.target?.blame == .environment)
                let message = try #require(status.target?.message)
                #expect(driver.state.loads == 0)
                if what == "policy" || what == "tenancy" {
                    #expect(status.target?.reason == "NotTrusted")
                    #expect(message.contains("VerificationPolicy"))
                    #expect(bench.shelf.requests == before, "nobody is called for a tenant that may not deliver")
                    try await bench.allow()
                }
                if what == "registry" { bench.shelf.goDown(false) }
                if what == "policy" || what == "tenancy" || what == "registry" { try await bench.waitsUntilActive("1.0.0") }
            }
        }
    }

    @Test func `its host belongs to its Node, and is registered again when it went with it`() async throws {
        try await AgentBench.run { bench in
            let nodes = Api<Node>(bench.cluster.client)
            let hosts = Api<ModuleHost>(bench.cluster.client)
            let node = try await nodes.create(Node(metadata: ObjectMeta(name: "node-1")))
            try await bench.withAgent(bench.agent(bench.configuration(), driver: MemoryDriver())) {
                let host = try await eventually("a host") { try await hosts.getIfPresent("edge-proxy.node-1") }
                #expect(host.metadata.ownerReferences.map(\.uid) == [node.metadata.uid])
                try await nodes.delete("node-1")
                try await eventually("another host, of no Node") {
                    let other = try await hosts.getIfPresent("edge-proxy.node-1")
                    return other != nil && other?.metadata.uid != host.metadata.uid && other?.metadata.ownerReferences == []
                }
            }
        }
    }

    @Test func `a hold on the host is honoured, and its end as well`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            let second = try await bench.publish("1.1.0")
            try await bench.plan(stable: first)
            let hosts = Api<ModuleHost>(bench.cluster.client)
            try await bench.withAgent(bench.agent(bench.configuration(), driver: MemoryDriver())) {
                try await bench.waitsUntilActive("1.0.0")
                let hold: JSON = ["metadata": ["annotations": ["graft.dev/hold": "true"]]]
                _ = try await hosts.mergePatch("edge-proxy.node-1", hold)
                try await bench.plan(stable: second, rollout: "r2")
                try await bench.waits(for: "it is held") { $0.target?.state == .held }
                #expect(try await bench.status()?.active?.version == "1.0.0")
                _ = try await hosts.mergePatch(
                    "edge-proxy.node-1", ["metadata": ["annotations": ["graft.dev/hold": nil]]] as JSON)
                try await bench.waitsUntilActive("1.1.0")
            }
        }
    }

    @Test func `a deleted plan changes nothing, and Unload unloads`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            try await bench.plan(stable: first)
            let driver = MemoryDriver()
            try await bench.withAgent(bench.agent(bench.configuration(), driver: driver)) {
                try await bench.waitsUntilActive("1.0.0")
                try await Api<ModulePlan>(bench.cluster.client, namespace: "payments").delete("filter")
                try await bench.plan(stable: first, rollout: "again")
                try await bench.waits(for: "the new plan is echoed") { $0.rollout == "again" && $0.target?.state == .active }
                #expect(driver.state.loads == 1)
                try await bench.plan(stable: nil, rollout: "end", action: .unload)
                try await bench.waits(for: "it is empty") { $0.target?.state == .empty && $0.active == nil }
                #expect(driver.state.running == nil)
            }
        }
    }

    @Test func `a host that somebody deleted is registered again`() async throws {
        try await AgentBench.run { bench in
            let first = try await bench.publish("1.0.0")
            try await bench.plan(stable: first)
            try await bench.withAgent(bench.agent(bench.configuration(), driver: MemoryDriver())) {
                try await bench.waitsUntilActive("1.0.0")
                try await Api<ModuleHost>(bench.cluster.client).delete("edge-proxy.node-1")
                try await bench.waitsUntilActive("1.0.0")
            }
        }
    }

    @Test func `two agents never share a state directory`() async throws {
        try await AgentBench.run { bench in
            let first = try bench.agent(bench.configuration(), driver: MemoryDriver())
            #expect(throws: ConfigurationError.self) { try bench.agent(bench.configuration(), driver: MemoryDriver()) }
            _ = first
        }
    }
}
