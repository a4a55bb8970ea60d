import GraftAPI
import Harness
import KubeCore
import KubeServer
import Testing

@testable import Controllers

@Suite("A step is one write")
struct WriteCountTests {
    /// What a rollout of a second version in three steps costs.
    private func writes(hosts: Int) async throws -> (plans: Int, statuses: Int, seconds: Int) {
        var counted = (plans: 0, statuses: 0, seconds: 0)
        try await withScenario(hosts: hosts) { scenario in
            try await scenario.apply("1.0.0")
            try await scenario.becomesHealthy(on: "1.0.0")
            let log = scenario.cluster.server.accessLog
            log.reset()
            let start = ContinuousClock.now
            try await scenario.apply(
                "1.1.0", steps: [.setWeight(Weight(percent: 10)), .pause(seconds: 1), .setWeight(Weight(percent: 50)), .pause(seconds: 1)])
            try await scenario.becomesHealthy(on: "1.1.0")
            func count(_ resource: String, _ subresource: String) -> Int {
                log.count {
                    $0.user == Scenario.controllerUser.name && $0.resource == resource && $0.subresource == subresource
                        && ["create", "update", "patch"].contains($0.verb)
                }
            }
            counted = (
                count("moduleplans", ""), count("moduledeployments", "status"), Int((ContinuousClock.now - start).components.seconds)
            )
        }
        return counted
    }

    @Test("Plan writes are the same over 20 and over 200 hosts, and status writes at most one a second")
    func counts() async throws {
        let few = try await writes(hosts: 20)
        let many = try await writes(hosts: 200)
        #expect(few.plans == many.plans)
        #expect(few.plans >= 3)
        #expect(few.statuses <= few.seconds + 2)
        #expect(many.statuses <= many.seconds + 2)
    }
}
