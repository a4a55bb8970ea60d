import CoreMetrics
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import Telemetry
import Testing

@Suite("What the controller shows of deployments and hosts")
struct ObservationTests {
    private let registry = MetricsRegistry()

    /// Values by `name{labels}`.
    private func values() -> [String: Double] {
        var values: [String: Double] = [:]
        for family in registry.snapshot().families where family.name.hasPrefix("graft_") {
            for point in family.points {
                if case .double(let value) = point.value { values["\(family.name){\(point.labels.text)}"] = value }
            }
        }
        return values
    }

    @Test("Phases and counts follow a deployment, and end with it; hosts are counted while they are there")
    func deployment() async throws {
        try await withMetricsFactory(registry) {
            try await withScenario(hosts: 3) { scenario in
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                let owner = #"name="http-filter",namespace="payments""#
                try await eventually("the deployment's series; found \(values())") {
                    let values = values()
                    return values["graft_deployment_phase{\(owner),phase=\"Healthy\"}"] == 1
                        && values["graft_deployment_phase{\(owner),phase=\"Progressing\"}"] == 0
                        && values["graft_deployment_hosts{\(owner),state=\"updated\"}"] == 3
                        && values["graft_hosts{class=\"edge-proxy\",state=\"ready\"}"] == 3
                        && values["graft_hosts{class=\"edge-proxy\",state=\"not_ready\"}"] == 0
                        && values.count { $0.key.hasPrefix("graft_host_slot_state") && $0.key.contains("Active") } == 3
                }
                try await scenario.deployments.delete(Scenario.name)
                try await eventually("the end of the deployment's series; found \(values())") {
                    !values().keys.contains { $0.contains("http-filter") }
                }
                #expect(values()["graft_hosts{class=\"edge-proxy\",state=\"ready\"}"] == 3)
            }
        }
        // Who no longer leads no longer counts.
        #expect(values().isEmpty)
    }

    @Test("A deployment that pauses for a time waits for it; one whose rollout is over waits for nothing")
    func delayed() async throws {
        func delayed() -> SeriesValue? {
            registry.points(of: "workqueue_delayed").first { $0.labels.labels.contains { $0.value == "deployment" } }?.value
        }
        try await withMetricsFactory(registry) {
            try await withScenario(hosts: 4) { scenario in
                try await scenario.apply("1.0.0")
                try await scenario.becomesHealthy(on: "1.0.0")
                try await scenario.apply("1.1.0", steps: [.setWeight(Weight(percent: 25)), .pause(seconds: 3600)])
                try await eventually("it waits for the pause's end; found \(String(describing: delayed()))") {
                    try await scenario.deployments.get(Scenario.name).status.rollout?.stepIndex == 1 && delayed() == .double(1)
                }
                let rollout = try await scenario.deployments.get(Scenario.name).status.rollout?.id ?? ""
                _ = try await scenario.deployments.mergePatch(
                    Scenario.name, ["metadata": ["annotations": [GraftAPI.promoteAnnotation: .string("\(rollout)/full")]]] as JSON)
                try await scenario.becomesHealthy(on: "1.1.0")
                try await eventually("no key waits; found \(String(describing: delayed()))") { delayed() == .double(0) }
            }
        }
    }

    @Test("Hosts and deployments that come and go leave no series behind, nor does a class without hosts")
    func comingAndGoing() async throws {
        try await withMetricsFactory(registry) {
            try await withScenario(hosts: 0) { scenario in
                let hosts = Api<ModuleHost>(scenario.cluster.client)
                for round in 0..<3 {
                    for number in 0..<100 {
                        let status: JSON = [
                            "slots": [
                                [
                                    "name": "net/filter", "owner": ["namespace": "payments", "name": "http-filter", "planUID": "u"],
                                    "rollout": "r", "target": ["revision": "r", "state": "Fetching"],
                                ]
                            ]
                        ]
                        let host = try await hosts.create(
                            [
                                "metadata": ["name": .string("class-\(round).node-\(number)")],
                                "spec": [
                                    "class": .string("class-\(round)"), "nodeName": .string("node-\(number)"), "runtimeVersion": "2.4.1",
                                    "contract": "edge/3", "agentVersion": "0.1.0",
                                ],
                            ] as JSON)
                        try await hosts.patchStatus(host.metadata.name, ["status": status] as JSON)
                    }
                    for number in 0..<10 { try await scenario.apply("9.9.9", name: "short-lived-\(number)") }
                    try await eventually("all of them are shown; found \(values().count)") {
                        let values = values()
                        return values["graft_hosts{class=\"class-\(round)\",state=\"not_ready\"}"] == 100
                            && values.count { $0.key.hasPrefix("graft_host_slot_state") } == 100
                            && values.count { $0.key.hasPrefix("graft_deployment_phase") && $0.value == 1 } == 10
                    }
                    for number in 0..<100 { try await hosts.delete("class-\(round).node-\(number)") }
                    for number in 0..<10 { try await scenario.deployments.delete("short-lived-\(number)") }
                    try await eventually("all of them are gone; found \(values())") { values().isEmpty }
                }
            }
        }
    }
}
