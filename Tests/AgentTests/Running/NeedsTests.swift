import GraftAPI
import Harness
import JSON
import KubeClient
import Testing

@testable import Agent

/// A real agent with two slots, a store and a journal, and modules of which one needs the other.
@Suite("An agent whose modules need each other")
struct NeedsTests {
    @Test func `loads a module only beside what it needs, says so meanwhile, and goes on when that is there`() async throws {
        try await AgentBench.run { bench in
            var configuration = bench.configuration()
            configuration.slots.append(.init(name: "net/tls", policy: .fast))
            let driver = MemoryDriver()
            let tlsDriver = MemoryDriver()
            let agent = try AgentServices(
                client: bench.cluster.client, artifacts: bench.shelf, configuration: configuration, transport: NoTransport(),
                driver: { $0 == "net/tls" ? tlsDriver : driver }, sources: nil, disk: .real, logger: .silent)
            let filter = try await bench.publish("1.0.0") { $0["needs"] = [["name": "tls", "range": "^2"]] }
            let tls = try await bench.publish("2.1.0", slot: "net/tls") { $0["name"] = "tls" }
            try await bench.plan(stable: filter)
            try await bench.withAgent(agent) {
                let hosts = Api<ModuleHost>(bench.cluster.client)
                func slot(_ name: String) async throws -> SlotStatus? {
                    try await hosts.getIfPresent("edge-proxy.node-1")?.status.slots.first { $0.name == name }
                }
                try await eventually("the filter is refused") {
                    let target = try await slot("net/filter")?.target
                    return target?.reason == "NeedUnmet" && target?.message?.contains("found no tls, wanted tls ^2") == true
                }
                #expect(driver.state.loads == 0)
                try await bench.plan(stable: tls, name: "tls", slot: "net/tls")
                try await eventually("both are active") {
                    let found = (try await slot("net/filter")?.active?.version, try await slot("net/tls")?.active?.version)
                    return found == ("1.0.0", "2.1.0")
                }
                #expect(driver.state.loads == 1)
            }
        }
    }
}
