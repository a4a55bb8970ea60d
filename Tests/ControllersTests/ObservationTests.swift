import CoreMetrics
import GraftAPI
import Harness
import KubeClient
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
}
