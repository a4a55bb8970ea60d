import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Testing

@testable import Controllers

@Suite("Modules that need each other, controller and hosts together")
struct NeedsScenarioTests {
    /// A module `tls` in a slot of its own, and an http-filter 1.1.0 that needs `tls ^2`.
    private func push(_ scenario: Scenario) async throws {
        for version in ["2.0.0", "2.1.0", "3.0.0"] {
            try await scenario.shelf.push(version, signedBy: scenario.shelf.releaseKey) {
                $0["name"] = "tls"
                $0["slot"] = "net/tls"
            }
        }
        try await scenario.shelf.push("1.2.0", signedBy: scenario.shelf.releaseKey) { $0["needs"] = [["name": "tls", "range": "^2"]] }
    }

    private func applyTLS(_ scenario: Scenario, _ version: String, set: String? = nil) async throws {
        try await scenario.apply(
            version,
            change: {
                $0.slot = "net/tls"
                $0.set = set
            }, name: "tls")
    }

    @Test("A version waits until what it needs is active on its hosts; what it needs then is not rolled out from under it")
    func waits() async throws {
        try await withScenario(hosts: 3) { scenario in
            try await push(scenario)
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.apply("1.2.0")
            let waiting = try await scenario.becomes("waiting for tls") { $0.status.conditions["Ready"]?.reason == "NeedUnmet" }
            #expect(
                waiting.status.message.contains("status.slots: found no tls, wanted tls ^2, which http-filter 1.2.0 needs beside it"),
                "\(waiting.status.message)")
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })
            try await applyTLS(scenario, "2.0.0")
            try await scenario.becomesHealthy(on: "1.2.0")
            try await applyTLS(scenario, "3.0.0")
            let refused = try await scenario.becomes("waiting for http-filter", name: "tls") {
                $0.status.conditions["Ready"]?.reason == "NeedUnmet"
            }
            #expect(
                refused.status.message.contains("found http-filter 1.2.0, which needs tls ^2, wanted one that works with tls 3.0.0"),
                "\(refused.status.message)")
            #expect(scenario.fleet.versions(in: "net/tls").allSatisfy { $0 == "2.0.0" })
            try await applyTLS(scenario, "2.1.0")
            _ = try await scenario.becomes("on 2.1.0", name: "tls") { $0.status.phase == .healthy && $0.status.stable?.version == "2.1.0" }
        }
    }

    @Test("When one member of a set fails, the other goes back as well, although it was done")
    func set() async throws {
        try await withScenario(hosts: 3) { scenario in
            try await push(scenario)
            scenario.fleet.set(.failsProbe, of: "1.2.0")
            try await applyTLS(scenario, "2.0.0", set: "suite")
            _ = try await scenario.becomes("tls 2.0.0", name: "tls") { $0.status.phase == .healthy }
            try await scenario.apply("1.0.0") { $0.set = "suite" }
            try await scenario.becomesHealthy(on: "1.0.0")
            try await applyTLS(scenario, "2.1.0", set: "suite")
            _ = try await scenario.becomes("tls 2.1.0", name: "tls") {
                $0.status.phase == .healthy && $0.status.stable?.version == "2.1.0"
            }
            try await scenario.apply("1.2.0") { $0.set = "suite" }
            _ = try await scenario.becomes("http-filter went back") {
                $0.status.phase == .degraded && $0.status.rollout?.cause == .failures
            }
            let tls = try await scenario.becomes("tls went back, too", name: "tls") {
                $0.status.rollout?.cause == .setRolledBack && $0.status.rollout?.state == .complete
            }
            #expect(tls.status.stable?.version == "2.0.0")
            #expect(tls.status.message.contains("graft retry tls"), "\(tls.status.message)")
            try await eventually("all hosts on tls 2.0.0") { scenario.fleet.versions(in: "net/tls").allSatisfy { $0 == "2.0.0" } }
        }
    }
}
