import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import OCI
import Schema
import Testing

@testable import Controllers

/// What a user got wrong, and what the deployment's conditions say about it.
private struct Mistake: CustomTestStringConvertible, Sendable {
    var what: String
    /// False: this condition.
    var condition: String
    var reason: String
    /// What the message names: object or field, what was found, what to do.
    var names: [String]
    var prepare: @Sendable (Scenario) async throws -> Void = { _ in }
    var change: @Sendable (inout ModuleDeploymentSpec) -> Void = { _ in }

    var testDescription: String { what }
}

@Suite("What can't be delivered")
struct RefusalTests {
    private static let mistakes: [Mistake] = [
        Mistake(
            what: "a reference without tag or digest", condition: "Ready", reason: "InvalidReference", names: ["spec.module", ":1.0.0"],
            change: { $0.module = ModuleShelf.repository }),
        Mistake(
            what: "a reference that is none", condition: "Ready", reason: "InvalidReference", names: ["spec.module"],
            change: { $0.module = "registry.example/UPPER:1.0.0" }),
        Mistake(
            what: "a tag that is not there", condition: "Ready", reason: "Registry", names: ["9.9.9"],
            change: { $0.module = ModuleShelf.reference("9.9.9") }),
        Mistake(
            what: "a digest that is not there", condition: "Ready", reason: "Registry", names: ["sha256:"],
            change: { $0.module = ModuleShelf.repository + "@sha256:" + String(repeating: "a", count: 64) }),
        Mistake(
            what: "a class that no policy covers", condition: "Verified", reason: "NoPolicy", names: ["VerificationPolicy", "edge-proxy"],
            prepare: { try await Api<VerificationPolicy>($0.cluster.client).delete("edge-modules") }),
        Mistake(
            what: "no signature", condition: "Verified", reason: "", names: ["sha256:"],
            prepare: { try await $0.shelf.push("2.0.0", signedBy: nil) }, change: { $0.module = ModuleShelf.reference("2.0.0") }),
        Mistake(
            what: "a stranger's signature", condition: "Verified", reason: "", names: ["edge-modules"],
            prepare: { try await $0.shelf.push("2.0.0", signedBy: $0.shelf.strangersKey) },
            change: { $0.module = ModuleShelf.reference("2.0.0") }),
        Mistake(
            what: "a module for another slot", condition: "Compatible", reason: "", names: ["spec.slot", "net/filter", "net/other"],
            prepare: { try await $0.shelf.push("2.0.0", signedBy: $0.shelf.releaseKey) { $0["slot"] = "net/other" } },
            change: { $0.module = ModuleShelf.reference("2.0.0") }),
        Mistake(
            what: "configuration that the module's schema refuses", condition: "Compatible", reason: "", names: ["spec.config.port"],
            prepare: {
                try await $0.shelf.push("2.0.0", signedBy: $0.shelf.releaseKey) {
                    $0["configSchema"] = ["type": "object", "properties": ["port": ["type": "integer"]]]
                }
            },
            change: {
                $0.module = ModuleShelf.reference("2.0.0")
                $0.config = ["port": "eighty"]
            }),
        Mistake(
            what: "configuration that is too large", condition: "Compatible", reason: "ConfigTooLarge", names: ["spec.config", "262144"],
            change: { $0.config = ["text": .string(String(repeating: "x", count: 300_000))] }),
        Mistake(
            what: "hosts that are too old", condition: "Compatible", reason: "IncompatibleHosts", names: ["edge-proxy.node-0", "9.0.0"],
            prepare: { try await $0.shelf.push("2.0.0", signedBy: $0.shelf.releaseKey) { $0["minimumRuntimeVersion"] = "9.0.0" } },
            change: { $0.module = ModuleShelf.reference("2.0.0") }),
    ]

    @Test("A condition names what is wrong and what to do, and no plan is written", arguments: mistakes)
    private func refused(_ mistake: Mistake) async throws {
        try await withScenario(hosts: 2) { scenario in
            try await mistake.prepare(scenario)
            try await scenario.apply("1.0.0", change: mistake.change)
            let refused = try await scenario.becomes(mistake.what) {
                $0.status.conditions["Stalled"] != nil && $0.status.conditions[mistake.condition]?.status == .isFalse
            }
            let condition = try #require(refused.status.conditions[mistake.condition])
            #expect(condition.reason.hasPrefix(mistake.reason), "\(condition)")
            for name in mistake.names { #expect(condition.message.contains(name), "\(condition.message)") }
            #expect(try await scenario.plans.getIfPresent(Scenario.name) == nil)
            #expect(scenario.fleet.versions == [nil, nil])
        }
    }

    @Test("A name that leaves no room for its revisions' names is refused")
    func longName() async throws {
        try await withScenario(hosts: 1) { scenario in
            let name = String(repeating: "n", count: 53)
            try await scenario.apply("1.0.0", name: name)
            let refused = try await scenario.becomes("refused", name: name) { $0.status.conditions["Stalled"]?.reason == "NameTooLong" }
            #expect(refused.status.message.contains("52"))
        }
    }

    @Test("The younger of two deployments for one slot waits, and goes on when the older one is gone")
    func slotConflict() async throws {
        try await withScenario(hosts: 3) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            try await scenario.apply("1.1.0", name: "newcomer")
            let waiting = try await scenario.becomes("conflict", name: "newcomer") {
                $0.status.conditions["Stalled"]?.reason == "SlotConflict"
            }
            #expect(waiting.status.message.contains("payments/http-filter"))
            #expect(try await scenario.plans.getIfPresent("newcomer") == nil)
            #expect(scenario.fleet.versions.allSatisfy { $0 == "1.0.0" })
        }
    }

    @Test("What was refused is delivered once a policy lets it through")
    func mended() async throws {
        try await withScenario(hosts: 2) { scenario in
            try await Api<VerificationPolicy>(scenario.cluster.client).delete("edge-modules")
            try await scenario.apply("1.0.0")
            _ = try await scenario.becomes("refused") { $0.status.conditions["Verified"]?.reason == "NoPolicy" }
            try await scenario.trust()
            try await scenario.becomesHealthy(on: "1.0.0")
        }
    }
}
